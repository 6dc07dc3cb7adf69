internal import ArgumentParser
internal import Console
internal import Files
internal import Ingest
internal import Mappings
internal import Reports

/// `authtrail sources`
struct SourcesCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sources",
        abstract: "List, show, test and try the mappings: how logs of other systems become events.",
        discussion: """
            A mapping (YAML) says how the records of a kind of log become events. ingest recognizes the kinds that are \
            listed here by their first records; --source NAME and --mapping FILE decide instead.

            EXAMPLES
              authtrail sources
              authtrail sources show okta > my-idp.yaml
              authtrail sources try my-idp.yaml export.json
              authtrail sources test my-idp.yaml          (my-idp.sample and my-idp.events beside it)
            """,
        subcommands: [List.self, Show.self, Test.self, Try.self], defaultSubcommand: List.self)

    /// `authtrail sources list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "list", abstract: "List the mappings that are built in.")

        @OptionGroup var output: OutputOptions

        func run() throws {
            try output.write { try SourceCards(Mapping.shipped).print(as: output.format, to: $0) }
        }
    }

    /// `authtrail sources show NAME`
    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "show", abstract: "Print a mapping, to read or to begin one of your own with.")

        @Argument(help: "Its name.") var name: String

        func run() throws {
            let output = Output.standardOutput()
            try output.write(try MappingOptions.named(name).text)
            try output.finish()
        }
    }

    /// `authtrail sources test [NAME or FILE…]`
    struct Test: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "test",
            abstract: "Read a mapping's sample records and compare the events; exit 1 if one differs.",
            discussion: "A file FILE.yaml has its records in FILE.sample and what must come of them in FILE.events, a "
                + "line for each, as sources try --lines prints it. Without arguments all that are built in are "
                + "tested.")

        @Argument(help: "Names or files.") var mappings: [String] = []

        func run() throws {
            let output = Output.standardOutput()
            var failed = 0
            for name in mappings.isEmpty ? Mapping.shipped.map(\.name) : mappings {
                let result = try MappingOptions.test(name)
                if !result.isFine { failed += 1 }
                for line in result.lines { try output.line(SafeText.visible(line)) }
            }
            try output.finish()
            if failed > 0 { throw Failure(code: Failure.findings) }
        }
    }

    /// `authtrail sources try NAME or FILE LOG`
    struct Try: ParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "try", abstract: "Show what becomes of the first records of a log. Nothing is stored.")

        @Argument(help: "The name of a mapping, or its file.") var mapping: String
        @Argument(help: "The log; .gz too; - is standard input.") var log: String
        @Option(name: .long, help: "So many records.") var limit = 20
        @Flag(name: .long, help: "Only what becomes of them, a line each, as a .events file has it.") var lines = false

        func validate() throws {
            guard (1...100_000).contains(limit) else { throw ValidationError("--limit is from 1 to 100000") }
        }

        func run() throws {
            let mapping = try MappingOptions.read(mapping)
            if kind(ofPath: log) == .folder {
                throw ValidationError("\(SafeText.visible(log)) is a folder; give one of its files")
            }
            let head = try SourceHead(of: log, most: 64 << 20)
            let trial = MappingTrial(mapping, head.bytes, reference: Clock.now(), most: limit)
            let output = Output.standardOutput()
            guard !lines else {
                for line in trial.lines { try output.line(SafeText.visible(line)) }
                return try output.finish()
            }
            try TrialReport(trial, source: mapping.name).print(to: output)
            try output.finish()
        }
    }
}
