/// Ids of access keys of AWS. They are names: an audit log tells by them who did something.
enum AccessKeyID {
    /// Where an id ends that begins here, or nil: `AKIA` or `ASIA`, and exactly 16 capitals and digits, as a word of
    /// its own.
    static func end(_ text: RawSpan, _ start: Int) -> Int? {
        guard text.holds("AKIA", at: start) || text.holds("ASIA", at: start), !text.isInsideWord(start) else {
            return nil
        }
        let end = start + 20
        guard end <= text.byteCount, text.extracting(..<end).end(of: .upperAlphanumeric, from: start) == end,
            end == text.byteCount || !ByteSet.alphanumeric.contains(text.byte(end))
        else { return nil }
        return end
    }

    /// Says that an id stands here. The pair is the `KI` or `SI` in its middle.
    @Sendable static func judge(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        end(text, pair - 1) == nil ? .nothing : .accessKeyID
    }

    static func isIn(_ text: RawSpan) -> Bool {
        (0..<text.byteCount).contains { text.byte($0) == UInt8(ascii: "A") && end(text, $0) != nil }
    }
}

/// Secret access keys of AWS: 40 characters of Base64 with nothing that marks them. So they are looked for where their
/// name is said, and where an id of an access key stands in the same text.
enum SecretAccessKey {
    private static let count = 40
    private static let leastOpen = 8
    /// Of 39 neighbors of a random key some 25 are of different kinds; of words and paths some six.
    private static let leastChanges = 10

    /// The keys of a text, in their order: not of hex digits or words, and parts of nothing longer.
    ///
    /// - Parameter isCut: the text goes on where it is not seen, and a key may begin at its end.
    static func all(in text: RawSpan, isCut: Bool = false) -> [FoundSecret] {
        var found: [FoundSecret] = []
        var run = Base64Run()
        while let range = run.next(in: text, of: .base64, least: count) {
            // `/` and `+` are part of paths and lists, too.
            let isWhole =
                range.count == count
                && (range.upperBound == text.byteCount
                    || !boundary.contains(text.byte(range.upperBound)))
            if isWhole, isRandom(text, range) { found.append(FoundSecret(type: .aws, range: range)) }
        }
        guard isCut else { return found }
        var start = text.byteCount
        while start > 0, ByteSet.base64.contains(text.byte(start - 1)) { start -= 1 }
        let rest = start..<text.byteCount
        let isOpen = rest.count >= leastOpen && rest.count < count && AccessKeyID.end(text, start) == nil
        return isOpen ? found + [FoundSecret(type: .aws, range: rest)] : found
    }

    private static let boundary = ByteSet("=_-")

    static func isRandom(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        guard range.count == count, text.composition(range).isSuperset(of: [.lower, .upper, .digit]) else {
            return false
        }
        var changes = 0
        for at in range.dropFirst() where kind(text.byte(at)) != kind(text.byte(at - 1)) {
            if kind(text.byte(at)) != 0, kind(text.byte(at - 1)) != 0 { changes += 1 }
        }
        return changes >= leastChanges
    }

    private static func kind(_ byte: UInt8) -> UInt8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"): 1
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): 2
        case Byte.zero...Byte.nine: 3
        default: 0
        }
    }
}
