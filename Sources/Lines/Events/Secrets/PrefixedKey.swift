/// Keys whose issuer marks them with a prefix. None begins inside of a word, so `task-…` is no `sk-…`.
enum PrefixedKey {
    private static let githubKinds = ByteSet("pousr")
    private static let slackKinds = ByteSet("abcdeoprs")

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

    /// `xoxo` with no number behind it is no key.
    private static func isFarewell(_ text: RawSpan, _ start: Int) -> Bool {
        text.holds("xoxo", at: start) && !(start + 5 < text.byteCount && text.byte(start + 5).isDigit)
    }

    /// `sk_live_`, `rk_live_`, `sk_test_`, `rk_test_` and 16 or more characters; test keys open an account as well.
    /// `gsk_` (Groq) and 40 or more. The pair is the `k_`.
    static func judge(stripe prefix: StaticString) -> SecretRule.Judge {
        { text, pair, isCut in
            if text.holds("gsk_", at: pair - 2) {
                return judge(text, pair - 2, prefix: 4, .alphanumeric, least: 40, .vendor, isCut)
            }
            let start = pair - 1
            guard
                text.holds("sk_live_", at: start) || text.holds("rk_live_", at: start)
                    || text.holds("sk_test_", at: start) || text.holds("rk_test_", at: start)
            else { return .nothing }
            return judge(text, start, prefix: 8, .alphanumeric, least: 16, .stripe, isCut)
        }
    }

    /// `xoxb-`, `xoxp-`, `xoxa-`, `xoxr-`, `xoxs-`, `xoxe-`, those of browsers (`xoxc-`, `xoxd-`), and 10 or more
    /// characters.
    static func judge(slack prefix: StaticString) -> SecretRule.Judge {
        { text, start, isCut in
            guard text.holds(prefix, at: start), start + 5 <= text.byteCount, text.byte(start + 4) == Byte.minus,
                slackKinds.contains(text.byte(start + 3)), !isFarewell(text, start)
            else { return .nothing }
            return judge(text, start, prefix: 5, .base64URL, least: 10, .slack, isCut)
        }
    }

    // MARK: Known by what stands in their middle

    /// Bots of Telegram: a number, `:AA` and 33 characters. The pair is the `:A`.
    @Sendable static func judgeTelegram(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard text.holds(":AA", at: pair) else { return .nothing }
        var start = pair
        while start > 0, pair - start < 12, text.byte(start - 1).isDigit { start -= 1 }
        return judge(text, start..<pair, of: 8...10, from: pair + 1, .base64URL, least: 34, .vendor, isCut)
    }

    /// Client secrets of Entra: three characters, a digit, `Q~`, and 31 or more. The pair is the `Q~`.
    @Sendable static func judgeAzureClient(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        let start = pair - 4
        guard start >= 0, text.byte(pair - 1).isDigit, azure.contains(text.byte(start)),
            azure.contains(text.byte(start + 1)), azure.contains(text.byte(start + 2)),
            start == 0 || !azure.contains(text.byte(start - 1))
        else { return .nothing }
        return judge(text, start..<pair, of: 4...4, from: pair + 2, azure, least: 31, .azure, isCut)
    }

    /// Keys of Azure's services: 52 letters and digits, `JQQJ99`, and 26 or more. The pair is the `QQ`.
    @Sendable static func judgeAzureKey(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard text.holds("JQQJ9", at: pair - 1) else { return .nothing }
        var start = pair - 1
        while start > 0, pair - start < 64, ByteSet.alphanumeric.contains(text.byte(start - 1)) { start -= 1 }
        return judge(text, start..<pair - 1, of: 50...54, from: pair + 4, .alphanumeric, least: 20, .azure, isCut)
    }

    /// Tokens of Terraform: 14 letters and digits, `.atlasv1.`, and 60 or more. The pair is the `sv`.
    @Sendable static func judgeTerraform(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        let dot = pair - 5
        guard text.holds(".atlasv1.", at: dot) else { return .nothing }
        var start = dot
        while start > 0, dot - start < 16, ByteSet.alphanumeric.contains(text.byte(start - 1)) { start -= 1 }
        return judge(text, start..<dot, of: 14...14, from: dot + 9, .base64URL, least: 50, .vendor, isCut)
    }

    private static let azure = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "_~.-")

    /// A key of which a mark in its middle told: so many characters stand before the mark, and at least so many of an
    /// alphabet from a place behind it on.
    private static func judge(
        _ text: RawSpan, _ head: Range<Int>, of counts: ClosedRange<Int>, from: Int, _ set: ByteSet, least: Int,
        _ type: SecretType, _ isCut: Bool
    ) -> SecretRule.Verdict {
        guard counts.contains(head.count) else { return .nothing }
        let seen = text.extracting(..<min(text.byteCount, from + least)).end(of: set, from: from)
        guard seen - from == least || isCut && seen == text.byteCount else { return .nothing }
        return .found(FoundSecret(type: type, range: head.lowerBound..<text.end(of: set, from: seen)))
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
