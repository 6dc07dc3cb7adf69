/// What a value looks like: words, numbers, ids, or something that was drawn at random.
///
/// All of it is about ranges of a text, goes through them once, and takes no memory.
enum ValueLook {
    // MARK: Words

    private static let joints = ByteSet("_-. :/,'")

    /// Words with separators between them, also as programs write them: `not_found`, `NotFound`, `ECONNREFUSED`.
    static func isWords(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count <= 80 else { return false }
        var at = range.lowerBound
        var letters = 0
        while at < range.upperBound {
            guard !joints.contains(text.byte(at)) else {
                at += 1
                continue
            }
            var end = at
            while end < range.upperBound, isLetter(text.byte(end)) { end += 1 }
            guard end > at, isCamelCase(text, at..<end) else { return false }
            letters += end - at
            at = end
        }
        return letters > 0
    }

    /// Letters that are one word or several, each with a capital at its beginning.
    private static func isCamelCase(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        var at = range.lowerBound
        var words = 0
        while at < range.upperBound {
            var end = at
            while end < range.upperBound, isUpper(text.byte(end)) { end += 1 }
            let capitals = end - at
            if capitals > 1, end < range.upperBound {
                // The last capital begins the next word: `XMLRequest`.
                end -= 1
            } else {
                while end < range.upperBound, !isUpper(text.byte(end)) { end += 1 }
            }
            guard isWord(text, at..<end) else { return false }
            words += 1
            at = end
        }
        return words == 1 || words * 3 <= range.count
    }

    /// Letters that can be spoken: no long stretch without a vowel.
    private static func isWord(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count > 3 else { return true }
        guard range.count <= 24 else { return false }
        var vowels = 0, stretch = 0
        for at in range {
            let isVowel = vowelLetters.contains(text.byte(at).lowercased) || text.byte(at) >= 0x80
            vowels += isVowel ? 1 : 0
            stretch = isVowel ? 0 : stretch + 1
            if stretch > 4 { return false }
        }
        // An abbreviation: `HTTPS`.
        return vowels > 0 || range.count <= 5
    }

    private static let vowelLetters = ByteSet("aeiouy")

    private static func isUpper(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "A") < 26 }

    private static func isLetter(_ byte: UInt8) -> Bool { byte.lowercased &- UInt8(ascii: "a") < 26 || byte >= 0x80 }

    // MARK: What is random

    /// How many characters stand in parts that are neither words nor numbers nor a word and its number.
    static func randomCount(_ text: RawSpan, _ range: Range<Int>) -> Int {
        var count = 0
        var at = range.lowerBound
        while at < range.upperBound {
            var end = at
            while end < range.upperBound, ByteSet.alphanumeric.contains(text.byte(end)) { end += 1 }
            if end > at, !isPlain(text, at..<end) { count += end - at }
            at = end + 1
        }
        return count
    }

    /// Letters and digits as people and programs put them together: `orders`, `2026`, `v2`, `90d`, `20260426T001141Z`.
    private static func isPlain(_ text: RawSpan, _ part: Range<Int>) -> Bool {
        var changes = 0, digits = 0
        for at in part {
            let isDigit = text.byte(at).isDigit
            if isDigit { digits += 1 }
            if at > part.lowerBound, isDigit != text.byte(at - 1).isDigit { changes += 1 }
        }
        if digits == part.count { return true }
        if digits == 0 { return isWords(text, part) }
        let startsWithDigit = text.byte(part.lowerBound).isDigit
        if changes == 1 {
            let letters = part.count - digits
            if startsWithDigit { return letters <= 3 }
            return digits <= 6 && isWords(text, part.lowerBound..<part.lowerBound + letters)
        }
        return startsWithDigit && digits >= 12 && part.count - digits <= 2
    }

    // MARK: Numbers and ids

    private static let numeric = ByteSet(ByteSet.digits + ".,:/+-_ TZ%")
    /// Crockford's digits.
    private static let crockford = ByteSet("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
    private static let lower = ByteSet(ByteSet.lower)

    /// Numbers, times, and what is counted: `12`, `12/12`, `2026-04-26T00:11:41Z`.
    static func isNumber(_ text: RawSpan, _ range: Range<Int>) -> Bool { isAll(text, range, numeric) }

    static func isHex(_ text: RawSpan, _ range: Range<Int>) -> Bool { isAll(text, range, .hex) }

    private static func isAll(_ text: RawSpan, _ range: Range<Int>, _ set: ByteSet) -> Bool {
        for at in range where !set.contains(text.byte(at)) { return false }
        return true
    }

    static func isUUID(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count == 36 else { return false }
        for (place, at) in range.enumerated() {
            let isDash = place == 8 || place == 13 || place == 18 || place == 23
            guard isDash ? text.byte(at) == Byte.minus : ByteSet.hex.contains(text.byte(at)) else { return false }
        }
        return true
    }

    /// An id rather than the token itself: a word, `_`, and at most 26 letters and digits (`at_77`, `tok_0K514M7Z`); a
    /// ULID; a fingerprint (`fp` or `sha256:` and hex digits); the id of an access key.
    static func isID(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        let start = range.lowerBound
        if range.count == 26, text.byte(start) <= UInt8(ascii: "7"), isAll(text, range, crockford) { return true }
        if AccessKeyID.end(text, range.lowerBound) == range.upperBound { return true }
        if text.holds("sha256:", at: start) { return isAll(text, start + 7..<max(start + 7, range.upperBound), .hex) }
        if text.holds("fp", at: start) { return isAll(text, start + 2..<max(start + 2, range.upperBound), .hex) }
        let word = min(text.end(of: lower, from: start), range.upperBound)
        guard word > start, word + 1 < range.upperBound, text.byte(word) == Byte.underscore else { return false }
        let rest = word + 1..<range.upperBound
        return rest.count <= 26 && isAll(text, rest, .alphanumeric)
    }

    /// A place in a file system or a web address, of words: `/home/app`, `~/x`, `C:\x`, `https://…`.
    static func isPath(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        let start = range.lowerBound
        let drive = range.count > 2 && text.byte(start + 1) == Byte.colon && text.byte(start + 2) == Byte.backslash
        let isRooted =
            text.byte(start) == Byte.slash || text.holds("~/", at: start) || text.holds("./", at: start)
            || text.holds("../", at: start)
        if drive || isRooted { return randomCount(text, range) < 16 }
        let scheme = min(text.end(of: lower, from: start), range.upperBound)
        return scheme > start && text.holds("://", at: scheme)
    }
}
