internal import Events

/// A first record of which only the beginning was looked at, because it is very long.
enum CutRecord {
    /// Deeper ones are no records.
    private static let deepest = 64

    /// The beginning of JSON with what is not whole left out and what is open closed: `{"a":1,"b":"x` becomes
    /// `{"a":1}`. Empty where there is no JSON.
    static func closed(_ bytes: RawSpan) -> [UInt8] {
        var closers: [UInt8] = []
        /// Where it can be cut, and what is open there.
        var cut: (end: Int, closers: [UInt8]) = (0, [])
        var at = 0
        scan: while at < bytes.byteCount {
            let byte = bytes.byte(at)
            switch byte {
            case Byte.quote:
                guard case .end(let end) = ValueExtent.string(bytes, at + 1) else { break scan }
                at = end
                continue
            case Byte.openBrace, Byte.openBracket:
                closers.append(byte == Byte.openBrace ? Byte.closeBrace : Byte.closeBracket)
                if closers.count > deepest { break scan }
                cut = (at + 1, closers)
            case Byte.closeBrace, Byte.closeBracket:
                guard closers.popLast() == byte else { break scan }
                cut = (at + 1, closers)
            case Byte.comma where !closers.isEmpty: cut = (at, closers)
            default: break
            }
            at += 1
        }
        var closed: [UInt8] = []
        closed.reserveCapacity(cut.end + cut.closers.count)
        closed.append(bytes, 0..<cut.end)
        closed += cut.closers.reversed()
        return closed
    }
}
