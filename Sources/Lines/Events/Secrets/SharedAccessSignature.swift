/// The signature of a shared access signature of Azure: `sig=…` in a URL that also says until when or for what.
enum SharedAccessSignature {
    /// Base64 of 32 bytes without its `=`.
    private static let digits = 43
    private static let neighbors: [StaticString] = ["se", "sv", "sp", "sr", "skn"]
    private static let ends = ByteSet("\"'`<> \t\r\n")
    /// How far from it the rest of its URL is looked at. Each signature is longer than a twentieth of that.
    private static let reach = 1024

    /// Whether a value is one: 43 digits of Base64, percent-encoded or not, among the other parameters.
    static func isSignature(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        isDigest(text, value) && hasNeighbor(text, value)
    }

    private static func isDigest(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        var at = value.lowerBound
        var count = 0, padding = 0
        while at < value.upperBound {
            guard let byte = character(text, &at, value.upperBound) else { return false }
            if byte == UInt8(ascii: "=") {
                padding += 1
            } else {
                // A plus that was taken for a space is one still.
                guard padding == 0, ByteSet.base64.contains(byte) || byte == Byte.space else { return false }
                count += 1
            }
        }
        return count == digits && padding <= 1
    }

    /// What the byte or the percent-encoding at `at` means, also if it was encoded twice.
    private static func character(_ text: RawSpan, _ at: inout Int, _ end: Int) -> UInt8? {
        let byte = text.byte(at)
        at += 1
        guard byte == percent else { return byte }
        if at + 1 < end, text.holds("25", at: at) { at += 2 }
        guard at + 1 < end, let high = JSONText.hexDigit(text.byte(at)), let low = JSONText.hexDigit(text.byte(at + 1))
        else { return nil }
        at += 2
        return UInt8(high << 4 | low)
    }

    private static let percent = UInt8(ascii: "%")

    private static func hasNeighbor(_ text: RawSpan, _ value: Range<Int>) -> Bool {
        var start = value.lowerBound
        while start > 0, value.lowerBound - start < reach, !ends.contains(text.byte(start - 1)) { start -= 1 }
        var end = value.upperBound
        while end < text.byteCount, end - value.upperBound < reach, !ends.contains(text.byte(end)) { end += 1 }
        return (start..<end).contains { at in
            (at == start || isBetween(text, at))
                && neighbors.contains { name in
                    let equals = at + name.utf8CodeUnitCount
                    return text.holds(name, at: at)
                        && (text.holds("=", at: equals) || text.holds("%3D", at: equals)
                            || text.holds("%3d", at: equals))
                }
        }
    }

    /// Whether a `&` or `?` stands before a place, or three bytes that mean it.
    private static func isBetween(_ text: RawSpan, _ at: Int) -> Bool {
        text.holds("&", at: at - 1) || text.holds("?", at: at - 1) || text.holds("%26", at: at - 3)
            || text.holds("%3F", at: at - 3) || text.holds("%3f", at: at - 3)
    }
}
