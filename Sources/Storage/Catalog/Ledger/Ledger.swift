internal import Events
internal import GRDB
package import Model

/// A finding as the ledger keeps it. The catalog does not look into `body`.
package struct LedgerEntry: Sendable, Equatable {
    package var id: String
    package var detector: String
    package var `class`: String
    package var severity: Severity
    package var entityType: String
    package var entity: String
    /// Microseconds since the epoch.
    package var firstSeen: Int64
    package var lastSeen: Int64
    package var title: String
    /// The whole finding as JSON.
    package var body: String
    /// `open` or `suppressed`, as a run finds it; the ledger knows `retracted` and `resolved` as well.
    package var status: FindingStatus

    package init(
        id: String, detector: String, class: String, severity: Severity, entityType: String, entity: String,
        firstSeen: Int64, lastSeen: Int64, title: String, body: String, status: FindingStatus = .open
    ) {
        self.status = status
        self.id = id
        self.detector = detector
        self.class = `class`
        self.severity = severity
        self.entityType = entityType
        self.entity = entity
        self.firstSeen = firstSeen
        self.lastSeen = lastSeen
        self.title = title
        self.body = body
    }
}

/// What the ledger knows of a finding.
package struct LedgerState: Sendable {
    package var status: FindingStatus
    package var severity: Severity
    /// The words in which somebody was told it, see `Catalog.record`; nil if nobody was.
    package var told: String?
    /// When somebody resolved it last, by the clock, microseconds since the epoch.
    package var resolvedAt: Int64?

    /// Whether what somebody resolved stays so: it has not become worse, and does not go on for a day and more after
    /// that.
    package func isSettled(severity other: Severity, lastSeen: Int64) -> Bool {
        guard status == .resolved else { return false }
        return other <= severity && resolvedAt.map { lastSeen <= $0.plus(Timestamp.day) } ?? true
    }
}

/// One run of the detectors: when, over what, and what it found.
package struct RunRecord: Sendable {
    package var startedAt: Int64
    package var asOf: Int64
    package var windowFrom: Int64
    package var detectors: [String]
    /// How many findings there are.
    package var count: Int
    /// Makes the entry of one: a flood of findings need not be in memory twice.
    package var entry: @Sendable (Int) -> LedgerEntry
    /// Whether somebody was told what it found, as a scheduled run does.
    package var isTold: Bool
    /// Names the policy by which it judged.
    package var policy = ""
    /// Whether it only tried that policy out.
    package var isTrial = false
    /// The last batch that it knew of.
    package var lastBatch: Int64 = 0
    /// The oldest event that came after the scheduled run before it.
    package var lateFrom: Int64?

    /// - Parameter detectors: the ids of those that could judge: what others did not find is not taken back.
    package init(
        startedAt: Int64, asOf: Int64, windowFrom: Int64, detectors: [String], count: Int, isTold: Bool = false,
        entry: @escaping @Sendable (Int) -> LedgerEntry
    ) {
        self.isTold = isTold
        self.startedAt = startedAt
        self.asOf = asOf
        self.windowFrom = windowFrom
        self.detectors = detectors
        self.count = count
        self.entry = entry
    }
}

extension Catalog {
    /// What the ledger knows of some findings, by id; those that it does not know are left out.
    package func states(of ids: [String]) throws(CatalogError) -> [String: LedgerState] {
        try read("read what is known of findings") { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT status, severity, told, \(Self.resolvedAt) FROM main.findings WHERE finding_id = ?
                    """)
            var states: [String: LedgerState] = [:]
            for id in ids {
                guard let row = try Row.fetchOne(statement, arguments: [id]) else { continue }
                states[id] = LedgerState(
                    status: try row.status("status"), severity: try row.severity("severity"),
                    told: try row.value("told"),
                    resolvedAt: try row.int64IfAny("resolved_at", .time))
            }
            return states
        }
    }

    /// Writes a run and its findings. `told` holds the ids and words of those that somebody was told and need not be
    /// told again; it is to be called after they were.
    package func record(_ run: RunRecord, told: [String: String]) throws(CatalogError) {
        try write("record a run") { db in
            try db.execute(
                sql: """
                    INSERT INTO runs (started_at, as_of, window_from, detectors, findings, new_findings, is_told,
                        policy, last_batch, late_from)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    run.startedAt, run.asOf, run.windowFrom, run.detectors.joined(separator: ","), run.count,
                    told.count, run.isTold, run.policy, run.lastBatch, run.lateFrom,
                ])
            let runID = db.lastInsertedRowID
            let judge = try Self.judge(of: run, db)
            for place in 0..<run.count { try Self.save(run.entry(place), of: run, runID, judge, db) }
            try Self.retract(run, runID, judge, db)
            let tell = try db.cachedStatement(sql: "UPDATE findings SET told = ? WHERE finding_id = ?")
            for (id, words) in told { try tell.execute(arguments: [words, id]) }
        }
    }

    /// The findings that runs have reported, by status.
    package func findingsByStatus() throws(CatalogError) -> [(
        status: FindingStatus, severity: Severity, findings: Int64
    )] {
        try read("count findings") { db in
            try Row.fetchAll(
                db,
                sql:
                    """
                    SELECT status, severity, count(*) AS findings FROM main.findings
                    GROUP BY status, severity ORDER BY status, severity
                    """
            ).map { try ($0.status("status"), $0.severity("severity"), $0.count("findings")) }
        }
    }

    /// How many findings of each detector and severity nobody has resolved, suppressed or taken back.
    package func openFindings() throws(CatalogError) -> [(detector: String, severity: Severity, findings: Int)] {
        try read("count open findings") { db in
            try Row.fetchAll(
                db,
                sql:
                    """
                    SELECT detector, severity, count(*) AS findings FROM main.findings WHERE status = 'open'
                    GROUP BY detector, severity ORDER BY detector, severity
                    """
            ).map { try ($0.value("detector"), $0.severity("severity"), Int($0.count("findings"))) }
        }
    }

    /// When detectors last ran and as of when, or nil if never.
    package func lastRun() throws(CatalogError) -> (startedAt: Int64, asOf: Int64, runs: Int64)? {
        try read("find the last run") { db in
            try Row.fetchOne(
                db,
                sql:
                    """
                    SELECT started_at, as_of, (SELECT count(*) FROM main.runs) AS runs FROM main.runs
                    ORDER BY run_id DESC LIMIT 1
                    """
            ).map { try ($0.time("started_at"), $0.time("as_of"), $0.value("runs")) }
        }
    }
}
