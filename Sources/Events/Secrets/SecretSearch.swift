/// Finds the credentials of a text in linear time.
///
/// A table of all pairs of bytes says which ones begin a rule; going through a text costs some three instructions a
/// byte, and only where a pair of the table stands is its rule asked.
struct SecretSearch: Sendable {
    /// Nothing shorter is a credential with what makes it one (`code=` and a character).
    private static let shortest = 6
    private static var ofRule: UInt8 { 0x1F }
    private static var ofEscape: UInt8 { 0x80 }

    private let rules = SecretRule.all
    /// By pair (the first byte is the low one): the number of its rule plus one, and whether its second byte is a
    /// backslash.
    private var table = [UInt8](repeating: 0, count: 1 << 16)

    init() {
        precondition(rules.count < Self.ofRule, "the table has five bits for the rule of a pair")
        for other in 0..<256 { table[Int(Byte.backslash) << 8 | other] = Self.ofEscape }
        for (number, rule) in rules.enumerated() {
            for pair in rule.pairs {
                let bytes = Array(pair.utf8)
                let place = Int(bytes[1]) << 8 | Int(bytes[0])
                precondition(table[place] & Self.ofRule == 0, "two rules begin with \(pair)")
                table[place] |= UInt8(number + 1)
            }
        }
    }

    /// The credentials of a text that has no escapes, in their order; they do not overlap.
    ///
    /// - Parameter isCut: the text goes on where it is not seen: what may be the beginning of a credential is one.
    func secrets(in text: RawSpan, isCut: Bool = false) -> [FoundSecret] {
        guard text.byteCount >= Self.shortest || isCut else { return [] }
        let first = next(Self.ofRule, in: text, from: 0)
        return first < 0 ? [] : secrets(in: text, from: first, isCut)
    }

    /// The same from the first place on at which a rule begins.
    private func secrets(in text: RawSpan, from first: Int, _ isCut: Bool) -> [FoundSecret] {
        var at = first
        var found = FoundSecrets()
        // One that begins behind the pair at which it was recognized: what stands between is searched too.
        var ahead: FoundSecret?
        var blocks = Blocks()
        while at >= 0 {
            if let waiting = ahead, at >= waiting.range.lowerBound {
                let whole = ownLook(of: waiting, text, isCut, &blocks)
                found.add(whole)
                ahead = nil
                at = next(Self.ofRule, in: text, from: max(waiting.range.lowerBound, whole.range.upperBound))
                continue
            }
            var from = at + 1
            if let secret = judge(text, at, isCut, &blocks) {
                if let waiting = ahead, secret.range.upperBound > waiting.range.lowerBound {
                    ahead = waiting.joined(with: secret)
                } else if ahead == nil, secret.range.lowerBound > at {
                    ahead = secret
                } else {
                    found.add(secret)
                    from = max(from, secret.range.upperBound)
                }
            }
            at = next(Self.ofRule, in: text, from: from)
        }
        if let ahead { found.add(ownLook(of: ahead, text, isCut, &blocks)) }
        return found.all
    }

    /// Whether a line, or a piece of JSON, holds credentials, as far as can be told without looking for its strings.
    /// It may hold none all the same.
    func mayFind(in line: RawSpan) -> Bool {
        var blocks = Blocks()
        let sorts = Self.ofRule | Self.ofEscape
        var at = line.byteCount > 0 && line.byte(0) == Byte.backslash ? 0 : next(sorts, in: line, from: 0)
        while at >= 0 {
            if line.byte(at) == Byte.backslash || line.byte(at + 1) == Byte.backslash {
                let plain = EscapedText.withoutMostEscapes(line)
                return mayFind(inPlain: plain.span.bytes)
            }
            if judge(line, at, false, &blocks) != nil { return true }
            at = next(sorts, in: line, from: at + 1)
        }
        return false
    }

    private func mayFind(inPlain line: RawSpan) -> Bool {
        var blocks = Blocks()
        var at = next(Self.ofRule, in: line, from: 0)
        while at >= 0 {
            if judge(line, at, false, &blocks) != nil { return true }
            at = next(Self.ofRule, in: line, from: at + 1)
        }
        return false
    }

    /// Until where each rule has looked in vain.
    private struct Blocks { var ends = InlineArray<32, Int>(repeating: 0) }

    private func judge(_ text: RawSpan, _ at: Int, _ isCut: Bool, _ blocks: inout Blocks) -> FoundSecret? {
        let number = Int(table[Int(text.byte(at + 1)) << 8 | Int(text.byte(at))] & Self.ofRule) - 1
        guard number >= 0, at >= blocks.ends[number] else { return nil }
        switch rules[number].judge(text, at, isCut) {
        case .nothing: return nil
        case .nothingBefore(let place):
            blocks.ends[number] = place
            return nil
        case .found(let secret): return secret
        }
    }

    /// A credential that was recognized by what stands before it, as what it is by its own look: it must have the same
    /// mark wherever it stands.
    private func ownLook(
        of secret: FoundSecret, _ text: RawSpan, _ isCut: Bool, _ blocks: inout Blocks
    ) -> FoundSecret {
        let start = secret.range.lowerBound
        var at = next(Self.ofRule, in: text, from: start)
        // No rule's pair stands deeper in its credential than that.
        while at >= 0, at <= start + 8 {
            if let own = judge(text, at, isCut, &blocks), own.range.lowerBound == start,
                own.range.upperBound >= secret.range.upperBound
            {
                return own
            }
            at = next(Self.ofRule, in: text, from: at + 1)
        }
        return secret
    }

    /// The first place at or after `from` at which a pair of the given sort stands, or -1.
    @inline(__always)
    private func next(_ sort: UInt8, in text: RawSpan, from: Int) -> Int {
        let table = table.span
        let last = text.byteCount &- 1
        var at = from
        // The first byte of seven pairs at a time.
        func hasPair(_ at: Int) -> Bool {
            var word = text.word(at)
            var found: UInt8 = 0
            for _ in 0..<7 {
                found |= table[unchecked: Int(truncatingIfNeeded: word & 0xFFFF)]
                word >>= 8
            }
            return found & sort != 0
        }
        while at &+ 8 <= text.byteCount, !hasPair(at) { at &+= 7 }
        // The last seven, some of them perhaps a second time.
        if at &+ 8 > text.byteCount, text.byteCount &- 8 >= from, !hasPair(text.byteCount &- 8) { return -1 }
        while at < last {
            if table[unchecked: Int(text.byte(at &+ 1)) << 8 | Int(text.byte(at))] & sort != 0 { return at }
            at &+= 1
        }
        return -1
    }
}

/// Credentials in their order; what overlaps becomes one.
private struct FoundSecrets {
    private(set) var all: [FoundSecret] = []

    mutating func add(_ secret: FoundSecret) {
        guard let last = all.last, secret.range.lowerBound < last.range.upperBound else { return all.append(secret) }
        all[all.count - 1] = last.joined(with: secret)
    }
}

extension FoundSecret {
    /// Both as one, of the longer one's type.
    fileprivate func joined(with other: FoundSecret) -> FoundSecret {
        let start = min(range.lowerBound, other.range.lowerBound)
        let end = max(range.upperBound, other.range.upperBound)
        return FoundSecret(type: range.count >= other.range.count ? type : other.type, range: start..<end)
    }
}
