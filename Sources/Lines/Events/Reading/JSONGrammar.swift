/// Walks over the values of a line, strictly by RFC 8259, without keeping anything.
///
/// Every function takes the place where something starts and returns the place after it. All rely on a newline at or
/// before the end of the span: no rule accepts one, so each walk ends there at the latest and needs no other limit.
/// Besides the RFC: a newline ends the line wherever it stands, escapes must make Unicode text, nesting is capped.
public enum JSONGrammar {
    /// Objects and arrays may be nested so deep, the outermost counted.
    package static var deepest: Int { 64 }

    /// The first place that is no space, tab or carriage return.
    @inlinable @inline(__always)
    public static func afterSpaces(_ bytes: RawSpan, _ from: Int) -> Int {
        if bytes.byte(from) > Byte.space { return from }
        var at = from
        while true {
            let byte = bytes.byte(at)
            guard byte == Byte.space || byte == Byte.tab || byte == Byte.carriageReturn else { return at }
            at &+= 1
        }
    }

    /// The same, and notes whether it is another place.
    @inline(__always)
    static func afterSpaces(_ bytes: RawSpan, _ from: Int, _ marks: inout LineScanner.Marks) -> Int {
        if bytes.byte(from) > Byte.space { return from }
        let at = afterSpaces(bytes, from)
        if at != from { marks.insert(.spaces) }
        return at
    }

    /// The first place in a string that is not plain: a quote, a backslash, a control character, a non-ASCII byte.
    @inline(__always)
    static func afterPlain(_ bytes: RawSpan, _ from: Int) -> Int {
        var at = from
        while at &+ 8 <= bytes.byteCount {
            let word = bytes.word(at)
            let quotes = word ^ 0x2222_2222_2222_2222
            let backslashes = word ^ 0x5C5C_5C5C_5C5C_5C5C
            // The lowest high bit marks the first such byte; a borrow can only set bits above a true one.
            let found =
                ((quotes &- 0x0101_0101_0101_0101) & ~quotes
                    | (backslashes &- 0x0101_0101_0101_0101) & ~backslashes
                    | (word &- 0x2020_2020_2020_2020) & ~word
                    | word) & 0x8080_8080_8080_8080
            if found != 0 { return at &+ found.trailingZeroBitCount / 8 }
            at &+= 8
        }
        while true {
            let byte = bytes.byte(at)
            if byte < 0x20 || byte >= 0x80 || byte == Byte.quote || byte == Byte.backslash { return at }
            at &+= 1
        }
    }

    /// A string, from after its opening quote. `escaped` becomes true if it has escapes.
    @inline(__always)
    package static func string(_ bytes: RawSpan, _ from: Int, escaped: inout Bool) throws(LineFault) -> Int {
        let at = afterPlain(bytes, from)
        if bytes.byte(at) == Byte.quote { return at &+ 1 }
        return try restOfString(bytes, at, escaped: &escaped)
    }

    @inline(never)
    private static func restOfString(
        _ bytes: RawSpan, _ from: Int, escaped: inout Bool
    ) throws(LineFault) -> Int {
        var at = from
        while true {
            let byte = bytes.byte(at)
            if byte == Byte.quote { return at + 1 }
            if byte == Byte.backslash {
                escaped = true
                at = try escape(bytes, at)
            } else {
                let length = byte < 0x20 ? 0 : UTF8Check.length(bytes, at)
                if length == 0 { throw byte < 0x80 ? .unexpected(bytes, at: at) : LineFault(.badUTF8, at: at) }
                at += length
            }
            at = afterPlain(bytes, at)
        }
    }

    /// An escape, from its backslash; both halves of a surrogate pair are one escape.
    private static func escape(_ bytes: RawSpan, _ at: Int) throws(LineFault) -> Int {
        switch bytes.byte(at + 1) {
        case Byte.quote, Byte.backslash, Byte.slash, UInt8(ascii: "b"), UInt8(ascii: "f"), UInt8(ascii: "n"),
            UInt8(ascii: "r"), UInt8(ascii: "t"):
            return at + 2
        case UInt8(ascii: "u"):
            let unit = try hex(bytes, at + 2)
            guard unit & 0xF800 == 0xD800 else { return at + 6 }
            guard unit < 0xDC00, bytes.byte(at + 6) == Byte.backslash, bytes.byte(at + 7) == UInt8(ascii: "u"),
                try hex(bytes, at + 8) & 0xFC00 == 0xDC00
            else { throw LineFault(.badUTF8, at: at) }
            return at + 12
        default:
            throw .unexpected(bytes, at: at + 1)
        }
    }

    private static func hex(_ bytes: RawSpan, _ from: Int) throws(LineFault) -> UInt32 {
        var unit: UInt32 = 0
        for at in from..<from + 4 {
            guard let digit = JSONText.hexDigit(bytes.byte(at)) else { throw .unexpected(bytes, at: at) }
            unit = unit << 4 | digit
        }
        return unit
    }

