/// What can be wrong with a query, its parameters, or its SQL.
package enum QueryError: Error, Sendable, Equatable, CustomStringConvertible {
    case unknownReport(name: String, known: [String])
    case unknownParameter(name: String, report: String, known: [String])
    case missingParameter(name: String, report: String)
    case badValue(parameter: String, value: String, wanted: String)
    /// The header of a query file does not follow its form.
    case badHeader(name: String, line: String, reason: String)
    /// SQLite does not take the statement, or stopped in it.
    case sql(reason: String)
    /// The statement would answer wrongly about times.
    case times(TimeRefusal)
    /// The statement would change something.
    case notReading

    package var description: String {
        switch self {
        case .unknownReport(let name, let known):
            "there is no report named \(name); there are: \(known.joined(separator: ", "))"
        case .unknownParameter(let name, let report, let known):
            known.isEmpty
                ? "the report \(report) has no parameters, so \(name) cannot be set"
                : "the report \(report) has no parameter \(name); it has: \(known.joined(separator: ", "))"
        case .missingParameter(let name, let report):
            "the report \(report) needs a value: --set \(name)=…"
        case .badValue(let parameter, let value, let wanted):
            "\(parameter) cannot be \"\(value)\"; give \(wanted)"
        case .badHeader(let name, let line, let reason):
            "cannot read the header of the query \(name): \(reason) in \"\(line)\""
        case .sql(let reason):
            "cannot run the SQL: \(reason)"
        case .times(let refusal):
            "cannot run the SQL: \(refusal.description)"
        case .notReading:
            "cannot run the SQL: only one statement that reads (SELECT, WITH, VALUES, EXPLAIN) is allowed"
        }
    }
}
