internal import ArgumentParser
internal import Catalog
internal import Console
internal import Events
internal import Files
internal import Ingest
internal import Mappings
internal import Model
internal import Reports
internal import Trail

/// `authtrail ingest PATH…`
struct Ingest: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ingest",
        abstract: "Read auth events into the trail; what was read before is not read again.",
        discussion: """
            Logs of other systems are recognized by their first records (authtrail sources lists them) and read by \
            their mapping, as lines, lists or documents of JSON, or as text. What nobody recognizes is not read, and \
            the exit code is 65.

            A file is known by its identity and content, not by its name: reading it again stores nothing twice, a \
            grown file gives only its new lines, and a renamed, copied or gzipped one goes on where it was. A line \
            that is no event goes to quarantine and costs its neighbors nothing. A last line without a newline is \
            stored if it is a whole event; otherwise it waits for the rest.

            What cannot be read keeps nothing else from being read: it is named, the exit code says it (65 or 74), and \
            status shows it until it is over. A .gz that is still being written waits for its end. Where nothing is \
            found to read, or no line read is an event, the exit code is 65.

            Standard input has no identity: what is piped in twice is stored twice, and so is what a shipper delivers \
            twice in other files; with --deliveries at-least-once neither is, as far as its lines have an event_id.

            Of a folder and those in it, files are read that end in .ndjson, .jsonl, .json or .log, also with \
            .gz, a rotation number or a date behind.

            With --follow it goes on until SIGTERM or SIGINT, which commit everything before it ends: it reads \
            what is appended, picks up new files, and reads a file that is renamed, truncated or deleted to its end. \
            SIGHUP has it look up the files again. Lines can be asked for within two seconds. With --keep 400d it \
            also drops old months, which prune cannot while something is followed.

            With --keep fields, the records of other systems are not stored beside the events that they gave: the \
            trail is smaller, and export --raw has nothing to give back. It holds for a run.

            EXAMPLES
              authtrail ingest /var/log/mcp/auth.ndjson
              authtrail ingest 'bucket/AWSLogs/**/*.json.gz'
              authtrail ingest 'logs/*.ndjson' archive/auth.2026-01.ndjson.gz
              kubectl logs deploy/mcp | authtrail ingest -
              authtrail ingest logs/ --format json
              authtrail ingest --follow /var/log/mcp '/srv/*/auth.log'
              authtrail ingest --follow /var/log/mcp --keep 400d
              authtrail ingest okta-export.json
              authtrail ingest --keep fields 'bucket/AWSLogs/**/*.json.gz'
              authtrail ingest --source sshd /var/log/auth.log
              authtrail ingest --map ts=timestamp --map event=type --map event.token_issued=issued app.ndjson
              authtrail ingest --deliveries at-least-once 's3-copy/*.ndjson.gz'
              authtrail ingest -q /var/log/mcp          (for cron: speaks only when something is wrong)
            """)

    @Argument(help: ArgumentHelp("Files, folders, patterns, .gz files, or - for standard input.", valueName: "path"))
    var paths: [String]

    @Flag(name: .long, help: "The inputs are complete: take a last line without a newline as it is.")
    var final = false

    @Flag(name: .long, help: "Go on reading what is appended, until SIGTERM or SIGINT.")
    var follow = false

    @Option(
        name: .long,
        help: ArgumentHelp(
            "exactly-once, or at-least-once: a line whose kind, time, event_id and bytes are stored already is not "
                + "stored again.", valueName: "how"))
    var deliveries = Deliveries.exactlyOnce

    @Option(
        name: .long,
        help: ArgumentHelp(
            "With --follow: how long a line may wait before it is committed (default 500ms).", valueName: "duration"),
        transform: DurationOption.parse)
    var flushInterval: DurationOption?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "A group that may read the trail from now on, so that its members can run detect, findings, report and all "
                + "else that only reads.", valueName: "name"))
    var group: String?

    @OptionGroup var keeping: KeepOptions
    @OptionGroup var sources: SourceOptions
    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func validate() throws {
        if let group, groupNumber(named: group) == nil {
            throw ValidationError("there is no group \(group) (getent group); give one, or its number")
        }
        if keeping.part == .fields, sources.source == "native" {
            throw ValidationError(
                "--keep fields is for records of other systems; lines of our own format are always kept, as export "
                    + "--lines promises")
        }
        guard follow else {
            if flushInterval != nil { throw ValidationError("--flush-interval belongs to --follow; add it") }
            if keeping.span != nil {
                throw ValidationError(
                    "--keep of a duration belongs to --follow; where nothing is followed: authtrail prune --older-than")
            }
            return
        }
        if final {
            throw ValidationError("--final says that the inputs are complete, --follow that they grow; drop one")
        }
        if paths.contains("-") {
            throw ValidationError("standard input cannot be followed; pipe into: authtrail ingest -")
        }
    }

    func run() throws {
        let started = Progress.monotonicClock()
        let summary = try follow ? followed() : once()
        let seconds = Double(Progress.monotonicClock() - started) / 1e9
        let report = IngestReport(summary, seconds: seconds)
        if !trail.quiet || output.format != .text { try output.write { try report.print(as: output.format, to: $0) } }
        try report.printRemarks(onlyAlarms: trail.quiet, to: .standardError())
        if keeping.part == .fields, summary.native > 0 {
            try trail.remark(
                "authtrail: --keep fields changes nothing for logs of our own format: their lines are kept, as export "
                    + "--lines promises")
        }
        if !summary.problems.isEmpty { throw Failure(ofInputs: summary.problems.map { ($0.input, $0.error) }) }
        if let blindness = report.blindness { throw Failure(code: Failure.data, messages: [blindness]) }
    }

    private func once() throws -> IngestSummary {
        let found = Inputs.resolve(paths)
        // Where nothing is to be read, no trail is made.
        if found.inputs.isEmpty, !found.problems.isEmpty, kind(ofPath: trail.path) == .missing {
            throw Failure(ofInputs: found.problems.map { ($0.name, $0.error) })
        }
        let progress = Progress.standardError("ingest", total: nil, quiet: trail.quiet)
        return try IngestRun.run(
            found, into: trail.path, group: group.flatMap { groupNumber(named: $0) }, deliveries: deliveries,
            choice: try sources.choice(), kept: keeping.part ?? .record, isFinal: final, progress: progress)
    }

    private func followed() throws -> IngestSummary {
        var options = Follower.Options()
        if let flushInterval { options.flushInterval = flushInterval.micros }
        options.keep = keeping.span?.micros
        options.kept = keeping.part ?? .record
        options.deliveries = deliveries
        options.choice = try sources.choice()
        return try FollowRun(
            patterns: paths, options: options, path: trail.path, group: group.flatMap { groupNumber(named: $0) },
            isQuiet: trail.quiet
        ).run()
    }
}

