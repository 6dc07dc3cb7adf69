/// Finds the credentials of a text in linear time.
///
/// A table of all pairs of bytes says which ones begin a rule; going through a text costs some three instructions a
/// byte, and only where a pair of the table stands is its rule asked.
struct SecretSearch: Sendable {
    /// Nothing shorter is a credential with what makes it one (`code=` and a character).
    private static let shortest = 6
    private static var ofRule: UInt8 { 0x7F }
    private static var ofEscape: UInt8 { 0x80 }

    /// What is known of a text that is not in it.
    struct Options {
        /// The text goes on where it is not seen: what may be the beginning of a credential is one.
        var isCut = false
        /// The line that has the text has the id of an access key of AWS.
        var besideAccessKeyID = false
    }

    private let rules = SecretRule.all
    private let digits = Base64Digits()
    /// By pair (the first byte is the low one): the number of its rule plus one, and whether its second byte is a
    /// backslash.
    private var table = [UInt8](repeating: 0, count: 1 << 16)

    init() {
        precondition(SecretRule.lookingFar.count <= 32, "a state has 32 places for where rules have looked")
        precondition(rules.count < Self.ofRule, "the table has seven bits for the rule of a pair")
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
    func secrets(in text: RawSpan, _ options: Options = Options()) -> [FoundSecret] {
        guard text.byteCount >= Self.shortest || options.isCut else { return [] }
        var found: [FoundSecret] = []
        var hasAccessKeyID = options.besideAccessKeyID
        let first = next(Self.ofRule, in: text, from: 0)
        if first >= 0 { found = ruled(in: text, from: first, options.isCut, &hasAccessKeyID) }
        if hasAccessKeyID { found = Self.merged(found, SecretAccessKey.all(in: text, isCut: options.isCut)) }
        let copies = copies(in: text, isCut: options.isCut)
        return copies.isEmpty ? found : Self.merged(copies, found)
    }

    /// What the rules find from the first place on at which one begins, in its order.
    private func ruled(
        in text: RawSpan, from first: Int, _ isCut: Bool, _ hasAccessKeyID: inout Bool
    ) -> [FoundSecret] {
        var at = first
        var state = State()
        defer { if state.hasAccessKeyID { hasAccessKeyID = true } }
        var judged: [FoundSecret]? = judge(text, at, isCut, &state)
        while judged?.isEmpty == true {
            at = next(Self.ofRule, in: text, from: at + 1)
            guard at >= 0 else { return [] }
            judged = judge(text, at, isCut, &state)
        }
        var found = FoundSecrets()
        // Those that begin behind the pair at which they were recognized: what stands between is searched too.
        var ahead = SecretsAhead()
        while at >= 0 {
            if let waiting = ahead.first, at >= waiting.range.lowerBound {
                let whole = ownLook(of: waiting, text, isCut, &state)
                found.add(whole)
                ahead.removeFirst()
                at = next(Self.ofRule, in: text, from: max(waiting.range.lowerBound, whole.range.upperBound))
                continue
            }
            var from = at + 1
            for secret in judged ?? judge(text, at, isCut, &state) where !ahead.join(secret) {
                if secret.range.lowerBound > at {
                    ahead.insert(secret)
                } else {
                    found.add(secret)
                    from = max(from, secret.range.upperBound)
                }
            }
            judged = nil
            at = next(Self.ofRule, in: text, from: from)
        }
        while let waiting = ahead.first {
            found.add(ownLook(of: waiting, text, isCut, &state))
            ahead.removeFirst()
        }
        return found.all
    }

    /// Copies in Base64 of what the rules know. What Base64 means may hold more of it, which is not looked at.
    @inline(__always)
    private func copies(in text: RawSpan, isCut: Bool) -> [FoundSecret] {
        let first = Base64Copies.firstStart(in: text, from: 0, digits.values.span)
        return first < 0 ? [] : copies(in: text, from: first, isCut: isCut)
    }

    @inline(never)
    private func copies(in text: RawSpan, from first: Int, isCut: Bool) -> [FoundSecret] {
        Base64Copies.all(in: text, from: first, isCut: isCut, digits.values.span) { meaning, isCut in
            var hasAccessKeyID = false
            let first = next(Self.ofRule, in: meaning, from: 0)
            return first < 0 ? nil : ruled(in: meaning, from: first, isCut, &hasAccessKeyID).first
        }
    }

    /// Whether a line, or a piece of JSON, holds credentials, as far as can be told without looking for its strings.
    /// It may hold none all the same.
    func mayFind(in line: RawSpan) -> Bool {
        var state = State()
        let sorts = Self.ofRule | Self.ofEscape
        var at = line.byteCount > 0 && line.byte(0) == Byte.backslash ? 0 : next(sorts, in: line, from: 0)
        while at >= 0 {
            if line.byte(at) == Byte.backslash || line.byte(at + 1) == Byte.backslash {
                let plain = EscapedText.withoutMostEscapes(line)
                return mayFind(inPlain: plain.span.bytes)
            }
            if !judge(line, at, false, &state).isEmpty { return true }
            at = next(sorts, in: line, from: at + 1)
        }
        return mayFindMore(in: line, state)
    }

    private func mayFind(inPlain line: RawSpan) -> Bool {
        var state = State()
        var at = next(Self.ofRule, in: line, from: 0)
        while at >= 0 {
            if !judge(line, at, false, &state).isEmpty { return true }
            at = next(Self.ofRule, in: line, from: at + 1)
        }
        return mayFindMore(in: line, state)
    }

    private func mayFindMore(in line: RawSpan, _ state: State) -> Bool {
        if state.hasAccessKeyID, !SecretAccessKey.all(in: line).isEmpty { return true }
        return !copies(in: line, isCut: false).isEmpty
    }

    /// Whether a line has the id of an access key.
    func hasAccessKeyID(_ line: RawSpan) -> Bool {
        if (0..<line.byteCount).contains(where: { line.byte($0) == Byte.backslash }) {
            let plain = EscapedText.withoutMostEscapes(line)
            return AccessKeyID.isIn(plain.span.bytes)
        }
        return AccessKeyID.isIn(line)
    }

    /// What was seen of a text so far.
    private struct State {
        /// Until where each rule has looked; those behind them never look far.
        var ends = InlineArray<32, Int>(repeating: 0)
        var hasAccessKeyID = false
    }

    private func judge(_ text: RawSpan, _ at: Int, _ isCut: Bool, _ state: inout State) -> [FoundSecret] {
        let number = Int(table[Int(text.byte(at + 1)) << 8 | Int(text.byte(at))] & Self.ofRule) - 1
        guard number >= 0, number >= state.ends.count || at >= state.ends[number] else { return [] }
        switch rules[number].judge(text, at, isCut) {
        case .nothing: return []
        case .nothingBefore(let place):
            state.ends[number] = place
            return []
        case .accessKeyID:
            state.hasAccessKeyID = true
            return []
        case .found(let secret): return [secret]
        case .several(let secrets, let place):
            state.ends[number] = place
            return secrets
        }
    }

    /// A credential that was recognized by what stands before it, as what it is by its own look: it must have the same
    /// mark wherever it stands.
    private func ownLook(
        of secret: FoundSecret, _ text: RawSpan, _ isCut: Bool, _ state: inout State
    ) -> FoundSecret {
        let start = secret.range.lowerBound
        var at = next(Self.ofRule, in: text, from: start)
        // No rule's pair stands deeper in its credential than that.
        while at >= 0, at <= start + 8 {
            for own in judge(text, at, isCut, &state)
            where own.range.lowerBound == start && own.range.upperBound >= secret.range.upperBound {
                return own
            }
            at = next(Self.ofRule, in: text, from: at + 1)
        }
        return secret
    }

    /// Credentials, each with those of another list that it overlaps: whichever holds the other stands for both, the
    /// first one where they are equal. Both lists are in order, and so is what comes of them.
    static func merged(_ first: [FoundSecret], _ second: [FoundSecret]) -> [FoundSecret] {
        guard !first.isEmpty else { return second }
        var all: [FoundSecret] = []
        var places = (0, 0)
        while places.0 < first.count || places.1 < second.count {
            let isFirst =
                places.1 == second.count
                || places.0 < first.count
                    && first[places.0].range.lowerBound <= second[places.1].range.lowerBound
            let secret = isFirst ? first[places.0] : second[places.1]
            if isFirst { places.0 += 1 } else { places.1 += 1 }
            guard let last = all.last, secret.range.lowerBound < last.range.upperBound else {
                all.append(secret)
                continue
            }
            all[all.count - 1] = last.covering(secret)
        }
        return all
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

/// Credentials that wait until the search has come to them, in their order.
private struct SecretsAhead {
    private var all: [FoundSecret] = []
    private var taken = 0

    var first: FoundSecret? { taken < all.count ? all[taken] : nil }

    mutating func removeFirst() {
        taken += 1
        if taken == all.count { self = SecretsAhead() }
    }

    mutating func insert(_ secret: FoundSecret) { all.insert(secret, at: place(of: secret)) }

    /// Joins a credential with one that it overlaps; returns whether there is one.
    mutating func join(_ secret: FoundSecret) -> Bool {
        let place = place(of: secret)
        for near in [place - 1, place] where near >= taken && near < all.count {
            guard all[near].range.overlaps(secret.range) else { continue }
            all[near] = all[near].joined(with: secret)
            return true
        }
        return false
    }

    /// Nearly always the end, since rules tell several in their order.
    private func place(of secret: FoundSecret) -> Int {
        var place = all.count
        while place > taken, all[place - 1].range.lowerBound > secret.range.lowerBound { place -= 1 }
        return place
    }
}

extension FoundSecret {
    /// Both as one, of the longer one's type.
    fileprivate func joined(with other: FoundSecret) -> FoundSecret {
        guard range != other.range else { return self }
        let start = min(range.lowerBound, other.range.lowerBound)
        let end = max(range.upperBound, other.range.upperBound)
        return FoundSecret(type: range.count >= other.range.count ? type : other.type, range: start..<end)
    }

    /// The one that holds the other; where neither does, both as one.
    fileprivate func covering(_ other: FoundSecret) -> FoundSecret {
        if range.lowerBound <= other.range.lowerBound, range.upperBound >= other.range.upperBound { return self }
        if other.range.lowerBound <= range.lowerBound, other.range.upperBound >= range.upperBound { return other }
        return joined(with: other)
    }
}
