internal import Events
internal import GRDB
internal import Model

/// A number in a row that nothing can have written: no such time, count or number exists.
struct ImpossibleNumber: Error, CustomStringConvertible {
    let column: String
    let value: Int64
    let wanted: String

    var description: String {
        "its column \(column) holds \(value), which is no \(wanted); run authtrail verify, then rebuild --force"
    }
}

/// A word in a row that this program does not write.
struct UnknownWord: Error, CustomStringConvertible {
    let column: String
    let value: String
    let wanted: [String]

    var description: String {
        "its column \(column) holds \"\(value)\", which is none of \(wanted.joined(separator: ", ")); run authtrail "
            + "verify, then rebuild --force"
    }
}

/// What a number of the catalog counts, and between which ends it lies.
///
/// Numbers are checked where they are read and nowhere else: what is added to them, or counted by them, then stays far
/// from the ends of 64 bits.
enum CatalogNumber {
    /// Microseconds since the epoch, up to just after the last one that can be written: a span may end there.
    case time
    /// Lines, bytes or offsets: no file system has more.
    case count
    /// Bytes of which a hash is kept, which are read again at once.
    case hashed
    /// The number of a segment, source, batch or run, or the rank of a segment.
    case number
    /// The number of a token, a place in arrays; a catalog of a hundred million would have other limits.
    case token
    /// A UTC day or month since the beginning of 1970.
    case day, month

    private var range: ClosedRange<Int64> {
        switch self {
        case .time: 0...Timestamp.end
        case .count: 0...(1 << 48)
        case .hashed: 0...(1 << 16)
        case .number: 0...(1 << 52)
        case .token: 1...(1 << 27)
        case .day: 0...Int64(Timestamp.day(of: Timestamp.end))
        case .month: 0...Int64(Timestamp.month(of: Timestamp.end))
        }
    }

    private var name: String {
        switch self {
        case .time: "time"
        case .count: "count"
        case .hashed: "length of what is hashed"
        case .number: "number"
        case .token: "number of a token"
        case .day: "day"
        case .month: "month"
        }
    }

    /// The value, if it can be one. Throws `ImpossibleNumber`.
    func checked(_ value: Int64, _ column: String) throws -> Int64 {
        guard range.contains(value) else { throw ImpossibleNumber(column: column, value: value, wanted: name) }
        return value
    }
}

extension Row {
    /// A number that must be there and be possible.
    func int64(_ column: String, _ kind: CatalogNumber) throws -> Int64 { try kind.checked(value(column), column) }

    /// The same where there may be none.
    func int64IfAny(_ column: String, _ kind: CatalogNumber) throws -> Int64? {
        let number: Int64? = try value(column)
        return try number.map { try kind.checked($0, column) }
    }

    /// A day or a month.
    func int32(_ column: String, _ kind: CatalogNumber) throws -> Int32 {
        Int32(truncatingIfNeeded: try int64(column, kind))
    }

    /// A time.
    func time(_ column: String) throws -> Int64 { try int64(column, .time) }

    /// Lines, bytes, or an offset.
    func count(_ column: String) throws -> Int64 { try int64(column, .count) }
}

extension Row {
    func severity(_ column: String) throws -> Severity {
        let name: String = try value(column)
        guard let severity = Severity(name: name) else {
            throw UnknownWord(column: column, value: name, wanted: Severity.allCases.map { $0.name })
        }
        return severity
    }

    func status(_ column: String) throws -> FindingStatus {
        let name: String = try value(column)
        guard let status = FindingStatus(rawValue: name) else {
            throw UnknownWord(column: column, value: name, wanted: FindingStatus.allCases.map(\.rawValue))
        }
        return status
    }
}

extension Database {
    /// The one number that a statement asks for; nil if it gives none. `column` is for messages.
    func number(
        _ column: String, _ kind: CatalogNumber, sql: String, arguments: StatementArguments = StatementArguments()
    ) throws -> Int64? {
        try Int64.fetchOne(self, sql: sql, arguments: arguments).map { try kind.checked($0, column) }
    }
}