/// One run of ingestion with its progress line, shared by `ingest` and `demo`.
enum IngestRun {
    static func run(
        _ inputs: Inputs.Found, into path: String, group: UInt32? = nil, deliveries: Deliveries = .exactlyOnce,
        choice: SourceChoice.Word = .recognized, kept: KeptPart = .record, isFinal: Bool, progress: Progress
    ) throws -> IngestSummary {
        defer { progress.finish() }
        Process.keepLittleMemory()
        let writer = try TrailWriter(path: path, group: group)
        if writer.lostKey { try? Output.standardError().line("authtrail: " + TrailWriter.lostKeyRemark) }
        // Also after an error: what was committed belongs into the catalog's own file.
        defer { try? writer.close() }
        var trimmed: Int64 = 0
        let ingestor = try Ingestor(
            writer, deliveries: deliveries, choice: choice, kept: kept, takesUnfinishedLines: isFinal, now: Clock.now
        ) { done in
            if done.bytes - trimmed >= 128 << 20 {
                trimmed = done.bytes
                Process.returnFreeMemory()
            }
            progress.setTotal(done.totalBytes)
            progress.update(bytes: done.bytes, count: done.events)
        }
        let earlier = try earlierForm(of: choice, writer.catalog)
        let summary = try ingestor.ingest(inputs)
        if let earlier { try tell(earlier, summary) }
        return summary
    }

    /// The name of the mapping that is given, if the trail has read by another form of it.
    private static func earlierForm(of choice: SourceChoice.Word, _ catalog: Catalog) throws -> String? {
        guard case .mapping(let given) = choice else { return nil }
        return try catalog.mappings().contains { $0.name == given.name && $0.text != given.text } ? given.name : nil
    }

    /// What was read stays as it was read, which nobody expects who has just mended a mapping.
    private static func tell(_ mapping: String, _ summary: IngestSummary) throws {
        let words =
            "what was read before was read by another form of the mapping \(SafeText.visible(mapping)), and is not "
            + "read again; to read all of it by this one, ingest into another trail (--trail DIR)"
        if summary.counts.lines == 0 { throw Failure(code: Failure.data, messages: ["nothing new: " + words]) }
        let output = Output.standardError()
        try output.line("authtrail: " + words)
        try output.finish()
    }
}
