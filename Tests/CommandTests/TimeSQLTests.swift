import Console
import Foundation
import Testing

/// Times in SQL: what a person writes is compared as times, or the statement is refused.
struct TimeSQLTests {
    let program = Program()

    /// 60 uses, one at each midnight from 1 April 2026, of five tokens in turn, which end on 1 May, 31 May and so on.
    init() throws {
        let calendar = (0..<60).map { day in
            let (month, date) = day < 30 ? (4, day + 1) : (5, day - 29)
            return String(format: "2026-%02d-%02dT00:00:00Z", month, date)
        }
        let ends = ["2026-05-01", "2026-05-31", "2026-06-30", "2026-07-30", "2026-08-29"]
        let uses = calendar.enumerated().map { day, time in
            #"{"ts":"\#(time)","event":"used","token_id":"tok_\#(day % 5)","ip":"192.0.2.1"}"#
        }
        let issuances = ends.enumerated().map { number, end in
            #"{"ts":"2026-04-01T00:00:00Z","event":"issued","token_id":"tok_\#(number)","principal":"p","#
                + #""expires_at":"\#(end)T00:00:00Z"}"#
        }
        let log = program.write("t.log", (uses + issuances).joined(separator: "\n") + "\n")
        #expect(try program.run("ingest", log, "-q").status == 0)
    }

    private func answer(_ sql: String) throws -> String {
        let run = try program.run("query", sql, "--format", "csv")
        #expect(run.status == 0, "\(run.errors)")
        return String(run.output.split(separator: "\n").last ?? "")
    }

