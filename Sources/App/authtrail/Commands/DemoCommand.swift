internal import ArgumentParser
internal import Catalog
internal import Console
internal import Demo
internal import Detection
internal import Events
internal import Files
internal import Ingest
internal import Model
internal import Queries
internal import Reports
internal import Runs
internal import Trail

/// `authtrail demo`
struct DemoCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "Make a year of a server's auth log with stolen tokens in it, and find them.",
        discussion: """
            Writes DIR/auth.ndjson (the same for the same seed), ingests it into DIR/trail, runs the detectors, and \
            says how many of the planted cases they found. With --log it only writes a log, to try other things with.

            EXAMPLES
              authtrail demo
              authtrail demo --events 2000000 --seed 7 --dir /tmp/demo
              authtrail demo --scenario benchmark --events 1000000 --log events.ndjson
            """)

    enum Scenario: String, ExpressibleByArgument, CaseIterable { case year, benchmark }

    @Option(name: .long, help: "Where the demo lives.")
    var dir = "./demo"

    @Option(name: .long, help: "Lines of the log.")
    var events = 400_000

    @Option(name: .long, help: "Another seed gives another log.")
    var seed: UInt64 = 1

    @Option(name: .long, help: "year: a story with planted cases; benchmark: a steady mix for measuring.")
    var scenario: Scenario = .year

    @Option(name: .long, help: ArgumentHelp("Only write the log, to this file.", valueName: "file"))
    var log: String?

    @OptionGroup var output: DemoOutput

    /// The demo's log ends here, so that it is the same whenever it is made.
    private static let end: Int64 = 1_782_864_000_000_000  // 2026-07-01T00:00:00Z

    func validate() throws {
        guard (1...100_000_000).contains(events) else {
            throw ValidationError("--events wants 1 to 100000000, got \(events)")
        }
        if scenario == .benchmark, log == nil { throw ValidationError("--scenario benchmark needs --log FILE") }
    }

    func run() throws {
        if let log { return _ = try writeLog(to: log) }
        try makeFolder(dir)
        let path = dir + "/auth.ndjson"
        let trailPath = dir + "/trail"
        let screen = Output.standardOutput()
        let demo = try writeLog(to: path)
        try screen.line(
            "1. A year of auth events of an MCP server: \(SafeText.visible(path)), \(Human.count(demo.lines)) lines, "
                + "\(Human.bytes(Int64(demo.bytes))); \(demo.planted.count - demo.badLines) cases are hidden in it."
        )
        try ingest(path, into: trailPath, screen)
        let trail = try Trail(reading: trailPath)
        try detect(trail, demo, screen)
        try report(trail, screen)
        try next(trailPath, screen)
        try screen.finish()
    }

    private func writeLog(to path: String) throws -> DemoSummary {
        let story: DemoScenario =
            switch scenario {
            case .year: .year(events: events, seed: seed, endingAt: Self.end)
            case .benchmark: .benchmark(events: events, seed: seed)
            }
        let file = try Output.file(path)
        let progress = Progress.standardError("generate", total: nil, unit: "lines", quiet: output.quiet)
        let summary = try DemoGenerator(story).write(
            progress: { lines, bytes in progress.update(bytes: Int64(bytes), count: Int64(lines)) },
            to: { try file.write(bytes: Array($0)) })
        progress.finish()
        try file.finish()
        return summary
    }

    private func ingest(_ path: String, into trail: String, _ screen: Output) throws {
        let started = Progress.monotonicClock()
        let progress = Progress.standardError("ingest", total: nil, quiet: output.quiet)
        let summary = try IngestRun.run(Inputs.resolve([path]), into: trail, isFinal: false, progress: progress)
        if let problem = summary.problems.first { throw problem.error }
        let seconds = Double(Progress.monotonicClock() - started) / 1e9
        guard summary.counts.lines > 0 else {
            return try screen.line(
                "2. Ingested: nothing, because this log was read before: lines are stored exactly once.")
        }
        let counts = summary.counts
        let ratio = Double(summary.bytesIn) / Double(max(1, summary.bytesStored))
        try screen.line(
            "2. Ingested in \(Human.decimal(seconds, digits: 1)) s: \(Human.count(counts.stored)) events stored in "
                + "\(Human.bytes(summary.bytesStored)) (\(Human.decimal(ratio, digits: 1))"
                + " times smaller), \(counts.quarantined) bad lines kept in quarantine.")
    }

    private func detect(_ trail: Trail, _ demo: DemoSummary, _ screen: Output) throws {
        let started = Progress.monotonicClock()
        let all = try DetectionRun(Detectors.all(), Clients(), since: .start).report(on: trail)
        var day = try DetectionRun(Detectors.all(), Clients()).report(on: trail)
        day.trailFlag = "--trail \(ShellWord.quoted(trail.path))"
        let milliseconds = (Progress.monotonicClock() - started) / 1_000_000
        let planted = demo.planted.filter { $0.kind.detector != nil }
        let found = planted.count { plant in
            all.findings.contains { $0.class == plant.kind.rawValue && $0.entity.value == plant.entity }
        }
        try screen.line(
            "3. Looked for trouble in all of the year and in its last day, in \(milliseconds) ms: "
                + "\(found) of \(planted.count) hidden cases found.")
        try screen.line("   This is what `authtrail detect` says of the last 24 hours:")
        try screen.line()
        try day.print(as: .text, to: screen)
        try screen.line()
    }

    private func report(_ trail: Trail, _ screen: Output) throws {
        let newest = try trail.catalog.newest() ?? 0
        let query = try NamedQuery.named("failed-by-ip")
        let result = try QueryRunner(trail, Clients()).run(query, ["since": "24h"], newest: newest, first: 5)
        try print(result.table(query.name, title: "4. " + query.title), as: .text, to: screen)
    }

    private func next(_ trail: String, _ screen: Output) throws {
        try screen.line()
        try screen.line(screen.terminal.paint("Try next", .bold))
        // Started by its path, as from a build folder, the program is not on the PATH.
        let program = CommandLine.arguments.first ?? ""
        if program.contains("/") { try screen.line("  alias authtrail=\(ShellWord.quoted(program))") }
        try screen.line("  export AUTHTRAIL_TRAIL=\(ShellWord.quoted(trail))")
        try screen.line("  authtrail detect --since start              every case of the year, with reasons")
        try screen.line("  authtrail report dormant-tokens             tokens used today, not in the 90 days before")
        try screen.line("  authtrail export dashboard -o dash.json     what a dashboard draws")
    }
}

/// How chatty the demo is.
struct DemoOutput: ParsableArguments {
    @Flag(name: .shortAndLong, help: "No progress on standard error.")
    var quiet = false
}
