import Foundation
import Testing

/// What stands beside the program.
struct PackagingTests {
    @Test func `the page of detectors in the docs is the program's`() throws {
        let docs = try String(contentsOfFile: Program.repository + "/Docs/detectors.md", encoding: .utf8)
        let page = Program.repository + "/Packaging/detectors_page.py"
        let made = try Program().shell("\"$AUTHTRAIL\" detectors | python3 '\(page)'")
        #expect(made.status == 0 && made.output == docs, "run make docs")
    }

    @Test func `the units of systemd are sound`() throws {
        let program = Program()
        let check = """
            command -v systemd-analyze > /dev/null || exit 0
            for unit in "\(Program.repository)"/Packaging/systemd/*; do
                sed "s#/usr/local/bin/authtrail#/bin/true#" "$unit" > "$(basename "$unit")"
            done
            mv authtrail-alert@.service authtrail-alert@x.service
            systemd-analyze verify ./*.service ./*.timer 2>&1
            systemd-sysusers --dry-run - < authtrail.sysusers > /dev/null
            """
        let run = try program.shell(check)
        #expect(run.status == 0 && run.output.isEmpty, "\(run.output)\(run.errors)")
    }

    @Test func `what the units and the cron line call is what the program takes`() throws {
        let program = Program()
        let packaging = Program.repository + "/Packaging/"
        // The cron line first: it makes the trail.
        let files = ["authtrail.cron", "systemd/authtrail-detect.service", "systemd/authtrail-follow.service"]
        let text = try files.map { try String(contentsOfFile: packaging + $0, encoding: .utf8) }.joined()
        let calls = text.matches(of: /authtrail ((?:ingest|detect|compact) -[^;&\n]*)/).map { String($0.1) }
        #expect(calls.count == 5)
        _ = program.write("a.ndjson", threeLines)
        for call in calls where !call.contains("--follow") {
            let words = call.replacing("/var/log/mcp", with: "a.ndjson").replacing(
                "--trail /var/lib/authtrail/trail", with: "")
            let run = try program.run(words.split(separator: " ").map(String.init))
            #expect(run.status == 0, "\(call): \(run.errors)")
        }
    }
}