    @Test(arguments: [
        ("ts >= '2026-05-01'", 30), ("ts > '2026-05-01'", 29), ("ts >= '2026-05-01 00:00'", 30),
        ("ts >= '2026-05-01T02:00:00+02:00'", 30), ("ts < '2026-04-30 12:00:00.5'", 35),
        ("ts = '2026-05-01T00:00:00'", 1),
        ("NOT (ts >= '2026-05-01')", 35), ("ts <> '2026-04-01T00:00:00Z'", 59), ("'2026-05-01' <= ts", 30),
        ("ts BETWEEN '2026-05-01' AND '2026-05-02 00:00'", 2), ("ts NOT BETWEEN '2026-05-01' AND '2026-05-02'", 63),
        ("ts IN ('2026-05-01', '2026-05-02 00:00', '2026-05-02')", 2),
        ("ts NOT IN ('2026-05-01', '2026-05-02 00:00')", 63),
        ("(ts < '2026-04-03' OR event = 'issued') AND token_id = 'tok_1'", 2), ("expires_at < '2026-06-15'", 2),
        ("expires_at >= '2026-06-15' AND ts < '2026-05-01'", 3), ("date(ts) = '2026-05-01'", 1),
        ("strftime('%H', ts) = '00'", 65),
        ("strftime('%m', ts) = '05'", 30), ("ts LIKE '2026-05-1%'", 10), ("substr(ts, 1, 7) = '2026-05'", 30),
        ("substr(ts, 1, 16) >= '2026-05-01T00:00'", 30),
        ("substr(ts, 12, 5) = '00:00'", 65), ("time(ts) < '00:01'", 65), ("strftime('%m-%d', ts) >= '05'", 30),
        ("coalesce(strftime('%m', ts), 'none') <> 'none'", 65), ("date(ts) <> ''", 65),
        ("replace(ts, 'T', ' ') < '2026-05-01 00:00'", 35),
        ("ts || '' >= '2026-05-01'", 30), ("instr(ts, '2026-05-') > 0", 30), ("strftime('%Y', ts) = '2026'", 65),
        ("ts >= 1777593600000000", 30), ("ts >= datetime('2026-05-01', '-1 day')", 31),
        ("ts > (SELECT max(expires_at) FROM events WHERE token_id = 'tok_0')", 29),
        ("coalesce(expires_at, ts) >= '2026-05-01'", 35),
        ("CASE WHEN event = 'used' THEN ts END < '2026-04-03'", 2), ("ts >= time_text('2026-05-01 00:00')", 30),
        ("ts = (SELECT max(ts) FROM events)", 1),
    ]) func `a condition finds the events that a person means`(condition: String, events: Int) throws {
        for form in ["FROM events WHERE \(condition)", "FROM (SELECT * FROM events) WHERE \(condition)"] {
            #expect(try answer("SELECT count(*) \(form)") == "\(events)", "\(form)")
        }
        let counted = try answer(
            "SELECT count(*) FILTER (WHERE \(condition)) || ' ' || sum(CASE WHEN \(condition) THEN 1 ELSE 0 END) FROM events"
        )
        #expect(counted == "\(events) \(events)")
        #expect(
            try answer("WITH e AS MATERIALIZED (SELECT * FROM events) SELECT count(*) FROM e WHERE \(condition)")
                == "\(events)")
    }

    @Test(arguments: [
        ("SELECT count(*) FROM tokens WHERE expires_at < '2026-06-15'", "2"),
        ("SELECT count(*) FROM tokens WHERE last_use < '2026-05-29 00:00'", "3"),
        ("SELECT count(*) FROM token_days WHERE first_use < '2026-04-10 00:00'", "9"),
        ("SELECT count(*) FROM token_days WHERE previous_day = '2026-04-10'", "1"),
        ("SELECT count(*) FROM segments WHERE min_ts >= '2026-05-01'", "1"),
        ("SELECT count(*) FROM batches WHERE committed_at > '2026-01-01'", "1"),
        ("SELECT count(*) FROM sources WHERE last_event = '2026-05-30'", "1"),
        ("SELECT max(ts) AS last FROM events", "2026-05-30T00:00:00Z"),
        ("SELECT count(*) FROM events WHERE ts_us > 0", "65"),
        ("SELECT count(*) FROM events WHERE strftime('%H', ts) + 0 = 0", "65"),
        ("SELECT count(*) FROM events WHERE julianday(ts) - julianday('2026-05-01') >= 10", "20"),
        ("SELECT count(*) FROM events WHERE ts >= date('now', '-10000 days') AND ts < date('2026-05-01')", "35"),
        ("SELECT count(*) FROM events WHERE rtrim(ts, 'Z') >= '2026-05-01T00:00:00'", "30"),
        ("SELECT count(*) FROM events WHERE printf('%s', date(ts)) = '2026-05-02'", "1"),
        ("SELECT count(*) FROM events WHERE ts_us / 1000000 >= unixepoch('2026-05-01')", "30"),
        ("SELECT max(ts_us) - min(ts_us) FROM events", "5097600000000"),
        ("SELECT count(*) FROM (SELECT token_id FROM events GROUP BY 1 HAVING max(ts) < '2026-05-29 12:00')", "4"),
        ("SELECT count(*) FROM (SELECT token_id FROM events GROUP BY 1 HAVING max(ts) > '2026-05-29')", "1"),
        (
            "SELECT count(*) FROM (SELECT token_id FROM events GROUP BY 1 HAVING max(ts) = '2026-05-29' /* '2026-05-29' */)",
            "1"
        ),
        (
            "SELECT count(*) FROM (SELECT token_id FROM events GROUP BY 1 HAVING max(ts) IN ('2026-05-29 00:00', '2026-05-28'))",
            "2"
        ),
        (
            "SELECT count(*) FROM (SELECT token_id FROM events GROUP BY 1 HAVING max(ts) < date('2026-05-30', '-1 day'))",
            "3"
        ),
        ("SELECT max(ts) < '2026-05-30 01:00' FROM events", "1"),
        (
            "SELECT count(*) FROM (SELECT token_id FROM events GROUP BY token_id HAVING max(ts) < '2026-05-29T00:00:00.000000Z')",
            "3"
        ),
        (
            "SELECT count(*) FROM (SELECT ts, lag(ts) OVER (ORDER BY ts) AS before FROM events) WHERE before >= '2026-05-01'",
            "29"
        ),
        (
            "SELECT a.ts FROM events AS a JOIN tokens AS t ON t.token_id = 'tok_0' AND a.ts = t.expires_at",
            "2026-05-01T00:00:00Z"
        ),
    ]) func `every table knows times`(sql: String, value: String) throws {
        #expect(try answer(sql) == value)
    }

    @Test(arguments: [
        (
            "'2026-05-29 12:00' AS x, max(ts) FROM events HAVING max(ts) < '2026-05-29 12:00'",
            "write '2026-05-29T12:00:00.000000Z'"
        ),
        (
            "x FROM (SELECT '2026-05-29 12:00' AS x) WHERE x > (SELECT max(ts) FROM events)",
            "write '2026-05-29T12:00:00.000000Z'"
        ),
        (
            "count(*) FROM (SELECT '2026-05-29 12:00' AS x) JOIN events WHERE x > (SELECT max(ts) FROM events) OR x = tool",
            "write '2026"
        ),
        ("count(*) FROM events GROUP BY token_id HAVING max(ts) > datetime('now')", "time_text(…)"),
        (
            "count(*) FROM events WHERE coalesce(tool, ts, '2026-05-29T12:00:00.000000Z') < '2026-06-01T00:00:00.000000Z'",
            "time_text(…)"
        ),
        ("count(*) FROM events WHERE ts > 'yesterday'", "a time cannot be \"yesterday\""),
        ("count(*) FROM events WHERE CASE WHEN ts > 'yesterday' THEN 1 END", "a time cannot be \"yesterday\""),
        ("count(*) FROM events WHERE CASE WHEN ts > 'a' || 'b' THEN 1 END", "a time cannot be \"ab\""),
        ("count(*) FROM events WHERE ts >= 2026", "the number 2026"), ("max(ts) - min(ts) FROM events", "ts_us"),
        ("avg(ts) FROM events", "ts_us"), ("CAST(ts AS INTEGER) FROM events", "ts_us"),
        ("ts / 1000000 FROM events", "ts_us"),
        ("count(*) FROM events WHERE ts_us >= '2026-05-01'", "time_micros('2026-05-01')"),
        ("count(*) FROM main.tokens WHERE expires_at >= '2026-05-01'", "time_micros('2026-05-01')"),
        ("count(*) FROM events WHERE strftime('%H', ts) >= 9", "CAST(… AS INTEGER)"),
        ("count(*) FROM events WHERE substr(ts, 1, 16) >= '2026-05-01 10:00'", "letter by letter"),
        ("count(*) FROM events WHERE ts || '' >= '2026-05-01 10:00'", "letter by letter"),
        ("count(*) FROM events WHERE substr(ts, 12, 2) >= 9", "CAST(… AS INTEGER)"),
        ("count(*) FROM events WHERE datetime(ts) >= '2026-05-01T10:00:00Z'", "'2026-05-01 10:00:00'"),
        ("date(ts, 'unixepoch') FROM events", "leave 'unixepoch' out"),
        ("count(*) FROM events WHERE ts LIKE '%T00:00:00Z'", "nothing there looks like"),
        ("count(*) FROM events WHERE instr(ts, '2026-05-01 10') > 0", "nothing there looks like"),
        ("count(*) FROM events WHERE strftime('%H:%M', ts) LIKE '9:%'", "texts such as 10:00"),
        ("count(*) FROM events WHERE strftime('%H', ts) >= '9'", "texts such as '10' are compared with '9'"),
        ("count(*) FROM events WHERE strftime('%H', ts) BETWEEN '09' AND '9'", "with '9' letter by letter"),
        ("strftime('%m', ts) AS m FROM events GROUP BY m HAVING m IN ('04', '5')", "with '5' letter by letter"),
        ("CASE strftime('%m', ts) WHEN '5' THEN 1 END FROM events", "with '5' letter by letter"),
        ("count(*) FROM events WHERE time(ts) = '10:00'", "texts such as '10:00:00'"),
        ("count(*) FROM events WHERE time(ts) <= '10:00'", "texts such as '10:00:00'"),
        ("count(*) FROM (SELECT substr(ts, 1, 13) AS h FROM events) WHERE h = '2026-05-01 10'", "'2026-05-01T10'"),
        ("count(*) FROM events WHERE replace(ts, 'T', ' ') <= '2026-05-01 10:00'", "'2026-05-01 10:00:00.000000Z'"),
        ("count(*) FROM events WHERE date >= '2026-5-1'", "with '2026-5-1' letter by letter"),
        ("count(*) FROM token_days WHERE date = '01.05.2026'", "with '01.05.2026' letter by letter"),
        ("count(*) FROM events WHERE date >= 20260501", "write it as such a text"),
        ("count(*) FROM events WHERE date(ts) = datetime('now')", "texts such as '2026-05-01'"),
        ("count(*) FROM events WHERE ts_us > 1777629600", "compared with 1777629600"),
        ("count(*) FROM events WHERE max(ts_us, expires_at_us) > 1777629600000", "compared with 1777629600000"),
        ("count(*) FROM tokens WHERE last_use_us > 1777629600", "compared with 1777629600"),
        ("count(*) FROM events WHERE ts_us > unixepoch('2026-05-01')", "what a function gives in seconds"),
        ("datetime(ts_us, 'unixepoch') FROM events", "datetime(…) takes no microseconds"),
        ("count(*) FROM events WHERE strftime('%H', ts) || ':00' = '9:00'", "texts such as '10:00'"),
        ("count(*) FROM events WHERE date(ts) || ' ' || time(ts) >= '2026-05-10T10:00'", "'2026-05-01 10:00:00'"),
        ("count(*) FROM events WHERE format('%s', ts) >= '2026-05-10 10:00'", "letter by letter"),
        ("count(*) FROM events WHERE json_extract(json_array(ts), '$[0]') >= '2026-05-10'", "letter by letter"),
        ("count(*) FROM events WHERE rtrim(ts, 'Z') = '2026-05-10T10:00:00'", "'2026-05-01T10:00:00.000000'"),
        ("count(*) FROM events WHERE unixepoch(ts) >= '1778400000'", "write it without quotes"),
        ("count(*) FROM events WHERE strftime('%H', ts) + 0 = '9'", "write it without quotes"),
        ("count(*) FROM events WHERE unixepoch(ts) >= 1778400000000", "seconds are compared with 1778400000000"),
        ("count(*) FROM events WHERE ts_us >= (SELECT unixepoch(max(ts)) - 86400 FROM events)", "gives in seconds"),
        ("count(*) FROM events WHERE ts >= time_text(1778400000)", "the number 1778400000"),
        ("count(*) FROM events WHERE ts >= date('2026-5-10')", "a time cannot be \"2026-5-10\""),
        ("count(*) FROM events WHERE strftime('%Q', ts) = '1'", "has no %Q"),
        ("count(*) FROM events WHERE strftime(ts, '%H') = '09'", "wants its format first"),
        ("date(max(ts)) - date(min(ts)) FROM events", "no numbers to calculate with"),
        ("sum(date(ts)) FROM events", "no numbers to calculate with"),
        ("count(*) FROM events WHERE date(ts) = ts", "compared with '2026-05-01'"),
        ("time_text('soon')", "a time cannot be \"soon\""),
    ]) func `what would answer wrongly is refused with how to write it`(sql: String, sentence: String) throws {
        let run = try program.run("query", "SELECT \(sql)")
        #expect(run.status == 64 && run.output.isEmpty)
        #expect(run.errors.contains(sentence), "\(run.errors)")
    }

    @Test func `what is no time stays as it is`() throws {
        // The log has this text in a field of its own, which nobody may write anew.
        let log = program.write(
            "own.log", #"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"2026-05-01T00:00:00.000000Z"}"# + "\n")
        #expect(try program.run("ingest", log, "-q", "--trail", program.folder + "/own").status == 0)
        let found = try program.run(
            "query", "SELECT token_id, ts FROM events WHERE token_id <> '2026-05-01'", "--format", "csv", "--trail",
            program.folder + "/own")
        #expect(found.output == "token_id,ts\n2026-05-01T00:00:00.000000Z,2026-05-01T10:00:00Z\n")
        #expect(try answer("SELECT count(*) FROM (SELECT ts FROM events UNION SELECT 'all')") == "61")
    }
}
