internal import ArgumentParser
internal import Console
internal import Files
internal import Reports

/// `authtrail status`
struct Status: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status",
        abstract: "Show what the trail holds: events, sources and how far they are read, quarantine, runs, libraries.",
        discussion: """
            EXAMPLES
              authtrail status
              authtrail status --format json
            """)

    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        let report = try StatusReport(trail.open(), version: Version.current, zlib: zlibVersionText, now: Clock.now())
        try output.write { try report.print(as: output.format, to: $0) }
    }
}
