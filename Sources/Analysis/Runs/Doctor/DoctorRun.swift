internal import Catalog
package import Detection
package import Events
package import Model
package import Policies
package import Trail

/// Scores a trail for detection: runs all rules over it, and asks what they had to judge by. It writes nothing.
package struct DoctorRun {
    package var policy: PolicyFile
    /// Just after the newest event unless given, microseconds.
    package var asOf: Int64?
    /// All of the log unless given.
    package var since = WindowStart.start
    /// Of a log with more events the last days that have no more, and one day at least, are what rules run over and
    /// tokens are looked at: over all of a large log that takes minutes, and says the same of what it lacks.
    package var mostEvents: Int64 = 500_000
    /// The rules that say more of what a log lacks than their needs do; of a larger log only these run.
    private static let telling: Set = [
        DormantTokenReactivation.card.id, FailedVerificationByIP.card.id, AuthModeViolation.card.id,
        RateLimitBreach.card.id,
    ]

    package init(_ policy: PolicyFile) { self.policy = policy }

    /// Throws what a run of the detectors throws. `progress` is told how many detectors are done.
    package func checkup(
        of trail: Trail, progress: @Sendable (Int) -> Void = { _ in }
    ) throws -> Checkup {
        let clients = policy.settings.clients
        var run = DetectionRun(Detectors.all(policy.settings), clients, asOf: asOf, since: since)
        run.allowlist = policy.allowlist
        let window = try run.window(trail.catalog.newest(), trail.catalog.coverage())
        let from = max(window.from, try begins(trail, window))
        let isCut = from > window.from
        if isCut {
            run.since = .time(from)
            run.detectors.removeAll { !Self.telling.contains($0.card.id) }
        }
        let report = try run.report(on: trail, progress: progress)
        let diagnosis = try Diagnosis(
            policy.settings, report.results, ranIn: report.window, LogSystem.all(of: trail), in: window,
            of: TrailHistory(trail, clients))
        return try Checkup(
            diagnosis, findings: isCut ? nil : report.findings.map(\.severity), intake: Checkup.Intake(trail))
    }

    /// Where the last days begin that have no more events than the rules are to run over.
    private func begins(_ trail: Trail, _ window: DetectionWindow) throws -> Int64 {
        var left = mostEvents, begins = Int64.max
        for (day, events) in try trail.catalog.eventsByDay(of: .all).reversed() {
            guard Timestamp.start(ofDay: day) < window.to else { continue }
            left -= events
            if left < 0, begins != .max { break }
            begins = Timestamp.start(ofDay: day)
        }
        // Before the first event there is nothing to leave out.
        return left < 0 ? begins : window.from
    }
}

/// What the doctor has to say of a trail.
package struct Checkup: Sendable {
    package var diagnosis: Diagnosis
    /// The severities of what the rules found, worst first; nil if not all of them ran.
    package var findings: [Severity]?
    package var intake: Intake

    package init(_ diagnosis: Diagnosis, findings: [Severity]?, intake: Intake) {
        (self.diagnosis, self.findings, self.intake) = (diagnosis, findings, intake)
    }

    /// What came of the lines that were read.
    package struct Intake: Sendable {
        package var read: Int64 = 0
        package var quarantined: Int64 = 0
        package var skipped: Int64 = 0
        /// Of those that were skipped, the ones of types that the mapping does not know.
        package var unmapped: Int64 = 0
        /// Why lines are no events, the most frequent first.
        package var reasons: [(reason: String, lines: Int64)] = []

        /// Types of records that the mapping does not know, the most frequent first.
        package var unmappedTypes: [(type: String, records: Int64)] = []

        package init() {}

        package init(_ trail: Trail) throws {
            for source in try trail.catalog.sources() {
                read += source.counts.lines
                quarantined += source.counts.quarantined
                skipped += source.counts.skipped
                unmapped += source.counts.unmapped
            }
            let unknown = try trail.catalog.recordTypes().filter { $0.unmapped > 0 }
            unmappedTypes = unknown.map { ($0.type, $0.unmapped) }
                .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
            let fields = try trail.catalog.quarantinedFields().map { ("\($0.reason) \($0.field)", $0.lines) }
            let whole = try trail.catalog.quarantineByReason().filter { reason in
                !fields.contains { $0.0.hasPrefix(reason.reason + " ") }
            }
            reasons = (fields.map { ($0.0, $0.1) } + whole.map { ($0.reason, $0.lines) })
                .sorted { ($1.1, $0.0) < ($0.1, $1.0) }
        }
    }
}
