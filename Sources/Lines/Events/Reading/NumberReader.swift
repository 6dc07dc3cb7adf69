/// Reads the numbers of lines as doubles, correctly rounded.
enum NumberReader {
    /// Magnitudes from here on (2^53; as milliseconds 285,000 years) are not taken for a latency: a double would round
    /// even integers there.
    static var limit: Double { 9_007_199_254_740_992 }
    /// Longer texts are not taken for a latency.
    static var longest: Int { 256 }

    /// The value of a JSON number, or NaN if it is not below `limit` or longer than `longest`; and how it is written.
    @inline(__always)
    static func double(_ bytes: RawSpan, _ start: Int, _ end: Int, _ styles: inout NumberStyles) -> Double {
        var at = start
        let negative = bytes.byte(at) == Byte.minus
        if negative { at &+= 1 }
        guard end &- at <= 16 else { return slow(bytes, start, end, &styles) }
        var mantissa: UInt64 = 0
        var decimals = 0
        at = addDigits(bytes, at, end, to: &mantissa)
        if at < end, bytes.byte(at) == Byte.dot {
            let point = at &+ 1
            at = addDigits(bytes, point, end, to: &mantissa)
            decimals = at &- point
        }
        // Below 2^53 and up to 10^22 doubles are exact, and so the one division rounds once.
        guard at == end, mantissa < 1 << 53 else { return slow(bytes, start, end, &styles) }
        let value = Double(mantissa) / power(decimals)
        if negative || end &- start == 16 {
            styles = .matching(bytes, start..<end, negative ? -value : value)
        } else {
            styles = .plain(decimals: decimals, endsInZero: bytes.byte(end &- 1) == Byte.zero)
        }
        return negative ? -value : value
    }

    @inline(__always)
    private static func addDigits(_ bytes: RawSpan, _ from: Int, _ end: Int, to mantissa: inout UInt64) -> Int {
        var at = from
        while at < end, bytes.byte(at).isDigit {
            mantissa = mantissa &* 10 &+ UInt64(bytes.byte(at) &- Byte.zero)
            at &+= 1
        }
        return at
    }

    @inline(never)
    private static func slow(_ bytes: RawSpan, _ start: Int, _ end: Int, _ styles: inout NumberStyles) -> Double {
        guard end - start <= longest else { return .nan }
        let text = bytes.extracting(start..<end).withUnsafeBytes { String(decoding: $0, as: UTF8.self) }
        guard let value = Double(text), value.magnitude < limit else { return .nan }
        styles = .matching(bytes, start..<end, value)
        return value
    }

    @inline(__always)
    private static func power(_ exponent: Int) -> Double {
        switch exponent {
        case 0: 1
        case 1: 10
        case 2: 100
        case 3: 1000
        case 4: 1e4
        case 5: 1e5
        case 6: 1e6
        case 7: 1e7
        case 8: 1e8
        case 9: 1e9
        case 10: 1e10
        case 11: 1e11
        case 12: 1e12
        case 13: 1e13
        case 14: 1e14
        default: 1e15
        }
    }
}
