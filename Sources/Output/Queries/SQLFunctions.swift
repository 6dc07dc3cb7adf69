internal import Events
internal import GRDB
internal import GRDBSQLite

/// Functions for SQL of one's own: times as people read them, addresses as detectors count them.
enum SQLFunctions {
    static func register(on db: Database, _ clients: Clients) {
        for function in functions(clients) { db.add(function: function) }
        // Views ask for it row by row, so it goes without what GRDB does around a function.
        let writer = Unmanaged.passRetained(TimeWriter())
        sqlite3_create_function_v2(
            db.sqliteConnection, "time_text", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS,
            writer.toOpaque(), { context, _, values in SQLFunctions.timeText(context, values) }, nil, nil,
            { pointer in pointer.map { Unmanaged<TimeWriter>.fromOpaque($0).release() } })
    }

    private static func functions(_ clients: Clients) -> [DatabaseFunction] {
        [
            // `client('203.0.113.9:5555')` → `'203.0.113.9'`, `client('2001:db8:1:2::9')` → `'2001:db8:1:2::/64'`.
            DatabaseFunction("client", argumentCount: 1, pure: true) { values in
                String.fromDatabaseValue(values[0]).map { text in
                    String(decoding: clients.name(of: Array(text.utf8)[...]), as: UTF8.self)
                }
            },
            // The microseconds of a time: `time_micros('2026-04-26')` → `1777161600000000`; NULL for what is none.
            DatabaseFunction("time_micros", argumentCount: 1, pure: true) { values in
                switch values[0].storage {
                case .int64(let number): number
                case .string(let text): TimeText.utcTime(text)
                case .null, .double, .blob: nil
                }
            },
        ]
    }

    private final class TimeWriter { var time = SortableTime() }

    /// `time_text(1777161600000000)` → `'2026-04-26T00:00:00.000000Z'`; a text that is a time in any form gives the
    /// same; NULL for what is none.
    fileprivate static func timeText(_ context: OpaquePointer?, _ values: UnsafeMutablePointer<OpaquePointer?>?) {
        let result = SQLResult(context: context)
        guard let value = values?[0], let pointer = sqlite3_user_data(context) else { return result.setNull() }
        let writer = Unmanaged<TimeWriter>.fromOpaque(pointer).takeUnretainedValue()
        switch SQLArguments.value(value) {
        case .integer(let micros): result.set(time: micros, &writer.time)
        case .text(let text):
            guard let micros = TimeText.utcTime(text) else { return result.setNull() }
            result.set(time: micros, &writer.time)
        case .decimal, .other, .anyText: result.setNull()
        }
    }
}
