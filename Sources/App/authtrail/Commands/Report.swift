internal import ArgumentParser
internal import Catalog
internal import Console
internal import Events
internal import Queries
internal import Reports
internal import Runs
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
        let bound = try query.bind(values, newest: newest)
        var table = result.table(
            query.name, title: query.title, members: [.init("parameters", parameters(query, bound))])
        let isCut = isCut(result, bound)
        table.members.append(.init("limit_reached", .bool(isCut)))
        try output.write { try print(table, as: output.format, to: $0) }
        try remark(try remarks(query, bound, isEmpty: result.rows.count == 0, isCut: isCut, opened))
    }

    private func remark(_ remarks: [String]) throws {
        guard !remarks.isEmpty else { return }
        let errors = Output.standardError()
        for remark in remarks { try errors.line("authtrail: \(remark)") }
        try errors.finish()
    }

    /// Whether there may be more rows than were asked for.
    private func isCut(_ result: QueryResult, _ bound: [String: BoundValue]) -> Bool {
        guard case .integer(let limit)? = bound["limit"] else { return false }
        return limit > 0 && result.rows.count >= limit
    }

    /// What the rows alone do not say: a table that is cut, or without rows, looks like peace.
    private func remarks(
        _ query: NamedQuery, _ bound: [String: BoundValue], isEmpty: Bool, isCut: Bool, _ opened: Trail
    ) throws -> [String] {
        guard let coverage = try opened.catalog.coverage() else { return Failure.noEvents.messages }
        var remarks: [String] = []
        if isCut, case .integer(let limit)? = bound["limit"] {
            remarks.append("these are the first \(limit) rows, and there may be more: --set limit=\(limit * 10)")
        }
        guard let end = query.asOf.flatMap({ bound[$0] }), case .integer(let end) = end else { return remarks }
        if isEmpty, end <= coverage.lowerBound {
            let begin = Timestamp.text(coverage.lowerBound)
            remarks.append("the log begins later, at \(begin): there was nothing to look at")
        } else if isEmpty, let newest = try opened.catalog.newest(), end > newest.plus(Timestamp.day) {
            let last = Timestamp.text(newest.minus(1))
            remarks.append("the newest event is of \(last); behind it there was nothing to look at")
        }
        if let ahead = try Ahead(of: Clock.now(), asOf: asOf?.micros, opened), end <= ahead.from {
            remarks.append(
                "\(Human.count(Int64(ahead.events))) events that are dated ahead of the clock are left out: authtrail "
                    + "detect judges them")
        }
        return remarks
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

    private func parameters(_ query: NamedQuery, _ bound: [String: BoundValue]) -> JSONValue {
        .object(
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
