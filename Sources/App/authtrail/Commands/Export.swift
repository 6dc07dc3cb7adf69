internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Policies
internal import Queries
internal import Reports
internal import Runs
internal import Trail

/// `authtrail export [events|dashboard]`
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write events, or what a dashboard draws, for other programs.",
        discussion: """
            events: NDJSON (default), CSV or JSON, with filters that all must hold; the same filter given twice \
            accepts either value. dashboard: one JSON file; findings: authtrail detect --format json.

            EXAMPLES
              authtrail export --since 2026-04-25 --event failed > failed.ndjson
              authtrail export --token tok_0K514M7Z --format csv -o token.csv
              authtrail export --token - < file-with-a-leaked-token
              authtrail export --raw --principal maria@example.com > evidence.ndjson
              authtrail export --lines --source /var/log/mcp/auth.ndjson | cmp - /var/log/mcp/auth.ndjson
              authtrail export dashboard -o /var/lib/grafana/authtrail.json
            """)

    enum Subject: String, ExpressibleByArgument, CaseIterable { case events, dashboard }

    @Argument(help: "events or dashboard.")
    var subject: Subject = .events

    @Option(
        name: .long,
        help: ArgumentHelp("Events from this time on; a span such as 7d counts back from the newest.", valueName: "t"),
        transform: SinceOption.parse)
    var since: SinceOption?

    @Option(name: .long, help: ArgumentHelp("Events before this time.", valueName: "time"), transform: TimeOption.parse)
    var until: TimeOption?

    @Option(name: .long, help: "Only this kind: issued, used, revoked, failed, exchanged, refreshed.")
    var event: [EventKind] = []

    @Option(name: .long, help: "Only this token; a credential finds its mark (\(Typed.help)).")
    var token: [String] = []

    @Option(name: .long, help: "Only this address, or a network as findings name it (2001:db8:1:2::/64).")
    var ip: [String] = []

    @Option(name: .long, help: "Only this principal.")
    var principal: [String] = []

    @Option(name: .long, help: "Only this actor: who issues and revokes.")
    var actor: [String] = []

    @Option(name: .long, help: "Only this tool.")
    var tool: [String] = []

    @Flag(name: .long, help: "Also write source and source_offset of each event.")
    var withSource = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "dashboard: the time that it shows (default: just after the newest event).", valueName: "time"),
        transform: TimeOption.parse)
    var asOf: TimeOption?

    /// What events can be written as.
    enum EventFormat: String, ExpressibleByArgument, CaseIterable { case ndjson, csv, json }

    @Option(name: .long, help: ArgumentHelp("How events are written (default: ndjson).", valueName: "format"))
    var format: EventFormat?

    @Option(
        name: .shortAndLong,
        help: ArgumentHelp("A file in place of standard output; it appears whole or not at all.", valueName: "file"))
    var output: String?

    @Flag(
        name: .long,
        help: "Give a log back as it was ingested, byte for byte: events, quarantine and blank lines in their places.")
    var lines = false

    @Flag(
        name: .long,
        help: ArgumentHelp(
            "Of events of other systems, the records that they were made from, one on a line; filters hold as ever. "
                + "65 where some were not kept (ingest --keep fields)."))
    var raw = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "--lines: which log, by path or by its number in status; not needed if there is one.", valueName: "path"))
    var source: String?

    @OptionGroup var trail: TrailOptions
    @OptionGroup var policy: PolicyOptions

    @Option(name: .long, help: "Only this user agent.")
    var userAgent: [String] = []

    func validate() throws {
        guard output != "" else { throw ValidationError("--output is empty; give a file") }
        if subject == .events, asOf != nil {
            throw ValidationError("--as-of is for the dashboard; events take --until")
        }
        if let text = ip.first(where: { IPNetwork($0) == nil && !SecretMarker.replaces($0) }) {
            throw ValidationError(
                "--ip \(text) is no address; want one such as 203.0.113.9 or 2001:db8::1, or a network such as "
                    + "203.0.113.0/24 or 2001:db8:1:2::/64")
        }
        let filters = token + ip + principal + actor + tool + userAgent + event.map { $0.name }
        if subject == .dashboard, !filters.isEmpty || until != nil || withSource {
            throw ValidationError("the dashboard takes --as-of and --since only, no filters")
        }
        if source != nil, !lines { throw ValidationError("--source is for --lines; add it") }
        if raw, subject != .events || lines || withSource || format != nil {
            throw ValidationError(
                "--raw writes the records of other systems as they came; it takes filters and --output only")
        }
        let asksForEvents = !filters.isEmpty || since != nil || until != nil || withSource || format != nil
        if lines, subject != .events || asksForEvents {
            throw ValidationError("--lines gives back a whole log; it takes --source and --output only")
        }
        if subject == .dashboard, let format, format != .json {
            throw ValidationError("the dashboard is JSON; leave --format \(format.rawValue) out")
        }
    }

    func run() throws {
        Process.keepLittleMemory()
        let opened = try trail.open()
        let place = try output.map { try Output.file($0) } ?? Output.standardOutput()
        switch subject {
        case .events where raw:
            let without = try RecordExport().write(scan(opened), of: opened, to: place)
            try place.finish()
            return try tell(without)
        case .events where lines: try LineExport(opened, source: source).write(to: place)
        case .events:
            let format = format.flatMap { Format(rawValue: $0.rawValue) } ?? .ndjson
            let writer = EventExport(format: format, includesSource: withSource)
            try writer.write(scan(opened), of: opened, to: place)
        case .dashboard:
            let policy = try policy.read(trail: trail.path)
            var run = DetectionRun(
                Detectors.all(policy.settings), policy.settings.clients, asOf: asOf?.micros, since: since)
            run.allowlist = policy.allowlist
            let report = try run.report(on: opened, isQuiet: trail.quiet)
            try place.line(try Dashboard(opened, report, policy.settings.clients).json().json(.pretty))
        }
        try place.finish()
    }

    private func tell(_ without: RecordExport.Missing) throws {
        if without.own > 0 {
            try trail.remark(
                "authtrail: \(Human.count(Int64(without.own))) of the events were read in our own format and have no "
                    + "record; export --lines gives their lines back")
        }
        guard without.dropped > 0 else { return }
        // Evidence that lacks a part must not look like all of it.
        throw Failure(
            code: Failure.data,
            messages: [
                "the records of \(Human.count(Int64(without.dropped))) of the events are not there: they were ingested "
                    + "with --keep fields; export without --raw gives the events"
            ])
    }

    private func scan(_ opened: Trail) throws -> EventScan {
        var scan = EventScan(fields: .all)
        if let since, let newest = try opened.catalog.newest() { scan.from = since.start(end: newest, oldest: 0) }
        if let until { scan.to = until.micros }
        if !event.isEmpty { scan.kinds = event.reduce(into: EventKinds(rawValue: 0)) { $0.formUnion(EventKinds($1)) } }
        let filters = [
            (EventField.tokenID, token), (.principal, principal), (.actor, actor), (.tool, tool),
            (.userAgent, userAgent),
        ]
        for (field, texts) in filters where !texts.isEmpty {
            scan.texts[field] = .equals(try texts.flatMap { try spellings(of: $0, field, opened) })
        }
        if !ip.isEmpty {
            scan.texts[.ip] = Self.condition(
                try ip.flatMap { try spellings(of: $0, .ip, opened) },
                try policy.read(trail: trail.path).settings.clients)
        }
        return scan
    }

    private func spellings(of name: String, _ field: EventField, _ opened: Trail) throws -> [String] {
        try AskedName(Typed.text(name), in: [field], of: opened).spellings
    }
}

extension Export {
    /// Clients as findings name them, and networks: an address in every spelling, IPv4 also inside IPv6, and any
    /// network such as 203.0.113.0/24 or 2001:db8:1:2::/64.
    fileprivate static func condition(_ addresses: [String], _ clients: Clients) -> TextCondition {
        let exact = Set(addresses)
        let networks = addresses.compactMap { IPNetwork($0) }.filter { !$0.isOneOfIPv6 }
        let single = Set(addresses.compactMap { IPAddress(bytes: Array($0.utf8)[...]) })
        return .matching { text in
            if exact.contains(String(decoding: text, as: UTF8.self)) { return true }
            guard let address = clients.address(of: text) else { return false }
            return single.contains(address) || networks.contains { $0.contains(address.key) }
        }
    }
}

extension EventKind: ExpressibleByArgument {
    public static var allValueStrings: [String] { allCases.map { $0.name } }

    public init?(argument: String) { self.init(name: argument) }
}
