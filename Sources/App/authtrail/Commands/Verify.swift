internal import ArgumentParser
internal import Console
internal import Reports
internal import Trail

/// `authtrail verify`
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Read everything and compare: hashes, counts, rollups, the catalog. Exit 1 if anything is wrong.",
        discussion: """
            What could only not be read now, as on a disk that fails, is named and ends with 74: nothing wrong \
            was found with it.

            EXAMPLES
              authtrail verify
              authtrail verify --format json --quiet || echo "the trail is damaged"
            """)

    @OptionGroup var trail: TrailOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        Process.keepLittleMemory()
        let opened = try trail.open()
        let progress = Progress.standardError("verify", total: nil, unit: "segments", quiet: trail.quiet)
        let result = try opened.verify { done, total in progress.update(bytes: 0, count: Int64(done)) }
        progress.finish()
        try output.write { try VerifyReport(result).print(as: output.format, to: $0) }
        if result.isUnread { throw Failure(code: Failure.inputOutput) }
        if !result.problems.isEmpty { throw Failure(code: Failure.findings) }
    }
}
