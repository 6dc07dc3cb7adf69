internal import Events
internal import GRDB

/// Functions for SQL of one's own: times as people read them, addresses as detectors count them.
enum SQLFunctions {
    /// `time_text(1714090301212000)` → `'2024-04-26T00:11:41.212Z'`; `time('…')` the other way is `time_micros`.
    static var all: [DatabaseFunction] {
        [
            DatabaseFunction("time_text", argumentCount: 1, pure: true) { values in
                Int64.fromDatabaseValue(values[0]).map { Timestamp.text($0) }
            },
            // `client('203.0.113.9:5555')` → `'203.0.113.9'`, `client('2001:db8:1:2::9')` → `'2001:db8:1:2::/64'`.
            DatabaseFunction("client", argumentCount: 1, pure: true) { values in
                String.fromDatabaseValue(values[0]).map { text in
                    String(decoding: IPKey.name(of: Array(text.utf8)[...]), as: UTF8.self)
                }
            },
            DatabaseFunction("time_micros", argumentCount: 1, pure: true) { values in
                String.fromDatabaseValue(values[0]).flatMap { TimeText.time($0) }
            },
        ]
    }
}
