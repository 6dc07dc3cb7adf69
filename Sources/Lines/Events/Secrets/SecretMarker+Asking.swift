/// What to ask a trail for, where somebody asks for a credential.
extension SecretMarker {
    /// One without a key, which says only that something is replaced.
    private static let keyless = SecretMarker { _ in 0 }

    /// Whether a text is not stored as it is.
    package static func replaces(_ text: String) -> Bool {
        keyless.redacted(text: Array(text.utf8).span.bytes) != nil
    }

    /// A text that may be shown: the type stands in place of each credential, `⟨github⟩`.
    package static func covered(_ text: String) -> String {
        guard let redaction = keyless.redacted(text: Array(text.utf8).span.bytes) else { return text }
        return String(decoding: redaction.bytes, as: UTF8.self).replacing(":hmac:0000000000000000⟩", with: "⟩")
    }

    /// Whether a text looks drawn at random, as keys are that have no look of their own. Ids and words do not.
    package static func looksDrawn(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        let name = SecretName(type: .token, demand: .token)
        return bytes.allSatisfy(drawn.contains) && SecretValue.isSecret(bytes.span.bytes, 0..<bytes.count, name)
    }

    private static let drawn = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "+/=-_.~")

    /// What stands in place of a text that looks like a credential, and of which nobody knows more.
    package static let hidden = "⟨credential⟩"

    /// How the marks of a credential end, whatever they begin with: `:hmac:…⟩`.
    package func markEnds(of text: String) -> [[UInt8]] {
        let own = Array(stored(text).utf8)
        var all = [Array(mark(of: text, as: .jwt).utf8)]
        for at in own.indices {
            if let end = SecretMark.end(in: own.span.bytes, at: at) { all.append(Array(own[at..<end])) }
        }
        return all.map { $0.suffix(SecretMark.endCount) }
    }

    /// The first mark in a text that ends in one of these ways.
    package static func mark(endingIn ends: [[UInt8]], in text: ArraySlice<UInt8>) -> String? {
        let bytes = text.span.bytes
        for at in 0..<bytes.byteCount {
            guard let end = SecretMark.end(in: bytes, at: at) else { continue }
            if ends.contains(where: { bytes.equal(end - SecretMark.endCount..<end, $0) }) {
                return String(decoding: Array(bytes, at..<end), as: UTF8.self)
            }
        }
        return nil
    }

    /// Whether a text is the id of an access key of AWS, in whose place versions up to 0.2.0 stored a mark.
    package static func isAccessKeyID(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        return AccessKeyID.end(bytes.span.bytes, 0) == bytes.count
    }

    /// A text as it is stored: with marks, or as it is.
    package func stored(_ text: String) -> String {
        redacted(text: Array(text.utf8).span.bytes).map { String(decoding: $0.bytes, as: UTF8.self) } ?? text
    }

    /// The mark of a credential, as which it was recognized.
    package func mark(of credential: String, as type: SecretType) -> String {
        var bytes: [UInt8] = []
        SecretMark.append(type, digest(Array(credential.utf8)), to: &bytes)
        return String(decoding: bytes, as: UTF8.self)
    }

    /// How a whole field may be stored that held a credential: as the field by itself would be, as a mark of any type,
    /// or behind the scheme of a header.
    package func spellings(of credential: String) -> [String] {
        let marks = SecretType.allCases.map { mark(of: credential, as: $0) }
        let bearer = mark(of: credential, as: .bearer)
        let headers = ["Bearer ", "bearer "].map { $0 + bearer } + ["Basic " + mark(of: credential, as: .basic)]
        let own = stored(credential)
        return [own] + (marks + headers).filter { $0 != own }
    }

    /// Whether a text holds the mark of a credential, of any type.
    package func holdsMark(of credential: String, in text: String) -> Bool {
        let bytes = Array(text.utf8)
        if SecretMark.stands(digest(Array(credential.utf8)), in: bytes.span.bytes) { return true }
        // A copy in Base64 has the digits of what it is a copy of.
        let own = stored(credential)
        return own != credential && text.contains(own)
    }
}
