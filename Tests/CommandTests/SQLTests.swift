import Console
import Foundation
import Testing

/// SQL passes conditions down to segments and rollups; what it answers is what SQLite would find row by row.
struct SQLTests {
    let program = Program()

    private struct Use { let token: Int, day: Int }

    /// Numbers below a limit, the same ones for the same seed.
    private static func seeded(_ seed: UInt64) -> (Int) -> Int {
        var state = seed
        return { limit in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % limit
        }
    }

    /// Reads 180 events of 11 tokens on 14 days of May 2026, in three parts that each have events of all days.
    private func ingestSeeded() throws -> [Use] {
        let below = Self.seeded(7)
        var uses: [Use] = []
        for part in 0..<3 {
            let lines = (0..<60).map { _ -> String in
                let use = Use(token: below(11), day: 1 + below(14)), address = "203.0.113.\(below(4))"
                let time = String(
                    format: "2026-05-%02dT%02d:00:%02d.%06dZ", use.day, below(24), below(60), below(1_000_000))
                switch below(5) {
                case 0:
                    return
                        #"{"ts":"\#(time)","event":"failed","token_id":"t\#(use.token)","reason":"expired","ip":"\#(address)"}"#
                case 1: return #"{"ts":"\#(time)","event":"issued","token_id":"t\#(use.token)","principal":"p"}"#
                default:
                    uses.append(use)
                    return #"{"ts":"\#(time)","event":"used","token_id":"t\#(use.token)","ip":"\#(address)"}"#
                }
            }
            let log = program.write("part\(part).ndjson", lines.joined(separator: "\n") + "\n")
            #expect(try program.run("ingest", log, "-q").status == 0)
        }
        return uses
    }

    /// The rows of a statement, each as JSON.
    private func rows(_ sql: String) throws -> [String] {
        try program.json("query", sql)["rows"]?.elements?.map { $0.json() } ?? []
    }

    @Test(arguments: [
        ("events", "token_id IN ('t1', 't5', 'absent')"), ("events", "token_id IN ('t1', NULL, 't5')"),
        ("events", "token_id IN (SELECT token_id FROM tokens WHERE uses > 9)"), ("events", "token_id IN (7, 't2')"),
        ("events", "token_id NOT IN ('t1', 't2')"), ("events", "event IN ('failed', 'issued', 'nonsense')"),
        ("events", "event IN ('issued', 'used') AND token_id IN ('t3', 't4') AND ip IN ('203.0.113.1', '203.0.113.2')"),
        ("events", "token_id IN ('t1', 't2') OR ip IN ('203.0.113.1', '203.0.113.2')"),
        ("events", "token_id = 't1' OR token_id = 't2' OR ip = '203.0.113.3'"),
        ("events", "token_id IN ('t1', 't2') AND token_id IN ('t2', 't3')"),
        ("events", "token_id = 't1' AND token_id IN ('t2')"),
        ("events", "date IN ('2026-05-02', '2026-05-09')"), ("events", "tool IN ('a', 'b')"),
        ("token_days", "token_id IN ('t1', 't5', 'absent')"), ("token_days", "token_id IN ('t1', NULL, 't5')"),
        ("token_days", "token_id IN (SELECT token_id FROM tokens WHERE uses > 9)"),
        ("token_days", "token_id NOT IN ('t1', 't2')"), ("token_days", "date IN ('2026-05-02', '2026-05-09')"),
        ("token_days", "token_id IN ('t1', 't2') AND date >= '2026-05-07'"),
        ("token_days", "token_id IN ('t1', 't2') AND token_id IN ('t2', 't3')"),
        ("token_days", "token_id = 't9' OR date = '2026-05-03'"),
        ("token_days", "token_id IN ('t4', 't9') OR token_id = 't0' OR date IN ('2026-05-03', '2026-05-04')"),
        ("ip_hours", "ip IN ('203.0.113.1', '203.0.113.2')"), ("ip_hours", "date IN ('2026-05-02', '2026-05-09')"),
        ("ip_hours", "date = '2026-05-02' OR date >= '2026-05-11'"),
    ]) func `a list gives the rows that SQLite finds one by one`(table: String, condition: String) throws {
        _ = try ingestSeeded()
        let columns = [
            "events": "source, source_offset", "token_days": "first_use, token_id", "ip_hours": "date, hour, ip",
        ]
        let select = "SELECT *, \(columns[table] ?? "") FROM \(table)"
        // A plus before a column keeps its conditions from the table.
        let plain = condition.replacing(#/\b(token_id|event|ip|date|tool)\b(?= (IN|NOT IN|=|>=) )/#) {
            "+\($0.output.0)"
        }
        #expect(plain != condition)
        let found = try rows("\(select) WHERE \(condition) ORDER BY \(columns[table] ?? "")")
        let wanted = try rows("\(select) WHERE \(plain) ORDER BY \(columns[table] ?? "")")
        #expect(found == wanted)
        let all = try rows("\(select) ORDER BY \(columns[table] ?? "")")
        #expect(wanted.count < all.count && Set(wanted).isSubset(of: all))
        let isEmpty = condition.hasPrefix("tool") || condition.hasSuffix("= 't1' AND token_id IN ('t2')")
        #expect(wanted.isEmpty == isEmpty)
    }

