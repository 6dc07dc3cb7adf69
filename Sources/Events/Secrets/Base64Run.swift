/// Goes through the long runs of characters of a set that a text has.
///
/// Most texts are words: a look at every twentieth byte, and from there back to the last one that does not belong,
/// passes over them at a fraction of an instruction a byte.
struct Base64Run {
    private var at = 0

    /// The next run of at least so many characters, or nil.
    mutating func next(in text: RawSpan, of set: ByteSet, least: Int) -> Range<Int>? {
        while at + least <= text.byteCount {
            var back = at + least - 1
            while back >= at, set.contains(text.byte(back)) { back -= 1 }
            guard back < at else {
                at = back + 1
                continue
            }
            let end = text.end(of: set, from: at + least)
            defer { at = end + 1 }
            return at..<end
        }
        return nil
    }
}

/// Base64, of either alphabet and with padding or without, that means a text.
enum Base64Text {
    /// The bytes that a range means, or nil if they are no text: what holds control characters, or is no UTF-8, is a
    /// hash, an id or a picture. A digit that is left over at the end means nothing.
    static func decoded(_ text: RawSpan, _ range: Range<Int>) -> [UInt8]? {
        // Nearly all that is no text ends here.
        guard range.count >= 4, isCharacter(quantum(text, range.lowerBound) >> 16) else { return nil }
        var bytes: [UInt8] = []
        var bits: UInt32 = 0, count: UInt32 = 0
        var following = 0
        bytes.reserveCapacity(range.count * 3 / 4)
        for at in range {
            bits = bits << 6 | value(text.byte(at))
            count += 6
            guard count >= 8 else { continue }
            count -= 8
            let byte = UInt8(truncatingIfNeeded: bits >> count)
            guard isNext(byte, &following) else { return nil }
            bytes.append(byte)
        }
        return bytes
    }

    private static func quantum(_ text: RawSpan, _ at: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 << 6 | value(text.byte(at + $1)) }
    }

    private static func isCharacter(_ byte: UInt32) -> Bool { byte >= 0x20 && byte != 0x7F || 0x09...0x0D ~= byte }

    /// Whether a byte can go on with UTF-8 that wants so many more.
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

    /// The value of a digit of either alphabet.
    static func value(_ digit: UInt8) -> UInt32 {
        switch digit {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(digit - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(digit - UInt8(ascii: "a")) + 26
        case Byte.zero...Byte.nine: UInt32(digit - Byte.zero) + 52
        default: digit == Byte.plus || digit == Byte.minus ? 62 : 63
        }
    }
}

/// Copies of credentials in Base64.
enum Base64Copy {
    /// Nothing shorter means a credential with what makes it one.
    private static let least = 20
    private static let digits = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "+/-_")
    private static let padding = ByteSet("=")

    /// The copies that a text has, in their order. `search` looks for credentials in what Base64 means.
    static func all(in text: RawSpan, isCut: Bool, _ search: (RawSpan, Bool) -> FoundSecret?) -> [FoundSecret] {
        var found: [FoundSecret] = []
        var run = Base64Run()
        while let range = run.next(in: text, of: digits, least: least) {
            found += copies(in: range, of: text, isCut: isCut, search)
        }
        return found
    }

    /// The copies in a run. A path or a name may stand before the Base64, with characters between that belong to an
    /// alphabet, so the alphabet is the one in which most of the run means something.
    private static func copies(
        in range: Range<Int>, of text: RawSpan, isCut: Bool, _ search: (RawSpan, Bool) -> FoundSecret?
    ) -> [FoundSecret] {
        var best: [FoundSecret] = []
        var seen: [Range<Int>] = []
        for alphabet in [ByteSet.base64, .base64URL, .alphanumeric] {
            let parts = parts(of: range, of: alphabet, in: text)
            guard parts != seen else { continue }
            seen = parts
            let copies = parts.compactMap { part in
                copy(text, part, isCut: isCut && part.upperBound == text.byteCount, search)
            }
            if covered(copies) > covered(best) { best = copies }
        }
        return best
    }

    private static func covered(_ copies: [FoundSecret]) -> Int { copies.reduce(0) { $0 + $1.range.count } }

    /// The long runs of one alphabet in a range, the whole range among them.
    private static func parts(of range: Range<Int>, of alphabet: ByteSet, in text: RawSpan) -> [Range<Int>] {
        var parts: [Range<Int>] = []
        var run = Base64Run()
        let inside = text.extracting(range)
        while let part = run.next(in: inside, of: alphabet, least: least) {
            parts.append(range.lowerBound + part.lowerBound..<range.lowerBound + part.upperBound)
        }
        return parts
    }

    private static func copy(
        _ text: RawSpan, _ part: Range<Int>, isCut: Bool, _ search: (RawSpan, Bool) -> FoundSecret?
    ) -> FoundSecret? {
        guard let meaning = Base64Text.decoded(text, part), let secret = search(meaning.span.bytes, isCut) else {
            return nil
        }
        let end = text.end(of: padding, from: part.upperBound)
        let original = Array(meaning.span.bytes, secret.range)
        return FoundSecret(type: secret.type, range: part.lowerBound..<end, original: original)
    }
}