    /// A number.
    @inline(__always)
    static func number(_ bytes: RawSpan, _ from: Int) throws(LineFault) -> Int {
        var at = from
        if bytes.byte(at) == Byte.minus { at &+= 1 }
        if bytes.byte(at) == Byte.zero { at &+= 1 } else { at = try digits(bytes, at) }
        if bytes.byte(at) == Byte.dot { at = try digits(bytes, at &+ 1) }
        if bytes.byte(at).lowercased == UInt8(ascii: "e") {
            at &+= 1
            if bytes.byte(at) == Byte.plus || bytes.byte(at) == Byte.minus { at &+= 1 }
            at = try digits(bytes, at)
        }
        return at
    }

    @inline(__always)
    private static func digits(_ bytes: RawSpan, _ from: Int) throws(LineFault) -> Int {
        var at = from
        while bytes.byte(at).isDigit { at &+= 1 }
        if at == from { throw .unexpected(bytes, at: at) }
        return at
    }

    /// A string, number or literal.
    static func scalar(_ bytes: RawSpan, _ at: Int) throws(LineFault) -> Int {
        switch bytes.byte(at) {
        case Byte.quote:
            var escaped = false
            return try string(bytes, at + 1, escaped: &escaped)
        case Byte.minus, Byte.zero...Byte.nine: return try number(bytes, at)
        default: return try literal(bytes, at)
        }
    }

    /// `true`, `false` or `null`.
    @inline(__always)
    static func literal(_ bytes: RawSpan, _ at: Int) throws(LineFault) -> Int {
        switch bytes.byte(at) {
        case UInt8(ascii: "t"): try word(bytes, at, UInt8(ascii: "r"), UInt8(ascii: "u"), UInt8(ascii: "e"))
        case UInt8(ascii: "n"): try word(bytes, at, UInt8(ascii: "u"), UInt8(ascii: "l"), UInt8(ascii: "l"))
        case UInt8(ascii: "f") where bytes.byte(at &+ 1) == UInt8(ascii: "a"):
            try word(bytes, at &+ 1, UInt8(ascii: "l"), UInt8(ascii: "s"), UInt8(ascii: "e"))
        case UInt8(ascii: "f"): throw .unexpected(bytes, at: at + 1)
        default: throw .unexpected(bytes, at: at)
        }
    }

    /// Three given bytes after the one at `at`.
    @inline(__always)
    private static func word(
        _ bytes: RawSpan, _ at: Int, _ second: UInt8, _ third: UInt8, _ fourth: UInt8
    ) throws(LineFault) -> Int {
        if bytes.byte(at &+ 1) != second { throw .unexpected(bytes, at: at + 1) }
        if bytes.byte(at &+ 2) != third { throw .unexpected(bytes, at: at + 2) }
        if bytes.byte(at &+ 3) != fourth { throw .unexpected(bytes, at: at + 3) }
        return at &+ 4
    }

    /// Any value. `depth` is how many objects and arrays it lies in. Needs no stack, however deep the value.
    package static func value(_ bytes: RawSpan, _ from: Int, depth outer: Int) throws(LineFault) -> Int {
        var at = from
        var depth = 0
        var objects: UInt64 = 0  // bit 0: whether the innermost container is an object
        while true {
            let first = bytes.byte(at)
            if first == Byte.openBrace || first == Byte.openBracket {
                guard outer + depth < deepest else { throw LineFault(.tooDeep, at: at) }
                let isObject = first == Byte.openBrace
                objects = objects << 1 | (isObject ? 1 : 0)
                depth += 1
                at = afterSpaces(bytes, at + 1)
                if bytes.byte(at) != (isObject ? Byte.closeBrace : Byte.closeBracket) {
                    if isObject { at = try key(bytes, at) }
                    continue
                }
            } else {
                at = try scalar(bytes, at)
            }
            // After a value, or at the end of an empty container: leave what closes here, or go on to the next value.
            while true {
                if depth == 0 { return at }
                at = afterSpaces(bytes, at)
                let isObject = objects & 1 == 1
                let byte = bytes.byte(at)
                if byte == Byte.comma {
                    at = afterSpaces(bytes, at + 1)
                    if isObject { at = try key(bytes, at) }
                    break
                }
                if byte != (isObject ? Byte.closeBrace : Byte.closeBracket) { throw .unexpected(bytes, at: at) }
                objects >>= 1
                depth -= 1
                at += 1
            }
        }
    }

    /// A member of an object: key, colon and value.
    static func member(_ bytes: RawSpan, _ from: Int) throws(LineFault) -> Int {
        try value(bytes, try key(bytes, from), depth: 1)
    }

    /// A key, its colon and the spaces around the colon.
    private static func key(_ bytes: RawSpan, _ from: Int) throws(LineFault) -> Int {
        if bytes.byte(from) != Byte.quote { throw .unexpected(bytes, at: from) }
        var escaped = false
        let end = afterSpaces(bytes, try string(bytes, from + 1, escaped: &escaped))
        if bytes.byte(end) != Byte.colon { throw .unexpected(bytes, at: end) }
        return afterSpaces(bytes, end + 1)
    }
}
