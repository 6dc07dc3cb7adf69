internal import Events
internal import QueryFiles

/// A report: SQL with a title, the question it answers, parameters and typed columns, all read from its file's header.
package struct NamedQuery: Sendable {
    /// The type of a parameter or a column, by the word that a header uses.
    package enum ValueType: String, Sendable {
        case text, integer, time, duration, boolean
        case decimal = "number"
    }

    package struct Parameter: Sendable {
        package let name: String
        package let type: ValueType
        /// As text, `newest` for just after the newest event; nil when a value must be given.
        package let defaultText: String?
        /// The shortest duration that the report answers for, as text.
        package var least: String?
        package let explanation: String
    }

    package struct Column: Sendable {
        package let name: String
        package let type: ValueType
        package let explanation: String
    }

    package let name: String
    package let sql: String
    package private(set) var title = ""
    package private(set) var question = ""
    package private(set) var parameters: [Parameter] = []
    package private(set) var columns: [Column] = []
    /// The parameter before whose time the report looks at everything and behind it at nothing; nil where the answer
    /// is what is known now.
    package private(set) var asOf: String?
    /// Whether that time can only be the end of a UTC day.
    package private(set) var countsDays = false

    /// All reports, in the order in which they are listed.
    package static func all() throws(QueryError) -> [NamedQuery] {
        var queries: [NamedQuery] = []
        for file in QueryFiles.all {
            queries.append(try NamedQuery(name: file.name, sql: String(decoding: file.sql, as: UTF8.self)))
        }
        return queries
    }

    /// The report of a name. Throws `unknownReport`, which lists them all.
    package static func named(_ name: String) throws(QueryError) -> NamedQuery {
        for file in QueryFiles.all where file.name == name {
            return try NamedQuery(name: name, sql: String(decoding: file.sql, as: UTF8.self))
        }
        throw .unknownReport(name: name, known: QueryFiles.all.map { $0.name })
    }

    /// Reads the header of a query file: comment lines `-- key: value` at its top.
    package init(name: String, sql: String) throws(QueryError) {
        self.name = name
        self.sql = sql
        for line in sql.split(separator: "\n", omittingEmptySubsequences: false) {
            guard line.hasPrefix("--") else { break }
            try take(String(line))
        }
        guard !title.isEmpty, !question.isEmpty, !columns.isEmpty else {
            throw .badHeader(name: name, line: "", reason: "title, question or columns are missing")
        }
    }

    private mutating func take(_ line: String) throws(QueryError) {
        let text = line.dropFirst(2).drop { $0 == " " }
        guard let colon = text.firstIndex(of: ":") else { return }
        let value = text[text.index(after: colon)...].drop { $0 == " " }
        switch text[..<colon] {
        case "title": title = String(value)
        case "question": question = String(value)
        case "parameter": parameters.append(try parameter(String(value), line))
        case "as-of":
            asOf = String(value.prefix { $0 != "," })
            countsDays = value.hasSuffix(", whole days")
        case "column": columns.append(try column(String(value), line))
        default: break
        }
    }

    /// `as_of time =newest — just after the newest event unless given`, `idle duration =90d from 1d — the least gap`
    private func parameter(_ value: String, _ line: String) throws(QueryError) -> Parameter {
        let (head, explanation) = Self.halves(value)
        let words = head.split(separator: " ", maxSplits: 2)
        guard words.count >= 2, let type = ValueType(rawValue: String(words[1])) else {
            throw .badHeader(name: name, line: line, reason: "expected name, type, =default — explanation")
        }
        let bounds =
            words.count == 3 && words[2].hasPrefix("=")
            ? words[2].dropFirst().split(separator: " from ", omittingEmptySubsequences: false).map(String.init) : []
        return Parameter(
            name: String(words[0]), type: type, defaultText: bounds.first, least: bounds.dropFirst().first,
            explanation: explanation)
    }

    /// `token_id text — the token`
    private func column(_ value: String, _ line: String) throws(QueryError) -> Column {
        let (head, explanation) = Self.halves(value)
        let words = head.split(separator: " ")
        guard words.count == 2, let type = ValueType(rawValue: String(words[1])) else {
            throw .badHeader(name: name, line: line, reason: "expected name, type — explanation")
        }
        return Column(name: String(words[0]), type: type, explanation: explanation)
    }

    private static func halves(_ value: String) -> (String, String) {
        let dash = " — "
        guard let range = value.firstRange(of: dash) else { return (value, "") }
        return (String(value[..<range.lowerBound]), String(value[range.upperBound...]))
    }
}
