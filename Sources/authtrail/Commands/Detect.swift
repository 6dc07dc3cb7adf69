internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Reports
internal import Trail

/// `authtrail detect [ID…]`
struct Detect: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Say what is wrong: run the detectors over the last 24 hours before a time.",
        discussion: """
            Findings are verdicts with reasons, worst first. The same trail and the same --as-of give the same bytes. \
            Each run is noted in the catalog, so that --new tells only what no earlier run has told.

            EXAMPLES
              authtrail detect
              authtrail detect --since 7d
              authtrail detect --since start --format json -o findings.json
              authtrail detect dormant-token-reactivation --as-of 2026-04-26T03:00:00Z
              authtrail detect dormant-token-reactivation --semantics literal
              authtrail detect --new --fail-on high     (for cron: exit 1 only when there is something new)
            """)

    @Argument(
        help: ArgumentHelp("Detectors to run; all of them if none is named (authtrail detectors).", valueName: "id"))
    var ids: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp("Look at events before this time (default: just after the newest event).", valueName: "time")
    )
    var asOf: TimeOption?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where the window begins: a time, a span such as 7d, or start (default 24h).", valueName: "t"))
    var since: SinceOption?

    @Option(name: .long, help: "gap: every reactivation; literal: used in the window, not in the 90 days before it.")
    var semantics: DormancySemantics = .gap

    @Flag(name: .long, help: "Only findings that no earlier run has told.")
    var new = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Exit 1 if a finding is at least this severe: info, low, medium, high, critical.", valueName: "severity"))
    var failOn: Severity?

    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        var settings = DetectorSettings()
        settings.dormantTokenReactivation.semantics = semantics.value
        let detectors = try Detectors.named(ids, settings)
        let opened = try trail.open()
        var report = try DetectionRun.run(
            detectors, on: opened, asOf: asOf?.micros, since: since, isQuiet: trail.quiet)
        let told = try record(report, opened)
        if new {
            report.onlyNew = true
            for place in report.results.indices { report.results[place].findings.removeAll { !told.contains($0.id) } }
        }
        // A scheduled job is quiet when all is well.
        let saysNothing = trail.quiet && output.format == .text && report.findings.isEmpty
        if !saysNothing { try output.write { try report.print(as: output.format, to: $0) } }
        if let failOn, report.findings.contains(where: { $0.severity >= failOn }) {
            throw Failure(code: Failure.findings)
        }
    }

    /// Notes the run in the ledger; returns the ids that are new. A trail that may only be read has no ledger.
    private func record(_ report: DetectionReport, _ opened: Trail) throws -> Set<String> {
        let run = RunRecord(
            startedAt: Clock.now(), asOf: report.window.asOf, windowFrom: report.window.from,
            detectors: report.results.map { $0.detector }, findings: report.findings.map(\.ledgerEntry))
        do {
            return try Catalog.ledger(path: opened.catalog.path).record(run)
        } catch {
            if new { throw error }
            try remark("this run is not noted: \(error)")
            return []
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
    public init?(argument: String) { self.init(name: argument) }
}

/// One run of detectors over a trail, shared by `detect`, `export dashboard` and `demo`.
enum DetectionRun {
    static func run(
        _ detectors: [any Detector], on trail: Trail, asOf: Int64?, since: SinceOption?, isQuiet: Bool
    ) throws -> DetectionReport {
        let coverage = try trail.catalog.coverage()
        let end = asOf ?? coverage?.upperBound ?? 0
        let oldest = coverage?.lowerBound ?? end
        let from = since.map { $0.start(end: end, oldest: oldest) } ?? end - DetectionWindow.recent
        let window = DetectionWindow(from: from, to: end, asOf: end)
        let history = TrailHistory(trail)
        let progress = Progress.standardError("detect", total: nil, unit: "detectors", quiet: isQuiet)
        defer { progress.finish() }
        var results: [DetectionResult] = []
        for detector in detectors {
            results.append(try detector.detect(in: window, of: history))
            progress.update(bytes: 0, count: Int64(results.count))
        }
        return DetectionReport(
            window: window, results: results, asOfIsNewest: asOf == nil, oldest: coverage?.lowerBound)
    }
}
