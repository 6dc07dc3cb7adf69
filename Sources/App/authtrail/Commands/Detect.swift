internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Files
internal import Policies
internal import Reports
internal import Trail

/// `authtrail detect [ID…]`
struct Detect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detect",
        abstract: "Say what is wrong: run the detectors over the last 24 hours before a time.",
        discussion: """
            Findings are verdicts with reasons, worst first. The same trail and the same --as-of give the same bytes. \
            Each run is noted in the catalog. What a run with --new has told is not told again by --new, unless its \
            severity or title has changed; looking without --new takes nothing away from the next job.

            EXAMPLES
              authtrail detect
              authtrail detect --since 7d
              authtrail detect --since start --format json -o findings.json
              authtrail detect --format html -o findings.html
              authtrail detect -q --new --also prometheus=/var/lib/node_exporter/authtrail.prom
              authtrail detect dormant-token-reactivation --as-of 2026-04-26T03:00:00Z
              authtrail detect dormant-token-reactivation --semantics literal
              authtrail detect --from 2026-04-01 --to 2026-05-01 --every 1h     (what a job would have told)
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

    @Flag(name: .long, help: "Only findings that no earlier run with --new has told, or that have become worse since.")
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
        var report = try DetectionRun.run(
            detectors, on: opened, policy.settings.clients, asOf: asOf?.micros, since: try since ?? unseen(opened),
            hiding: policy.allowlist,
            tellsMissing: true, isQuiet: trail.quiet)
        report.trailFlag = trail.flag
        // Somebody who looks beside a job leaves it to the job to say that it sees again.
        let isJob = try new || opened.catalog.seenUntil() == nil
        let over = try isJob && semantics == .gap ? Blindness.over(report, in: opened) : []
        let known = try opened.catalog.states(of: (report.findings + over).map(\.id))
        // What has become worse since, or goes on, is open again.
        func isSettled(_ finding: Finding) -> Bool {
            known[finding.id]?.isSettled(severity: finding.severity.name, lastSeen: finding.lastSeen) ?? false
        }
        report.mark(.resolved) { isSettled($0) }
        let blindness = Blindness(
            report, beside: try Blindness.beside(detectors, report, on: opened, policy.settings.clients),
            isScheduled: new,
            mustSee: try new && Blindness.mustSee(report, in: opened, now: Clock.now()))
        let all = report.findings + report.hidden.map(\.finding) + over
        let whole = report
        if new {
            report.onlyNew = true
            for place in report.results.indices {
                report.results[place].findings.removeAll { finding in
                    let state = known[finding.id]
                    return finding.status == .resolved || state?.told == finding.words && state?.status != "resolved"
                }
            }
            report.add(over)
            if !trail.quiet { report.stillOpen = try stillOpen(opened, beside: report.findings, known) }
        }
        let formats = [output.format] + output.also.map(\.format)
        let facts =
            formats.contains(where: \.tellsOfTrail)
            ? try TrailFacts(
                opened, until: report.window.to, looked: new ? report.window.from..<report.window.asOf : nil,
                version: Version.current, now: Clock.now())
            : TrailFacts(version: Version.current, now: Clock.now())
        let isRead = try write(report, whole, facts)
        // Only now: what could not be written was not told.
        try record(all, report, told: new && isRead ? report.findings : [], over: isRead ? over : [], policy, opened)
        // Findings come first: whoever must act on them must also know that the run has not seen all.
        if let failOn,
            report.findings.contains(where: {
                $0.severity >= failOn && $0.status != .resolved && $0.detector != BlindSpot.card.id
            })
        {
            throw Failure(code: Failure.findings, messages: blindness.messages)
        }
        if blindness.isFailure { throw Failure(code: Failure.data, messages: blindness.messages) }
    }

    /// What the ledger holds open that this run does not tell again.
    private func stillOpen(
        _ opened: Trail, beside told: [Finding], _ known: [String: LedgerState]
    ) throws -> [Severity: Int] {
        var open: [Severity: Int] = [:]
        for (_, name, count) in try opened.catalog.openFindings() {
            if let severity = Severity(name: name) { open[severity, default: 0] += count }
        }
        for state in told.compactMap({ known[$0.id] }) where state.status == "open" {
            if let severity = Severity(name: state.severity) { open[severity, default: 0] -= 1 }
        }
        return open
    }

    /// Tells what a job would have told, if that is asked for.
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
        let report = try backtest.report(width: width, newest: newest, isQuiet: trail.quiet) { asOf in
            try DetectionRun.run(
                detectors, on: opened, policy.settings.clients, asOf: asOf, since: .before(width),
                hiding: policy.allowlist, isQuiet: true)
        }
        try output.write { place in try report?.print(as: format, to: place) }
        if let failOn, let worst = report?.worst, worst >= failOn { throw Failure(code: Failure.findings) }
        return true
    }

    /// Where a scheduled run begins that says nothing else: a day before its end, or earlier if the runs before it left
    /// something out.
    private func unseen(_ opened: Trail) throws -> SinceOption? {
        guard new, semantics == .gap, let seen = try opened.catalog.seenUntil() else { return nil }
        let end = try asOf?.micros ?? opened.catalog.newest() ?? 0
        let late = try [opened.catalog.lateFrom(), opened.catalog.lateSpans(recent: 0).first?.lowerBound]
            .compactMap { $0 }.min()
        // What a finding rests on may have changed with them.
        let touched = try late.flatMap { try opened.catalog.firstSeen(ofOpenFindingsAt: $0) }
        let first = try [opened.catalog.unseenSpans().first?.lowerBound, late, touched].compactMap { $0 }
            .reduce(seen, min)
        return first < end.minus(DetectionWindow.recent) ? .time(first) : nil
    }

    /// Writes the report, the files beside it first; false if nobody read it to its end. Counts and pages tell the
    /// whole window, also when only what is new is told: they would forget what is still so.
    private func write(_ report: DetectionReport, _ whole: DetectionReport, _ facts: TrailFacts) throws -> Bool {
        func shown(as format: FindingsFormat) -> DetectionReport {
            format.tellsOfTrail ? whole : report
        }
        for also in output.also {
            let file = try Output.file(also.path)
            try shown(as: also.format).print(as: also.format, facts, to: file)
            try file.finish()
        }
        // A scheduled job is quiet when all is well.
        if trail.quiet, output.format == .text, report.findings.isEmpty { return true }
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

    /// Notes the run in the ledger. A trail that may only be read has none; the literal semantics is a question, and
    /// its answers are no findings to keep.
    private func record(
        _ all: [Finding], _ report: DetectionReport, told: [Finding], over: [Finding], _ policy: PolicyFile,
        _ opened: Trail
    ) throws {
        guard semantics == .gap else { return }
        var run = RunRecord(
            startedAt: Clock.now(), asOf: report.window.asOf, windowFrom: report.window.from,
            // That a blindness is over is told, not taken back in silence.
            detectors: report.results.filter {
                $0.isEvaluable && !$0.isCut && $0.detector != BlindSpot.card.id
            }.map(\.detector),
            count: all.count, isTold: new
        ) { all[$0].ledgerEntry }
        run.policy = policy.fingerprint
        run.isTrial = self.policy.policy != nil
        run.lastBatch = try opened.catalog.lastBatch()
        run.lateFrom = try opened.catalog.lateFrom()
        var words: [String: String] = [:]
        for finding in told { words[finding.id] = finding.words }
        do {
            // All is read; the WAL can be emptied afterwards.
            try opened.catalog.endSnapshot()
            try requireOwner(folder: opened.path)
            try asOwner(of: opened.path) {
                let ledger = try Catalog.ledger(path: opened.catalog.path)
                try ledger.record(run, told: words)
                for finding in over {
                    _ = try ledger.change(
                        finding: finding.id, to: "resolved", at: run.startedAt, by: nil,
                        note: "a run could judge again")
                }
                // Somebody else may be reading: then the WAL stays for the next one to empty.
                try? ledger.close()
            }
        } catch {
            if new { throw error }
            try remark("this run is not noted: \(error)")
        }
    }

    private func remark(_ text: String) throws {
        guard !trail.quiet else { return }
        let output = Output.standardError()
        try output.line(SafeText.visible(text))
        try output.finish()
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
