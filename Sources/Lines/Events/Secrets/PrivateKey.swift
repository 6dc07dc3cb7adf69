/// Private keys as PEM has them: RSA, EC, OpenSSH, encrypted ones and PGP. Certificates and public keys stay.
///
/// A key reaches to its `-----END …-----`, or to the end of the text if that is missing. Its lines may end in any way,
/// also in a backslash and an `n`.
enum PrivateKey {
    private static let longestLabel = 64

    @Sendable static func judge(_ text: RawSpan, _ start: Int, _ isCut: Bool) -> SecretRule.Verdict {
        guard text.holds("-----BEGIN ", at: start) else { return .nothing }
        guard let label = end(ofLabel: "PRIVATE KEY", text, start + 11) else { return .nothing }
        var at = label
        while at < text.byteCount {
            if text.byte(at) == Byte.minus, text.holds("-----END ", at: at) {
                let end = end(ofLabel: "PRIVATE KEY", text, at + 9) ?? text.byteCount
                return .found(FoundSecret(type: .privateKey, range: start..<end))
            }
            at += 1
        }
        return .found(FoundSecret(type: .privateKey, range: start..<text.byteCount))
    }

    /// The place behind the five dashes that end a label, if the label holds these words.
    private static func end(ofLabel words: StaticString, _ text: RawSpan, _ from: Int) -> Int? {
        var isNamed = false
        for at in from..<max(from, min(from + longestLabel, text.byteCount)) {
            if text.holds(words, at: at) { isNamed = true }
            if text.byte(at) == Byte.minus { return isNamed && text.holds("-----", at: at) ? at + 5 : nil }
        }
        return nil
    }
}
