internal import Events
internal import GRDB

/// Functions that make times readable in SQL of one's own.
enum SQLFunctions {
    /// `time_text(1714090301212000)` → `'2024-04-26T00:11:41.212Z'`; `time('…')` the other way is `time_micros`.
    static var all: [DatabaseFunction] {
        [
            DatabaseFunction("time_text", argumentCount: 1, pure: true) { values in
                Int64.fromDatabaseValue(values[0]).map { Timestamp.text($0) }
            },
            DatabaseFunction("time_micros", argumentCount: 1, pure: true) { values in
                String.fromDatabaseValue(values[0]).flatMap { TimeText.time($0) }
            },
        ]
    }
}
