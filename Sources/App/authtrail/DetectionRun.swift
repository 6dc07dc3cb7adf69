internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Reports
internal import Trail

/// One run of detectors over a trail, shared by `detect`, `explain`, `export dashboard` and `demo`. Only `detect`
/// prints what the log lacks (`tellsMissing`), which costs a scan.
enum DetectionRun {
    /// What is done at the same time as others.
    private enum Step: Sendable { case coverage, detector(any Detector) }

    private struct Done: Sendable {
        var missing: FieldCoverage?
        var result: DetectionResult?
    }

    static func run(
        _ detectors: [any Detector], on trail: Trail, _ clients: Clients, asOf: Int64?, since: SinceOption?,
        hiding allowlist: Allowlist = Allowlist(), tellsMissing: Bool = false, isQuiet: Bool
    ) throws -> DetectionReport {
        let coverage = try trail.catalog.coverage()
        let newest = try trail.catalog.newest()
        let end = asOf ?? newest ?? 0
        let oldest = coverage?.lowerBound ?? end
        var from = since.map { $0.start(end: end, oldest: min(oldest, end)) } ?? end.minus(DetectionWindow.recent)
        if from > end {
            let (since, asOf) = (Timestamp.text(from), Timestamp.text(end))
            throw ValidationError("--since \(since) lies after the end of the window, \(asOf); give an earlier one")
        }
        from = max(from, 0)
        let window = DetectionWindow(from: from, to: end, asOf: end)
        let ahead = tellsMissing ? try Ahead(of: Clock.now(), asOf: asOf, trail) : nil
        let history = TrailHistory(trail, clients, aheadFrom: ahead?.from)
        let progress = Progress.standardError(
            "detect", total: nil, unit: "of \(detectors.count) detectors", quiet: isQuiet)
        defer { progress.finish() }
        let steps = (tellsMissing ? [Step.coverage] : []) + detectors.map(Step.detector)
        let done = try SideBySide.map(steps) { step in
            switch step {
            case .coverage: Done(missing: try FieldCoverage(detectors.map(\.card), in: window, of: history))
            case .detector(let detector): Done(result: try detector.detect(in: window, of: history))
            }
        } progress: { count in
            progress.update(bytes: 0, count: Int64(min(count, detectors.count)))
        }
        let missing = done.compactMap(\.missing).first
        var results = done.compactMap(\.result)
        if let ahead {
            for place in detectors.indices where !detectors[place].card.needsPast {
                results[place].add(ahead: try detectors[place].detect(in: ahead.window, of: ahead.history(history)))
            }
        }
        for place in detectors.indices { results[place].coverage += missing?.notes(for: detectors[place].card) ?? [] }
        let beginning = try history.beginning
        var report = DetectionReport(
            window: window, results: results, asOfIsNewest: asOf == nil, oldest: beginning?.begins)
        report.newest = newest
        if tellsMissing {
            for source in try trail.catalog.sources() {
                report.lines += source.counts.lines
                report.quarantined += source.counts.quarantined
            }
            // Of a damaged one the lines before the damage are read, and what has no event is in quarantine.
            report.notRead = try trail.catalog.inputProblems().filter { ![.damaged, .blind].contains($0.kind) }
                .map { ($0.path, $0.reason) }
            report.strays = beginning?.strays
            report.ahead = ahead.map { ($0.events, $0.last) }
        }
        report.hide(allowlist)
        return report
    }
}
