import Console
import Foundation
import Testing

/// `status` of logs of other systems.
struct StatusLogTests {
    private let program = Program()

    private func object(_ number: Int, _ names: [String]) -> String {
        let records = names.enumerated().map { place, name in
            #"{"eventVersion":"1.08","eventTime":"2026-04-26T00:00:0\#(place)Z","eventSource":"sts.amazonaws.com","#
                + #""eventName":"\#(name)","userIdentity":{"type":"IAMUser","arn":"arn:u","accessKeyId":"AKIA1"},"#
                + #""eventID":"e-\#(number)-\#(place)"}"#
        }
        let path = program.folder + "/bucket/2026/04/26"
        try? FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        return program.write(
            "bucket/2026/04/26/a_20260426T000\(number)Z.json", #"{"Records":["# + records.joined(separator: ",") + "]}")
    }

    private func syslog(_ programs: [String]) -> String {
        let lines = programs.map { "Apr 26 00:00:00 web1 \($0)[7]: x" }
        let refused = "Apr 26 00:13:41 web1 sshd[812]: Failed password for root from 198.51.100.23 port 1 ssh2"
        return program.write("auth.log", (lines + [refused]).map { $0 + "\n" }.joined())
    }

    @Test func `a bucket is one of the logs in JSON, beside all its objects`() throws {
        for number in 1...3 { _ = object(number, ["GetCallerIdentity", "GetCallerIdentity"]) }
        _ = syslog(["CRON"])
        _ = program.write("own.ndjson", threeLines)
        let run = try program.run("ingest", "-q", "bucket", "auth.log", "own.ndjson")
        #expect(run.status == 0, "\(run.errors)")
        let status = try program.json("status")
        #expect(status["sources"]?.elements?.count == 5)
        let logs = try #require(status["logs"]?.elements)
        let row = { (log: JSONValue) in
            [log["mapping"]?.text ?? "null"]
                + ["files", "lines", "stored", "skipped"].map { "\(log[$0]?.integer ?? -1)" }
        }
        #expect(
            logs.map(row).sorted { $0[0] < $1[0] } == [
                ["cloudtrail", "3", "6", "6", "0"], ["null", "1", "3", "2", "0"], ["sshd", "1", "2", "1", "1"],
            ])
        let bucket = try #require(logs.first { $0["files"]?.integer == 3 })
        #expect(bucket["path"]?.text?.hasSuffix("/bucket/#/#/#/a_#.json") == true)
        let bytes = try #require(status["sources"]?.elements).filter { $0["mapping"]?.text == "cloudtrail" }
            .reduce(0) { $0 + ($1["size"]?.integer ?? 0) }
        #expect(bucket["size"]?.integer == bytes && bucket["checkpoint"]?.integer == bytes)
    }

    @Test func `types of records without events are shown, the most frequent first, and JSON has all`() throws {
        let many = (10..<22).map { "daemon\($0)" }
        _ = syslog(many + ["CRON", "CRON", "CRON", "systemd", "systemd"])
        #expect(try program.run("ingest", "-q", "--source", "sshd", "auth.log").status == 0)
        let types = try #require(try program.json("status")["record_types"]?.elements)
        #expect(types.count == 14)
        #expect(types.prefix(3).map { $0["type"]?.text } == ["CRON", "systemd", "daemon10"])
        #expect(types[0] == ["mapping": "sshd", "type": "CRON", "skipped": 3, "unmapped": 0])
        let text = try program.run("status").output
        let table = try #require(text.firstRange(of: "Records without events").map { text[$0.upperBound...] })
        let rows = table.split(separator: "\n").map { $0.split(separator: " ", omittingEmptySubsequences: true) }
        #expect(rows.contains { $0.prefix(3) == ["CRON", "sshd", "3"] }, "\(table)")
        #expect(rows.contains { $0.prefix(3) == ["(4", "more", "types)"] && $0.suffix(2) == ["4", "0"] }, "\(table)")
        #expect(!table.contains("daemon21"))
    }

    @Test func `the doctor names unknown types of a trail, too`() throws {
        _ = program.write(
            "acme.yaml",
            """
            mapping: 1
            source: acme
            title: Acme
            recognize: [when]
            time: when
            type: what
            fields: {principal: who}
            events: [{when: {what: use}, event: used}]
            """)
        let lines = ["use", "odd", "odd", "strange"].map {
            #"{"when":1777162301,"what":"\#($0)","who":"maria"}"# + "\n"
        }
        let log = program.write("a.log", lines.joined())
        #expect(try program.run("ingest", "-q", "--mapping", "acme.yaml", log).status == 0)
        let doctor = try program.json("doctor")
        #expect(
            doctor["unmapped_types"]?.elements?.map { "\($0["type"]?.text ?? "") \($0["records"]?.integer ?? 0)" }
                == ["odd 2", "strange 1"])
    }
}
