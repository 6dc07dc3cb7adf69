import Console
import Testing

/// Stories of a token that wakes up, and what is found of it.
protocol TellsOfTokens {
    var program: Program { get }
}

extension TellsOfTokens {
    func use(_ day: String, _ token: String = "tok_1", ip: String = "203.0.113.7") -> String {
        #"{"ts":"\#(day)T10:00:00Z","event":"used","token_id":"\#(token)","tool":"orders.status","ip":"\#(ip)"}"# + "\n"
    }

    var issuance: String {
        #"{"ts":"2026-01-01T09:00:00Z","event":"issued","token_id":"tok_1","principal":"partner:acme","#
            + #""actor":"admin:maria","expires_at":"2026-12-31T00:00:00Z"}"# + "\n"
    }

    func detect(_ words: String...) throws -> [String] {
        let run = try program.run(["detect", "dormant-token-reactivation", "--format", "json", "-q"] + words)
        #expect(run.status == 0, "\(run.errors)")
        return try JSONParser.parse(run.output)["findings"]?.elements?.compactMap { $0["id"]?.text } ?? []
    }

    func ingest(_ name: String, _ text: String) throws {
        #expect(try program.run("ingest", program.write(name, text), "--quiet", "--final").status == 0)
    }
}
