internal import Catalog
package import Detection
internal import Events
internal import Files
package import Model
package import Policies
package import Trail

/// A run of the detectors beside the ledger: what was reported before, what is settled, what has become worse, and what
/// to note once it is written. A command, a scheduled job and a server run the same.
package struct LedgerRun {
    /// What is asked for.
    package struct Request {
        package var detectors: [any Detector]
        package var policy: PolicyFile
        /// Whether the policy is tried out: such a run changes nothing that a job has found.
        package var isTrial = false
        package var asOf: Int64?
        package var since: WindowStart?
        /// A job: it reports only what no job before it has reported.
        package var isScheduled = false
        /// The literal question has answers that are no findings to keep.
        package var isLiteral = false
        /// The clock, microseconds.
        package var now: Int64

        package init(_ detectors: [any Detector], _ policy: PolicyFile, now: Int64) {
            (self.detectors, self.policy, self.now) = (detectors, policy, now)
        }
    }

    package let request: Request
    private let trail: Trail
    /// What is to be reported.
    package private(set) var report: DetectionReport
    /// The same with what earlier jobs have reported.
    package let whole: DetectionReport
    package let blindness: Blindness
    /// Of the blindness that the ledger holds open what is over.
    private let over: [Finding]
    /// Everything that the run found, also what an allowance hides.
    private let all: [Finding]
    private let known: [String: LedgerState]

    /// Throws what the trail and the detectors throw, and `RunError`.
    package init(_ request: Request, on trail: Trail, progress: @Sendable (Int) -> Void = { _ in }) throws {
        (self.request, self.trail) = (request, trail)
        var run = DetectionRun(request.detectors, request.policy.settings.clients, asOf: request.asOf)
        run.since = try request.since ?? Self.unseen(request, trail)
        run.allowlist = request.policy.allowlist
        run.clock = request.now
        var report = try run.report(on: trail, progress: progress)
        // Somebody who looks beside a job leaves it to the job to say that it sees again.
        let isJob = try request.isScheduled || trail.catalog.seenUntil() == nil
        over = try isJob && !request.isLiteral ? Blindness.over(report, in: trail) : []
        let known = try trail.catalog.states(of: (report.findings + over).map(\.id))
        // What has become worse since, or goes on, is open again.
        report.mark(.resolved) { finding in
            known[finding.id]?.isSettled(severity: finding.severity, lastSeen: finding.lastSeen) ?? false
        }
        blindness = Blindness(
            report, beside: try Blindness.beside(request.detectors, report, on: trail, run.clients),
            isScheduled: request.isScheduled,
            mustSee: try request.isScheduled && Blindness.mustSee(report, in: trail, now: request.now))
        all = report.findings + report.hidden.map(\.finding) + over
        whole = report
        self.known = known
        self.report = report
        if request.isScheduled { leaveOutWhatWasTold() }
    }

    private mutating func leaveOutWhatWasTold() {
        report.onlyNew = true
        for place in report.results.indices {
            report.results[place].findings.removeAll { finding in
                let state = known[finding.id]
                return finding.status == .resolved || state?.told == finding.words && state?.status != .resolved
            }
        }
        report.add(over)
    }

    /// Counts what the ledger holds open and this run does not tell again.
    package mutating func countStillOpen() throws {
        var open: [Severity: Int] = [:]
        for (_, severity, count) in try trail.catalog.openFindings() { open[severity, default: 0] += count }
        for state in report.findings.compactMap({ known[$0.id] }) where state.status == .open {
            open[state.severity, default: 0] -= 1
        }
        report.stillOpen = open
    }

    /// Whether a finding is at least so severe. A blindness has an exit code of its own.
    package func hasFinding(from severity: Severity) -> Bool {
        report.findings.contains {
            $0.severity >= severity && $0.status != .resolved && $0.detector != BlindSpot.card.id
        }
    }

    /// Where a job begins that says nothing else: a day before its end, or earlier if the jobs before it left something
    /// out.
    private static func unseen(_ request: Request, _ trail: Trail) throws -> WindowStart? {
        guard request.isScheduled, !request.isLiteral, let seen = try trail.catalog.seenUntil() else { return nil }
        let end = try request.asOf ?? trail.catalog.newest() ?? 0
        let late = try [trail.catalog.lateFrom(), trail.catalog.lateSpans(recent: 0).first?.lowerBound]
            .compactMap { $0 }.min()
        // What a finding rests on may have changed with them.
        let touched = try late.flatMap { try trail.catalog.firstSeen(ofOpenFindingsAt: $0) }
        let first = try [trail.catalog.unseenSpans().first?.lowerBound, late, touched].compactMap { $0 }
            .reduce(seen, min)
        return first < end.minus(DetectionWindow.recent) ? .time(first) : nil
    }

    /// Notes the run in the ledger, once what it reported is written: what could not be written was not reported.
    /// Throws what the catalog throws, and `FileError` for a trail that may only be read.
    ///
    /// - Parameter isRead: whether somebody read the report to its end.
    package func record(isRead: Bool) throws {
        guard !request.isLiteral else { return }
        var run = RunRecord(
            startedAt: request.now, asOf: whole.window.asOf, windowFrom: whole.window.from,
            // That a blindness is over is reported, not taken back in silence.
            detectors: whole.results.filter {
                $0.isEvaluable && !$0.isCut && $0.detector != BlindSpot.card.id
            }.map(\.detector),
            count: all.count, isTold: request.isScheduled
        ) { all[$0].ledgerEntry }
        run.policy = request.policy.fingerprint
        run.isTrial = request.isTrial
        run.lastBatch = try trail.catalog.lastBatch()
        run.lateFrom = try trail.catalog.lateFrom()
        var told: [String: String] = [:]
        if request.isScheduled, isRead { for finding in report.findings { told[finding.id] = finding.words } }
        // All is read; the WAL can be emptied afterwards.
        try trail.catalog.endSnapshot()
        try requireOwner(folder: trail.path)
        try asOwner(of: trail.path) {
            let ledger = try Catalog.ledger(path: trail.catalog.path)
            try ledger.record(run, told: told)
            for finding in isRead ? over : [] {
                _ = try ledger.change(
                    finding: finding.id, to: .resolved, at: run.startedAt, by: nil, note: "a run could judge again")
            }
            // Somebody else may be reading: then the WAL stays for the next one to empty.
            try? ledger.close()
        }
    }
}
