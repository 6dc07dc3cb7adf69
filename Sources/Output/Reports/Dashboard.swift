package import Console
internal import Detection
package import Events
internal import Model
internal import Queries
package import Runs
package import Trail

/// What a dashboard draws, in one JSON document; its schema stands in Docs/json.md.
package struct Dashboard {
    /// Days of the daily series, and rows of the lists.
    private static let days: Int64 = 90
    private static let rows = 20

    private let trail: Trail
    private let report: DetectionReport
    private let clients: Clients

    package init(_ trail: Trail, _ report: DetectionReport, _ clients: Clients) {
        (self.trail, self.report, self.clients) = (trail, report, clients)
    }

    /// Daily counts by kind and failures by reason over 90 days, the addresses that failed most over 24 hours, tokens
    /// that woke up, and the open findings.
    package func json() throws -> JSONValue {
        let runner = try QueryRunner(trail, clients)
        let asOf = Timestamp.text(report.window.asOf)
        return .object([
            .init("schema_version", 1),
            .init("as_of", .string(asOf)),
            .init("window", ["from": .string(Timestamp.text(report.window.from)), "to": .string(asOf)]),
            .init("events_by_day", try rows(runner.run(sql: byDay))),
            .init("failures_by_reason", try rows(runner.run(sql: byReason))),
            .init("top_failing_ips", try topFailing(runner)),
            .init("dormant_tokens", try dormant(runner, asOf)),
            .init("findings_by_severity", severities),
            .init("findings", .array(report.findings.map(\.json))),
        ])
    }

    /// The days before that of `as_of`, from the rollups, and the part of that day which lies before it.
    private var days: (first: String, last: String, midnight: Int64) {
        let day = Timestamp.day(of: report.window.asOf)
        let first = Timestamp.day(of: max(0, report.window.asOf - Self.days * Timestamp.day))
        return (Timestamp.dayText(first), Timestamp.dayText(day), Timestamp.start(ofDay: day))
    }

    private var byDay: String {
        """
        SELECT date, event, sum(events) AS events FROM (
            SELECT date, event, events FROM event_days WHERE date >= '\(days.first)' AND date < '\(days.last)'
            UNION ALL SELECT date, event, 1 FROM events
            WHERE ts_us >= \(days.midnight) AND ts_us < \(report.window.asOf))
        GROUP BY date, event ORDER BY date, event
        """
    }

    private var byReason: String {
        """
        SELECT date, sum(expired) AS expired, sum(missing_scope) AS missing_scope, sum(hash_mismatch) AS hash_mismatch,
            sum(other) AS other
        FROM (
            SELECT date, expired, missing_scope, hash_mismatch, other FROM ip_hours
            WHERE date >= '\(days.first)' AND date < '\(days.last)'
            UNION ALL
            SELECT date, reason = 'expired', reason = 'missing_scope', reason = 'hash_mismatch',
                reason NOT IN ('expired', 'missing_scope', 'hash_mismatch')
            FROM events WHERE event = 'failed' AND ts_us >= \(days.midnight) AND ts_us < \(report.window.asOf))
        GROUP BY date ORDER BY date
        """
    }

    private func topFailing(_ runner: QueryRunner) throws -> JSONValue {
        let from = report.window.asOf.minus(Timestamp.day)
        return try rows(
            runner.run(
                sql: """
                    SELECT ip, failures, credentials, reasons, user_agents, first_seen, last_seen
                    FROM failures_by_ip('1h', \(from), \(report.window.asOf), 1, \(Self.rows))
                    ORDER BY failures DESC, credentials DESC, ip NULLS LAST LIMIT \(Self.rows)
                    """))
    }

    private func dormant(_ runner: QueryRunner, _ asOf: String) throws -> JSONValue {
        let query = try NamedQuery.named("dormant-tokens-gap")
        return try rows(runner.run(query, ["as_of": asOf], newest: report.window.asOf))
    }

    private var severities: JSONValue {
        .object(
            Severity.allCases.reversed().map { severity in
                .init(severity.name, .int(Int64(report.findings.count { $0.severity == severity })))
            })
    }

    private func rows(_ result: QueryResult) throws -> JSONValue {
        let table = result.table("")
        var rows: [JSONValue] = []
        try table.eachRow { row in rows.append(.object(zip(table.columns, row).map { .init($0.name, $1.json) })) }
        return .array(rows)
    }
}
