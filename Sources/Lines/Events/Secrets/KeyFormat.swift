/// A kind of key that begins with words which its issuer chose, and goes on with characters of an alphabet.
///
/// Counts are those of the issuer's description or a little less, so that the next edition of a key is one still;
/// ids of 20 to 26 characters behind a prefix of two to four letters (`req_…`, `cus_…`) stay far below.
struct KeyFormat: Sendable {
    let prefix: StaticString
    let type: SecretType
    let alphabet: ByteSet
    /// The fewest characters behind the prefix; a further number for each further part, with a dot before it.
    let counts: [Int]

    init(_ prefix: StaticString, _ type: SecretType, _ alphabet: ByteSet, _ counts: Int...) {
        self.prefix = prefix
        self.type = type
        self.alphabet = alphabet
        self.counts = counts
    }

    /// Looks for keys of some formats at a pair that stands in the prefix of each of them.
    static func judge(_ formats: [KeyFormat], at pair: StaticString) -> SecretRule.Judge {
        let places = formats.map { ($0, $0.place(of: pair)) }
        return { text, at, isCut in
            for (format, place) in places where text.holds(format.prefix, at: at - place) {
                if let found = format.key(text, at - place, isCut) { return .found(found) }
            }
            return .nothing
        }
    }

    /// Where in the prefix a pair stands.
    private func place(of pair: StaticString) -> Int {
        for place in 0..<prefix.utf8CodeUnitCount - 1
        where prefix.utf8Start[place] == pair.utf8Start[0] && prefix.utf8Start[place + 1] == pair.utf8Start[1] {
            return place
        }
        preconditionFailure("\(pair) does not stand in \(prefix)")
    }

    /// The key that begins here, if it is long enough. In vain no more characters are looked at than a key has at
    /// least.
    private func key(_ text: RawSpan, _ start: Int, _ isCut: Bool) -> FoundSecret? {
        guard !text.isInsideWord(start) else { return nil }
        var at = start + prefix.utf8CodeUnitCount
        for (number, count) in counts.enumerated() {
            if number > 0 {
                guard text.holds(".", at: at) else { return isCut && at == text.byteCount ? found(start..<at) : nil }
                at += 1
            }
            let part = text.extracting(..<min(text.byteCount, at + count)).end(of: alphabet, from: at)
            guard part - at == count || isCut && part == text.byteCount else { return nil }
            at = text.end(of: alphabet, from: part)
        }
        return found(start..<at)
    }

    private func found(_ range: Range<Int>) -> FoundSecret { FoundSecret(type: type, range: range) }
}
