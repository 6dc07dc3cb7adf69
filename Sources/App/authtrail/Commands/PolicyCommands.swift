internal import ArgumentParser
internal import Catalog
internal import Console
internal import Detection
internal import Events
internal import Foundation
internal import Policies
internal import Runs
internal import Trail

/// `authtrail policy`
struct PolicyCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Check, write or propose the file that says what the server may do.",
        discussion: """
            A policy (YAML) holds the lifetimes of tokens, the rate table, what each tool needs, the thresholds of the \
            detectors, and what is hidden by whom until when. detect reads it from --policy, AUTHTRAIL_POLICY, or \
            policy.yaml in the trail's folder.

            EXAMPLES
              authtrail policy init -o policy.yaml
              authtrail policy suggest --since 14d -o trail/policy.yaml
              authtrail policy check trail/policy.yaml
            """,
        subcommands: [Check.self, Initial.self, Suggest.self])

    /// Where a policy is written to. One that is there holds what people have decided, and stays.
    private static func place(_ path: String?, force: Bool) throws -> Output {
        guard let path else { return .standardOutput() }
        if !force, FileManager.default.fileExists(atPath: path) {
            throw Failure(
                code: Failure.cannotCreate,
                messages: [
                    "\(path) is there already, and what was decided in it would be lost; write to another file and "
                        + "compare, or give --force"
                ])
        }
        return try .file(path)
    }

    /// `authtrail policy check FILE`
    struct Check: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "check",
            abstract: "Say everything that is wrong in a policy, with line and column; exit 65 if it cannot be used.")

        @Argument(help: ArgumentHelp("The policy.", valueName: "file"))
        var file: String

        func run() throws {
            let policy = try PolicyOptions.read(file)
            let output = Output.standardOutput()
            for warning in policy.warnings { try output.line(SafeText.visible("\(file):\(warning)")) }
            let tools = policy.settings.policy.tools.count, hidden = policy.allowlist.entries.count
            try output.line(
                "\(SafeText.visible(file)): fine; \(tools) \(tools == 1 ? "tool" : "tools") declared, "
                    + "\(hidden) \(hidden == 1 ? "allowance" : "allowances")")
            try output.finish()
        }
    }

    /// `authtrail policy init`
    struct Initial: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "init", abstract: "Print a policy with every number at its default and what it means.")

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("A file in place of standard output.", valueName: "file"))
        var output: String?

        @Flag(name: .long, help: "Write over a file that is there.")
        var force = false

        func run() throws {
            let place = try PolicyCommand.place(output, force: force)
            try place.write(PolicyText.text())
            try place.finish()
        }
    }

    /// `authtrail policy suggest`
    struct Suggest: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "suggest",
            abstract: "Propose tools, scopes and rates from what the log shows.",
            discussion: "Look at two weeks or more of ordinary traffic. What is rare is left out and named in a "
                + "remark.")

        @Option(
            name: .long, help: ArgumentHelp("Where to begin: a time, a span, or start (default 14d).", valueName: "t"),
            transform: SinceOption.parse)
        var since: SinceOption?

        @Option(
            name: .long, help: ArgumentHelp("Look at events before this time (default: all).", valueName: "time"),
            transform: TimeOption.parse)
        var asOf: TimeOption?

        @Option(
            name: .shortAndLong,
            help: ArgumentHelp("A file in place of standard output.", valueName: "file"))
        var output: String?

        @Flag(name: .long, help: "Write over a file that is there, with its numbers and allowances.")
        var force = false

        @OptionGroup var trail: TrailOptions

        func run() throws {
            let opened = try trail.open()
            guard let end = try asOf?.micros ?? opened.catalog.newest() else { throw Failure.noEvents }
            let oldest = try opened.catalog.coverage()?.lowerBound ?? end
            let from = (since ?? .before(14 * Timestamp.day)).start(end: end, oldest: oldest)
            let advice = try PolicyAdvice(
                DetectionWindow(from: max(from, oldest), to: end, asOf: end), of: TrailHistory(opened, Clients()))
            let place = try PolicyCommand.place(output, force: force)
            try place.write(PolicyText.text(advice.settings, remarks: advice.remarks))
            try place.finish()
        }
    }
}
