internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Files
internal import Ingest
internal import Policies
internal import Reports
internal import Runs
internal import Trail

/// `authtrail doctor [PATH…]`
struct Doctor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Score a log for detection: which rules can judge it, which not and why, what to add first.",
        discussion: """
            The first thing to run on a real log. It says which fields are on which kinds of events, which rules can \
            judge them, in part or not at all, for want of what, and what to add first, with the score that comes of \
            it. With PATH the log is read into a trail in TMPDIR, which is removed afterwards; \
            without, the trail is looked at. Nothing is noted anywhere.

            The score is the share of the weights of the rules that can judge; one that judges in part counts half. \
            The two main rules weigh 10, others by severity: critical 4, high 3, medium 2, low and info 1.

            EXAMPLES
              authtrail doctor /var/log/mcp/auth.ndjson
              authtrail doctor okta-export.json
              authtrail doctor --source sshd /var/log/auth.log
              authtrail doctor --map ts=timestamp --map event=type --map event.token_issued=issued app.ndjson
              kubectl logs deploy/mcp | authtrail doctor -
              authtrail doctor                          (what was ingested into the trail)
              authtrail doctor --since 30d --policy policy.yaml --format json
            """)

    @Argument(
        help: ArgumentHelp(
            "Files, folders, patterns, .gz files, or - for standard input; without, the trail.", valueName: "path"))
    var paths: [String] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Look at events before this time (default: just after the newest event).", valueName: "time"),
        transform: TimeOption.parse)
    var asOf: TimeOption?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Where to begin: a time, a span such as 30d, or start (default: start, all of the log).", valueName: "t"),
        transform: SinceOption.parse)
    var since: SinceOption?

    @OptionGroup var sources: SourceOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        guard paths.isEmpty else {
            guard trail.trail == nil else {
                throw ValidationError("--trail names a log that was read, and a path one to read; give one of them")
            }
            return
        }
        guard sources.source == nil, sources.mapping == nil, sources.map.isEmpty else {
            throw ValidationError("--source, --mapping and --map say what a log is that is read now; give its path")
        }
    }

    func run() throws {
        Process.keepLittleMemory()
        guard !paths.isEmpty else { return try report(on: trail.path, trailFlag: trail.flag) }
        // What is wrong in the command is said before anything is read.
        let choice = try sources.choice()
        let found = Inputs.resolve(paths)
        if found.inputs.isEmpty, !found.problems.isEmpty {
            throw Failure(ofInputs: found.problems.map { ($0.name, $0.error) })
        }
        let temporary = try TemporaryTrail()
        defer { temporary.remove() }
        let summary = try IngestRun.run(
            found, into: temporary.path, choice: choice, isFinal: true,
            progress: .standardError("ingest", total: nil, quiet: trail.quiet))
        try report(on: temporary.path, trailFlag: "", summary)
        if !summary.problems.isEmpty { throw Failure(ofInputs: summary.problems.map { ($0.input, $0.error) }) }
    }

    /// - Parameter summary: of a log that was read for this alone.
    private func report(on path: String, trailFlag: String, _ summary: IngestSummary? = nil) throws {
        let policy = try policy.read(trail: path)
        let opened = try Trail(reading: path)
        guard try opened.catalog.newest() != nil else { throw try noEvents(summary, opened) }
        var run = DoctorRun(policy)
        run.asOf = asOf?.micros
        if let since { run.since = since }
        let checkup = try run.checkup(of: opened, isQuiet: trail.quiet)
        guard checkup.diagnosis.census.systems.contains(where: { $0.events > 0 }) else {
            throw Failure(
                code: Failure.data,
                messages: ["there are no events in the time that was asked for; the whole log: --since start"])
        }
        let report = DoctorReport(
            checkup, trail: summary == nil ? path : "./trail", trailFlag: trailFlag,
            ingest: summary.map { _ in ingestCommand })
        try output.write { try report.print(as: output.format, to: $0) }
    }

    /// Why there is nothing to score. What ingest says of a log is said first.
    private func noEvents(_ summary: IngestSummary?, _ opened: Trail) throws -> Failure {
        guard let summary else { return .noEvents }
        if !summary.problems.isEmpty { return Failure(ofInputs: summary.problems.map { ($0.input, $0.error) }) }
        let reasons = try Checkup.Intake(opened).reasons.prefix(5).map { "  \($0.reason): \($0.lines)" }
        return Failure(
            code: Failure.data,
            messages: [IngestReport(summary, seconds: 0).blindness ?? "there are no events in it"] + reasons)
    }

    /// The command that reads the same log for good.
    private var ingestCommand: String {
        var words = ["authtrail ingest"]
        if let source = sources.source { words.append(ShellWord.option("--source", source)) }
        if let mapping = sources.mapping { words.append(ShellWord.option("--mapping", mapping)) }
        words += sources.map.map { ShellWord.option("--map", $0) }
        return (words + paths.map(ShellWord.quoted)).joined(separator: " ")
    }
}
