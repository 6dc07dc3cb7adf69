import Console
import Foundation
import Testing

/// The table of Docs/hostile-input.md, row by row: each hostile line stands between two neighbors.
struct HostileInputTests {
    let program = Program()

    private func neighbor(_ name: String) -> [UInt8] {
        Array(#"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"\#(name)"}"#.utf8) + [0x0A]
    }

    /// The lines of some classes, each between two neighbors, ingested.
    private func ingest(_ lines: [HostileLine]) throws -> (report: JSONValue, log: [UInt8]) {
        var log: [UInt8] = []
        for (number, line) in lines.enumerated() {
            log += neighbor("before\(number)") + line.bytes + [0x0A] + neighbor("after\(number)")
        }
        return (try program.json("ingest", program.write("hostile.ndjson", bytes: log[...])), log)
    }

    private func rows(_ sql: String) throws -> [JSONValue] {
        try #require(program.json("query", sql)["rows"]?.elements)
    }

    @Test func `the table of the documentation has exactly the rows that are tested here`() throws {
        let text = try String(contentsOfFile: Program.repository + "/Docs/hostile-input.md", encoding: .utf8)
        let table = text.split(separator: "\n").drop { !$0.hasPrefix("| class |") }.dropFirst(2).prefix {
            $0.hasPrefix("|")
        }
        let names = table.map { $0.split(separator: "|")[0].trimmingCharacters(in: .whitespaces) }
        #expect(names == HostileClass.ofLines.map(\.name) + HostileClass.ofFiles)
    }

    @Test(.timeLimit(.minutes(2)), arguments: HostileClass.ofLines)
    func `a hostile line becomes what the table says and costs its neighbors nothing`(_ row: HostileClass) throws {
        let (report, log) = try ingest(row.lines)
        let neighbors = Int64(2 * row.lines.count)
        let reasons = row.lines.flatMap(\.reasons)
        #expect(report["stored"]?.integer == neighbors + Int64(row.lines.reduce(0) { $0 + $1.stored }))
        #expect(report["quarantined"]?.integer == Int64(reasons.count))
        #expect(report["flagged"]?.integer == Int64(row.lines.count { $0.flagged }))
        #expect(try rows("SELECT reason FROM quarantine ORDER BY source_offset").map { $0["reason"]?.text } == reasons)
        let found = try rows("SELECT count(*) AS n FROM events WHERE token_id LIKE 'before%' OR token_id LIKE 'after%'")
        #expect(found[0]["n"]?.integer == neighbors)
        let back = try program.shell("\"$AUTHTRAIL\" export --lines | cmp - hostile.ndjson")
        #expect(back.status == 0, "\(back.output)\(back.errors), \(log.count) bytes")
        #expect(try program.run("verify", "-q").status == 0)
    }

    @Test func `JSON gives every text back exactly`() throws {
        let lines = HostileClass.ofLines.flatMap(\.lines).filter { $0.tool != nil }
        #expect(lines.count > 20)
        _ = try ingest(lines)
        let tools = lines.map { $0.tool.map { Array($0.utf8) } }
        let sql = "SELECT tool FROM events WHERE token_id = 'h' ORDER BY source_offset"
        #expect(try rows(sql).map { $0["tool"]?.text.map { Array($0.utf8) } } == tools)
        // The first of two members of one name counts, as it did in the log.
        let exported = try program.run("export", "--token", "h").output.utf8.split(separator: 0x0A)
        let read = try exported.map { line in
            let event = try JSONParser.parse(String(Substring(line)))
            return event.members?.first { $0.key == "tool" }?.value.text.map { Array($0.utf8) }
        }
        #expect(Set(read) == Set(tools))
    }

    @Test func `text, CSV and Markdown show no character that commands, hides or breaks a line`() throws {
        let lines = HostileClass.ofLines.flatMap(\.lines).filter { $0.bytes.count < 5000 }
        _ = try ingest(lines)
        let events = 2 * lines.count + lines.reduce(0) { $0 + $1.stored }
        let quarantined = lines.reduce(0) { $0 + $1.reasons.count }
        for format in ["text", "csv", "markdown"] {
            let heads = format == "markdown" ? 2 : 1
            let table = try program.run("query", "SELECT tool, ip, extra, raw FROM events", "--format", format).output
            #expect(table.utf8.count { $0 == 0x0A } == events + heads, "\(format)")
            let report = try program.run("report", "quarantine", "--format", format).output
            #expect(report.utf8.count { $0 == 0x0A } >= quarantined + heads, "\(format)")
            for output in [table, report] {
                let hidden = output.unicodeScalars.filter { $0 != "\n" && SafeText.isHidden($0.value) }
                #expect(hidden.isEmpty, "\(format): \(hidden.map { String($0.value, radix: 16) })")
            }
        }
        for csv in [
            try program.run("export", "--format", "csv").output,
            try program.run("query", "SELECT tool FROM events", "--format", "csv").output,
        ] {
            #expect(!csv.unicodeScalars.contains { $0 != "\n" && SafeText.isHidden($0.value) })
            let starts = ["=", "+", "-", "@", "\"=", "\"+", "\"-", "\"@"]
            let cells = csv.split(separator: "\n").flatMap { $0.split(separator: ",") }
            #expect(!cells.contains { cell in starts.contains { cell.hasPrefix($0) } })
            #expect(cells.contains("'=1+1"))
        }
        let markdown = try program.run("query", "SELECT tool FROM events", "--format", "markdown").output
        #expect(markdown.contains("\\<script\\>") && !markdown.replacingOccurrences(of: "\\<", with: "").contains("<"))
        #expect(!markdown.contains("[a](http://"))
    }

    @Test func `filters are values: quotes, wildcards, paths and expressions mean only themselves`() throws {
        _ = try ingest(
            HostileClass.ofLines.filter { ["SQL and paths in filters", "Regular expressions"].contains($0.name) }
                .flatMap(\.lines))
        for tool in ["x' OR 1=1 --", "%", "../../etc/passwd", "(a+)+$", ".*"] {
            let lines = try program.run("export", "--tool", tool).output.split(separator: "\n")
            #expect(try lines.map { try JSONParser.parse(String($0))["tool"]?.text } == [tool])
        }
        let run = try program.run("query", "SELECT * FROM events WHERE tool REGEXP '(a+)+$'")
        #expect(run.status == 64)
        #expect(run.errors.contains("no such function: REGEXP"))
    }

    @Test func `an event of the future moves no window`() throws {
        _ = try ingest(HostileClass.ofLines.filter { $0.name == "Times in the future" }.flatMap(\.lines))
        #expect(try program.json("detect")["as_of"]?.text == "2026-05-01T10:00:00.000001Z")
        #expect(try program.json("status")["sources"]?[0]?["last_event"]?.text == "2026-05-01T10:00:00Z")
    }

    @Test func `an address is told by what it is, not by how it is written`() throws {
        _ = try ingest(HostileClass.ofLines.filter { $0.name == "Misleading addresses" }.flatMap(\.lines))
        for (ip, tools) in [("10.0.0.1", []), ("8.0.0.1", []), ("192.0.2.1", ["2", "4"]), ("fe80::/64", ["3"])] {
            let lines = try program.run("export", "--ip", ip).output.split(separator: "\n")
            #expect(try lines.map { try JSONParser.parse(String($0))["tool"]?.text } == tools, "\(ip)")
        }
        // Octal to some readers, decimal to others: no address, and nobody is led to believe that it was looked for.
        let run = try program.run("export", "--ip", "010.0.0.1")
        #expect(run.status == 64)
        #expect(run.errors.contains("--ip 010.0.0.1 is no address"))
    }

    @Test func `a log cannot say where its lines come from`() throws {
        _ = try ingest(HostileClass.ofLines.filter { $0.name == "Fields that imitate ours" }.flatMap(\.lines))
        let path = program.folder + "/hostile.ndjson"
        #expect(try rows("SELECT DISTINCT source FROM events").map { $0["source"]?.text } == [path])
        #expect(
            try rows("SELECT count(*) AS n FROM events WHERE redacted IS NOT NULL OR raw = 'r'")[0]["n"]?.integer == 0)
        let lines = try program.run("export", "--with-source", "--token", "h").output.split(separator: "\n")
        #expect(lines.count == 2)
        for line in lines {
            let event = try JSONParser.parse(String(line))
            #expect(event.members?.filter { $0.key.hasPrefix("source") }.map(\.key) == ["source", "source_offset"])
            #expect(event["source"]?.text == path)
            #expect(event["extra"]?["source"]?.text?.hasPrefix("/etc/") == true)
        }
    }
}
