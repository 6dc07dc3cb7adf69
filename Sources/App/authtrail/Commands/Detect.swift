internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Files
internal import Model
internal import Policies
internal import Reports
internal import Runs
internal import Trail

/// `authtrail detect [ID…]`
struct Detect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Say what is wrong: run the detectors over the last 24 hours before a time.",
        discussion: """
            Findings are verdicts with reasons, worst first. The same trail and the same --as-of give the same bytes. \
            Each run is noted in the catalog. What a run with --new has reported is not reported again by --new, \
            unless its severity or title has changed; looking without --new takes nothing away from the next job.

            EXAMPLES
              authtrail detect
              authtrail detect --since 7d
              authtrail detect --since start --format json -o findings.json
              authtrail detect --format html -o findings.html
              authtrail detect -q --new --also prometheus=/var/lib/node_exporter/authtrail.prom
              authtrail detect dormant-token-reactivation --as-of 2026-04-26T03:00:00Z
              authtrail detect dormant-token-reactivation --semantics literal
              authtrail detect --from 2026-04-01 --to 2026-05-01 --every 1h     (what a job would have reported)
              authtrail detect --new --fail-on high     (for cron: exit 1 only when there is something new)
            """)

    @Argument(
        help: ArgumentHelp("Detectors to run; all of them if none is named (authtrail detectors).", valueName: "id"))
    var ids: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Look at events before this time (default: just after the newest event).", valueName: "time"),
        transform: TimeOption.parse)
    var asOf: TimeOption?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where the window begins: a time, a span such as 7d, or start (default 24h).", valueName: "t"),
        transform: SinceOption.parse)
    var since: SinceOption?

    @Option(name: .long, help: "gap: every reactivation; literal: used in the window, not in the 90 days before it.")
    var semantics: DormancySemantics = .gap

    @Flag(
        name: .long,
        help: "Only findings that no earlier run with --new has reported, or that have become worse since.")
    var new = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Exit 1 if a finding is at least this severe: info, low, medium, high, critical.", valueName: "severity"))
    var failOn: Severity?

    @OptionGroup var backtest: Backtest
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: FindingsOutputOptions

    func run() throws {
        Process.keepLittleMemory()
        var policy = try policy.read(trail: trail.path)
        policy.settings.dormantTokenReactivation.semantics = semantics.value
        let detectors = try Detectors.named(ids, policy.settings)
        // What one job tells, another that runs at the same time would tell too.
        let lock = new ? try JobLock(trail: trail.path) : nil
        defer { lock?.release() }
        let opened = try trail.open()
        if try runBacktest(detectors, policy, opened) { return }
        var run = try LedgerRun(request(detectors, policy), on: opened, isQuiet: trail.quiet)
        if new, !trail.quiet { try run.countStillOpen() }
        let isRead = try write(run, facts(run, opened))
        try record(run, isRead: isRead)
        // Findings come first: whoever must act on them must also know that the run has not seen all.
        if let failOn, run.hasFinding(from: failOn) {
            throw Failure(code: Failure.findings, messages: run.blindness.messages)
        }
        if run.blindness.isFailure { throw Failure(code: Failure.data, messages: run.blindness.messages) }
    }

    private func request(_ detectors: [any Detector], _ policy: PolicyFile) -> LedgerRun.Request {
        var request = LedgerRun.Request(detectors, policy, now: Clock.now())
        request.isTrial = self.policy.policy != nil
        request.asOf = asOf?.micros
        request.since = since
        request.isScheduled = new
        request.isLiteral = semantics == .literal
        return request
    }

    /// What the trail says of itself, as far as a format tells it.
    private func facts(_ run: LedgerRun, _ opened: Trail) throws -> TrailFacts {
        let (version, now) = (Version.current, Clock.now())
        guard ([output.format] + output.also.map(\.format)).contains(where: \.tellsOfTrail) else {
            return TrailFacts(version: version, now: now)
        }
        let window = run.whole.window
        return try TrailFacts(
            opened, until: window.to, looked: new ? window.from..<window.asOf : nil, version: version, now: now)
    }

    /// Tells what a job would have reported, if that is asked for.
    private func runBacktest(_ detectors: [any Detector], _ policy: PolicyFile, _ opened: Trail) throws -> Bool {
        guard backtest.every != nil else { return false }
        // A job that runs less often than daily looks back to the run before it.
        var width = max(DetectionWindow.recent, backtest.every?.micros ?? 0)
        if let since {
            guard case .before(let span) = since else {
                throw ValidationError("with --every, --since is how far back each run looks: a span such as 24h")
            }
            width = span
        }
        let refused = [("--new", new), ("--as-of", asOf != nil), ("--also", !output.also.isEmpty)].filter(\.1).map(\.0)
        guard refused.isEmpty else {
            throw ValidationError("with --every, \(refused.joined(separator: " and ")) means nothing: leave it out")
        }
        guard let format = Format(rawValue: output.format.rawValue) else {
            throw ValidationError(
                "with --every, --format is text, json, ndjson, csv or markdown, not \(output.format.rawValue)")
        }
        guard let newest = try opened.catalog.newest() else { throw Failure.noEvents }
        var run = DetectionRun(detectors, policy.settings.clients, since: .before(width))
        run.allowlist = policy.allowlist
        let report = try backtest.report(width: width, newest: newest, isQuiet: trail.quiet) { asOf in
            run.asOf = asOf
            return try run.report(on: opened)
        }
        try output.write { place in try report?.print(as: format, to: place) }
        if let failOn, let worst = report?.worst, worst >= failOn { throw Failure(code: Failure.findings) }
        return true
    }

    /// Writes the report, the files beside it first; false if nobody read it to its end. Counts and pages tell the
    /// whole window, also when only what is new is reported: they would forget what is still so.
    private func write(_ run: LedgerRun, _ facts: TrailFacts) throws -> Bool {
        func shown(as format: FindingsFormat) -> DetectionReport {
            var report = format.tellsOfTrail ? run.whole : run.report
            report.trailFlag = trail.flag
            return report
        }
        for also in output.also {
            let file = try Output.file(also.path)
            try shown(as: also.format).print(as: also.format, facts, to: file)
            try file.finish()
        }
        // A scheduled job is quiet when all is well.
        if trail.quiet, output.format == .text, run.report.findings.isEmpty { return true }
        if output.output == nil, Process.outputWasClosed {
            throw Failure(
                code: Failure.inputOutput,
                messages: [
                    "standard output is closed, so nobody would read the findings; give it a reader, or --output FILE"
                ])
        }
        var isRead = true
        try output.write { place in
            try shown(as: output.format).print(as: output.format, facts, to: place)
            try place.flush()
            isRead = !place.readerIsGone
        }
        return isRead
    }

    /// Notes the run in the ledger. A trail that may only be read has none.
    private func record(_ run: LedgerRun, isRead: Bool) throws {
        do { try run.record(isRead: isRead) } catch {
            if new { throw error }
            try trail.remark("this run is not noted: \(error)")
        }
    }
}

/// The two meanings of "not used in the previous 90 days".
enum DormancySemantics: String, ExpressibleByArgument, CaseIterable {
    case gap, literal

    var value: DormantTokenReactivation.Settings.Semantics {
        switch self {
        case .gap: .gap
        case .literal: .literal
        }
    }
}

extension Severity: ExpressibleByArgument {
    public static var allValueStrings: [String] { allCases.map { $0.name } }

    public init?(argument: String) { self.init(name: argument) }
}
