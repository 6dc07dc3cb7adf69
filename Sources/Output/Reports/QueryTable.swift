package import Console
internal import Events
package import Queries

extension QueryResult {
    /// The rows as a table. Times become RFC 3339, durations stay microseconds.
    package func table(_ name: String, title: String = "", members: [JSONValue.Member] = []) -> Table {
        var table = Table(name, title: title, columns: tableColumns, members: members)
        table.more = TableRows(count: rows.count) { body in
            try rows.each { row in try body(zip(row, types).map { Self.cell($0, $1) }) }
        }
        return table
    }

    private var tableColumns: [Table.Column] {
        zip(columns, types).enumerated().map { place, column in
            let (name, type) = column
            switch type {
            // A free statement declares no types: a column is numeric if all of its values are.
            case .text where rows.isDecimal(place): return .init(name, .decimal(digits: 2))
            case .text where rows.isInteger(place): return .init(name, .integer)
            case .text: return .init(name, .text, fit: Self.identifiers.contains(name) ? .whole : .shortened)
            case .integer: return .init(name, .integer)
            case .decimal: return .init(name, .decimal(digits: 3))
            case .time: return .init(name, .time)
            case .duration: return .init(name, .duration(.microseconds))
            case .boolean: return .init(name, .bool)
            }
        }
    }

    /// Half of these would be of no use.
    private static let identifiers: Set<String> = ["token_id", "ip", "principal", "class", "event", "reason", "date"]

    private static func cell(_ value: Value, _ type: NamedQuery.ValueType) -> Cell {
        switch (value, type) {
        case (.null, _): .null
        case (.integer(let time), .time): .text(Timestamp.text(time))
        case (.integer(let number), .boolean): .bool(number != 0)
        case (.integer(let number), _): .integer(number)
        case (.decimal(let number), _): .decimal(number)
        case (.text(let text), _): .text(text)
        }
    }
}
