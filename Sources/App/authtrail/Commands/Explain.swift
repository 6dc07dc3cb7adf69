internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Policies
internal import Reports
internal import Runs
internal import Trail

/// `authtrail explain`
struct Explain: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain",
        abstract: "Say why a finding was found, or why a token or an address was not.",
        discussion: """
            EXAMPLES
              authtrail explain 3f9a2c11
              authtrail explain --token tok_0K514M7Z --as-of 2026-04-26T03:00:00Z
              authtrail explain --token - < file-with-a-leaked-token
              authtrail explain --ip 198.51.100.23 --format markdown
            """)

    @Argument(help: ArgumentHelp("A finding of the ledger, or the beginning of its id.", valueName: "finding"))
    var finding: String?

    @Option(
        name: .long,
        help: "Why the rules say what they say of this token, and why not more; \(Typed.help).")
    var token: String?

    @Option(name: .long, help: "The same of this address, or IPv6 network.")
    var ip: String?

    @Option(
        name: .long,
        help: ArgumentHelp("Look at events before this time (default: just after the newest).", valueName: "time"),
        transform: TimeOption.parse)
    var asOf: TimeOption?

    @OptionGroup var policy: PolicyOptions
    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        let given = [finding, token, ip].compactMap { $0 }
        guard given.count == 1 else { throw ValidationError("give one of a finding, --token and --ip") }
        if let ip, IPKey(named: ip) == nil {
            throw ValidationError("\"\(ip)\" is no address; give one such as 203.0.113.7, 2001:db8::1 or 2001:db8::/64")
        }
    }

    func run() throws {
        let policy = try policy.read(trail: trail.path)
        let opened = try trail.open()
        if let finding { return try explain(finding, policy, opened) }
        guard let end = try asOf?.micros ?? opened.catalog.newest() else { throw Failure.noEvents }
        let history = TrailHistory(opened, policy.settings.clients)
        let kind = token == nil ? "ip" : "token"
        var name =
            try token.map { try AskedName(Typed.text($0), in: [.tokenID, .oldTokenID], of: opened) }
            ?? AskedName(plain: ip ?? "")
        let why =
            try kind == "token"
            ? NoFindingReasons(token: name.spellings, asOf: end, policy.settings, of: history)
            : NoFindingReasons(ip: name.shown, asOf: end, policy.settings, of: history)
        if why.answers.isEmpty { try name.lookElsewhere(in: opened, trail.flag) }
        var run = DetectionRun(
            Detectors.all(policy.settings), policy.settings.clients, asOf: asOf?.micros, since: .start)
        // What could not be judged is no peace, and what is dated ahead has findings, too.
        run.clock = Clock.now()
        let report = try run.report(on: opened, isQuiet: trail.quiet)
        let subject = FindingSubject(kind: kind, names: name.spellings, policy.settings.clients)
        let others = report.findings.filter { !subject.isOf($0) }
        let lines = try SubjectLines(
            kind == "token" ? .token(name.spellings) : .ip(name.spellings),
            among: others.flatMap(\.evidence).map { ($0.source, $0.offset) }, until: asOf?.micros ?? .max, of: history)
        let about = report.findings.filter { finding in
            subject.isOf(finding) || finding.evidence.contains { lines.contains($0.source, $0.offset) }
        }
        var told = NoFindingReport(
            "\(kind) \(name.shown)", why, findings: about, results: report.results, asOf: end,
            note: why.answers.isEmpty ? name.remark : nil)
        told.later = try Timeline(
            kind == "token" ? .token(name.spellings) : .ip(name.spellings), from: end, to: .max, of: history
        ).events
        try output.write { try told.print(as: output.format, to: $0) }
    }

    private func explain(_ id: String, _ policy: PolicyFile, _ opened: Trail) throws {
        let one = try FindingLookup.find(id, in: opened)
        let report = try ExplainReport(
            one, card: Detectors.cards[one.entry.detector], trail: opened, trailFlag: trail.flag
        ) { follows in
            PolicyText.thresholds(
                of: one.entry.detector, class: one.entry.class, follows: follows, policy.settings)
        }
        try output.write { try report.print(as: output.format, to: $0) }
    }
}
