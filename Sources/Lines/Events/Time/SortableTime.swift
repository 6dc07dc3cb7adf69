/// Times as SQL has them: `2026-04-26T00:11:41.212000Z`, always 27 bytes, so that their bytes have their order.
///
/// A writer keeps the text of the last day: most rows are of the same day as the row before.
package struct SortableTime: Sendable {
    package static let length = 27

    private var bytes = Array("1970-01-01T00:00:00.000000Z".utf8)
    private var day: Int64 = 0

    package init() {}

    /// The bytes of a time, which stay until the next one is asked for; nil for what no line can say, as damage may
    /// leave it.
    package mutating func text(_ time: Int64) -> [UInt8]? {
        guard (0..<Timestamp.end).contains(time) else { return nil }
        let number = time / Timestamp.day
        if number != day { begin(number) }
        var rest = time - number * Timestamp.day
        bytes.withUnsafeMutableBufferPointer { bytes in
            for place in stride(from: 25, through: 20, by: -1) {
                bytes[place] = UInt8(truncatingIfNeeded: 0x30 + rest % 10)
                rest /= 10
            }
            Self.put(rest % 60, 17, bytes)
            Self.put(rest / 60 % 60, 14, bytes)
            Self.put(rest / 3600, 11, bytes)
        }
        return bytes
    }

    private mutating func begin(_ number: Int64) {
        day = number
        bytes.replaceSubrange(0..<10, with: Timestamp.dayText(Int32(number)).utf8)
    }

    @inline(__always)
    private static func put(_ number: Int64, _ place: Int, _ bytes: UnsafeMutableBufferPointer<UInt8>) {
        bytes[place] = UInt8(truncatingIfNeeded: 0x30 + number / 10)
        bytes[place + 1] = UInt8(truncatingIfNeeded: 0x30 + number % 10)
    }

    /// Whether a text has this form. Of texts that come from here nothing more need be asked.
    @inline(__always)
    package static func isSortable(_ text: UnsafeRawBufferPointer) -> Bool {
        text.count == length && text[10] == 0x54 && text[19] == 0x2E && text[26] == 0x5A && text[4] == 0x2D
    }
}
