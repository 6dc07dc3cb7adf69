/// Replaces credentials by marks: the same credential by the same mark, wherever it stands.
///
/// It knows no key: whoever makes one passes in the keyed hash.
package struct SecretMarker: Sendable {
    private let search = SecretSearch()
    private let digest: @Sendable ([UInt8]) -> UInt64

    /// - Parameter digest: the first eight bytes, big-endian, of an HMAC over a credential.
    package init(digest: @escaping @Sendable ([UInt8]) -> UInt64) { self.digest = digest }

    /// A text in which credentials were replaced.
    package struct Redaction: Sendable, Equatable {
        package var bytes: [UInt8]
        /// What was replaced: the type, and the name of the line's member that held it, if that can be told.
        package var secrets: [Secret]

        package struct Secret: Sendable, Hashable {
            package var type: SecretType
            package var member: String?
        }

        /// The types, sorted, each once, with commas between them: `bearer,jwt`.
        package var types: String { Set(secrets.map(\.type.rawValue)).sorted().joined(separator: ",") }
    }

    /// A text that has no escapes with marks in place of its credentials; nil if it has none.
    package func redacted(text: RawSpan) -> Redaction? {
        let found = search.secrets(in: text)
        guard !found.isEmpty else { return nil }
        var bytes: [UInt8] = []
        var copied = 0
        for secret in found {
            bytes.append(text, copied..<secret.range.lowerBound)
            append(secret, of: text, to: &bytes)
            copied = secret.range.upperBound
        }
        bytes.append(text, copied..<text.byteCount)
        return Redaction(bytes: bytes, secrets: found.map { .init(type: $0.type, member: nil) })
    }

    /// A line, or a piece of JSON, with marks in place of its credentials; nil if it has none. A line need not be
    /// JSON. All bytes outside of credentials stay as they are.
    ///
    /// - Parameter isCut: the line goes on where it is not seen: what may be the beginning of a credential is one.
    package func redacted(line: RawSpan, isCut: Bool = false) -> Redaction? {
        let beginsEscaped = line.byteCount > 0 && line.byte(0) == Byte.backslash
        guard isCut || beginsEscaped || search.mayFind(in: line) else { return nil }
        var redaction = Redaction(bytes: [], secrets: [])
        var copied = 0
        var pieces = LinePieces()
        while let piece = pieces.next(line) {
            let isCut = isCut && piece.range.upperBound == line.byteCount
            let before = redaction.secrets.count
            if piece.hasEscapes {
                let text = EscapedText.meaning(of: piece.range, in: line)
                let found = secrets(of: piece, in: text.span.bytes, isCut: isCut)
                let places = EscapedText.places(of: found.map(\.range), meaning: piece.range, in: line)
                for (secret, place) in zip(found, places) {
                    redaction.add(secret.type, piece.member, place, of: line, &copied)
                    append(secret, of: text.span.bytes, to: &redaction.bytes)
                }
            } else {
                let text = line.extracting(piece.range)
                for secret in secrets(of: piece, in: text, isCut: isCut) {
                    let start = piece.range.lowerBound
                    let place = start + secret.range.lowerBound..<start + secret.range.upperBound
                    redaction.add(secret.type, piece.member, place, of: line, &copied)
                    append(secret, of: text, to: &redaction.bytes)
                }
            }
            if piece.isName, redaction.secrets.count > before { pieces.hideMember() }
        }
        guard !redaction.secrets.isEmpty else { return nil }
        redaction.bytes.append(line, copied..<line.byteCount)
        return redaction
    }

    /// The credentials of a piece by its text and by the name before it.
    private func secrets(of piece: LinePieces.Piece, in text: RawSpan, isCut: Bool) -> [FoundSecret] {
        let found = search.secrets(in: text, isCut: isCut)
        guard let type = piece.name, let range = NamedValue.secret(text, 0..<text.byteCount, type) else { return found }
        // A header keeps its scheme, and what is a credential by its own look is called so.
        if type == .authorization, !found.isEmpty { return found }
        if found.count == 1, found[0].range == range { return found }
        return [FoundSecret(type: type, range: range)]
    }

    private func append(_ secret: FoundSecret, of text: RawSpan, to bytes: inout [UInt8]) {
        SecretMark.append(secret.type, digest(Array(text, secret.range)), to: &bytes)
    }
}

extension SecretMarker.Redaction {
    /// Copies what stands before a credential, and notes it.
    fileprivate mutating func add(
        _ type: SecretType, _ member: String?, _ place: Range<Int>, of line: RawSpan, _ copied: inout Int
    ) {
        bytes.append(line, copied..<place.lowerBound)
        copied = place.upperBound
        secrets.append(.init(type: type, member: member))
    }
}
