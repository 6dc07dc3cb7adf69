internal import Columns
internal import Events

/// Words for why a verification failed, as producers write them: `hash_mismatch`, `INVALID_TOKEN`, `bad-token`.
enum ReasonWords {
    /// Failures whose reason is one of some words, whatever its case and the marks between its words.
    static func condition(_ words: [String]) -> TextCondition {
        let known = words.map(folded)
        return .matching { text in contains(known, text) }
    }

    /// A word as `contains` takes it.
    static func folded(_ word: String) -> [UInt8] { folded(word.utf8) }

    /// Whether a text is one of some folded words.
    static func contains(_ words: [[UInt8]], _ text: ArraySlice<UInt8>) -> Bool {
        guard let word = folded(text, atMost: words.lazy.map(\.count).max() ?? 0) else { return false }
        return words.contains(word)
    }

    private static func folded(_ text: some Sequence<UInt8>) -> [UInt8] { folded(text, atMost: .max) ?? [] }

    /// Small letters without the marks between them, so that `RateLimitExceeded` is `rate_limit_exceeded`. An error of
    /// Entra is its number: `AADSTS50126: Error validating credentials …`. Nil for what is longer than a word may be.
    private static func folded(_ text: some Sequence<UInt8>, atMost most: Int) -> [UInt8]? {
        var word: [UInt8] = []
        for byte in text where !marks.contains(byte) {
            if byte == UInt8(ascii: ":"), word.starts(with: entra) { break }
            guard word.count < most else { return nil }
            word.append(0x41...0x5A ~= byte ? byte | 0x20 : byte)
        }
        return word
    }

    private static let marks = Array(" _-.".utf8), entra = Array("aadsts".utf8)
}

/// How often reasons occur that no list of the settings names.
struct UnknownReasons {
    private(set) var counts: [String: Int] = [:]
    private let known: [[UInt8]]
    /// Whoever writes more different reasons writes texts, not words.
    private static let most = 1000

    init(_ settings: FailedVerificationByIP.Settings) {
        known = settings.knownReasons.map(ReasonWords.folded)
    }

    /// Whether each row has a reason that no list names.
    func areUnknown(_ events: EventColumns) -> [Bool] {
        events[.reason].values(none: false) { !ReasonWords.contains(known, $0) }
    }

    mutating func count(_ events: EventColumns, in window: DetectionWindow) {
        let isUnknown = areUnknown(events)
        var rows: [UInt32: Int] = [:]
        for row in 0..<events.count where isUnknown[row] && window.contains(events.ts[row]) {
            rows[events[.reason].indices[row], default: 0] += 1
        }
        for (place, count) in rows {
            let text = events[.reason].dictionary.string(at: Int(place))
            if counts[text] != nil || counts.count < Self.most { counts[text, default: 0] += count }
        }
    }

    /// What of some failures was not counted as tries of unknown credentials, if that is a fifth or more of them.
    func note(of failures: Int) -> CoverageNote? {
        let all = counts.values.reduce(0, +)
        guard all * 5 >= failures, all >= 10 else { return nil }
        let ranked = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
        let names = ranked.map { "`\($0.key)` (\(Wording.percent($0.value, of: failures)) of `failed`)" }
        let example = ranked.first { Self.isPlain($0.key) }?.key ?? "wrong_key"
        return CoverageNote(
            kind: .notEvaluable,
            text: "not evaluable as tries of unknown credentials: the reason \(names.joined(separator: ", ")) has no "
                + "class; say in the policy what it means, such as reasons: {mismatch: [\"\(example)\"]}",
            isPartial: true, about: .reasons)
    }

    /// Whether a text stands between quotes in YAML as it is.
    static func isPlain(_ text: String) -> Bool {
        text.utf8.count <= 40 && text.utf8.allSatisfy { 0x20..<0x7F ~= $0 && $0 != 0x22 && $0 != 0x5C }
    }
}
