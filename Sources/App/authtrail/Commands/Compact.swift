internal import ArgumentParser
internal import Console
internal import Reports
internal import Trail

/// `authtrail compact`
struct Compact: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "compact",
        abstract: "Merge the small segments of each month into fewer, larger ones.",
        discussion: """
            Many small runs of ingest leave many small segments. Merged ones hold the same events with the same lines, \
            are smaller and are asked sooner. Only what is worth writing again is merged, so it can run as often as \
            you like. It may be stopped at any time: a merge is committed whole or not at all.

            Readers go on undisturbed; files that they may still need are removed by a later run.

            EXAMPLES
              authtrail compact
              authtrail compact --all --format json
              authtrail compact -q            (for cron, after ingest)
            """)

    @Flag(name: .long, help: "Merge all that fits together, also what is hardly worth it.")
    var all = false

    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let started = Progress.monotonicClock()
        Process.keepLittleMemory()
        let writer = try TrailWriter(path: trail.path, mustExist: true, makesMarks: false)
        // Also after an error: what was committed belongs into the catalog's own file.
        defer { try? writer.close() }
        let progress = Progress.standardError("compact", total: nil, unit: "segments", quiet: trail.quiet)
        defer { progress.finish() }
        var policy = CompactionPolicy()
        policy.takesAll = all
        var report = try CompactionReport(writer)
        var merged: Int64 = 0
        try Compaction(writer, policy: policy).run(now: Clock.now) { step in
            report.add(step)
            merged += Int64(step.merged.count)
            progress.update(bytes: 0, count: merged)
            Process.returnFreeMemory()
            return true
        }
        try report.finish(writer)
        progress.finish()
        guard !trail.quiet || output.format != .text else { return }
        let seconds = Double(Progress.monotonicClock() - started) / 1e9
        try output.write { try report.print(as: output.format, seconds: seconds, to: $0) }
    }
}
