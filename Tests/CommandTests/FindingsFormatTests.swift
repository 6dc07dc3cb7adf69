import Console
import EngineChecks
import Foundation
import Testing

/// The findings as other programs read them: schemas, a SIEM, a monitoring system, a browser.
struct FindingsFormatTests {
    let program = Program()

    private static let schemas = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Docs/schemas").path

    /// A log whose texts want to be more than texts.
    private var hostile: String {
        let agent = #"<script>alert(1)</script>\" onload=\"x\u202e\u001b[31m"#
        return (0..<30).map { number in
            #"{"ts":"2026-04-26T00:00:\#(number < 10 ? "0" : "")\#(number)Z","event":"failed","reason":"hash_mismatch","#
                + #""presented":"fp\#(number)","ip":"198.51.100.23","user_agent":"\#(agent)"}"# + "\n"
        }.joined()
    }

    private func write(_ words: String...) throws -> String {
        let out = program.folder
        let also = [("json", "json"), ("ndjson", "ndjson"), ("ocsf", "ocsf"), ("prometheus", "prom"), ("html", "html")]
            .flatMap { ["--also", "\($0)=\(out)/detect.\($1)"] }
        let run = try program.run(["detect", "-q", "--since", "start"] + also + words)
        #expect(run.status == 0, "\(run.errors)")
        return out
    }

    @Test(.disabled(if: Engines.maySkip, "needs a Python with jsonschema and prometheus_client"))
    func `every format of the findings of all stories is what its readers expect`() throws {
        for name in StoryTests.names {
            #expect(try program.run("ingest", "-q", "--final", "\(StoryTests.folder)/\(name).ndjson").status == 0)
        }
        #expect(try program.run("ingest", "-q", "--final", program.write("hostile.ndjson", hostile)).status == 0)
        let result = try Engines.run("check_findings.py", write(), Self.schemas)
        #expect(result.status == 0, "\(result.output)")
        let looked = try JSONParser.parse(result.output)
        for (name, least) in [("findings", 20), ("detectors", 12), ("series", 200), ("elements", 1000)]
            as [(String, Int64)]
        {
            guard case .int(let number)? = looked[name] else {
                Issue.record("no \(name)")
                continue
            }
            #expect(number >= least, "\(name)")
        }
    }

    @Test func `the page shows a hostile text and obeys none of it`() throws {
        #expect(try program.run("ingest", "-q", "--final", program.write("hostile.ndjson", hostile)).status == 0)
        let page = try String(contentsOfFile: write() + "/detect.html", encoding: .utf8)
        #expect(page.contains(#"&lt;script&gt;alert(1)&lt;/script&gt;&quot; onload=&quot;x\u{202e}\u{1b}[31m"#))
        #expect(!page.contains("<script"))
    }

    @Test func `counts and pages tell the whole window, also when only what is new is reported`() throws {
        #expect(try program.run("ingest", "-q", "--final", program.write("hostile.ndjson", hostile)).status == 0)
        for (told, place) in [(1, "first"), (0, "second")] {
            let metrics = program.write("\(place).prom", "")
            let run = try program.run(
                "detect", "failed-verification-by-ip", "--new", "--format", "ocsf", "--also", "prometheus=\(metrics)")
            #expect(run.status == 0, "\(run.errors)")
            #expect(run.output.split(separator: "\n").count == told)
            let text = try String(contentsOfFile: metrics, encoding: .utf8)
            #expect(
                text.contains(
                    #"authtrail_findings{detector="failed-verification-by-ip",severity="high"} 1"# + "\n"))
        }
    }

    @Test func `what could not be written beside the findings was not told`() throws {
        #expect(try program.run("ingest", "-q", "--final", program.write("hostile.ndjson", hostile)).status == 0)
        let failed = try program.run("detect", "--new", "--also", "html=/nowhere/at/all.html")
        #expect(failed.status == 73 || failed.status == 74)
        #expect(try program.run("detect", "--new", "--fail-on", "high").status == 1)
        #expect(try program.run("detect", "--also", "pdf=x").status == 64)
    }
}
