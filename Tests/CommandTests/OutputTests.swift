import Console
import Foundation
import Testing

struct OutputTests {
    let program = Program()

    init() throws {
        _ = try program.run("ingest", program.write("a.ndjson", threeLines), "--quiet")
    }

    @Test func `ingest counts what became of every line`() throws {
        let log = program.write(
            "b.ndjson",
            threeLines + "\n{\"ts\":\"2026-05-02T00:00:00Z\",\"event\":\"used\",\"token_id\":\"t3\",\"tool\":7}\n")
        let run = try program.run("ingest", log, "--format", "json")
        #expect(run.status == 0)
        let report = try JSONParser.parse(run.output)
        #expect(
            report.members?.map(\.key) == [
                "schema_version", "read", "stored", "quarantined", "skipped", "unmapped", "blank", "duplicate",
                "flagged", "future", "id_reused", "lines_redacted", "segments", "bytes_in", "bytes_stored", "seconds",
                "inputs",
                "unchanged_inputs", "waiting", "mappings", "unmapped_types", "unfinished", "problems",
            ])
        for (name, value) in [
            ("read", 2), ("stored", 1), ("blank", 1), ("quarantined", 0), ("flagged", 1), ("segments", 1),
        ] {
            #expect(report[name]?.integer == Int64(value), "\(name)")
        }
        #expect(report["bytes_stored"]?.integer ?? 0 > 0)
    }

    @Test func `what is delivered again is counted by ingest and status, and comes back`() throws {
        let line = #"{"ts":"2026-05-01T00:00:01Z","event":"used","token_id":"t","event_id":"e"}"#
        let other = #"{"ts":"2026-05-01T00:00:01Z","event":"used","token_id":"u","event_id":"e"}"#
        let log = program.write("again.log", "\(line)\n\(line)\n\(other)\n")
        let run = try program.run(
            "ingest", "--trail", "again", "--deliveries", "at-least-once", log, "--format", "json")
        let report = try JSONParser.parse(run.output)
        for (name, value) in [("read", 3), ("stored", 2), ("duplicate", 1), ("flagged", 1), ("id_reused", 1)] {
            #expect(report[name]?.integer == Int64(value), "\(name)")
        }
        #expect(run.errors.contains("1 line with kind, time and event_id of another event"))
        let status = try program.json("status", "--trail", "again")
        #expect(status["lines_duplicate"]?.integer == 1)
        #expect(status["sources"]?.elements?.first?["duplicate"]?.integer == 1)
        #expect(try program.run("export", "--trail", "again", "--lines").output == "\(line)\n\(line)\n\(other)\n")
        #expect(try program.run("verify", "--trail", "again").status == 0)
        #expect(try program.run("ingest", "--deliveries", "twice", log).status == 64)
    }

    @Test func `quarantine keeps the line, its place and one reason`() throws {
        let report = try program.json("report", "quarantine")
        #expect(report["rows"]?.elements?.count == 1)
        let row = try #require(report["rows"]?[0])
        #expect(row["source"]?.text?.hasSuffix("/a.ndjson") == true)
        #expect(row["source_offset"]?.integer == 205)
        #expect(row["reason"]?.text == "not_json")
        #expect(row["text"]?.text == "not json")
    }

    @Test func `events come out as NDJSON, JSON and CSV, filtered`() throws {
        #expect(
            try program.run("export", "--event", "failed").output == """
                {"ts":"2026-05-01T11:00:00Z","event":"failed","token_id":"t2","reason":"expired","ip":"198.51.100.9"}

                """)
        #expect(
            try program.run("export", "--token", "t1", "--token", "t9", "--format", "csv").output == """
                ts,event,event_id,token_id,kind,principal,actor,scopes,expires_at,tool,latency_ms,success,reason,ip,user_agent,\
                presented,refresh_token_id,old_token_id,client_id,family_id,code_id,extra
                2026-05-01T10:00:00Z,used,,t1,,,,,,orders.status,,,,203.0.113.7,,,,,,,,

                """)
        let json = try JSONParser.parse(
            program.run("export", "--until", "2026-05-01T11:00:00Z", "--format", "json").output)
        #expect(json["events"]?.elements?.count == 1)
        #expect(json["events"]?[0]?["tool"]?.text == "orders.status")
        #expect(
            try program.run("export", "--ip", "192.0.2.1", "--format", "json").output
                == "{\"schema_version\": 1, \"events\": []}\n")
        #expect(try program.run("export", "--since", "30min", "--tool", "orders.status").output == "")
    }

    @Test func `an output file is whole or not there`() throws {
        #expect(try program.run("export", "-o", "events.ndjson").status == 0)
        let text = try String(contentsOfFile: program.folder + "/events.ndjson", encoding: .utf8)
        #expect(text.split(separator: "\n").count == 2)
        #expect(try program.run("export", "-o", "no/such/folder/x").status == 73)
    }

    @Test func `the trail is found by flag, then environment, then ./trail`() throws {
        let other = Program()
        #expect(try other.run("status", environment: ["AUTHTRAIL_TRAIL": program.folder + "/trail"]).status == 0)
        #expect(
            try other.run("status", "--trail", program.folder + "/trail", environment: ["AUTHTRAIL_TRAIL": "/none"])
                .status == 0)
        #expect(try other.run("status").status == 65)
    }

    @Test func `status adds up`() throws {
        let status = try program.json("status")
        let value = { (name: String) in status[name]?.integer ?? -1 }
        #expect(value("lines_read") == 3)
        #expect(
            value("lines_read") == value("lines_stored") + value("lines_quarantined") + value("lines_blank")
                + value("lines_duplicate"))
        #expect(status["quarantine"] == ["not_json": 1])
        #expect(status["events_by_kind"]?["used"]?.integer == 1)
        #expect(status["sources"]?[0]?["checkpoint"]?.integer == Int64(threeLines.utf8.count))
        #expect(status["sources"]?[0]?["last_event"]?.text == "2026-05-01T11:00:00Z")
        #expect(status["newest_event"]?.text == "2026-05-01T11:00:00Z")
    }

    @Test func `SQL sees events, rollups and the catalog`() throws {
        let sql = """
            SELECT e.event, e.date, time_text(e.ts) AS at, d.uses, (SELECT count(*) FROM quarantine) AS bad
            FROM events e LEFT JOIN token_days d ON d.token_id = e.token_id ORDER BY e.ts
            """
        let rows = try program.json("query", sql)["rows"]
        #expect(
            rows?[0]?.json() == #"{"event":"used","date":"2026-05-01","at":"2026-05-01T10:00:00Z","uses":1,"bad":1}"#)
        #expect(
            rows?[1]?.json()
                == #"{"event":"failed","date":"2026-05-01","at":"2026-05-01T11:00:00Z","uses":null,"bad":1}"#)
        let hours = try program.json("query", "SELECT ip, hour, failures, expired, credentials FROM ip_hours")["rows"]
        #expect(hours?[0]?.json() == #"{"ip":"198.51.100.9","hour":11,"failures":1,"expired":1,"credentials":1}"#)
    }

    @Test(arguments: [
        ("token_id = 't1' OR ip = '198.51.100.9'", 2), ("token_id = 't1' OR ip = '203.0.113.7'", 1),
        ("event = 'USED' COLLATE NOCASE", 1), ("event IN ('used', 'failed', 'nonsense')", 2), ("token_id LIKE 'T_'", 2),
        ("ts >= '2026-05-01T10:30:00Z'", 1), ("ts BETWEEN '2026-05-01' AND '2026-05-02'", 2),
        ("ts = 1777629600000000", 1), ("ts > 1777629600000000.5 AND ts < 9e18", 1), ("ts < NULL", 0),
        ("tool = NULL", 0),
        ("date = '2026-05-01'", 2), ("date > '2026-05-01'", 0), ("token_id = 7", 0), ("event_id IS NULL", 2),
    ]) func `a condition in SQL gives the rows that satisfy it`(condition: String, rows: Int) throws {
        let result = try program.json("query", "SELECT count(*) AS n FROM events WHERE \(condition)")
        #expect(result["rows"]?[0]?["n"]?.integer == Int64(rows))
    }

    @Test func `a text that is no time is not compared with times`() throws {
        let run = try program.run("query", "SELECT count(*) FROM events WHERE ts > 'yesterday'")
        #expect(run.status == 64)
        #expect(run.errors.contains("a time cannot be \"yesterday\""))
    }

    @Test func `a finding that could not be written is told again`() throws {
        let story = Program.repository + "/SampleLogs/success-after-stuffing.ndjson"
        let options = ["--trail", program.folder + "/job", "-q", "--new", "--since", "start"]
        _ = try program.run("ingest", story, "--trail", program.folder + "/job", "-q")
        #expect(try program.run(["detect"] + options + ["-o", "no/such/folder/x"]).status == 73)
        #expect(
            try program.run("detect", "--trail", program.folder + "/job", "--since", "start").output.contains(
                "CRITICAL"))
        #expect(try program.run(["detect"] + options).output.contains("CRITICAL"))
        #expect(try program.run(["detect"] + options).output == "")
    }

    @Test func `an event with a time in the future does not blind the runs of today`() throws {
        let folder = program.folder + "/future"
        let story = Program.repository + "/SampleLogs/dormant-token.ndjson"
        _ = try program.run("ingest", story, "--trail", folder, "-q")
        let before = try program.json("detect", "--trail", folder)
        let late = program.write(
            "late.ndjson", "{\"ts\":\"9999-12-31T23:59:59.999999Z\",\"event\":\"used\",\"token_id\":\"x\"}\n")
        _ = try program.run("ingest", late, "--trail", folder, "-q")
        let after = try program.json("detect", "--trail", folder)
        #expect(after["as_of"] == before["as_of"])
        let findings = after["findings"]?.elements ?? []
        #expect(findings.filter { $0["class"]?.text != "clock_ahead" } == before["findings"]?.elements)
        #expect(findings.count { $0["class"]?.text == "clock_ahead" } == 1)
        #expect(try program.run("verify", "--trail", folder, "-q").status == 0)
    }

    @Test func `ids that differ only behind a NUL are different tokens`() throws {
        let log = program.write(
            "nul.ndjson",
            """
            {"ts":"2026-01-01T00:00:00Z","event":"used","token_id":"a"}
            {"ts":"2026-04-26T00:00:00Z","event":"used","token_id":"a\\u0000b"}

            """)
        let folder = program.folder + "/nul"
        _ = try program.run("ingest", log, "--trail", folder, "-q")
        #expect(
            try program.json("detect", "--trail", folder, "--since", "start")["findings"]?[0]?["class"]?.text
                == "unknown_origin")
        let rows = try program.json("query", "SELECT token_id, uses FROM tokens ORDER BY token_id", "--trail", folder)[
            "rows"]
        #expect(rows == [["token_id": "a", "uses": 1], ["token_id": "a\u{0}b", "uses": 1]])
        let one = "SELECT count(*) AS n FROM token_days WHERE token_id = 'a' || char(0) || 'b'"
        #expect(try program.json("query", one, "--trail", folder)["rows"]?[0]?["n"]?.integer == 1)
        #expect(try program.run("verify", "--trail", folder, "-q").status == 0)
    }

    @Test func `ids that differ only in normalization are different tokens, each with its own evidence`() throws {
        let log = program.write(
            "nfc.ndjson",
            """
            {"ts":"2026-01-01T00:00:00Z","event":"used","token_id":"\u{e9}"}
            {"ts":"2026-01-01T00:00:00Z","event":"used","token_id":"e\u{301}"}
            {"ts":"2026-04-26T00:00:00Z","event":"used","token_id":"e\u{301}"}
            {"ts":"2026-04-26T00:00:00Z","event":"used","token_id":"\u{e9}"}

            """)
        _ = try program.run("ingest", log, "--trail", program.folder + "/nfc", "-q")
        let found = try #require(try program.json("detect", "--trail", program.folder + "/nfc")["findings"]?.elements)
        #expect(found.count == 2)
        for finding in found {
            #expect(finding["evidence"]?.elements?.count == 2)
            #expect(finding["context"]?["uses"]?.integer == 1)
        }
        #expect(Set(found.flatMap { $0["evidence"]?.elements ?? [] }.compactMap { $0["offset"]?.integer }).count == 4)
    }

    @Test func `a run as of a later time sees what lay in the future once`() throws {
        let log = program.write(
            "later.ndjson",
            """
            {"ts":"2026-01-01T00:00:00Z","event":"used","token_id":"a"}
            {"ts":"2026-01-02T00:00:00Z","event":"used","token_id":"b"}
            {"ts":"2099-01-01T00:00:00Z","event":"used","token_id":"a"}

            """)
        let folder = program.folder + "/later"
        _ = try program.run("ingest", log, "--trail", folder, "-q")
        #expect(try program.json("detect", "--trail", folder)["as_of"]?.text == "2026-01-02T00:00:00.000001Z")
        let found = try program.json("detect", "--trail", folder, "--as-of", "2099-01-01T12:00:00Z")["findings"]
        #expect(found?.elements?.map { $0["class"]?.text } == ["dormant_reactivated"])
    }

    @Test func `a trail without events answers every command`() throws {
        let log = program.write("bad.ndjson", "no event\n")
        let ingest = try program.run(
            "ingest", log, "--source", "native", "--trail", program.folder + "/empty", "-q")
        #expect(ingest.errors.hasPrefix("1 line of 1 went to quarantine"))
        for arguments in [
            ["detect"], ["status"], ["verify"], ["export"], ["export", "dashboard"], ["report", "principals"],
        ] {
            let run = try program.run(arguments + ["--trail", program.folder + "/empty"])
            #expect(run.status == 0, "\(arguments): \(run.errors)")
        }
        #expect(
            try program.run("detect", "--trail", program.folder + "/empty").output.contains("the trail holds no events")
        )
    }

    @Test func `after a run the catalog is one file, and its WAL and index are there for those who may only read`()
        throws
    {
        let names = try FileManager.default.contentsOfDirectory(atPath: program.folder + "/trail").sorted()
        #expect(
            names == [
                "catalog.sqlite", "catalog.sqlite-queue", "catalog.sqlite-shm", "catalog.sqlite-wal", "lock",
                "readers.lock",
                "secret.key", "segments",
            ])
        #expect(FileManager.default.contents(atPath: program.folder + "/trail/catalog.sqlite-wal") == Data())
        let alone = try program.shell(
            "cp -r trail alone && rm alone/catalog.sqlite-*; \"$AUTHTRAIL\" verify -q --trail alone")
        #expect(alone.status == 0)
    }

    @Test func `the dashboard counts nothing at or after its time`() throws {
        let dashboard = try JSONParser.parse(
            program.run("export", "dashboard", "--as-of", "2026-05-01T11:00:00Z").output)
        #expect(dashboard["events_by_day"]?.json() == #"[{"date":"2026-05-01","event":"used","events":1}]"#)
        #expect(dashboard["failures_by_reason"]?.json() == "[]")
    }

    @Test func `a scheduled job tells a finding once, by output and exit code`() throws {
        let story = Program.repository + "/SampleLogs/success-after-stuffing.ndjson"
        let job = { (name: String) in
            try program.run(
                name, "--trail", program.folder + "/job", "-q", "--new", "--since", "start", "--fail-on", "high")
        }
        let ingest = try program.run("ingest", story, "--trail", program.folder + "/job", "-q")
        #expect(ingest.output + ingest.errors == "")
        let first = try job("detect")
        #expect(first.status == 1)
        #expect(first.output.contains("CRITICAL"))
        let second = try job("detect")
        #expect(second.status == 0)
        #expect(second.output + second.errors == "")
        #expect(
            try program.run("detect", "--trail", program.folder + "/job", "--since", "start", "--fail-on", "high")
                .status == 1)
    }

    @Test func `the dashboard is one JSON document with all its parts`() throws {
        let run = try program.run("export", "dashboard")
        let dashboard = try JSONParser.parse(run.output)
        #expect(
            dashboard.members?.map(\.key) == [
                "schema_version", "as_of", "window", "events_by_day", "failures_by_reason", "top_failing_ips",
                "dormant_tokens",
                "findings_by_severity", "findings",
            ])
        #expect(dashboard["events_by_day"]?[1]?.json() == #"{"date":"2026-05-01","event":"used","events":1}"#)
        #expect(dashboard["top_failing_ips"]?[0]?["ip"]?.text == "198.51.100.9")
    }

    @Test func `nothing that a log says commands a terminal`() throws {
        let evil = "\\u001b[2J\\u202e\\u009b31m"
        let log = program.write(
            "evil.ndjson",
            """
            {"ts":"2026-05-03T10:00:00Z","event":"failed","reason":"\(evil)","presented":"p","ip":"=cmd()","user_agent":"a\\nb"}

            """)
        _ = try program.run("ingest", log, "--quiet")
        for format in ["text", "csv", "markdown", "json", "ndjson"] {
            for arguments in [
                ["report", "failed-by-ip", "--set", "min_failures=1"], ["detect"],
                ["query", "SELECT reason, ip FROM events"],
            ] {
                let output = try program.run(arguments + ["--format", format]).output
                let raw = output.unicodeScalars.filter {
                    $0.value < 0x20 && $0 != "\n" && $0 != "\r" || (0x7F...0x9F).contains($0.value)
                        || $0.value == 0x202E
                }
                #expect(raw.isEmpty, "\(arguments) as \(format)")
            }
        }
        let csv = try program.run("export", "--format", "csv", "--since", "2026-05-03").output
        #expect(csv.contains("'=cmd()"))
    }

    @Test func `the same trail and time give the same bytes`() throws {
        for arguments in [
            ["detect", "--format", "json"], ["export", "dashboard"], ["report", "principals", "--format", "csv"],
        ] {
            let first = try program.run(arguments).output
            #expect(try program.run(arguments).output == first)
        }
    }
}

struct HelpTests {
    let program = Program()

    @Test func `every command has a help with an example that names it`() throws {
        let help = try program.run("--help").output
        #expect(help.contains("EXAMPLES"))
        for command in [
            "ingest", "detect", "report", "query", "export", "status", "verify", "detectors", "queries", "demo",
        ] {
            let text = try program.run(command, "--help").output
            #expect(text.contains("EXAMPLES"), "\(command)")
            #expect(text.contains("authtrail \(command)"), "\(command)")
        }
    }

    @Test func `detectors and queries list themselves in every format`() throws {
        for command in ["detectors", "queries"] {
            for format in ["text", "json", "ndjson", "csv", "markdown"] {
                let run = try program.run(command, "--format", format)
                #expect(run.status == 0)
                #expect(!run.output.isEmpty)
            }
        }
        #expect(try program.json("detectors")["rows"]?[0]?["id"]?.text == "dormant-token-reactivation")
        #expect(try program.json("queries")["rows"]?[0]?["name"]?.text == "dormant-tokens")
    }
}
