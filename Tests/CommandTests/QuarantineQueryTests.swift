import Console
import Foundation
import Testing

/// `quarantine` in SQL and as a report: conditions that pass over blocks give the rows that satisfy them.
struct QuarantineQueryTests {
    let program = Program()

    /// Two logs, one of them read in two runs, with lines that are no events.
    private func fill() throws {
        let good = #"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"t1"}"# + "\n"
        let a = program.write("a.ndjson", bytes: Array((good + "no event 1\n{\"ts\":1}\n" + good).utf8)[...])
        let first = try program.run("ingest", "-q", a),
            second = try program.run(
                "ingest", "-q", program.write("b.ndjson", bytes: Array((good + "[]\nno event Ä\n").utf8)[...]))
        #expect(first.status == 0 && second.status == 0)
    }

    @Test(arguments: [
        ("1", 4), ("reason = 'not_json'", 2), ("reason IN ('not_json', 'no_event', 'x')", 3),
        ("reason > 'no_event'", 3),
        ("reason >= 'no_event' AND reason < 'not_k'", 3), ("reason < 'no_event'", 0), ("source LIKE '%/a.ndjson'", 2),
        ("generation = 1", 4), ("generation = '1'", 4), ("generation > 1.5", 0), ("generation IS NULL", 0),
        ("source_offset = 61", 2), ("source_offset <= 61", 2), ("source_offset > 1e18", 0),
        ("length = 2 OR reason = 'no_event'", 2),
        ("text = 'no event Ä'", 1), ("detail LIKE 'at byte %'", 3), ("redacted IS NULL", 4), ("source = 'é'", 0),
        ("source IN (SELECT path FROM sources)", 4), ("source = (SELECT min(path) FROM sources)", 2),
        ("rowid IN (SELECT rowid FROM quarantine)", 4),
    ]) func `a condition gives the rows that satisfy it`(condition: String, rows: Int) throws {
        try fill()
        let found = try program.json(
            "query", "SELECT count(*) AS n, count(text) AS m FROM quarantine WHERE \(condition)")["rows"]
        #expect(found?[0]?["n"]?.integer == Int64(rows), "\(condition)")
        #expect(found?[0]?["m"]?.integer == Int64(rows), "\(condition)")
    }

    @Test(arguments: [
        ("source, generation, source_offset", ["no event 1", "{\"ts\":1}", "[]", "no event Ä"]),
        ("source DESC, source_offset", ["[]", "no event Ä", "no event 1", "{\"ts\":1}"]),
        ("source COLLATE NOCASE, source_offset DESC", ["{\"ts\":1}", "no event 1", "no event Ä", "[]"]),
        ("generation DESC, source DESC, length", ["[]", "no event Ä", "{\"ts\":1}", "no event 1"]),
        ("length, text", ["[]", "{\"ts\":1}", "no event 1", "no event Ä"]),
    ]) func `rows come in the order that is asked for`(order: String, texts: [String]) throws {
        try fill()
        let rows = try program.json("query", "SELECT text FROM quarantine ORDER BY \(order)")["rows"]?.elements
        #expect(rows?.map { $0["text"]?.text } == texts)
    }

    @Test func `a line stands under the generation that status gives its file`() throws {
        let good = #"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"t1"}"# + "\n"
        for number in 1...3 {
            if number > 1 {
                let log = program.folder + "/auth.log"
                try FileManager.default.moveItem(atPath: log, toPath: log + ".\(number - 1)")
            }
            let log = program.write("auth.log", good + "bad \(number)\n" + String(repeating: good, count: number))
            #expect(try program.run("ingest", "-q", log).status == 0)
        }
        let rows = try program.json("report", "quarantine")["rows"]?.elements ?? []
        #expect(
            rows.map { $0["generation"]?.integer } == [1, 2, 3]
                && rows.map { $0["text"]?.text } == ["bad 1", "bad 2", "bad 3"])
        let sources = try program.json("status")["sources"]?.elements ?? []
        #expect(sources.compactMap { $0["generation"]?.integer }.sorted() == [1, 2, 3])
    }

    @Test func `the report is narrowed by source, by reason and by number`() throws {
        try fill()
        func texts(_ words: String...) throws -> [String?] {
            let report = try JSONParser.parse(
                try program.run(["report", "quarantine", "--format", "json"] + words).output)
            return try #require(report["rows"]?.elements).map { $0["text"]?.text }
        }
        let source = try #require(
            try program.json("query", "SELECT max(path) AS p FROM sources")["rows"]?[0]?["p"]?.text)
        #expect(try texts() == ["no event 1", "{\"ts\":1}", "[]", "no event Ä"])
        #expect(try texts("--set", "limit=1") == ["no event 1"])
        #expect(try texts("--set", "source=\(source)") == ["[]", "no event Ä"])
        #expect(try texts("--set", "reason=not_json") == ["no event 1", "no event Ä"])
        #expect(try texts("--set", "reason=not") == [])
        #expect(try texts("--set", "reason=no_event", "--set", "source=\(source)") == [])
    }
}
