internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Policies
internal import Reports
internal import Runs
internal import Trail

/// `authtrail trace`
struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Tell everything that happened to a token, a principal, an actor or an address, in order.",
        discussion: """
            Uses that are alike stand in one row; silences of a day or more, and findings of the ledger, in rows of \
            their own.

            EXAMPLES
              authtrail trace token tok_0K514M7Z
              authtrail trace principal partner:acme --since 30d
              authtrail trace ip 198.51.100.23 --format markdown
              authtrail trace token - < file-with-a-leaked-token
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case token, principal, actor, ip

        /// Where the name of one stands.
        var fields: [EventField] {
            switch self {
            case .token: [.tokenID, .oldTokenID]
            case .principal: [.principal]
            case .actor: [.actor]
            case .ip: [.ip]
            }
        }
    }

    @Argument(help: "token, principal, actor (who issues and revokes) or ip.")
    var kind: Kind

    @Argument(help: ArgumentHelp("Its name; a credential finds its mark (\(Typed.help)).", valueName: "value"))
    var value: String

    @Option(
        name: .long, help: ArgumentHelp("Where to begin: a time, a span, or start (default).", valueName: "t"),
        transform: SinceOption.parse)
    var since: SinceOption?

    @Option(
        name: .long, help: ArgumentHelp("Look at events before this time (default: all).", valueName: "time"),
        transform: TimeOption.parse)
    var asOf: TimeOption?

    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions
    @OptionGroup var policy: PolicyOptions

    func run() throws {
        let opened = try trail.open()
        let clients = try policy.read(trail: trail.path).settings.clients
        let end = asOf?.micros ?? .max
        let newest = try opened.catalog.newest() ?? 0
        let from = since?.start(end: min(end, newest), oldest: .min) ?? .min
        var name = try AskedName(Typed.text(value), in: kind.fields, of: opened)
        let subject: Timeline.Subject =
            switch kind {
            case .token: .token(name.spellings)
            case .principal: .principal(name.spellings)
            case .actor: .actor(name.spellings)
            case .ip: .ip(name.spellings)
            }
        let history = TrailHistory(opened, clients)
        let timeline = try Timeline(subject, from: from, to: end, of: history)
        if kind == .ip, timeline.rows.isEmpty, IPKey(named: name.shown) == nil {
            throw ValidationError(
                "\"\(name.shown)\" is no address, and no event names it; give one such as 203.0.113.7 or 2001:db8::1")
        }
        let findings = try findings(about: subject, name, from, end, history, opened)
        if timeline.rows.isEmpty { try name.lookElsewhere(in: opened, trail.flag) }
        var note = timeline.rows.isEmpty ? name.remark : nil
        if kind == .principal, timeline.rows.isEmpty,
            try !Timeline(.actor(name.spellings), from: from, to: end, of: history).rows.isEmpty
        {
            note = "It issues and revokes: authtrail trace actor \(ShellWord.quoted(name.shown)) tells what."
        }
        if kind == .ip, timeline.rows.isEmpty { note = try otherPlaces(of: name.shown, from, end, history) ?? note }
        try output.write {
            try TraceReport("\(kind.rawValue) \(name.shown)", timeline, findings: findings, note: note)
                .print(as: output.format, to: $0)
        }
    }

    /// Says of an address that is nobody's client that lists name it: a proxy, or what a caller wrote in front of it.
    private func otherPlaces(
        of name: String, _ from: Int64, _ end: Int64, _ history: TrailHistory
    ) throws -> String? {
        guard let address = IPAddress(bytes: Array(name.utf8)[...]) else { return nil }
        var lines = 0
        let scan = EventScan(
            from: from, to: end, texts: [.ip: .matching { Clients.addresses(inList: $0).contains(address) }], fields: []
        )
        try history.scan(scan) { lines += $0.count }
        guard lines > 0 else { return nil }
        return "\(Human.count(Int64(lines))) event\(lines == 1 ? " names" : "s name") it in a list of addresses whose "
            + "client is another: of a list it is the last one that is neither of an inner network nor one of the "
            + "policy's forwarders."
    }

    /// The findings of the ledger that name the subject, or whose evidence shows a line of it.
    private func findings(
        about subject: Timeline.Subject, _ name: AskedName, _ from: Int64, _ end: Int64, _ history: TrailHistory,
        _ opened: Trail
    ) throws -> [LedgerFinding] {
        let traced = FindingSubject(kind: kind.rawValue, names: name.spellings, history.clients)
        let all = try opened.catalog.findings().filter { $0.entry.lastSeen >= from && $0.entry.firstSeen < end }
        let looks = try all.map(traced.look)
        let lines = try SubjectLines(subject, among: looks.flatMap(\.evidence), until: end, of: history)
        return zip(all, looks).filter { _, look in
            look.isOf || look.evidence.contains { lines.contains($0.source, $0.offset) }
        }.map(\.0)
    }
}
