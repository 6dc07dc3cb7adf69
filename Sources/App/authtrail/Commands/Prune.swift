internal import ArgumentParser
internal import Catalog
internal import Console
internal import Events
internal import Queries
internal import Reports
internal import Runs
internal import Trail

/// `authtrail prune --older-than SPAN`
struct Prune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "prune",
        abstract: "Drop whole months of events that are older than a span or a time.",
        discussion: """
            Drops the UTC months that end at or before the cut, with their segments and rollups. What is known about \
            tokens stays (issue, expiry, first and last use), so that a token that slept does not look new; so do \
            quarantined lines, and how far each log is read: it is not read again. A log of which lines were dropped \
            can no longer be given back by export --lines. Nothing of what is dropped stays in the trail: not in the \
            catalog's free pages, not in orphans/.

            EXAMPLES
              authtrail prune --older-than 400d --dry-run
              authtrail prune --older-than 400d
              authtrail prune --older-than 2025-07-01 --format json
            """)

    @Option(
        name: .long,
        help: ArgumentHelp("The cut: a span before now such as 365d, or a time such as 2025-07-01.", valueName: "t"),
        transform: SinceOption.parse)
    var olderThan: SinceOption

    @Flag(name: .long, help: "Only say what would be dropped.")
    var dryRun = false

    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let now = Clock.now()
        let cut = try cut(now)
        let report = try dryRun ? preview(cut) : drop(cut, now)
        guard !trail.quiet || output.format != .text else { return }
        try output.write { try report.print(as: output.format, to: $0) }
    }

    private func preview(_ cut: Int64) throws -> PruneReport {
        let opened = try trail.open()
        let plan = PrunePlan(try opened.catalog.segments(), olderThan: cut)
        return try PruneReport(
            plan, opened.catalog, isDryRun: true, orphans: opened.orphans(before: plan.before),
            oldCatalogs: opened.oldCatalogs())
    }

    private func drop(_ cut: Int64, _ now: Int64) throws -> PruneReport {
        Process.keepLittleMemory()
        let writer = try TrailWriter(path: trail.path, mustExist: true, makesMarks: false)
        defer { try? writer.close() }
        let waiting = try writer.catalog.removedSegments().count
        let plan = PrunePlan(try writer.catalog.segments(), olderThan: cut)
        let progress = Progress.standardError("prune", total: nil, unit: "segments", quiet: trail.quiet)
        defer { progress.finish() }
        let leftovers = try Pruning(writer).run(plan, now: now) { done, _ in
            progress.update(bytes: 0, count: Int64(done))
        }
        var report = try PruneReport(
            plan, writer.catalog, isDryRun: false, waitedBefore: waiting, leftovers: leftovers,
            oldCatalogs: writer.oldCatalogs())
        try writer.close()
        report.hasWAL = writer.hasWAL
        return report
    }

    private func cut(_ now: Int64) throws -> Int64 {
        switch olderThan {
        case .before(let span): return now - span
        case .time(let time) where time <= now: return time
        case .time(let time):
            throw ValidationError(
                "--older-than \(Timestamp.text(time)) lies in the future; that would drop what is being written now")
        case .start: throw ValidationError("--older-than start means nothing; give a span such as 365d, or a time")
        }
    }
}
