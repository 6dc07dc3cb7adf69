/// What a string with escapes means, also where the line is not JSON: a backslash that begins no escape is itself.
enum EscapedText {
    /// The bytes that a range of a line means.
    static func meaning(of range: Range<Int>, in line: RawSpan) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(range.count)
        var at = range.lowerBound
        while at < range.upperBound { at += appendNext(line, at, range.upperBound, to: &text) }
        return text
    }

    /// The bytes that a line means, except that quotes and backslashes keep theirs: so the ends of strings can still be
    /// told from quotes within them.
    static func withoutMostEscapes(_ line: RawSpan) -> [UInt8] {
        var text: [UInt8] = []
        text.reserveCapacity(line.byteCount)
        var at = 0
        while at < line.byteCount {
            var next = at
            while next < line.byteCount, line.byte(next) != Byte.backslash { next &+= 1 }
            text.append(line, at..<next)
            at = next
            guard at < line.byteCount else { break }
            let follows = at + 1 < line.byteCount ? line.byte(at + 1) : 0
            if follows == Byte.quote || follows == Byte.backslash {
                text.append(line, at..<at + 2)
                at += 2
            } else {
                let length = appendNext(line, at, line.byteCount, to: &text)
                if length == 6, text.last == Byte.quote || text.last == Byte.backslash {
                    text.insert(Byte.backslash, at: text.count - 1)
                }
                at += length
            }
        }
        return text
    }

    /// Where parts of the meaning, ascending and apart from each other, stand in the line. An escape that means
    /// several bytes belongs to every part that has one of them.
    static func places(of parts: [Range<Int>], meaning range: Range<Int>, in line: RawSpan) -> [Range<Int>] {
        var places: [Range<Int>] = []
        var one: [UInt8] = []
        var at = range.lowerBound, meant = 0, start = -1
        for part in parts {
            while at < range.upperBound, meant < part.upperBound {
                one.removeAll(keepingCapacity: true)
                let next = at + appendNext(line, at, range.upperBound, to: &one)
                if start < 0, meant + one.count > part.lowerBound { start = at }
                meant += one.count
                at = next
            }
            places.append((start < 0 ? at : start)..<at)
            start = -1
        }
        return places
    }

    /// Appends what the byte or the escape at `at` means; returns its length.
    private static func appendNext(_ line: RawSpan, _ at: Int, _ end: Int, to text: inout [UInt8]) -> Int {
        let byte = line.byte(at)
        guard byte == Byte.backslash, at + 1 < end else {
            text.append(byte)
            return 1
        }
        switch line.byte(at + 1) {
        case Byte.quote, Byte.backslash, Byte.slash: text.append(line.byte(at + 1))
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(Byte.newline)
        case UInt8(ascii: "r"): text.append(Byte.carriageReturn)
        case UInt8(ascii: "t"): text.append(Byte.tab)
        case UInt8(ascii: "u"): return appendUnicode(line, at, end, to: &text)
        default:
            text.append(byte)
            return 1
        }
        return 2
    }

    private static func appendUnicode(_ line: RawSpan, _ at: Int, _ end: Int, to text: inout [UInt8]) -> Int {
        guard let unit = unit(line, at, end) else {
            text.append(Byte.backslash)
            return 1
        }
        var scalar = Unicode.Scalar(unit)
        var length = 6
        if unit & 0xFC00 == 0xD800, let low = self.unit(line, at + 6, end), low & 0xFC00 == 0xDC00 {
            scalar = Unicode.Scalar(0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF)
            length = 12
        }
        // Half of a pair alone means nothing that could belong to a credential.
        text.append(contentsOf: String(scalar ?? "\u{FFFD}").utf8)
        return length
    }

    /// The UTF-16 unit of a `\uXXXX`, or nil if none stands here.
    private static func unit(_ line: RawSpan, _ at: Int, _ end: Int) -> UInt32? {
        guard at + 6 <= end, line.byte(at) == Byte.backslash, line.byte(at + 1) == UInt8(ascii: "u") else { return nil }
        var unit: UInt32 = 0
        for place in at + 2..<at + 6 {
            guard let digit = JSONText.hexDigit(line.byte(place)) else { return nil }
            unit = unit << 4 | digit
        }
        return unit
    }
}
