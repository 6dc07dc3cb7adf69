import Console
import Foundation
import Testing

/// A disk that fails while a trail is read: from some read on, every one of them ends with EIO. The trail is sound, so
/// nothing may call it damaged, and nobody may be told to do without anything.
@Suite(.disabled(if: !Tracer.canInject, "needs strace, and leave to trace"))
struct ReadFaultTests {
    let program = Program()

    /// What is said of damage, and advice that costs what is there.
    private static let losses = [
        "run authtrail rebuild", "--skip-damaged", "--force", "restore", "backup", "damage", "malformed",
    ]

    private func makeTrail() throws {
        let lines = (0..<400).map { number in
            let kind = number % 4 == 0 ? "failed\",\"reason\":\"expired" : "used"
            return "{\"ts\":\"2026-0\(4 + number % 3)-05T10:00:\(10 + number % 50)Z\",\"event\":\"\(kind)\","
                + "\"token_id\":\"t\(number)\",\"ip\":\"198.51.100.\(number % 9)\"}\n"
        }
        for part in 0..<2 {
            _ = try program.run(
                "ingest", "-q", program.write("\(part).ndjson", lines[(part * 200)..<(part * 200 + 200)].joined()))
        }
        #expect(try program.run("prune", "-q", "--older-than", "2026-05-01").status == 0)
        _ = program.write("2.ndjson", lines[0])
    }

    @Test(arguments: [
        "status", "verify", "detect --since start", "query 'SELECT count(*), max(token_id) FROM events'", "findings",
        "report failed-by-ip", "export", "export --lines --source 1.ndjson", "rebuild --force", "compact --all",
        "prune --older-than 2026-06-01", "ingest 2.ndjson",
    ]) func `a disk that fails on reading is no damage`(command: String) throws {
        try makeTrail()
        var failed = 0
        for (call, first) in [
            ("pread64", 8), ("pread64", 16), ("pread64", 30), ("pread64", 60), ("getdents64", 1), ("fcntl", 8),
        ] {
            for error in ["EIO", "EINTR"] where call != "pread64" || error == "EIO" {
                let run = try program.shell(
                    """
                    strace -f -qq -o trace -e inject=\(call):error=\(error):when=\(first)\(error == "EIO" ? "+" : "") \
                    "$AUTHTRAIL" \(command) > out 2> err; status=$?; cat err; grep -q INJECTED trace || exit 0; exit $status
                    """)
                let where_ = "\(command), \(call) \(error) from \(first): \(run.output)"
                #expect([0, 74].contains(run.status), "\(where_)")
                if run.status == 74 { failed += 1 }
                for loss in Self.losses { #expect(!run.output.contains(loss), "\(where_)") }
                #expect(try program.run("status", "-q").status == 0, "\(where_)")
            }
        }
        #expect(failed > 0)
        // What a killed or failed writer left is put in order by the next one.
        #expect(try program.run("compact", "-q").status == 0)
        #expect(try program.run("verify", "-q").status == 0)
    }

    @Test func `verify says what it could not read, and that nothing wrong was found`() throws {
        try makeTrail()
        let run = try program.shell(
            """
            strace -f -qq -o trace -P "$(ls $PWD/trail/segments/*/*.parquet | head -1)" \
            -e inject=pread64:error=EIO:when=1+ "$AUTHTRAIL" verify --format json; echo " $?"
            """)
        #expect(run.output.hasSuffix(" 74\n"), "\(run.output)\(run.errors)")
        let report = try JSONParser.parse(String(run.output.dropLast(4)))
        #expect(report["ok"]?.boolean == false)
        #expect(report["problems"]?[0]?["unread"]?.boolean == true)
        #expect(report["problems"]?[0]?["name"]?.text == "segments/month=2026-05/00000002.parquet")
        #expect(report["problems"]?[0]?["advice"]?.text?.contains("nothing wrong was found") == true)
        #expect(report["problems"]?[1] == nil)
    }
}

private enum Tracer {
    static let canInject =
        (try? Program().shell("strace -qq -o /dev/null -e inject=read:delay_enter=1 true").status) == 0
}
