/// Unsigned LEB128 numbers, as blocks of the catalog and notes of segments store them.
package struct VarintWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    package mutating func put(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// A text behind its length.
    package mutating func put(_ text: ArraySlice<UInt8>) {
        put(UInt64(text.count))
        bytes.append(contentsOf: text)
    }
}

/// Reads what `VarintWriter` wrote; nil where the bytes end or a number does not fit.
package struct VarintReader {
    private let bytes: [UInt8]
    private var at = 0

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    package var isAtEnd: Bool { at == bytes.count }
    /// Bytes read so far.
    package var place: Int { at }
    /// Bytes that are left.
    package var left: Int { bytes.count - at }

    package mutating func take() -> UInt64? {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while at < bytes.count, shift < 64 {
            let byte = bytes[at]
            at += 1
            value |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return value }
            shift += 7
        }
        return nil
    }

    /// A number that must not be above a limit.
    package mutating func take(atMost limit: UInt64) -> UInt64? {
        guard let value = take(), value <= limit else { return nil }
        return value
    }

    /// Many numbers at once, none above a limit; nil where the bytes end or one does not fit.
    package mutating func take(_ count: Int, atMost limit: UInt64) -> [UInt64]? {
        guard count <= bytes.count - at else { return nil }
        var end = at
        let numbers = bytes.withUnsafeBufferPointer { bytes in
            [UInt64](unsafeUninitializedCapacity: count) { out, made in
                while made < count {
                    var value: UInt64 = 0, shift: UInt64 = 0
                    var byte: UInt8 = 0x80
                    while byte >= 0x80 {
                        guard end < bytes.count, shift < 64 else { return }
                        byte = bytes[end]
                        end &+= 1
                        value |= UInt64(byte & 0x7F) << shift
                        shift &+= 7
                    }
                    guard value <= limit else { return }
                    out[made] = value
                    made &+= 1
                }
            }
        }
        guard numbers.count == count else { return nil }
        at = end
        return numbers
    }

    package mutating func takeText() -> ArraySlice<UInt8>? {
        // What is left is less by the number itself.
        guard let count = take(), count <= UInt64(left) else { return nil }
        defer { at += Int(count) }
        return bytes[at..<at + Int(count)]
    }

    /// Passes over some bytes; returns the place behind them.
    package mutating func skip(_ count: Int) -> Int? {
        guard count >= 0, count <= left else { return nil }
        at += count
        return at
    }
}

/// A rollup block that cannot be read.
package struct DamagedRollup: Error, Sendable, Equatable, CustomStringConvertible {
    package let name: String
    package let day: Int32

    package init(name: String, day: Int32) {
        self.name = name
        self.day = day
    }

    package var description: String {
        "cannot read the rollup \(name) of day \(day): its bytes are damaged; run authtrail rebuild --force"
    }
}
