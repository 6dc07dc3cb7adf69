/// A report as data: named, typed columns and rows of cells. `print(_:as:to:)` writes it in any `Format`.
package struct Table {
    /// The name of the report, as in the command: `failed-by-ip`. It is `report` in JSON.
    package var name: String
    /// The line above the table in text and Markdown; none if empty.
    package var title: String
    /// What else the top level of the JSON says, in this order, between `report` and `columns`.
    package var members: [JSONValue.Member] = []
    /// Lines below the table in text and Markdown.
    package var notes: [String] = []
    /// How text sets out the rows.
    package var layout = Layout.automatic
    /// The columns; their names are distinct.
    package let columns: [Column]
    /// The rows, each with a cell for every column.
    package private(set) var rows: [[Cell]] = []
    /// Rows that come after these, from where they lie.
    package var more: TableRows?

    /// How text sets out the rows. Other formats do not care.
    package enum Layout: Sendable, Equatable {
        /// A table; on a terminal that is too narrow for it, records.
        case automatic
        /// One line a cell, names on the left: for a summary of a single row.
        case records
    }

    /// A column: its name is a contract (JSON key, CSV header), its heading is for terminals.
    package struct Column: Sendable, Equatable {
        /// snake_case, the unit last: `idle_days`.
        package var name: String
        package var kind: Kind
        /// What a terminal shows; by default the name with blanks, and `(UTC)` for times.
        package var heading: String
        /// What happens to text that is too wide for a terminal.
        package var fit: Fit
        /// Where a terminal is too narrow, the column with the highest number is left out first; 0 stays.
        package var minor: Int

        package init(_ name: String, _ kind: Kind, fit: Fit = .shortened, heading: String? = nil, minor: Int = 0) {
            self.minor = minor
            self.name = name
            self.kind = kind
            let words = String(name.map { $0 == "_" ? " " : $0 })
            self.heading = heading ?? (kind == .time ? words + " (UTC)" : words)
            self.fit = fit
        }
    }

    /// What happens to text that is too wide for a terminal. In a pipe nothing happens to any.
    package enum Fit: Sendable, Equatable {
        /// It loses its middle.
        case shortened
        /// It stays, because half of it would be of no use: an address, a token id.
        case whole
        /// It goes on in further lines, broken between words: sentences.
        case wrapped
        /// A terminal shows so many characters of it: an id that its beginning names.
        case beginning(Int)

        /// Whether it takes less room where there is less.
        var gives: Bool { self == .shortened || self == .wrapped }
    }

    /// What the values of a column are. Only text on a terminal shows units; all other formats keep the plain value.
    package enum Kind: Sendable, Equatable {
        case text
        /// Text that names a severity, in its color.
        case severity
        case integer
        /// A number with this many digits after the point in text and Markdown, in full elsewhere.
        case decimal(digits: Int)
        /// RFC 3339 text, given by the caller.
        case time
        /// A number of units of time.
        case duration(TimeUnit)
        /// A number of bytes.
        case bytes
        case bool
        case json
    }

    /// The unit that the numbers of a duration column count.
    package enum TimeUnit: String, Sendable {
        case microseconds, milliseconds, seconds, minutes, hours, days
    }

    /// A table, with its rows or to be filled by `append`. A column whose name is taken gets a number: `ip`, `ip_2`.
    package init(
        _ name: String, title: String = "", columns: [Column], rows: [[Cell]] = [], members: [JSONValue.Member] = []
    ) {
        self.name = name
        self.title = title
        self.columns = Self.distinct(columns)
        self.members = members
        for row in rows { append(row) }
    }

    /// Adds a row; it must have a cell for every column.
    package mutating func append(_ row: [Cell]) {
        precondition(row.count == columns.count, "a row of \(row.count) cells in a table of \(columns.count) columns")
        rows.append(row)
    }

    /// The number of all rows.
    package var rowCount: Int { rows.count + (more?.count ?? 0) }

    /// Hands over all rows.
    package func eachRow(_ body: ([Cell]) throws -> Void) throws {
        for row in rows { try body(row) }
        try more?.each(body)
    }

    private static func distinct(_ columns: [Column]) -> [Column] {
        var taken: Set<String> = []
        return columns.map { column in
            var column = column
            let name = column.name
            var number = 2
            while !taken.insert(column.name).inserted {
                column.name = "\(name)_\(number)"
                number += 1
            }
            return column
        }
    }
}

/// Rows that are too many to be held in memory.
package struct TableRows {
    package let count: Int
    /// Hands over the rows; may be called several times.
    package let each: (_ body: ([Cell]) throws -> Void) throws -> Void

    package init(count: Int, each: @escaping (_ body: ([Cell]) throws -> Void) throws -> Void) {
        (self.count, self.each) = (count, each)
    }
}

extension Table.Kind {
    /// Numbers stand on the right.
    var isNumber: Bool {
        switch self {
        case .integer, .decimal, .duration, .bytes: true
        case .text, .severity, .time, .bool, .json: false
        }
    }

    /// Text may be shortened where it is too wide; numbers and times may not.
    var shrinks: Bool { self == .text || self == .json }

    /// The word for the kind in the `columns` of JSON.
    var typeName: String {
        switch self {
        case .text, .severity: "text"
        case .integer, .bytes: "integer"
        case .decimal: "decimal"
        case .time: "time"
        case .duration: "duration"
        case .bool: "boolean"
        case .json: "json"
        }
    }

    /// The unit in the `columns` of JSON, nil where there is none.
    var unitName: String? {
        switch self {
        case .bytes: "bytes"
        case .duration(let unit): unit.rawValue
        default: nil
        }
    }
}

extension Table.TimeUnit {
    /// Microseconds of one unit.
    var microseconds: Int64 {
        switch self {
        case .microseconds: 1
        case .milliseconds: 1000
        case .seconds: 1_000_000
        case .minutes: 60_000_000
        case .hours: 3_600_000_000
        case .days: 86_400_000_000
        }
    }

    /// A count of this unit for eyes: `2 d 03 h`. Whole days stay days; what is too long to compute stays a number.
    func text(_ value: Int64) -> String {
        if self == .days { return Human.count(value) + " d" }
        let (product, overflow) = value.multipliedReportingOverflow(by: microseconds)
        if overflow { return "\(Human.count(value)) \(rawValue)" }
        return product % 1_000_000 == 0
            ? Human.duration(seconds: product / 1_000_000) : Human.duration(microseconds: product)
    }

    /// The same for a number with a fraction.
    func text(_ value: Double) -> String {
        let product = Int64(exactly: (value * Double(microseconds)).rounded())
        guard let product else { return "\(value) \(rawValue)" }
        return Human.duration(microseconds: product)
    }
}
