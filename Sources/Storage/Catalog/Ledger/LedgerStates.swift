internal import Events
internal import Foundation
internal import GRDB
package import Model

/// A finding of the ledger with what became of it.
package struct LedgerFinding: Sendable {
    package var entry: LedgerEntry
    /// When a run found it last, by the clock, microseconds since the epoch.
    package var lastFoundAt: Int64
    /// What became of it, oldest first.
    package var changes: [Change] = []

    package struct Change: Sendable {
        package var at: Int64
        package var status: FindingStatus
        package var by: String?
        package var note: String?
    }
}

// A finding is open when a run finds it, or suppressed if an allowance hides it. Somebody resolves it; it opens again
// when it has become worse. It is retracted when a later run looks at its whole time and finds it no more.
extension Catalog {
    /// The findings, the latest first, with what became of each.
    package func findings() throws(CatalogError) -> [LedgerFinding] {
        try read("read findings") { db in
            var changes: [String: [LedgerFinding.Change]] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT * FROM main.finding_changes ORDER BY change_id")
            while let row = try rows.next() {
                let id: String = try row.value("finding_id")
                changes[id, default: []].append(
                    LedgerFinding.Change(
                        at: try row.time("at"), status: try row.status("status"), by: try row.value("by"),
                        note: try row.value("note")))
            }
            return try Row.fetchAll(
                db,
                sql: """
                    SELECT \(LedgerEntry.columns), started_at FROM main.findings JOIN main.runs ON run_id = last_run
                    ORDER BY last_seen DESC, finding_id
                    """
            ).map { row in
                let entry = try LedgerEntry(row)
                return LedgerFinding(
                    entry: entry, lastFoundAt: try row.time("started_at"), changes: changes[entry.id] ?? [])
            }
        }
    }

    /// Writes what became of a finding. Returns false if the ledger does not know it.
    package func change(
        finding id: String, to status: FindingStatus, at time: Int64, by: String?, note: String?
    ) throws(CatalogError) -> Bool {
        try write("change a finding") { db in
            try db.execute(
                sql: "UPDATE findings SET status = ? WHERE finding_id = ?", arguments: [status.rawValue, id])
            guard db.changesCount > 0 else { return false }
            try Self.note(id, status, at: time, by: by, note: note, db)
            return true
        }
    }

    /// Spans of event time after the first scheduled run at which no scheduled run has looked.
    package func unseenSpans() throws(CatalogError) -> [Range<Int64>] {
        try read("read runs") { db in
            var spans: [Range<Int64>] = []
            var seen: Int64?
            let rows = try Row.fetchCursor(
                db, sql: "SELECT window_from, as_of FROM main.runs WHERE is_told ORDER BY window_from, as_of")
            while let row = try rows.next() {
                let (from, to): (Int64, Int64) = (try row.time("window_from"), try row.time("as_of"))
                if let end = seen, from > end { spans.append(end..<from) }
                seen = max(seen ?? to, to)
            }
            return spans
        }
    }

    /// Spans of event time of which events came after scheduled runs had looked there, and at which none has looked
    /// since, by time. Of the last `recent` microseconds before the end of the last run nothing is said: the next one
    /// looks at them.
    package func lateSpans(recent: Int64) throws(CatalogError) -> [Range<Int64>] {
        guard let seen = try seenUntil() else { return [] }
        let waiting = try lateFrom()
        return try read("read runs") { db in
            var spans: [Range<Int64>] = []
            let rows = try Row.fetchCursor(
                db, sql: "SELECT window_from, as_of, late_from FROM main.runs WHERE is_told ORDER BY run_id")
            while let row = try rows.next() {
                let (from, to): (Int64, Int64) = (try row.time("window_from"), try row.time("as_of"))
                spans.removeAll { from <= $0.lowerBound && $0.upperBound <= to }
                let late = try row.int64IfAny("late_from", .time)
                if let late, late < from { spans.append(late..<from) }
            }
            if let waiting, waiting < seen.minus(recent) { spans.append(waiting..<seen) }
            return spans.sorted { ($0.lowerBound, $0.upperBound) < ($1.lowerBound, $1.upperBound) }
        }
    }

    /// The oldest event that came after the last scheduled run; nil if none did, or if there was no such run. Of the
    /// time before the first of these runs nobody asked: an archive that is read later is history, and no news.
    package func lateFrom() throws(CatalogError) -> Int64? {
        try read("read batches") { db in
            try db.number(
                "oldest_event", .time,
                sql: """
                    SELECT max(min(oldest_event), (SELECT min(window_from) FROM main.runs WHERE is_told))
                    FROM main.batches WHERE batch_id > (SELECT max(last_batch) FROM main.runs WHERE is_told)
                    """)
        }
    }

    /// The earliest beginning of an open finding that goes on over a time; nil if there is none.
    package func firstSeen(ofOpenFindingsAt time: Int64) throws(CatalogError) -> Int64? {
        try read("read findings") { db in
            try db.number(
                "first_seen", .time,
                sql: """
                    SELECT max(min(first_seen), (SELECT min(window_from) FROM main.runs WHERE is_told))
                    FROM main.findings
                    WHERE status = 'open' AND first_seen < ?1 AND last_seen >= ?1
                    """, arguments: [time])
        }
    }

    /// The number of the last batch.
    package func lastBatch() throws(CatalogError) -> Int64 {
        try read("read batches") { db in
            try db.number("batch_id", .number, sql: "SELECT ifnull(max(batch_id), 0) FROM main.batches") ?? 0
        }
    }

