/// JSON Web Tokens: three parts of Base64 (five if encrypted), of which the first begins with `eyJ`, which is `{"`.
enum JSONWebToken {
    /// No JSON object with a member has shorter Base64.
    private static let shortestHeader = 8
    /// What follows the header, dots included; less is an abbreviation such as `eyJhbGciOiJ…...`.
    private static let shortestRest = 8

    @Sendable static func judge(_ text: RawSpan, _ pair: Int, _ isCut: Bool) -> SecretRule.Verdict {
        let start = pair - 1
        guard text.holds("eyJ", at: start) else { return .nothing }
        let header = text.end(of: .base64URL, from: start)
        var end = header
        var dots = 0
        while dots < 4, end < text.byteCount, text.byte(end) == Byte.dot {
            let next = text.end(of: .base64URL, from: end + 1)
            // Payload and signature may be empty; a later dot with nothing behind it ends a sentence.
            if next == end + 1, dots >= 2 { break }
            dots += 1
            end = next
        }
        let isWhole = dots >= 2 && header - start >= shortestHeader && end - header >= shortestRest
        guard isWhole || isCut && end == text.byteCount else { return .nothingBefore(header) }
        return .found(FoundSecret(type: .jwt, range: start..<end))
    }
}
