internal import ArgumentParser
internal import Console
internal import Reports
internal import Trail

/// `authtrail rebuild`
struct RebuildCatalog: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "rebuild",
        abstract: "Make the catalog anew from the segments, when it is missing or damaged.",
        discussion: """
            Segments say everything about events, tokens and how far each log is read, so ingest goes on where it was. \
            What only the catalog had is lost and said: quarantined and blank lines, runs and findings. An old catalog \
            is kept under another name. A segment that cannot be read is named, and nothing is done unless you say so.

            EXAMPLES
              authtrail rebuild
              authtrail rebuild --force               (beside a catalog in which SQLite finds nothing wrong)
              authtrail rebuild --skip-damaged --format json
            """)

    @Flag(name: .long, help: "Also when nothing seems wrong with the catalog.")
    var force = false

    @Flag(name: .long, help: "Go on without the events of files that cannot be read.")
    var skipDamaged = false

    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        Process.keepLittleMemory()
        let rebuild = try Rebuild(path: trail.path, force: force, skipsDamaged: skipDamaged)
        let progress = Progress.standardError("rebuild", total: nil, unit: "segments", quiet: trail.quiet)
        defer { progress.finish() }
        let outcome = try rebuild.run(now: Clock.now()) { done, _ in progress.update(bytes: 0, count: Int64(done)) }
        progress.finish()
        guard !trail.quiet || output.format != .text || !outcome.lost.isEmpty else { return }
        try output.write { try RebuildReport(outcome).print(as: output.format, to: $0) }
    }
}
