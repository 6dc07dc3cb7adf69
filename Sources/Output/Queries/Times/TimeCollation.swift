internal import Events
internal import Foundation
internal import GRDBSQLite

/// The order of texts in columns of times: as times where they are such, however a person wrote them. Columns hold
/// `SortableTime`s, so only what they are compared with need be read, once.
///
/// What is no time comes behind all times; that it was compared with one is noted, because it answers nothing.
final class TimeCollation {
    /// As declarations of columns name it.
    static let name = "time"

    /// What was compared with a time since `begin` and is none, or nil.
    private(set) var stranger: String?

    /// A text that was compared with a time, and its place among them.
    private var known: [UInt8] = []
    private var knownKey: [UInt8] = []

    /// Makes the collation known to a connection, which keeps it until it closes.
    func register(on connection: OpaquePointer?) {
        sqlite3_create_collation_v2(
            connection, Self.name, SQLITE_UTF8, Unmanaged.passRetained(self).toOpaque(),
            { context, leftCount, left, rightCount, right in
                guard let context else { return 0 }
                let collation = Unmanaged<TimeCollation>.fromOpaque(context).takeUnretainedValue()
                return collation.order(
                    UnsafeRawBufferPointer(start: left, count: Int(leftCount)),
                    UnsafeRawBufferPointer(start: right, count: Int(rightCount)))
            },
            { context in context.map { Unmanaged<TimeCollation>.fromOpaque($0).release() } })
    }

    func begin() { stranger = nil }

    private func order(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int32 {
        switch (SortableTime.isSortable(left), SortableTime.isSortable(right)) {
        case (true, true): return Self.bytewise(left, right)
        case (true, false): return key(right).withUnsafeBytes { Self.bytewise(left, $0) }
        case (false, true): return key(left).withUnsafeBytes { Self.bytewise($0, right) }
        case (false, false):
            let leftKey = key(left)
            let order = leftKey.withUnsafeBytes { left in key(right).withUnsafeBytes { Self.bytewise(left, $0) } }
            // Both may be no times: the order must be one of all texts.
            return order != 0 || leftKey != Self.behind ? order : Self.bytewise(left, right)
        }
    }

    private static func bytewise(_ left: UnsafeRawBufferPointer, _ right: UnsafeRawBufferPointer) -> Int32 {
        let count = min(left.count, right.count)
        let order = count == 0 ? 0 : memcmp(left.baseAddress!, right.baseAddress!, count)
        return order != 0 ? order : Int32(truncatingIfNeeded: left.count - right.count)
    }

    /// Where a text stands among sortable times.
    private func key(_ text: UnsafeRawBufferPointer) -> [UInt8] {
        if text.count == known.count, known.withUnsafeBytes({ Self.bytewise($0, text) == 0 }) { return knownKey }
        let string = String(decoding: text, as: UTF8.self)
        knownKey = Self.key(string) ?? Self.behind
        if knownKey == Self.behind { stranger = stranger ?? string }
        known = Array(text)
        return knownKey
    }

    /// Behind all times; nothing else has this key.
    private static let behind: [UInt8] = [0xFF]

    /// The key of a time, or of a number of microseconds; nil for anything else.
    private static func key(_ text: String) -> [UInt8]? {
        var writer = SortableTime()
        if let time = TimeText.utcTime(text) { return writer.text(time) }
        guard let number = Double(text), let micros = TimeLiteral.micros(number) else { return nil }
        if micros < 0 { return [] }
        guard let key = writer.text(Int64(exactly: text) ?? micros) else { return [0xFE] }
        // A fraction of a microsecond lies behind the whole one.
        return number == number.rounded(.down) ? key : key + [0]
    }
}

extension Int64 {
    fileprivate init?(exactly text: String) {
        guard let number = Int64(text) else { return nil }
        self = number
    }
}