    @Test func `a row that two conditions find is one row, and no other takes its place`() throws {
        let lines = ["a", "b", "c"].flatMap { token in
            (1...2).map { "{\"ts\":\"2026-05-0\($0)T10:00:00Z\",\"event\":\"used\",\"token_id\":\"\(token)\"}\n" }
        }
        #expect(try program.run("ingest", program.write("a.ndjson", lines.joined()), "-q").status == 0)
        for table in ["events", "token_days"] {
            let select = "SELECT date || token_id AS at FROM \(table) WHERE"
            #expect(
                try rows("\(select) token_id = 'b' OR date = '2026-05-01' ORDER BY 1") == [
                    #"{"at":"2026-05-01a"}"#, #"{"at":"2026-05-01b"}"#, #"{"at":"2026-05-01c"}"#,
                    #"{"at":"2026-05-02b"}"#,
                ])
        }
    }

    @Test(arguments: [
        "events WHERE token_id = NULL", "events WHERE ip = NULL", "events WHERE event = NULL",
        "events WHERE date = NULL",
        "events WHERE event_id = NULL", "events WHERE ts >= NULL", "events WHERE token_id IN (NULL)",
        "events WHERE token_id IN (SELECT NULL)", "events WHERE token_id NOT IN ('t1', NULL)",
        "token_days WHERE token_id = NULL", "token_days WHERE date < NULL", "token_days WHERE first_use >= NULL",
        "token_days WHERE token_id IN (NULL)", "ip_hours WHERE date = NULL", "ip_hours WHERE hour_start > NULL",
        "events AS a JOIN events AS b ON b.token_id = a.old_token_id",
        "tokens AS t JOIN events AS e ON e.ip = t.principal",
        "tokens AS t JOIN token_days AS d ON d.token_id = t.superseded_by",
        "(SELECT NULL AS day) AS n CROSS JOIN token_days AS d ON d.date = n.day",
    ]) func `nothing equals NULL`(rows: String) throws {
        _ = try ingestSeeded()
        #expect(try self.rows("SELECT count(*) AS n FROM \(rows)") == [#"{"n":0}"#])
    }

    @Test func `what is joined to nothing stays, with NULL beside it`() throws {
        let uses = try ingestSeeded()
        let sql =
            "SELECT count(*) AS n, count(d.uses) AS d FROM events AS e LEFT JOIN token_days AS d ON d.token_id = e.old_token_id"
        #expect(try rows(sql) == [#"{"n":180,"d":0}"#])
        #expect(uses.count > 90)
    }

    @Test func `a list with two ways to compose a character finds the tokens of both`() throws {
        let texts = ["\u{e9}", "e\u{301}", "e"]
        let lines = texts.map { "{\"ts\":\"2026-05-01T10:00:00Z\",\"event\":\"used\",\"token_id\":\"\($0)\"}\n" }
        #expect(try program.run("ingest", program.write("a.ndjson", lines.joined()), "-q").status == 0)
        for table in ["events", "token_days"] {
            let hex = "SELECT hex(token_id) AS id FROM \(table) WHERE token_id"
            #expect(
                try rows("\(hex) IN ('\u{e9}', 'e\u{301}') ORDER BY 1") == [#"{"id":"65CC81"}"#, #"{"id":"C3A9"}"#])
            #expect(try rows("\(hex) IN ('e\u{301}', 'x') ORDER BY 1") == [#"{"id":"65CC81"}"#])
            #expect(try rows("\(hex) IN ('\u{e9}', 'e') ORDER BY 1") == [#"{"id":"65"}"#, #"{"id":"C3A9"}"#])
        }
    }

    @Test func `an empty address is another than none, also where failures are counted by address`() throws {
        let addresses = ["\"\"", "null", "\"203.0.113.7\"", "null"]
        let lines = addresses.map {
            "{\"ts\":\"2026-05-01T10:00:00Z\",\"event\":\"failed\",\"token_id\":\"t\",\"reason\":\"expired\",\"ip\":\($0)}\n"
        }
        #expect(try program.run("ingest", program.write("a.ndjson", lines.joined()), "-q").status == 0)
        let report = try program.json("report", "failed-by-ip", "--set", "min_failures=1")["rows"]?.elements ?? []
        #expect(
            report.map { "\($0["ip"]?.text ?? "none") \($0["failures"]?.integer ?? 0)" } == [
                "none 2", " 1", "203.0.113.7 1",
            ])
    }

    // MARK: failures_by_ip

    /// 400 failures of six addresses, one of which is none, in 20 hours; times collide, and some windows end exactly
    /// where a failure lies.
    private func ingestFailures() throws {
        let below = Self.seeded(11)
        let lines = (0..<400).map { _ -> String in
            let minute = below(20 * 60)
            let time = String(format: "2026-05-01T%02d:%02d:00Z", minute / 60, minute % 60)
            let pick = below(12)
            let address = pick == 0 ? "null" : pick == 1 ? #""""# : "\"203.0.113.\(below(4))\""
            let credential = [
                #""token_id":"t\#(below(9))""#, #""presented":"p\#(below(9))","token_id":"x""#, #""tool":"a""#,
            ][below(3)]
            let agent = below(5) == 0 ? "null" : "\"agent/\(below(9))\""
            let reason = ["expired", "hash_mismatch", "missing_scope"][below(3)]
            return
                "{\"ts\":\"\(time)\",\"event\":\"failed\",\(credential),\"reason\":\"\(reason)\",\"ip\":\(address),\"user_agent\":\(agent)}\n"
        }
        #expect(try program.run("ingest", program.write("a.ndjson", lines.joined()), "-q").status == 0)
    }

    /// The rule as a comparison of every failure with every other.
    private func plainly(_ window: Int, _ since: Int, _ until: Int, _ fewest: Int) -> String {
        """
        WITH f AS MATERIALIZED (
            SELECT ip, coalesce(ip, 'none') AS who, ts_us AS ts, coalesce(presented, token_id) AS credential, reason, user_agent
            FROM events WHERE event = 'failed' AND +ts_us >= \(since) AND +ts_us < \(until)
        ), w AS (
            SELECT a.who, a.ts, (SELECT count(*) FROM f AS b
                WHERE b.who = a.who AND b.ts > a.ts - \(window) AND b.ts <= a.ts) AS failures,
                (SELECT count(DISTINCT credential) FROM f AS b
                WHERE b.who = a.who AND b.ts > a.ts - \(window) AND b.ts <= a.ts) AS credentials
            FROM f AS a
        )
        SELECT (SELECT ip FROM f WHERE f.who = w.who LIMIT 1) AS ip, max(failures) AS failures, max(credentials) AS credentials,
            (SELECT count(DISTINCT reason) FROM f WHERE f.who = w.who) AS reasons, time_text(min(ts)) AS first_seen,
            time_text(max(ts)) AS last_seen
        FROM w GROUP BY who HAVING max(failures) >= \(fewest) ORDER BY who
        """
    }

    @Test(arguments: [(1, 1), (60, 3), (59, 1), (61, 4), (600, 9), (5000, 1), (60, 1000)])
    func `failures_by_ip counts what comparing every failure with every other counts`(minutes: Int, fewest: Int) throws
    {
        try ingestFailures()
        // 1 May 2026, and three hours into it.
        let (day, three) = (1_777_593_600_000_000, 1_777_604_400_000_000)
        for (since, until) in [(0, Int(Int64.max)), (three, day + 15 * 3_600_000_000)] {
            let window = minutes * 60_000_000
            let found = try rows(
                """
                SELECT ip, failures, credentials, length(reasons) - length(replace(reasons, ',', '')) + 1 AS reasons,
                    first_seen, last_seen
                FROM failures_by_ip(\(window), \(since), \(until), \(fewest)) ORDER BY coalesce(ip, 'none')
                """)
            #expect(try found == rows(plainly(window, since, until, fewest)))
            #expect(found.isEmpty == (fewest == 1000))
        }
    }

    @Test func `a gap that is too short for the report is refused`() throws {
        #expect(try program.run("ingest", "-q", program.write("few.ndjson", threeLines)).status == 0)
        let run = try program.run("report", "dormant-tokens-gap", "--set", "idle=3h")
        #expect(run.status == 64, "\(run.errors)")
        #expect(run.errors.contains("1d or more"), "\(run.errors)")
        #expect(try program.run("report", "dormant-tokens-gap", "--set", "idle=1d").status == 0)
    }

    @Test func `arguments of failures_by_ip may be left out, written as people write them, or come from a table`()
        throws
    {
        try ingestFailures()
        let all = try rows("SELECT * FROM failures_by_ip ORDER BY ip")
        #expect(all.count == 6)
        #expect(try rows("SELECT * FROM failures_by_ip('1h') ORDER BY ip") == all)
        #expect(try rows("SELECT * FROM failures_by_ip('60min', '2026-05-01', '2026-05-02', 1) ORDER BY ip") == all)
        #expect(try rows("SELECT * FROM failures_by_ip(NULL)") == [])
        let most =
            #"SELECT n, max(failures) AS m FROM (SELECT 1 AS n UNION SELECT 5) JOIN failures_by_ip(n * 3600000000) GROUP BY n"#
        let wanted = try [1, 5].map {
            try rows("SELECT \($0) AS n, max(failures) AS m FROM failures_by_ip('\($0)h')")[0]
        }
        #expect(try rows(most) == wanted && wanted[0] != wanted[1])
        #expect(
            try rows(#"SELECT max(failures) AS m FROM failures_by_ip WHERE "window" IN (3600000000, 18000000000)"#)
                == rows("SELECT max(failures) AS m FROM failures_by_ip('5h')"))
    }

    @Test(arguments: [
        ("'soon'", "window"), ("0", "window"), ("-5", "window"), ("1.5", "window"), ("'1h', 'later'", "a time"),
        ("'1h', 0, 1, 'x'", "min_failures"),
    ]) func `an argument that means nothing is named`(arguments: String, name: String) throws {
        try ingestFailures()
        let run = try program.run("query", "SELECT * FROM failures_by_ip(\(arguments))")
        #expect(run.status == 64)
        #expect(run.errors.contains("\(name) cannot be"))
    }

    // MARK: Columns that were added

    @Test func `previous_day is the last day with a use before, whichever run read it`() throws {
        func ingest(_ name: String, _ uses: [(day: Int, token: String)]) throws {
            let lines = uses.map {
                "{\"ts\":\"2026-05-0\($0.day)T10:00:00Z\",\"event\":\"used\",\"token_id\":\"\($0.token)\"}\n"
            }
            #expect(try program.run("ingest", program.write(name, lines.joined()), "-q").status == 0)
        }
        let sql = "SELECT date, uses, previous_day FROM token_days WHERE token_id = 'a' ORDER BY date, uses"
        try ingest("first.ndjson", [(1, "a"), (1, "a"), (3, "b"), (5, "a")])
        #expect(
            try rows(sql) == [
                #"{"date":"2026-05-01","uses":2,"previous_day":null}"#,
                #"{"date":"2026-05-05","uses":1,"previous_day":"2026-05-01T00:00:00Z"}"#,
            ])
        // What comes late lies between: day 5 now has a use in each of two segments.
        try ingest("second.ndjson", [(2, "a"), (5, "a"), (5, "a"), (4, "c")])
        let wanted = [
            #"{"date":"2026-05-01","uses":2,"previous_day":null}"#,
            #"{"date":"2026-05-02","uses":1,"previous_day":"2026-05-01T00:00:00Z"}"#,
            #"{"date":"2026-05-05","uses":1,"previous_day":"2026-05-02T00:00:00Z"}"#,
            #"{"date":"2026-05-05","uses":2,"previous_day":"2026-05-02T00:00:00Z"}"#,
        ]
        #expect(try rows(sql) == wanted)
        let fifth =
            "SELECT date, uses, previous_day FROM token_days WHERE token_id = 'a' AND date = '2026-05-05' ORDER BY uses"
        #expect(try rows(fifth) == Array(wanted.suffix(2)))
        #expect(
            try rows("SELECT token_id FROM token_days WHERE previous_day IS NULL ORDER BY 1") == [
                #"{"token_id":"a"}"#, #"{"token_id":"b"}"#, #"{"token_id":"c"}"#,
            ])
        // 2 May 2026, midnight.
        #expect(
            try rows("SELECT sum(uses) AS n FROM token_days WHERE previous_day = 1777680000000000") == [#"{"n":3}"#])
    }

    @Test func `previous_day is the same for a day, for a token, for the newest days first and for all`() throws {
        let uses = try ingestSeeded()
        func text(_ day: Int) -> String { "2026-05-\(day < 10 ? "0" : "")\(day)" }
        func wanted(_ isAsked: (Use) -> Bool) -> [String] {
            Set(
                uses.filter(isAsked).map { use in
                    let before = uses.filter { $0.token == use.token && $0.day < use.day }.map(\.day).max()
                    let previous = before.map { "\"\(text($0))T00:00:00Z\"" } ?? "null"
                    return #"{"date":"\#(text(use.day))","token_id":"t\#(use.token)","previous_day":\#(previous)}"#
                }
            ).sorted()
        }
        func found(_ rest: String) throws -> [String] {
            try rows("SELECT DISTINCT date, token_id, previous_day FROM \(rest)").sorted()
        }
        let all = wanted { _ in true }
        #expect(all.count > 60)
        #expect(try found("token_days") == all)
        #expect(try found("token_days ORDER BY date DESC, token_id") == all)
        #expect(try found("tokens AS t CROSS JOIN token_days AS d USING (token_id)") == all)
        for day in [1, 2, 7, 14] {
            #expect(try found("token_days WHERE date = '\(text(day))'") == wanted { $0.day == day })
            #expect(try found("token_days WHERE date >= '\(text(day))'") == wanted { $0.day >= day })
        }
        for token in [0, 6] {
            #expect(try found("token_days WHERE token_id = 't\(token)'") == wanted { $0.token == token })
            #expect(
                try found("token_days WHERE token_id IN ('t\(token)', 't3') AND date > '2026-05-09'")
                    == wanted { [token, 3].contains($0.token) && $0.day > 9 })
        }
    }

    @Test func `hour_start is where the hour of a failure begins`() throws {
        let lines = ["2026-05-01T23:59:59.999999Z", "2026-05-02T00:00:00Z", "2026-05-02T17:30:00Z"].map {
            "{\"ts\":\"\($0)\",\"event\":\"failed\",\"reason\":\"expired\",\"ip\":\"203.0.113.7\"}\n"
        }
        #expect(try program.run("ingest", program.write("a.ndjson", lines.joined()), "-q").status == 0)
        let wanted = [
            #"{"date":"2026-05-01","hour":23,"hour_start":"2026-05-01T23:00:00Z"}"#,
            #"{"date":"2026-05-02","hour":0,"hour_start":"2026-05-02T00:00:00Z"}"#,
            #"{"date":"2026-05-02","hour":17,"hour_start":"2026-05-02T17:00:00Z"}"#,
        ]
        func found(_ condition: String) throws -> [String] {
            try rows("SELECT date, hour, hour_start FROM ip_hours WHERE \(condition) ORDER BY hour_start")
        }
        // 2 May 2026, midnight and 17:00.
        let (midnight, five) = (1_777_680_000_000_000, 1_777_741_200_000_000)
        #expect(try found("true") == wanted)
        #expect(try found("hour_start >= \(midnight)") == Array(wanted.suffix(2)))
        #expect(try found("hour_start > \(midnight)") == Array(wanted.suffix(1)))
        #expect(try found("hour_start < \(midnight)") == Array(wanted.prefix(1)))
        #expect(try found("hour_start <= \(midnight)") == Array(wanted.prefix(2)))
        #expect(try found("hour_start = \(five)") == Array(wanted.suffix(1)))
        #expect(try found("hour_start = \(five) OR hour_start < \(midnight)") == [wanted[0], wanted[2]])
        #expect(try found("hour_start > \(five)") == [])
    }
}
