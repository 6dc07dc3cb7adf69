internal import Columns
internal import Events

/// Words for why a verification failed, as producers write them: `hash_mismatch`, `INVALID_TOKEN`, `bad-token`.
enum ReasonWords {
    /// Failures whose reason is one of some words, whatever its case and the marks between its words.
    static func condition(_ words: [String]) -> TextCondition {
        let known = words.map(folded)
        return .matching { text in contains(known, text) }
    }

    /// The words as `contains` takes them.
    static func folded(_ word: String) -> [UInt8] { word.utf8.map(folded) }

    /// Whether a text is one of some folded words.
    static func contains(_ words: [[UInt8]], _ text: ArraySlice<UInt8>) -> Bool {
        words.contains { word in word.count == text.count && zip(word, text).allSatisfy { $0 == folded($1) } }
    }

    /// Small letters, and one mark between words.
    private static func folded(_ byte: UInt8) -> UInt8 {
        switch byte {
        case 0x41...0x5A: byte | 0x20
        case 0x20, 0x2D, 0x2E: 0x5F
        default: byte
        }
    }
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
        return CoverageNote(
            kind: .notEvaluable,
            text: "not evaluable as tries of unknown credentials: the reason \(names.joined(separator: ", ")) is not "
                + "among mismatch_reasons in the policy; add it there if it means one",
            isPartial: true)
    }
}
