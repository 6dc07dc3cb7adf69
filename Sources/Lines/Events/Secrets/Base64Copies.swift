/// Copies of credentials in Base64, of either alphabet and with padding or without.
///
/// Base64 may begin at the start of a text and behind each character that is no letter or digit: paths and names stand
/// before it, with characters between that belong to an alphabet. From such a place on it is decoded until it means no
/// text any more, which of ids and hashes is after one to three bytes. Where it has been decoded in vain it is not
/// decoded again with the same division into groups of four, so the time is in proportion to the length.
struct Base64Copies {
    /// Nothing shorter means a credential with what makes it one.
    private static let least = 20
    private static let padding = ByteSet("=")
    /// So many bytes of text are looked at.
    private static let leastMeaning = 12

    /// Where the division that begins at a place (modulo four) has been decoded to.
    private var seen = InlineArray<4, Int>(repeating: 0)
    private var found: [FoundSecret] = []

    /// The copies that a text has from the first place on at which one may begin, in their order. `search` looks for
    /// credentials in what Base64 means.
    static func all(
        in text: RawSpan, from first: Int, isCut: Bool, _ digits: Span<UInt8>,
        _ search: (RawSpan, Bool) -> FoundSecret?
    ) -> [FoundSecret] {
        var copies = Base64Copies()
        var start = first
        while start >= 0 {
            start = firstStart(in: text, from: copies.look(text, start, isCut, digits, search), digits)
        }
        return copies.found
    }

    /// The first place at or after `from`, which is the start of the text or stands behind the end of a word, at which
    /// Base64 may begin; -1 if there is none.
    @inline(__always)
    static func firstStart(in text: RawSpan, from: Int, _ digits: Span<UInt8>) -> Int {
        var at = from
        let last = text.byteCount &- least
        while at <= last {
            if digits[unchecked: Int(text.byte(at &+ least &- 1))] == Base64Digits.none {
                // None reaches across that character.
                at &+= least
                continue
            }
            if isText(text, at, digits) { return at }
            at = behindWord(text, at, last, digits)
        }
        return -1
    }

    @inline(__always)
    private static func behindWord(_ text: RawSpan, _ from: Int, _ last: Int, _ digits: Span<UInt8>) -> Int {
        var at = from
        while at <= last, digits[unchecked: Int(text.byte(at))] < 62 { at &+= 1 }
        return at &+ 1
    }

    /// Whether the first three bytes that are meant can be those of a text that begins in ASCII; of ids and words they
    /// seldom are.
    @inline(__always)
    private static func isText(_ text: RawSpan, _ at: Int, _ digits: Span<UInt8>) -> Bool {
        let first = UInt32(digits[unchecked: Int(text.byte(at))])
        let second = UInt32(digits[unchecked: Int(text.byte(at &+ 1))])
        guard first < 32, second < 64, isASCII(first << 2 | second >> 4) else { return false }
        let third = UInt32(digits[unchecked: Int(text.byte(at &+ 2))])
        let fourth = UInt32(digits[unchecked: Int(text.byte(at &+ 3))])
        guard third | fourth < 64 else { return false }
        let two = (second & 15) << 4 | third >> 2, three = (third & 3) << 6 | fourth
        return isASCII(two) ? isASCII(three) || three >= 0xC2 : two >= 0xC2 && three & 0xC0 == 0x80
    }

    @inline(__always)
    private static func isASCII(_ byte: UInt32) -> Bool {
        byte &- 0x20 < 0x5F || byte == 0x0A || byte == 0x09 || byte == 0x0D
    }

    /// Looks from a place on; returns from where to go on.
    private mutating func look(
        _ text: RawSpan, _ start: Int, _ isCut: Bool, _ digits: Span<UInt8>,
        _ search: (RawSpan, Bool) -> FoundSecret?
    ) -> Int {
        let next = Self.behindWord(text, start, text.byteCount - 1, digits)
        guard start >= seen[start & 3] else { return next }
        let (count, end) = Self.meaning(text, start, digits) { _ in }
        seen[start & 3] = end
        guard count >= Self.leastMeaning else { return next }
        var meaning: [UInt8] = []
        meaning.reserveCapacity(count)
        _ = Self.meaning(text, start, digits) { meaning.append($0) }
        guard let secret = search(meaning.span.bytes, isCut && end == text.byteCount) else { return next }
        let whole = Self.end(text, start, end)
        let original = Array(meaning.span.bytes, secret.range)
        found.append(FoundSecret(type: secret.type, range: start..<whole, original: original))
        return whole
    }

    /// Goes through what is meant from a place on as far as it is text; returns how many bytes that are, and where it
    /// ends.
    @inline(__always)
    private static func meaning(
        _ text: RawSpan, _ start: Int, _ digits: Span<UInt8>, _ body: (UInt8) -> Void
    ) -> (count: Int, end: Int) {
        var bits: UInt32 = 0, open: UInt32 = 0
        var following = 0, bytes = 0
        var at = start
        while at < text.byteCount {
            let digit = digits[unchecked: Int(text.byte(at))]
            guard digit != Base64Digits.none else { break }
            bits = bits << 6 | UInt32(digit)
            open += 6
            if open >= 8 {
                open -= 8
                let byte = UInt8(truncatingIfNeeded: bits >> open)
                guard isNext(byte, &following) else { break }
                body(byte)
                bytes += 1
            }
            at += 1
        }
        return (bytes, at)
    }

    /// Where Base64 ends that means text up to a place: with its alphabet, and padding.
    private static func end(_ text: RawSpan, _ start: Int, _ end: Int) -> Int {
        let alphabets = [ByteSet.base64, .base64URL]
        let own = alphabets.map { text.end(of: $0, from: start) }.filter { $0 >= end }.min() ?? end
        return text.end(of: padding, from: own)
    }

    /// Whether a byte can go on with UTF-8 that wants so many more, without control characters.
    private static func isNext(_ byte: UInt8, _ following: inout Int) -> Bool {
        if following > 0 {
            following -= 1
            return byte & 0xC0 == 0x80
        }
        switch byte {
        case 0x20...0x7E, Byte.tab, Byte.newline, Byte.carriageReturn: return true
        case 0xC2...0xDF: following = 1
        case 0xE0...0xEF: following = 2
        case 0xF0...0xF4: following = 3
        default: return false
        }
        return true
    }
}

/// The digits of Base64, of both alphabets.
struct Base64Digits: Sendable {
    static let none: UInt8 = 0xFF

    /// The value of each character as a digit, or `none`.
    let values: [UInt8]

    init() {
        var values = [UInt8](repeating: Self.none, count: 256)
        for (value, byte) in (ByteSet.upper + ByteSet.lower + ByteSet.digits).utf8.enumerated() {
            values[Int(byte)] = UInt8(value)
        }
        for byte in "+-".utf8 { values[Int(byte)] = 62 }
        for byte in "/_".utf8 { values[Int(byte)] = 63 }
        self.values = values
    }

    /// For whoever looks at few of them.
    static let shared = Base64Digits()
}
