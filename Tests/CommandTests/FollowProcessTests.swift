import Console
import Foundation
import Testing

/// `ingest --follow` as a process: what only a process shows.
struct FollowProcessTests {
    private let program = Program()

    private func line(_ token: Int) -> String {
        "{\"ts\":\"2026-05-01T10:00:00Z\",\"event\":\"used\",\"token_id\":\"t\(token)\"}\n"
    }

    private func follow(_ words: String...) throws -> Process {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["ingest", "--follow"] + words + ["--trail", "trail", "--format", "json"]
        process.currentDirectoryURL = URL(fileURLWithPath: program.folder)
        FileManager.default.createFile(atPath: program.folder + "/out", contents: nil)
        FileManager.default.createFile(atPath: program.folder + "/err", contents: nil)
        process.standardOutput = FileHandle(forWritingAtPath: program.folder + "/out")
        process.standardError = FileHandle(forWritingAtPath: program.folder + "/err")
        try process.run()
        return process
    }

    private func append(_ text: String) {
        let path = program.folder + "/a.log"
        if !FileManager.default.fileExists(atPath: path) {
            FileManager.default.createFile(atPath: path, contents: nil)
        }
        let handle = FileHandle(forWritingAtPath: path)!
        handle.seekToEndOfFile()
        handle.write(Data(text.utf8))
        try! handle.close()
    }

    /// How many events a query sees, and how many different tokens.
    private func counts() throws -> [Int] {
        let run = try program.run(
            "query", "SELECT count(*), count(DISTINCT token_id) FROM events", "--trail", "trail", "--format", "csv")
        guard run.status == 0, let row = run.output.split(separator: "\n").dropFirst().first else { return [] }
        return row.split(separator: ",").compactMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    }

    /// Waits for a state of affairs; nil if it did not come within some seconds.
    private func seconds(until isThere: () throws -> Bool, most: Double = 20) rethrows -> Double? {
        let start = Date()
        while Date().timeIntervalSince(start) < most {
            if try isThere() { return Date().timeIntervalSince(start) }
            usleep(50_000)
        }
        return nil
    }

    @Test func `a line can be asked for soon after its newline, and SIGTERM ends cleanly`() throws {
        let process = try follow("a.log")
        append(line(1))
        #expect(try seconds { try counts() == [1, 1] } != nil)
        append(line(2))
        // Two seconds are promised; a loaded machine that runs all tests at once is given more.
        #expect(try seconds { try counts() == [2, 2] } ?? 99 < 10)
        append(line(3))
        let start = Date()
        process.terminate()
        process.waitUntilExit()
        #expect(Date().timeIntervalSince(start) < 10)
        #expect(process.terminationReason == .exit && process.terminationStatus == 0)
        let report = try JSONParser.parse(try String(contentsOfFile: program.folder + "/out", encoding: .utf8))
        #expect([2, 3].contains(report["stored"]?.integer))
        #expect(try program.run("ingest", "a.log", "--trail", "trail").status == 0)
        #expect(try counts() == [3, 3])
        #expect(try program.run("verify", "--trail", "trail").status == 0)
    }

    @Test func `a second writer is turned away at once, and readers are not`() throws {
        append(line(1))
        let process = try follow("a.log")
        defer { process.terminate() }
        #expect(try seconds { try counts() == [1, 1] } != nil)
        let second = try program.run("ingest", "a.log", "--trail", "trail")
        #expect(second.status == 75)
        #expect(second.errors.contains("process \(process.processIdentifier)"))
        #expect(try program.run("report", "events-by-day", "--trail", "trail").status == 0)
    }

    @Test func `a follower that is killed again and again loses nothing and stores nothing twice`() throws {
        var random = SystemRandomNumberGenerator()
        var written = 0
        for round in 1...12 {
            let process = try follow("a.log")
            // Of a log that nobody has met, nobody looks for rotations.
            if round == 1 {
                append("")
                #expect(try seconds { try counts() == [0, 0] } != nil)
            }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let count = Int.random(in: 1...40, using: &random)
                append((written..<written + count).map(line).joined())
                written += count
                usleep(UInt32.random(in: 0...120_000, using: &random))
                if round % 4 == 0, random.next() & 3 == 0 {
                    rename(program.folder + "/a.log", program.folder + "/a.log.\(round).\(written)")
                }
            }
            kill(process.processIdentifier, SIGKILL)
            process.waitUntilExit()
        }
        let process = try follow("a.log")
        #expect(try seconds { try counts() == [written, written] } != nil, "of \(written)")
        process.terminate()
        process.waitUntilExit()
        #expect(try counts() == [written, written])
        let verify = try program.run("verify", "--trail", "trail")
        #expect(verify.status == 0, "\(verify.output)")
    }

    @Test func `what a pipe has said can be asked for while it goes on`() throws {
        let pipe = Pipe()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: Program.path)
        process.arguments = ["ingest", "-", "--trail", "trail", "-q"]
        process.currentDirectoryURL = URL(fileURLWithPath: program.folder)
        process.standardInput = pipe
        try process.run()
        for number in 1...2 {
            pipe.fileHandleForWriting.write(Data(line(number).utf8))
            #expect(try seconds { try counts() == [number, number] } != nil)
        }
        try pipe.fileHandleForWriting.close()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        #expect(try counts() == [2, 2])
    }

    @Test func `small segments are merged while a log is followed`() throws {
        append(line(0))
        let process = try follow("a.log", "--flush-interval", "10ms")
        for number in 1...30 {
            append(line(number))
            usleep(60_000)
        }
        #expect(try seconds { try counts() == [31, 31] } != nil)
        process.terminate()
        process.waitUntilExit()
        let status = try program.json("status", "--trail", "trail")
        let report = try JSONParser.parse(try String(contentsOfFile: program.folder + "/out", encoding: .utf8))
        #expect(try #require(status["segments"]?.integer) < (try #require(report["segments"]?.integer)))
        #expect(report["stored"]?.integer == 31)
        #expect(try program.run("verify", "--trail", "trail").status == 0)
        let lines = try program.shell("$AUTHTRAIL export --lines --source a.log --trail trail | cmp - a.log")
        #expect(lines.status == 0, "\(lines.errors)")
    }

    @Test func `SIGHUP looks up the files again and ends nothing`() throws {
        append(line(1))
        let process = try follow("a.log")
        #expect(try seconds { try counts() == [1, 1] } != nil)
        kill(process.processIdentifier, SIGHUP)
        append(line(2))
        #expect(try seconds { try counts() == [2, 2] } != nil)
        process.terminate()
        process.waitUntilExit()
        #expect(try String(contentsOfFile: program.folder + "/err", encoding: .utf8).contains("looking up the files"))
    }

    @Test func `what cannot be followed is said`() throws {
        #expect(try program.run("ingest", "--follow", "-").status == 64)
        #expect(try program.run("ingest", "--follow", "--final", "a.log").status == 64)
        #expect(try program.run("ingest", "--flush-interval", "1s", "a.log").status == 64)
        #expect(try program.run("ingest", "--follow", "--flush-interval", "soon", "a.log").status == 64)
    }
}
