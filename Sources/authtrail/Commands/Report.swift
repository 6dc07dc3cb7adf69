internal import ArgumentParser
internal import Catalog
internal import Console
internal import Events
internal import Queries
internal import Reports
internal import Trail

/// `authtrail report NAME`
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "Answer a question that people ask often: one SQL file, a title, typed columns.",
        discussion: """
            EXAMPLES
              authtrail report dormant-tokens
              authtrail report failed-by-ip --set window=10min --set min_failures=25
              authtrail report dormant-tokens --as-of 2026-05-01
              authtrail report events-by-day --format csv -o days.csv
              authtrail queries     (all reports with their parameters)
            """)

    @Argument(help: "The report (authtrail queries lists them).")
    var name: String

    @Option(name: .long, help: ArgumentHelp("A parameter; may be given several times.", valueName: "name=value"))
    var set: [Assignment] = []

    @Option(
        name: .long,
        help: ArgumentHelp(
            "What the answer was at this time: sets the report's as_of, or its until.", valueName: "time"),
        transform: TimeOption.parse)
    var asOf: TimeOption?

    @OptionGroup var trail: TrailOptions
    @OptionGroup var policy: PolicyOptions
    @OptionGroup var output: OutputOptions

    func run() throws {
        Process.keepLittleMemory()
        let query = try NamedQuery.named(name)
        let opened = try trail.open()
        let newest = try asOf?.micros ?? opened.catalog.newest() ?? 0
        var values = try looksBack(query)
        for assignment in set { values[assignment.name] = assignment.value }
        let clients = try policy.clients(for: query.sql, trail: trail.path)
        let result = try QueryRunner(opened, clients).run(query, values, newest: newest)
        let table = result.table(
            query.name, title: query.title, members: [.init("parameters", try parameters(query, values, newest))])
        try output.write { try print(table, as: output.format, to: $0) }
        // A table without rows looks like peace, and here there was nothing to look at.
        guard try opened.catalog.coverage() == nil else { return }
        let errors = Output.standardError()
        for message in Failure.noEvents.messages { try errors.line("authtrail: \(message)") }
        try errors.finish()
    }

    /// The parameter that `--as-of` sets.
    private func looksBack(_ query: NamedQuery) throws -> [String: String] {
        guard let asOf else { return [:] }
        guard let end = query.asOf else {
            throw ValidationError(
                "the report \(query.name) tells what is known now, not what was at a time; leave --as-of out")
        }
        guard !set.contains(where: { $0.name == end }) else {
            throw ValidationError("--as-of and --set \(end) say the same; give one of them")
        }
        guard !query.countsDays || asOf.micros % Timestamp.day == 0 else {
            throw ValidationError(
                "the report \(query.name) counts whole UTC days; give --as-of a day, such as "
                    + Timestamp.dayText(Timestamp.day(of: asOf.micros)))
        }
        return [end: Timestamp.text(asOf.micros)]
    }

    private func parameters(_ query: NamedQuery, _ values: [String: String], _ newest: Int64) throws -> JSONValue {
        let bound = try query.bind(values, newest: newest)
        return .object(
            query.parameters.map { parameter in
                switch (parameter.type, bound[parameter.name]) {
                case (.time, .integer(let time)): .init(parameter.name, .string(Timestamp.text(time)))
                case (.duration, .integer(let duration)):
                    .init(parameter.name, .string(TimeText.text(duration: duration)))
                case (.boolean, .integer(let value)): .init(parameter.name, .bool(value != 0))
                case (_, .integer(let number)): .init(parameter.name, .int(number))
                case (_, .decimal(let number)): .init(parameter.name, .double(number))
                case (_, .text(let text)): .init(parameter.name, .string(text))
                case (_, nil): .init(parameter.name, .null)
                }
            })
    }
}

/// `name=value`
struct Assignment: ExpressibleByArgument {
    let name: String
    let value: String

    init?(argument: String) {
        guard let sign = argument.firstIndex(of: "="), sign != argument.startIndex else { return nil }
        name = String(argument[..<sign])
        value = String(argument[argument.index(after: sign)...])
    }
}