    /// Up to when the scheduled runs have looked, in event time; nil if there were none.
    package func seenUntil() throws(CatalogError) -> Int64? {
        try read("read runs") { db in
            try db.number("as_of", .time, sql: "SELECT max(as_of) FROM main.runs WHERE is_told")
        }
    }

    /// Which findings of others a run may change: all, or only those that were last found by its own policy.
    enum Judge {
        case all
        case ofPolicy(String)

        func mayChange(_ policy: String) -> Bool {
            if case .ofPolicy(let own) = self { own == policy } else { true }
        }
    }

    /// A scheduled run judges all, and so does any other as long as there are none and nobody tries a policy out:
    /// somebody who only looks, by another policy, must not close what the job has opened.
    static func judge(of run: RunRecord, _ db: Database) throws -> Judge {
        if run.isTold { return .all }
        let jobs = try Int64.fetchOne(db, sql: "SELECT count(*) FROM main.runs WHERE is_told") ?? 0
        return jobs == 0 && !run.isTrial ? .all : .ofPolicy(run.policy)
    }

    /// When somebody resolved the finding of a row last.
    static let resolvedAt = """
        (SELECT max(at) FROM main.finding_changes AS c
            WHERE c.finding_id = findings.finding_id AND c.status = 'resolved') AS resolved_at
        """

    static func save(
        _ finding: LedgerEntry, of run: RunRecord, _ runID: Int64, _ judge: Judge, _ db: Database
    ) throws {
        let time = run.startedAt
        let known = try db.cachedStatement(
            sql: """
                SELECT status, severity, policy, as_of, \(resolvedAt)
                FROM main.findings JOIN main.runs ON run_id = last_run WHERE finding_id = ?
                """)
        let old = try Row.fetchOne(known, arguments: [finding.id])
        // Who looks as of an earlier time knows less than the ledger does.
        if let old, try !judge.mayChange(old.value("policy")) || run.asOf < old.time("as_of") { return }
        var status = finding.status
        if let old, finding.status == .open {
            let state = LedgerState(
                status: try old.status("status"), severity: try old.severity("severity"), told: nil,
                resolvedAt: try old.int64IfAny("resolved_at", .time))
            if state.isSettled(severity: finding.severity, lastSeen: finding.lastSeen) { status = state.status }
            if state.status != status { try note(finding.id, status, at: time, by: nil, note: "found by a run", db) }
        }
        try db.cachedStatement(sql: upsert).execute(arguments: [
            finding.id, finding.detector, finding.class, finding.severity.name, status.rawValue, finding.entityType,
            Data(finding.entity.utf8), finding.firstSeen, finding.lastSeen, Data(finding.title.utf8), runID, runID,
            finding.body,
        ])
    }

    private static let upsert = """
        INSERT INTO findings (finding_id, detector, class, severity, status, entity_type, entity, first_seen,
            last_seen, title, first_run, last_run, body)
        VALUES (?, ?, ?, ?, ?, ?, CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), ?, ?, ?)
        ON CONFLICT (finding_id) DO UPDATE SET severity = excluded.severity, status = excluded.status,
            last_seen = excluded.last_seen, title = excluded.title, last_run = excluded.last_run, body = excluded.body
        """

    /// Takes back what the run would have found and did not: late events, or another policy, have changed it. A run
    /// that looks from an earlier time than the one that found it takes nothing back.
    static func retract(_ run: RunRecord, _ runID: Int64, _ judge: Judge, _ db: Database) throws {
        let rows = try Row.fetchAll(
            db,
            sql: """
                SELECT finding_id, policy FROM main.findings JOIN main.runs ON run_id = last_run
                WHERE status = 'open' AND last_run <> ? AND first_seen >= ? AND last_seen >= ? AND last_seen <= ?
                    AND as_of <= ? AND detector IN (\(databaseQuestionMarks(count: run.detectors.count)))
                """,
            // The first bound says the second as well; the second is the one that has an index. What goes on was seen
            // up to the end of its run.
            arguments: [runID, run.windowFrom, run.windowFrom, run.asOf, run.asOf]
                + StatementArguments(run.detectors))
        let take = try db.cachedStatement(sql: "UPDATE findings SET status = 'retracted' WHERE finding_id = ?")
        for row in rows {
            let id: String = try row.value("finding_id")
            guard try judge.mayChange(row.value("policy")) else { continue }
            try take.execute(arguments: [id])
            try note(
                id, .retracted, at: run.startedAt, by: nil,
                note: "a run that looked at all of its time found it no more: later events, or another policy", db)
        }
    }

    private static func note(
        _ id: String, _ status: FindingStatus, at time: Int64, by: String?, note: String?, _ db: Database
    ) throws {
        try db.execute(
            sql: "INSERT INTO finding_changes (finding_id, at, status, by, note) VALUES (?, ?, ?, ?, ?)",
            arguments: [id, time, status.rawValue, by, note])
    }
}

extension LedgerEntry {
    /// What is read of a finding; texts of the log as bytes, since read as texts they would end at a NUL.
    static let columns = """
        finding_id, detector, class, severity, entity_type, CAST(entity AS BLOB) AS entity, first_seen, last_seen,
        CAST(title AS BLOB) AS title, body, findings.status
        """

    init(_ row: Row) throws {
        self.init(
            id: try row.value("finding_id"), detector: try row.value("detector"), class: try row.value("class"),
            severity: try row.severity("severity"), entityType: try row.value("entity_type"),
            entity: try row.text("entity"), firstSeen: try row.time("first_seen"),
            lastSeen: try row.time("last_seen"), title: try row.text("title"), body: try row.value("body"),
            status: try row.status("status"))
    }
}
