/// Keys whose issuer marks them with a prefix. None begins inside of a word, so `task-…` is no `sk-…`.
enum PrefixedKey {
    private static let githubKinds = ByteSet("pousr")
    private static let slackKinds = ByteSet("abeprs")

    /// `ghp_` (personal), `gho_`, `ghu_`, `ghs_`, `ghr_` and 30 or more characters; GitHub's have 36.
    static func judge(github prefix: StaticString) -> SecretRule.Judge {
        { text, start, isCut in
            guard text.holds(prefix, at: start), start + 4 <= text.byteCount, text.byte(start + 3) == Byte.underscore,
                githubKinds.contains(text.byte(start + 2))
            else { return .nothing }
            return judge(text, start, prefix: 4, .word, least: 30, .github, isCut)
        }
    }

    /// `github_pat_` and 22 or more characters. The pair is the `b_` in its middle.
    static func judge(githubPAT prefix: StaticString) -> SecretRule.Judge {
        { text, pair, isCut in
            guard text.holds(prefix, at: pair - 5) else { return .nothing }
            return judge(text, pair - 5, prefix: 11, .word, least: 22, .github, isCut)
        }
    }

    /// `glpat-` and 20 or more characters.
    static func judge(gitlab prefix: StaticString) -> SecretRule.Judge {
        { text, start, isCut in
            guard text.holds(prefix, at: start) else { return .nothing }
            return judge(text, start, prefix: 6, .base64URL, least: 20, .gitlab, isCut)
        }
    }

    /// `sk-` (OpenAI, Anthropic and those who follow them) and 20 or more characters, some of which look random:
    /// `sk-learn-something-rather-long` is none. The pair is the `k-`.
    static func judge(sk prefix: StaticString) -> SecretRule.Judge {
        { text, pair, isCut in
            let start = pair - 1
            guard text.holds(prefix, at: start), !text.isInsideWord(start) else { return .nothing }
            let end = text.end(of: .base64URL, from: start + 3)
            let isRandom = end - start - 3 >= 20 && hasRandomPart(text, start + 3..<end)
            guard isRandom || isCut && end == text.byteCount else { return .nothingBefore(end) }
            return .found(FoundSecret(type: .sk, range: start..<end))
        }
    }

    /// `sk_live_`, `rk_live_`, `sk_test_`, `rk_test_` and 16 or more characters. Test keys open an account as well.
    /// The pair is the `k_`.
    static func judge(stripe prefix: StaticString) -> SecretRule.Judge {
        { text, pair, isCut in
            let start = pair - 1
            guard text.holds("sk_live_", at: start) || text.holds("rk_live_", at: start)
                || text.holds("sk_test_", at: start) || text.holds("rk_test_", at: start)
            else { return .nothing }
            return judge(text, start, prefix: 8, .alphanumeric, least: 16, .stripe, isCut)
        }
    }

    /// `xoxb-`, `xoxp-`, `xoxa-`, `xoxr-`, `xoxs-`, `xoxe-` and 10 or more characters.
    static func judge(slack prefix: StaticString) -> SecretRule.Judge {
        { text, start, isCut in
            guard text.holds(prefix, at: start), start + 5 <= text.byteCount, text.byte(start + 4) == Byte.minus,
                slackKinds.contains(text.byte(start + 3))
            else { return .nothing }
            return judge(text, start, prefix: 5, .base64URL, least: 10, .slack, isCut)
        }
    }

    /// `AKIA` and exactly 16 capitals and digits, as a word of its own: longer ids may hold these letters by chance.
    /// The pair is the `KI`.
    static func judge(aws prefix: StaticString) -> SecretRule.Judge {
        { text, pair, isCut in
            let start = pair - 1
            guard text.holds(prefix, at: start), !text.isInsideWord(start) else { return .nothing }
            let end = text.end(of: .alphanumeric, from: start)
            let isKey = end - start == 20 && text.end(of: .upperAlphanumeric, from: start) == end
            guard isKey || isCut && end == text.byteCount && end - start < 20 else { return .nothingBefore(end) }
            return .found(FoundSecret(type: .aws, range: start..<end))
        }
    }

    private static func judge(
        _ text: RawSpan, _ start: Int, prefix: Int, _ set: ByteSet, least: Int, _ type: SecretType, _ isCut: Bool
    ) -> SecretRule.Verdict {
        guard !text.isInsideWord(start) else { return .nothing }
        let end = text.end(of: set, from: start + prefix)
        guard end - start - prefix >= least || isCut && end == text.byteCount else { return .nothingBefore(end) }
        return .found(FoundSecret(type: type, range: start..<end))
    }

    /// Whether a part between `-` and `_` is longer than words are, or mixes digits, capitals and small letters.
    private static func hasRandomPart(_ text: RawSpan, _ range: Range<Int>) -> Bool {
        var start = range.lowerBound
        while start < range.upperBound {
            let end = min(text.end(of: .alphanumeric, from: start), range.upperBound)
            let kinds = text.composition(start..<end)
            if end - start >= 20 { return true }
            if end - start >= 8, kinds.isSuperset(of: [.digit, .upper, .lower]) { return true }
            start = end + 1
        }
        return false
    }
}
