internal import Catalog
internal import Detection
internal import Events
internal import Model
internal import Trail

/// Why a run could not see what it was to judge. A job that is blind says so, whatever it was told to keep to itself.
package struct Blindness: Sendable {
    /// Sentences; none if the run could see.
    package private(set) var reasons: [String] = []
    /// Whether the run ends with exit code 65. Somebody who looks at a trail without events is answered all the same.
    package private(set) var isFailure = false

    /// - Parameters:
    ///   - report: what the detectors said, before what was reported is left out.
    ///   - beside: what `BlindSpot` said where it is not among the detectors.
    ///   - isScheduled: whether it is a job that looks at what is new; somebody who looks may look at any time.
    ///   - mustSee: whether there must be events in the time that it looks at.
    init(_ report: DetectionReport, beside: [Finding], isScheduled: Bool, mustSee: Bool) {
        let findings = report.results.filter { $0.detector == BlindSpot.card.id }.flatMap(\.findings) + beside
        let lasting = findings.filter { $0.status != .resolved }
        reasons = lasting.map(\.explanation)
        isFailure = isScheduled ? !lasting.isEmpty : lasting.contains { $0.class == BlindSpot.ofFailures }
        guard isScheduled, reasons.isEmpty else { return }
        if mustSee, let newest = report.newest, newest <= report.window.from {
            reasons.append(
                "There are no events in the time that was looked at: the newest is of \(secondsText(newest - 1)) UTC.")
        }
        if !report.results.isEmpty, report.results.allSatisfy({ !$0.isEvaluable }) {
            let why = report.results.flatMap(\.coverage).first.map { ": " + $0.text } ?? ""
            reasons.append("None of the rules that were asked for can judge anything\(why).")
        }
        isFailure = !reasons.isEmpty
    }

    /// Whether a job must find events: it looks up to now, give or take an hour, and jobs before it found some. Of an
    /// old log nobody expects news.
    static func mustSee(_ report: DetectionReport, in trail: Trail, now: Int64) throws -> Bool {
        guard let newest = report.newest, report.window.asOf.minus(now).magnitude < UInt64(Timestamp.hour) else {
            return false
        }
        return try trail.catalog.hasScheduledRun(over: newest - 1)
    }

    /// What standard error says of it.
    package var messages: [String] { reasons.map { "this run is blind: \($0)" } }

    /// What `BlindSpot` says of a run of other detectors, as far as it concerns them.
    static func beside(
        _ detectors: [any Detector], _ report: DetectionReport, on trail: Trail, _ clients: Clients
    ) throws -> [Finding] {
        let ids = Set(detectors.map { $0.card.id })
        guard !ids.contains(BlindSpot.card.id) else { return [] }
        let judge = detectors.compactMap { $0 as? FailedVerificationByIP }.first
        let spot = judge.map { BlindSpot($0.settings) } ?? BlindSpot()
        return try spot.detect(in: report.window, of: TrailHistory(trail, clients)).findings.filter {
            $0.class != BlindSpot.ofFailures || judge != nil
        }
    }

    /// Of the blindness that the ledger holds open what is over: the run looked, and sees.
    static func over(_ report: DetectionReport, in trail: Trail) throws -> [Finding] {
        guard let result = report.results.first(where: { $0.detector == BlindSpot.card.id }) else { return [] }
        let lasting = Set(result.findings.map(\.id))
        return try trail.catalog.openEntries(ofDetector: BlindSpot.card.id).filter { !lasting.contains($0.id) }.map {
            BlindSpot.over(
                $0.id, class: $0.class, entity: .init($0.entityType, $0.entity), title: $0.title,
                since: $0.firstSeen, asOf: report.window.asOf)
        }
    }
}
