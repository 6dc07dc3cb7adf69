/// URLs that let whoever knows them post messages. Their last part is the secret; what stands before it are names.
enum Webhook {
    /// `hooks.slack.com/services/T…/B…/…`, also of workflows and triggers. The pair is the `k.` of `slack.`.
    @Sendable static func judgeSlack(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard text.holds("hooks.slack.com", at: pair - 10), var at = afterSlash(text, pair + 5) else { return .nothing }
        let kind = text.end(of: .alphanumeric, from: at)
        guard let team = afterSlash(text, kind) else { return .nothing }
        at = team
        // The last of at most five parts.
        for _ in 0..<5 {
            let end = text.end(of: .alphanumeric, from: at)
            guard let next = afterSlash(text, end), next < text.byteCount,
                ByteSet.alphanumeric.contains(text.byte(next))
            else { return found(text, at..<end, least: 18, isCut) }
            at = next
        }
        return .nothing
    }

    /// `discord.com/api/webhooks/1…/…` and `….webhook.office.com/webhookb2/…/IncomingWebhook/…/…`. The pair is the `bh`
    /// of `webhook`.
    @Sendable static func judgeOthers(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        if text.holds("IncomingWebhook", at: pair - 10), let start = afterSlash(text, pair + 5) {
            return found(text, start..<text.end(of: .alphanumeric, from: start), least: 32, isCut)
        }
        guard text.holds("webhooks", at: pair - 2), let id = afterSlash(text, pair + 6) else { return .nothing }
        let end = text.extracting(..<min(text.byteCount, id + 24)).end(of: digits, from: id)
        guard end - id >= 15, let start = afterSlash(text, end) else { return .nothing }
        return found(text, start..<text.end(of: .base64URL, from: start), least: 50, isCut)
    }

    private static let digits = ByteSet(ByteSet.digits)

    private static func found(
        _ text: RawSpan, _ range: Range<Int>, least: Int, _ isCut: Bool
    ) -> SecretRule.Verdict {
        guard range.count >= least || isCut && range.upperBound == text.byteCount && !range.isEmpty else {
            return .nothing
        }
        return .found(FoundSecret(type: .webhook, range: range))
    }

    /// The place behind a slash that stands here, as it is or percent-encoded.
    private static func afterSlash(_ text: RawSpan, _ at: Int) -> Int? {
        if text.holds("/", at: at) { return at + 1 }
        return text.holds("%2F", at: at) || text.holds("%2f", at: at) ? at + 3 : nil
    }
}
