package import Console
internal import Events
package import Queries

extension QueryResult {
    /// The rows as a table. Times become RFC 3339, durations stay microseconds.
    package func table(_ name: String, title: String = "", members: [JSONValue.Member] = []) -> Table {
        var table = Table(name, title: title, columns: tableColumns, members: members)
        for row in rows { table.append(zip(row, types).map { value, type in Self.cell(value, type) }) }
        return table
    }

    private var tableColumns: [Table.Column] {
        zip(columns, types).enumerated().map { place, column in
            let (name, type) = column
            switch type {
            case .text where isNumeric(place): return .init(name, .decimal(digits: 2))
            case .text where isInteger(place): return .init(name, .integer)
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

    /// A free statement declares no types: a column is numeric if all of its values are.
    private func isInteger(_ place: Int) -> Bool {
        !rows.isEmpty && rows.allSatisfy { row in
            if case .integer = row[place] { true } else { row[place] == .null }
        } && rows.contains { $0[place] != .null }
    }

    private func isNumeric(_ place: Int) -> Bool {
        rows.contains { if case .decimal = $0[place] { true } else { false } }
            && rows.allSatisfy { row in
                switch row[place] {
                case .integer, .decimal, .null: true
                case .text: false
                }
            }
    }

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
