import Console
import Foundation
import Testing

/// `kill -9` at any moment of a command that rewrites a trail: afterwards a writer opens it, verify finds nothing wrong,
/// and nothing is lost or there twice.
///
/// The moments are seeded and spread over the time that the command takes; `AUTHTRAIL_CRASH_ROUNDS` says how many there
/// are for each command (8 unless said otherwise).
struct CrashTests {
    let program = Program()

    static let rounds = ProcessInfo.processInfo.environment["AUTHTRAIL_CRASH_ROUNDS"].flatMap { Int($0) } ?? 8

    /// A trail of two logs and many small segments over nine months, without a line that is none.
    private func base() throws {
        var text = ["", ""]
        for run in 0..<27 {
            for line in 0..<30 {
                let (month, second) = ((run + line) % 9 + 1, String(format: "%02d:%02d", run, line))
                text[run % 2] +=
                    #"{"ts":"2026-0\#(month)-05T10:\#(second)Z","event":"used","token_id":"t\#(line)","n":\#(run)}"#
                    + "\n"
            }
            try program.run("ingest", "-q", program.write("\(run % 2).ndjson", text[run % 2]))
        }
        _ = try program.shell("mv trail base")
    }

    /// Starts the program and kills it after so many microseconds; true if it was still running.
    private func runAndKill(_ arguments: [String], after time: UInt32) throws -> Bool {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = arguments
        process.currentDirectoryURL = URL(fileURLWithPath: program.folder)
        process.standardOutput = FileHandle.nullDevice
        process.standardError = FileHandle.nullDevice
        try process.run()
        usleep(time)
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
        return process.terminationReason == .uncaughtSignal
    }

    /// How long the whole command takes, microseconds.
    private func duration(_ arguments: [String], _ prepare: String) throws -> Double {
        _ = try program.shell("rm -rf trail; cp -r base trail; " + prepare)
        let start = Date()
        #expect(try program.run(arguments).status == 0)
        return Date().timeIntervalSince(start) * 1e6
    }

    private func events() throws -> Int64? { try program.json("status")["events"]?.integer }

    /// Kills the command in every round, looks, then lets it run to its end and looks again.
    private func crash(
        _ arguments: [String], prepare: String = "true", seed: UInt64, afterKill: () throws -> Void,
        atEnd: () throws -> Void
    ) throws {
        try base()
        let whole = try duration(arguments, prepare)
        try atEnd()
        var state = seed, killed = 0
        for round in 0..<Self.rounds {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let share = (Double(round) + Double(state >> 40) / Double(1 << 24)) / Double(Self.rounds)
            _ = try program.shell("rm -rf trail; cp -r base trail; " + prepare)
            if try runAndKill(arguments, after: UInt32(share * whole * 1.05)) { killed += 1 }
            try afterKill()
            // Whatever was left undone is done now.
            let again = try program.run(arguments)
            #expect(again.status == 0 || arguments[0] == "rebuild" && again.status == 64, "\(again.errors)")
            try atEnd()
        }
        // How long a command takes depends on what else runs.
        #expect(killed > Self.rounds / 4)
    }

    private func isWhole(_ events: [Int64?]) throws {
        let opened = try program.run("ingest", "-q", "0.ndjson", "1.ndjson")
        #expect(opened.status == 0, "\(opened.errors)")
        #expect(opened.output == "")
        let verified = try program.run("verify", "-q")
        #expect(verified.status == 0, "\(verified.output)\(verified.errors)")
        #expect(try events.contains(self.events()))
        #expect(try program.shell("find trail -name '*.tmp' -o -name '*.rebuild*'").output == "")
    }

    private func comesBack() throws {
        for log in ["0.ndjson", "1.ndjson"] {
            let run = try program.shell("\"$AUTHTRAIL\" export --lines --source \"$PWD/\(log)\" | cmp - \(log)")
            #expect(run.status == 0, "\(run.output)\(run.errors)")
        }
    }

    @Test func `compact killed at any moment changes nothing that can be seen`() throws {
        try crash(["compact", "--all", "-q"], seed: 1) {
            try isWhole([810])
            try comesBack()
        } atEnd: {
            try isWhole([810])
            try comesBack()
            #expect(try program.json("status")["segments"]?.integer == 9)
            // A merge that was not yet true is put aside.
            #expect(try program.shell("find trail/segments -name '*.parquet' | wc -l").output == "9\n")
        }
    }

    @Test func `prune killed at any moment has dropped all or nothing`() throws {
        try crash(["prune", "-q", "--older-than", "2026-05-01"], seed: 2) {
            try isWhole([810, 450])
            if try events() == 810 { try comesBack() }
        } atEnd: {
            try isWhole([450])
            let status = try program.json("status")
            #expect(status["lines_pruned"]?.integer == 360)
            #expect(status["oldest_event"]?.text?.hasPrefix("2026-05-05") == true)
            #expect(try program.shell("ls trail/segments | wc -l").output == "5\n")
        }
    }

    @Test func `rebuild killed at any moment leaves no catalog or a whole one`() throws {
        try crash(["rebuild", "-q"], prepare: "rm trail/catalog.sqlite*", seed: 3) {
            let opened = try program.run("status")
            #expect(opened.status == 0 || opened.errors.contains("run authtrail rebuild"), "\(opened.errors)")
        } atEnd: {
            try isWhole([810])
            try comesBack()
        }
    }

    @Test func `rebuild beside a good catalog killed at any moment leaves a whole one`() throws {
        try crash(["rebuild", "-q", "--force"], seed: 4) {
            try isWhole([810])
            try comesBack()
        } atEnd: {
            try isWhole([810])
            try comesBack()
        }
    }
}
