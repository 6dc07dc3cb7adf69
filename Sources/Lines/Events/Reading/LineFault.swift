/// Why reading a line stopped.
package struct LineFault: Error, Equatable {
    package var reason: QuarantineReason
    /// The field concerned, if it is about one.
    package var field: EventField?
    /// Where in the span, or -1.
    package var position: Int

    package init(_ reason: QuarantineReason, at position: Int) {
        self.reason = reason
        self.position = position
    }

    package init(_ reason: QuarantineReason, _ field: EventField? = nil) {
        self.reason = reason
        self.field = field
        self.position = -1
    }

    /// What an unexpected byte means: at the newline the line was cut off, anywhere else it is not JSON.
    @inline(never)
    package static func unexpected(_ bytes: RawSpan, at position: Int) -> LineFault {
        LineFault(bytes.byte(position) == Byte.newline ? .unterminated : .notJSON, at: position)
    }

    /// The same fault after a look at the whole line for what makes the rest meaningless: a byte order mark,
    /// NUL bytes, invalid UTF-8, in this order.
    package func judged(_ bytes: RawSpan, _ line: Range<Int>) -> LineFault {
        let start = line.lowerBound
        if line.count >= 3, bytes.byte(start) == 0xEF, bytes.byte(start + 1) == 0xBB, bytes.byte(start + 2) == 0xBF {
            return LineFault(.byteOrderMark, at: start)
        }
        var nul = -1, invalid = -1
        var at = start
        while at < line.upperBound {
            let byte = bytes.byte(at)
            if byte == 0, nul < 0 { nul = at }
            let length = byte < 0x80 ? 1 : UTF8Check.length(bytes, at)
            if length == 0, invalid < 0 { invalid = at }
            at += max(1, length)
        }
        if nul >= 0 { return LineFault(.nulBytes, at: nul) }
        if invalid >= 0 { return LineFault(.badUTF8, at: invalid) }
        return self
    }
}

/// The well-formed sequences of UTF-8 (Unicode 3.9, table 3-7): none overlong, no surrogates, none above U+10FFFF.
enum UTF8Check {
    /// The length of the sequence of two to four bytes that starts at `at`, or 0 if it is not well-formed.
    ///
    /// The span must go on with a byte that continues no sequence (a newline, a quote) or end after the sequence.
    static func length(_ bytes: RawSpan, _ at: Int) -> Int {
        let first = bytes.byte(at)
        var low: UInt8 = 0x80, high: UInt8 = 0xBF
        let length: Int
        switch first {
        case 0xC2...0xDF: length = 2
        case 0xE0: (length, low) = (3, 0xA0)
        case 0xED: (length, high) = (3, 0x9F)
        case 0xE1...0xEF: length = 3
        case 0xF0: (length, low) = (4, 0x90)
        case 0xF1...0xF3: length = 4
        case 0xF4: (length, high) = (4, 0x8F)
        default: return 0
        }
        guard at + length <= bytes.byteCount, (low...high).contains(bytes.byte(at + 1)) else { return 0 }
        for index in stride(from: 2, to: length, by: 1) where bytes.byte(at + index) & 0xC0 != 0x80 { return 0 }
        return length
    }
}
