package import Events

/// Short marks of events and of lines, under keys of this process: whoever writes a log cannot prepare two that are
/// alike. They are never stored.
package struct EventMarks: Sendable {
    private let keys: (UInt64, UInt64, UInt64, UInt64)

    package init() {
        func key() -> UInt64 { .random(in: .min ... .max) }
        keys = (key(), key(), key(), key())
    }

    /// Of the kind, the time and the `event_id` of an event.
    package func mark(_ kind: UInt8, _ time: Int64, _ id: ArraySlice<UInt8>) -> UInt64 {
        id.withUnsafeBytes { hash($0, Self.fold(UInt64(bitPattern: time) ^ keys.2, UInt64(kind) ^ keys.3)) }
    }

    /// Of the bytes of a line as it is stored, and of how many it has in its source.
    package func mark(line: UnsafeRawBufferPointer, length: Int64) -> UInt64 {
        hash(line, UInt64(bitPattern: length) ^ keys.3)
    }

    /// Of all that an event says, in place of a line: no line has such a length.
    package func mark(fieldsOf columns: EventColumns, _ row: Int) -> UInt64 {
        columns.fieldsLine(row).withUnsafeBytes { mark(line: $0, length: Self.fieldsLength) }
    }

    private static let fieldsLength: Int64 = -2

    private func hash(_ bytes: UnsafeRawBufferPointer, _ start: UInt64) -> UInt64 {
        let count = bytes.count
        var state = start
        var at = 0
        while at &+ 16 <= count {
            let left = bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)
            let right = bytes.loadUnaligned(fromByteOffset: at &+ 8, as: UInt64.self)
            state = Self.fold(left ^ keys.0, right ^ state)
            at &+= 16
        }
        var rest: (UInt64, UInt64) = (0, 0)
        while at < count {
            rest = (rest.0 << 8 | rest.1 >> 56, rest.1 << 8 | UInt64(bytes[at]))
            at &+= 1
        }
        state = Self.fold(rest.0 ^ keys.1, rest.1 ^ state)
        return Self.fold(state ^ keys.2, UInt64(truncatingIfNeeded: count) ^ keys.1)
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}

extension EventColumns {
    /// A row as a line of its fields, however it came.
    func fieldsLine(_ row: Int) -> [UInt8] {
        var line: [UInt8] = []
        EventLineWriter().append(self, row: row, to: &line)
        return line
    }
}
