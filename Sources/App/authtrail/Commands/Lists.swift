internal import ArgumentParser
internal import Console
internal import Detection
internal import Queries
internal import Reports

/// `authtrail detectors`
struct DetectorList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "detectors",
        abstract: "List the detectors: what each asks, needs, and does not see.",
        discussion: """
            EXAMPLES
              authtrail detectors
              authtrail detectors --format markdown
            """)

    @OptionGroup var output: OutputOptions

    func run() throws {
        try output.write { try DetectorCards(Detectors.all().map { $0.card }).print(as: output.format, to: $0) }
    }
}

/// `authtrail queries`
struct QueryList: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "queries",
        abstract: "List the reports: the question each answers, its parameters and its columns.",
        discussion: """
            EXAMPLES
              authtrail queries
              authtrail queries --sql dormant-tokens
            """)

    @Option(name: .long, help: ArgumentHelp("Print the SQL of one report.", valueName: "name"))
    var sql: String?

    @OptionGroup var output: OutputOptions

    func run() throws {
        if let sql {
            let query = try NamedQuery.named(sql)
            return try output.write { try $0.write(query.sql) }
        }
        let queries = try NamedQuery.all()
        try output.write { try QueryCards(queries).print(as: output.format, to: $0) }
    }
}
