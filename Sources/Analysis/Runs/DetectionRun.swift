internal import Catalog
package import Detection
package import Events
internal import Model
package import Trail

/// One run of detectors over a trail. It writes nothing: `LedgerRun` does.
package struct DetectionRun {
    package var detectors: [any Detector]
    package var clients: Clients
    /// Just after the newest event unless given, microseconds.
    package var asOf: Int64?
    /// A day before that unless given.
    package var since: WindowStart?
    package var allowlist = Allowlist()
    /// Says what the log lacks and what lies ahead of this clock, which costs a scan; nil to leave that out.
    package var clock: Int64?

    package init(
        _ detectors: [any Detector], _ clients: Clients, asOf: Int64? = nil, since: WindowStart? = nil
    ) {
        (self.detectors, self.clients, self.asOf, self.since) = (detectors, clients, asOf, since)
    }

    /// What is done at the same time as others.
    private enum Step: Sendable { case coverage, detector(any Detector) }

    private struct Done: Sendable {
        var missing: FieldCoverage?
        var result: DetectionResult?
    }

    /// Throws `RunError` for a window that ends before it begins, and what the trail throws. `progress` is told how
    /// many detectors are done.
    package func report(
        on trail: Trail, progress: @Sendable (Int) -> Void = { _ in }
    ) throws -> DetectionReport {
        let newest = try trail.catalog.newest()
        let window = try window(newest, try trail.catalog.coverage())
        let ahead = try clock.flatMap { try Ahead(of: $0, asOf: asOf, trail) }
        let history = TrailHistory(trail, clients, aheadFrom: ahead?.from)
        let (missing, results) = try judge(window, history, ahead, progress)
        let beginning = try history.beginning
        var report = DetectionReport(
            window: window, results: results, asOfIsNewest: asOf == nil, oldest: beginning?.begins)
        for place in detectors.indices {
            report.results[place].coverage += missing?.notes(for: detectors[place].card) ?? []
        }
        report.newest = newest
        if clock != nil {
            try report.addWhatIsMissing(in: trail)
            report.strays = beginning?.strays
            report.ahead = ahead.map { ($0.events, $0.last) }
        }
        report.hide(allowlist)
        report.tellFactsOnce()
        return report
    }

    func window(_ newest: Int64?, _ coverage: Range<Int64>?) throws(RunError) -> DetectionWindow {
        let end = asOf ?? newest ?? 0
        let oldest = coverage?.lowerBound ?? end
        let from = since.map { $0.start(end: end, oldest: min(oldest, end)) } ?? end.minus(DetectionWindow.recent)
        guard from <= end else { throw .startsAfterEnd(start: from, end: end) }
        return DetectionWindow(from: max(from, 0), to: end, asOf: end)
    }

    private func judge(
        _ window: DetectionWindow, _ history: TrailHistory, _ ahead: Ahead?, _ progress: @Sendable (Int) -> Void
    ) throws -> (missing: FieldCoverage?, results: [DetectionResult]) {
        let detectors = detectors
        let steps = (clock == nil ? [] : [Step.coverage]) + detectors.map(Step.detector)
        let done = try SideBySide.map(steps) { step in
            switch step {
            case .coverage: Done(missing: try FieldCoverage(detectors.map(\.card), in: window, of: history))
            case .detector(let detector): Done(result: try detector.detect(in: window, of: history))
            }
        } progress: { count in
            progress(min(count, detectors.count))
        }
        var results = done.compactMap(\.result)
        if let ahead {
            for place in detectors.indices where !detectors[place].card.needsPast {
                results[place].add(ahead: try detectors[place].detect(in: ahead.window, of: ahead.history(history)))
            }
        }
        return (done.compactMap(\.missing).first, results)
    }
}

extension DetectionReport {
    /// What no detector sees of what was read, and what could not be read.
    fileprivate mutating func addWhatIsMissing(in trail: Trail) throws {
        for source in try trail.catalog.sources() {
            lines += source.counts.lines
            quarantined += source.counts.quarantined
        }
        // Of a damaged one the lines before the damage are read, and what has no event is in quarantine.
        notRead = try trail.catalog.inputProblems().filter { ![.damaged, .blind].contains($0.kind) }
            .map { ($0.path, $0.reason) }
    }
}
