import Console
import EngineChecks
import Foundation
import Testing

/// A trail in other hands: what the program says of it, against DuckDB and pyarrow over the same Parquet files.
@Suite(.disabled(if: Engines.maySkip, "needs a Python with pyarrow and duckdb"))
struct EngineTests {
    /// A log that is made for a test.
    enum Log: Sendable, CustomTestStringConvertible {
        case year(seed: Int), benchmark
        /// Everything on the edge of a window, in no order.
        case edges(seed: Int)
        /// Strange texts and numbers, wrong types, lines that are no events; `plain` leaves out what SQL and Swift take
        /// for something else.
        case odd(seed: Int, plain: Bool)

        var testDescription: String { "\(self)" }

        /// What a comparison of all reports and detectors cannot find in it.
        var lacks: Set<String> {
            switch self {
            case .year: []
            case .benchmark: ["quarantine", "stuffing findings", "addresses of plain stuffing"]
            case .edges: ["quarantine"]
            case .odd: ["stuffing findings", "addresses of plain stuffing"]
            }
        }
    }

    @Test(arguments: [
        Log.year(seed: 1), .year(seed: 2), .year(seed: 3), .benchmark, .edges(seed: 1), .edges(seed: 2),
        .edges(seed: 3), .odd(seed: 1, plain: true), .odd(seed: 2, plain: true),
    ])
    func `reports, rollups and detectors say of a trail what DuckDB says`(log: Log) throws {
        let program = Program()
        try ingest(try make(log, program), program)
        let compared = try check("check_trail.py", program)
        // A comparison of nothing with nothing proves nothing.
        let all: Set = [
            "token_days", "event_days", "tokens", "events-by-day", "failures-by-reason", "failed-by-ip", "principals",
            "token-activity", "quarantine", "dormant-tokens", "dormant-tokens-gap", "literal findings", "gap findings",
            "stuffing findings", "addresses of plain stuffing",
        ]
        #expect(Set(compared.keys) == all)
        #expect(Set(compared.filter { $0.value > 0 }.keys) == all.subtracting(log.lacks))
    }

    @Test(arguments: [Log.edges(seed: 5), .edges(seed: 6)])
    func `however a statement compares times, it says what DuckDB says or is refused`(log: Log) throws {
        let program = Program()
        try ingest(try make(log, program), program)
        let compared = try check("check_times.py", program)
        #expect(compared["statements"] == 250)
        #expect(compared["refused"] ?? 0 > 0 && compared["rows"] ?? 0 > 150)
    }

    @Test(arguments: StoryTests.names)
    func `pyarrow, DuckDB, the export and the log agree on every column of a story`(name: String) throws {
        let program = Program()
        let story = "\(StoryTests.folder)/\(name)"
        try ingest("\(story).ndjson", program)
        let compared = try check("check_samples.py", program)
        let expected = try JSONParser.parse(
            String(contentsOfFile: "\(StoryTests.folder)/expected/\(name).json", encoding: .utf8))
        #expect(compared["rows"] == expected["counts"]?["stored"]?.integer)
        #expect(compared["logged"] == compared["rows"])
    }

    @Test(arguments: [Log.year(seed: 4), .benchmark, .edges(seed: 4), .odd(seed: 4, plain: false)])
    func `pyarrow, DuckDB, the export and the log agree on every column of a generated log`(log: Log) throws {
        let program = Program()
        try ingest(try make(log, program), program)
        let compared = try check("check_samples.py", program)
        let status = try program.json("status")
        #expect(compared["rows"] == status["events"]?.integer)
        #expect(compared["logged"] == compared["rows"])
        #expect(compared["nulls"] ?? 0 > 0)
    }

    /// Writes a log into the folder of the program and returns its path.
    private func make(_ log: Log, _ program: Program) throws -> String {
        let path = program.folder + "/auth.ndjson"
        switch log {
        case .year(let seed):
            let run = try program.run("demo", "--log", path, "--events", "20000", "--seed", "\(seed)", "-q")
            #expect(run.status == 0, "\(run.errors)")
        case .benchmark:
            let run = try program.run("demo", "--scenario", "benchmark", "--log", path, "--events", "20000", "-q")
            #expect(run.status == 0, "\(run.errors)")
        case .edges(let seed):
            let run = try Engines.run("edge_log.py", path, "\(seed)")
            #expect(run.status == 0, "\(run.output)")
        case .odd(let seed, let plain):
            let run = try Engines.run("odd_log.py", path, "\(seed)", plain ? "plain" : "all")
            #expect(run.status == 0, "\(run.output)")
        }
        return path
    }

    private func ingest(_ path: String, _ program: Program) throws {
        let run = try program.run("ingest", path, "--quiet")
        #expect(run.status == 0, "\(run.errors)")
    }

    /// Runs a script over the trail. Returns how much it compared.
    private func check(_ script: String, _ program: Program) throws -> [String: Int64] {
        let run = try Engines.run(script, program.folder + "/trail", Program.path)
        try #require(run.status == 0, "\(run.output)")
        let members = try #require(try JSONParser.parse(run.output).members)
        return Dictionary(uniqueKeysWithValues: members.map { ($0.key, $0.value.integer ?? 0) })
    }
}
