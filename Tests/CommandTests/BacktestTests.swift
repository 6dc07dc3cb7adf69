import Console
import Foundation
import Testing

/// What a scheduled job would have reported of a time that is past.
struct BacktestTests {
    let program = Program()

    private func use(_ time: String) -> String {
        #"{"ts":"\#(time)Z","event":"used","token_id":"tok_1","tool":"orders.status","ip":"203.0.113.7"}"# + "\n"
    }

    private func ingest() throws {
        let issuance =
            #"{"ts":"2026-01-01T09:00:00Z","event":"issued","token_id":"tok_1","principal":"partner:acme","#
            + #""actor":"admin:maria","expires_at":"2026-12-31T00:00:00Z"}"# + "\n"
        let log = issuance + use("2026-01-02T10:00:00") + use("2026-04-26T10:20:00") + use("2026-04-27T10:30:00")
        #expect(try program.run("ingest", "-q", "--final", program.write("a.ndjson", log)).status == 0)
    }

    private let detector = "dormant-token-reactivation"

    @Test func `a reactivation is told by the first run after it, and once`() throws {
        try ingest()
        let report = try program.json(
            "detect", detector, "--from", "2026-04-26T08:00:00Z", "--to", "2026-04-27T08:00:00Z", "--every", "1h")
        #expect(report["runs"] == 24)
        #expect(report["alerts"]?.elements?.count == 1)
        #expect(report["alerts"]?[0]?["date"]?.text == "2026-04-26" && report["alerts"]?[0]?["alerts"] == 1)
        #expect(report["findings"]?.elements?.count == 1)
        #expect(report["findings"]?[0]?["told_at"]?.text == "2026-04-26T11:00:00Z")
        #expect(report["findings"]?[0]?["finding"]?["first_seen"]?.text == "2026-04-26T10:20:00Z")
        // Nothing of it is noted.
        #expect(try program.json("findings", "list", "--status", "all")["rows"]?.elements?.isEmpty == true)
    }

    @Test func `each run is what detect says of its moment`() throws {
        try ingest()
        let backtest = try program.json(
            "detect", "--from", "2026-04-26T00:00:00Z", "--to", "2026-04-28T00:00:00Z", "--every", "6h")
        var ids: Set<String> = []
        for hour in stride(from: 6, through: 48, by: 6) {
            let time = "2026-04-2\(6 + hour / 24)T\(hour % 24 < 10 ? "0" : "")\(hour % 24):00:00Z"
            let run = try program.json("detect", "--as-of", time)
            ids.formUnion(run["findings"]?.elements?.compactMap { $0["id"]?.text } ?? [])
        }
        let told = backtest["findings"]?.elements?.compactMap { $0["finding"]?["id"]?.text } ?? []
        #expect(!ids.isEmpty && Set(told) == ids && told.count == ids.count)
    }

    @Test func `a backtest of a job that runs less often than daily leaves no hole`() throws {
        try ingest()
        let report = try program.json("detect", detector, "--from", "2026-04-24", "--to", "2026-05-02", "--every", "4d")
        #expect(report["window_seconds"] == 345_600 && report["findings"]?.elements?.count == 1)
    }

    @Test func `a backtest without an end goes up to the newest event`() throws {
        try ingest()
        let report = try program.json("detect", "--from", "2026-04-27T08:00:00Z", "--every", "1h")
        #expect(report["runs"] == 2 && report["to"]?.text == "2026-04-27T10:30:00.000001Z")
    }

    @Test func `a backtest names the option that means nothing there`() throws {
        try ingest()
        let words = ["detect", "--every", "1h", "--from", "2026-04-26", "--to", "2026-04-27"]
        for (more, named) in [
            (["--new"], "with --every, --new means nothing"), (["--format", "html"], "not html"),
            (["--since", "start"], "--since is how far back each run looks"),
        ] {
            #expect(try program.run(words + more).errors.contains(named))
        }
    }

    @Test(arguments: [
        ["--every", "1h"], ["--from", "2026-04-26"], ["--every", "1h", "--from", "2026-04-27", "--to", "2026-04-26"],
        ["--every", "1ms", "--from", "2026-04-26", "--to", "2026-04-27"],
        ["--every", "1h", "--from", "2026-04-26", "--to", "2026-04-27", "--format", "html"],
        ["--every", "1h", "--from", "2026-04-26", "--to", "2026-04-27", "--new"],
        ["--every", "1h", "--from", "2026-04-26", "--to", "2026-04-27", "--since", "start"],
    ])
    func `a backtest that cannot be meant is refused`(words: [String]) throws {
        try ingest()
        let run = try program.run(["detect"] + words)
        #expect(run.status == 64, "\(run.errors)")
    }
}
