import Console
import Foundation
import Testing

/// Files that are hostile as a whole: what becomes of them, and that they take no memory.
struct MemoryTests {
    let program = Program()
    private static let start = #"{"ts":"2026-05-01T10:00:05Z","event":"used","token_id":"h""#
    private static let neighbor = #"{"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"n"}"#
    /// MiB that no input may exceed.
    private static let most = 256

    /// Makes a file by a line of Python and ingests it in a process of its own; gives its peak of memory in MiB too.
    private func ingest(_ name: String, _ python: String, _ arguments: String = "") throws -> (run: Run, peak: Int) {
        // Python says how much its child took: started by posix_spawn, which inherits nothing of its own size.
        let script = """
            import os, sys
            name, N, U = '\(name)', b'\(Self.neighbor)\\n', b'\(Self.start)'
            if os.fork() == 0:
                \(python)
                os._exit(0)
            os.wait()
            child = os.posix_spawn(os.environ['AUTHTRAIL'], ['authtrail', 'ingest', name, '--format', 'json'] + sys.argv[1:], os.environ)
            _, status, usage = os.wait4(child, 0)
            unit = 1 << 20 if sys.platform == 'darwin' else 1 << 10
            print('peak', usage.ru_maxrss // unit, file=sys.stderr)
            sys.exit(os.waitstatus_to_exitcode(status) & 255)
            """
        _ = program.write("measure.py", script)
        let run = try program.shell("python3 measure.py \(arguments)")
        let peak = run.errors.split(separator: "\n").last { $0.hasPrefix("peak ") }.flatMap { Int($0.dropFirst(5)) }
        return (run, try #require(peak, "\(run.errors)"))
    }

    private func quarantine() throws -> [JSONValue] {
        try #require(program.json("query", "SELECT reason, length FROM quarantine")["rows"]?.elements)
    }

    @Test(
        .timeLimit(.minutes(5)),
        arguments: [
            (
                #"open(name, 'wb').write(N + U + b''.join(b',"k%d":1' % i for i in range(2000000)) + b'}\n' + N)"#,
                "too_many_fields"
            ),
            (#"open(name, 'wb').write(N + U + b',"tool":"' + b'a' * (100 << 20) + b'"}\n' + N)"#, "line_too_long"),
            (#"open(name, 'wb').write(N + b'\0' * (100 << 20) + b'\n' + N)"#, "nul_bytes"),
        ])
    func `a line of two million keys, of 100 MiB or of zeros is one row of quarantine`(make: String, reason: String)
        throws
    {
        let (run, peak) = try ingest("a.ndjson", make)
        let report = try JSONParser.parse(run.output)
        #expect(report["stored"]?.integer == 2)
        #expect(try quarantine().map { $0["reason"]?.text } == [reason])
        #expect(peak < Self.most, "\(peak) MiB")
    }

    @Test(.timeLimit(.minutes(5)))
    func `64 MiB without a newline wait, and are one row of quarantine when there will be no more`() throws {
        let make = "open(name, 'wb').write(N + b'a' * (64 << 20))"
        let (waiting, peak) = try ingest("a.ndjson", make)
        let report = try JSONParser.parse(waiting.output)
        #expect(report["stored"]?.integer == 1 && report["quarantined"]?.integer == 0)
        #expect(waiting.errors.contains("without a newline"))
        let (final, finalPeak) = try ingest("a.ndjson", make, "--final")
        #expect(try JSONParser.parse(final.output)["quarantined"]?.integer == 1)
        #expect(try quarantine().map { $0["length"]?.integer } == [64 << 20])
        #expect(max(peak, finalPeak) < Self.most, "\(peak) and \(finalPeak) MiB")
    }

    @Test(.timeLimit(.minutes(5)))
    func `six lines of 31 MiB that are no events are kept whole, one after the other`() throws {
        let (run, peak) = try ingest("a.ndjson", "open(name, 'wb').write((N + b'a' * (31 << 20) + b'\\n') * 6)")
        let report = try JSONParser.parse(run.output)
        #expect(report["stored"]?.integer == 6 && report["quarantined"]?.integer == 6)
        #expect(try quarantine().allSatisfy { $0["length"]?.integer == 31 << 20 })
        #expect(peak < Self.most, "\(peak) MiB")
    }

    @Test(.timeLimit(.minutes(5)))
    func `records of 28 and 30 MiB in one document are events, and one of 33 MiB is a row of quarantine`() throws {
        let record =
            #"b'{"eventTime":"2026-04-26T00:12:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers",'"#
            + #" b'"userIdentity":{"arn":"arn:m","accessKeyId":"AKIAEXAMPLE00000000B"},"eventID":"e-%d",'"#
            + #" b'"requestParameters":"%s"}' % (i, b'lorem ipsum ' * (size * 87381))"#
        let make =
            #"open(name, 'wb').write(b'{"Records":[' + b','.join("# + record
            + #" for i, size in enumerate([0, 30, 33, 28, 30])) + b']}')"#
        let (run, peak) = try ingest("a.json", make)
        let report = try JSONParser.parse(run.output)
        #expect(report["stored"]?.integer == 4 && report["quarantined"]?.integer == 1)
        #expect(try quarantine().map { $0["reason"]?.text } == ["line_too_long"])
        #expect(peak < Self.most, "\(peak) MiB")
    }

    @Test(.timeLimit(.minutes(5)), arguments: ["", "--source cloudtrail", "--source cloudtrail --keep fields"])
    func `a log whose first records have 30 and 90 MiB is read, one record a line`(arguments: String) throws {
        let record =
            #"b'{"eventTime":"2026-04-26T00:12:00Z","eventSource":"iam.amazonaws.com","eventName":"ListUsers",'"#
            + #" b'"userIdentity":{"arn":"arn:m","accessKeyId":"AKIAEXAMPLE00000000B"},"eventID":"e-%d",'"#
            + #" b'"requestParameters":"%s"}\n' % (i, b'lorem ipsum ' * (size * 87381))"#
        let make = "open(name, 'wb').write(b''.join(" + record + " for i, size in enumerate([30, 90, 0, 28, 30])))"
        let (run, peak) = try ingest("a.json", make, arguments)
        let report = try JSONParser.parse(run.output)
        #expect(report["stored"]?.integer == 4 && report["quarantined"]?.integer == 1, "\(run.errors)")
        #expect(try quarantine().map { $0["reason"]?.text } == ["line_too_long"])
        #expect(peak < Self.most, "\(peak) MiB")
    }

    @Test(.timeLimit(.minutes(5)))
    func `a gzip bomb is refused by name, and the lines before it are kept`() throws {
        let make = "import gzip; f = gzip.open(name, 'wb'); f.write(N * 30000); f.write(b'a' * (120 << 20)); f.close()"
        let (run, peak) = try ingest("a.ndjson.gz", make)
        #expect(run.status == 65)
        #expect(run.errors.contains("a.ndjson.gz: one compressed byte gives more than 500, which looks like a bomb"))
        #expect(try JSONParser.parse(run.output)["stored"]?.integer == 30_000)
        #expect(peak < Self.most, "\(peak) MiB")
    }

    @Test func `a gzip file that was cut keeps its lines and is named`() throws {
        let make =
            "import gzip, random; random.seed(1); f = gzip.compress(b''.join(N.replace(b'\\\"n\\\"', b'\\\"%d\\\"' % random.getrandbits(64)) for i in range(9000))); open(name, 'wb').write(f[:len(f) // 2])"
        let (young, _) = try ingest("a.ndjson.gz", make)
        #expect(young.status == 65)
        #expect(young.errors.contains("a.ndjson.gz yet: its gzip data have no end"))
        // More of it may be to come, unless somebody says that it is all.
        let run = try program.run("ingest", "--final", "--format", "json", program.folder + "/a.ndjson.gz")
        #expect(run.status == 65)
        #expect(run.errors.contains("a.ndjson.gz: the gzip data end in the middle"))
        let stored = try #require(JSONParser.parse(run.output)["stored"]?.integer)
        #expect(stored > 3000 && stored < 6000)
        #expect(try program.run("verify", "-q").status == 0)
    }

    @Test(.timeLimit(.minutes(10)))
    func `a flood of tokens that nobody issued is stored and gets no numbers`() throws {
        // The full flood of a million takes a minute in a debug build; its memory is in Docs/hostile-input.md.
        let make = """
            import random; random.seed(1); f = open(name, 'wb'); [f.write(b'{"ts":"2026-05-01T%02d:%02d:%02dZ","event":"failed","reason":"hash_mismatch","token_id":"%016x","presented":"%016x","ip":"%d.%d.%d.%d"}\\n' % (i // 5000 % 24, i // 60 % 60, i % 60, random.getrandbits(64), random.getrandbits(64), *random.randbytes(4))) for i in range(100000)]; f.close()
            """
        let (run, peak) = try ingest("a.ndjson", make)
        #expect(try JSONParser.parse(run.output)["stored"]?.integer == 100_000)
        #expect(try program.json("query", "SELECT count(*) AS n FROM tokens")["rows"]?[0]?["n"]?.integer == 0)
        #expect(peak < Self.most, "\(peak) MiB")
    }
}
