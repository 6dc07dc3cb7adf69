internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Reports
internal import Trail

/// `authtrail trace`
struct Trace: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "trace",
        abstract: "Tell everything that happened to a token, a principal or an address, in order.",
        discussion: """
            Uses that are alike stand in one row; silences of a day or more, and findings of the ledger, in rows of \
            their own.

            EXAMPLES
              authtrail trace token tok_0K514M7Z
              authtrail trace principal partner:acme --since 30d
              authtrail trace ip 198.51.100.23 --format markdown
            """)

    enum Kind: String, ExpressibleByArgument, CaseIterable { case token, principal, ip }

    @Argument(help: "token, principal or ip.")
    var kind: Kind

    @Argument(help: ArgumentHelp("Its name.", valueName: "value"))
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

    func run() throws {
        let opened = try trail.open()
        let end = asOf?.micros ?? .max
        let newest = try opened.catalog.newest() ?? 0
        let from = since?.start(end: min(end, newest), oldest: .min) ?? .min
        let subject: Timeline.Subject =
            switch kind {
            case .token: .token(value)
            case .principal: .principal(value)
            case .ip: .ip(value)
            }
        let timeline = try Timeline(subject, from: from, to: end, of: TrailHistory(opened))
        if kind == .ip, timeline.rows.isEmpty, IPKey(named: value) == nil {
            throw ValidationError(
                "\"\(value)\" is no address, and no event names it; give one such as 203.0.113.7 or 2001:db8::1")
        }
        let traced = FindingSubject(kind: kind.rawValue, name: value)
        let findings = try opened.catalog.findings().filter { one in
            one.entry.lastSeen >= from && one.entry.firstSeen < end ? try traced.isOf(one) : false
        }
        try output.write {
            try TraceReport("\(kind.rawValue) \(value)", timeline, findings: findings).print(as: output.format, to: $0)
        }
    }
}
