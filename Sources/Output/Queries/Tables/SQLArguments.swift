internal import GRDBSQLite

/// Reads the values that SQLite hands to a virtual table with the conditions of its plan.
enum SQLArguments {
    /// The conditions as planned, with their values; nil if one compares with NULL, which nothing satisfies.
    static func conditions(
        _ plan: String, _ count: Int32, _ values: UnsafeMutablePointer<OpaquePointer?>?
    ) -> [SQLCondition]? {
        var conditions: [SQLCondition] = []
        for (part, place) in zip(plan.split(separator: ";").dropFirst(), 0..<Int(count)) {
            let numbers = part.split(separator: ",").compactMap { Int32($0) }
            guard numbers.count >= 2, let comparison = SQLCondition.Operator(rawValue: numbers[1]) else { continue }
            let isList = numbers.count == 3
            if !isList, sqlite3_value_type(values?[place]) == SQLITE_NULL { return nil }
            let value = isList ? list(values?[place]) : value(values?[place])
            conditions.append(SQLCondition(column: numbers[0], comparison: comparison, value: value))
        }
        return conditions
    }

    /// The values of an IN list; NULL equals nothing, and lists of anything but texts are left to SQLite.
    private static func list(_ pointer: OpaquePointer?) -> SQLCondition.Value {
        var texts: [String] = []
        var element: OpaquePointer?
        var status = sqlite3_vtab_in_first(pointer, &element)
        while status == SQLITE_OK {
            switch value(element) {
            case .text(let text): texts.append(text)
            default: if sqlite3_value_type(element) != SQLITE_NULL { return .other }
            }
            status = sqlite3_vtab_in_next(pointer, &element)
        }
        return status == SQLITE_DONE ? .anyText(texts) : .other
    }

    static func value(_ pointer: OpaquePointer?) -> SQLCondition.Value {
        switch sqlite3_value_type(pointer) {
        case SQLITE_INTEGER: .integer(sqlite3_value_int64(pointer))
        case SQLITE_FLOAT: .decimal(sqlite3_value_double(pointer))
        case SQLITE_TEXT:
            // By length, because a text may hold a NUL.
            .text(
                String(
                    decoding: UnsafeBufferPointer(
                        start: sqlite3_value_text(pointer), count: Int(sqlite3_value_bytes(pointer))), as: UTF8.self))
        default: .other
        }
    }
}
