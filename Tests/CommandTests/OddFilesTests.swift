import Foundation
import Testing

/// Pipes and links where a trail has its files and folders. Nobody waits for a pipe's other end, and nothing is written
/// where a link leads.
struct OddFilesTests {
    let program = Program()

    /// A trail with a segment, a dropped month and a run of the detectors.
    private func grow() throws {
        _ = program.write(
            "a.ndjson",
            """
            {"ts":"2025-01-01T10:00:00Z","event":"used","token_id":"t0"}
            {"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"t1","user_agent":"Bearer abcdefghijklmnop1234"}

            """)
        #expect(try program.run("ingest", "-q", "a.ndjson").status == 0)
        #expect(try program.run("prune", "-q", "--older-than", "2026-01-01").status == 0)
        #expect(try program.run("detect", "--new", "-q").status == 0)
    }

    private static let commands = [
        "status", "verify", "detect --since start", "detect --new", "export", "findings",
        "query 'SELECT count(*) FROM events'",
        "ingest a.ndjson", "compact", "prune --older-than 2026-01-01", "rebuild --force",
    ]

    @Test(arguments: [
        "catalog.sqlite", "catalog.sqlite-wal", "catalog.sqlite-shm", "catalog.sqlite-journal", "pruned.sqlite",
        "secret.key",
        "lock", "readers.lock", "jobs.lock", "policy.yaml", "catalog.sqlite.rebuild", "segments", "orphans",
        "segments/month=2026-05", "segments/month=2026-05/00000001.parquet", "segments/month=2026-05/00000009.parquet",
        "segments/month=2026-06",
    ])
    func `a pipe among a trail's files makes nobody wait`(name: String) throws {
        try grow()
        _ = try program.shell("cp -a trail sound")
        for command in Self.commands {
            _ = try program.shell("rm -rf trail; cp -a sound trail; rm -rf trail/\(name); mkfifo -m 600 trail/\(name)")
            let run = try program.shell("timeout -s KILL 20 \"$AUTHTRAIL\" \(command) -q -o /dev/null < /dev/null")
            #expect([0, 1, 65, 73, 74, 75].contains(run.status), "\(command): \(run.status) \(run.errors)")
            #expect(run.status == 0 || run.status == 1 || !run.errors.isEmpty, "\(command)")
        }
    }

    @Test(arguments: [
        "segments", "segments/month=2026-05", "orphans", "catalog.sqlite", "pruned.sqlite", "secret.key", "lock",
    ])
    func `nothing is written where a link leads`(name: String) throws {
        try grow()
        _ = try program.shell(
            "mkdir -p trail/orphans; mv trail/\(name) elsewhere; ln -s \"$PWD/elsewhere\" trail/\(name)")
        let before = try program.shell(
            "find elsewhere | sort | xargs -d '\\n' md5sum 2>/dev/null; find elsewhere | wc -l"
        ).output
        _ = program.write("b.ndjson", #"{"ts":"2026-05-02T10:00:00Z","event":"used","token_id":"t2"}"# + "\n")
        for command in ["ingest b.ndjson", "compact --all", "prune --older-than 2026-06-01", "rebuild --force"] {
            let run = try program.shell("timeout -s KILL 20 \"$AUTHTRAIL\" \(command) -q -o /dev/null")
            #expect(run.status == 73, "\(command): \(run.errors)")
            #expect(run.errors.contains("trail/\(name): it is a symbolic link"), "\(command): \(run.errors)")
        }
        let after = try program.shell(
            "find elsewhere | sort | xargs -d '\\n' md5sum 2>/dev/null; find elsewhere | wc -l"
        ).output
        #expect(before == after)
    }
}
