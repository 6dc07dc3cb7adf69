/// Replaces credentials by marks: the same credential by the same mark, wherever it stands.
///
/// It knows no key: whoever makes one passes in the keyed hash.
package struct SecretMarker: Sendable {
    private let search = SecretSearch()
    let digest: @Sendable ([UInt8]) -> UInt64

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
        var copy = RedactedCopy()
        replace(found, in: text, at: found.lazy.map(\.range), member: nil, of: text, &copy)
        return copy.finish(text)
    }

    /// A line, or a piece of JSON, with marks in place of its credentials; nil if it has none. A line need not be
    /// JSON. All bytes outside of credentials stay as they are.
    ///
    /// - Parameter isCut: the line goes on where it is not seen: what may be the beginning of a credential is one.
    package func redacted(line: RawSpan, isCut: Bool = false) -> Redaction? {
        guard isCut || search.mayFind(in: line) else { return nil }
        let options = SecretSearch.Options(besideAccessKeyID: search.hasAccessKeyID(line))
        var copy = RedactedCopy()
        var pieces = LinePieces()
        while let piece = pieces.next(line) {
            var options = options
            options.isCut = isCut && piece.range.upperBound == line.byteCount
            guard replace(piece, of: line, options, pieces, &copy) else { continue }
            if piece.isName { pieces.hideMember() }
        }
        return copy.finish(line)
    }

    /// Goes on to the end of the last credential of a piece; false if it has none.
    private func replace(
        _ piece: LinePieces.Piece, of line: RawSpan, _ options: SecretSearch.Options, _ pieces: LinePieces,
        _ copy: inout RedactedCopy
    ) -> Bool {
        if piece.hasEscapes {
            let text = EscapedText.meaning(of: piece.range, in: line)
            let found = secrets(of: piece, in: text.span.bytes, options)
            if found.isEmpty { return false }
            let places = EscapedText.places(of: found.map(\.range), meaning: piece.range, in: line)
            let member = piece.isName ? nil : pieces.memberName(line)
            replace(found, in: text.span.bytes, at: places, member: member, of: line, &copy)
        } else {
            let text = line.extracting(piece.range)
            let found = secrets(of: piece, in: text, options)
            if found.isEmpty { return false }
            let start = piece.range.lowerBound
            let places = found.lazy.map { start + $0.range.lowerBound..<start + $0.range.upperBound }
            replace(
                found, in: text, at: places, member: piece.isName ? nil : pieces.memberName(line), of: line, &copy)
        }
        return true
    }

    /// Writes each mark as it is made: a line may have a million of them.
    private func replace(
        _ found: [FoundSecret], in text: RawSpan, at places: some Sequence<Range<Int>>, member: String?,
        of line: RawSpan, _ copy: inout RedactedCopy
    ) {
        for (secret, place) in zip(found, places) {
            copy.replace(
                place, by: secret.type, digest(secret.original ?? Array(text, secret.range)), member: member, of: line)
        }
    }

    /// The credentials of a piece by its text and by the name before it.
    private func secrets(
        of piece: LinePieces.Piece, in text: RawSpan, _ options: SecretSearch.Options
    ) -> [FoundSecret] {
        let found = search.secrets(in: text, options)
        guard let name = piece.name else { return found }
        let whole = 0..<text.byteCount
        if piece.isInSentence {
            guard found.isEmpty, SecretValue.isSecretInSentence(text, whole, name, isCut: false) else { return found }
            return [FoundSecret(type: name.type, range: whole)]
        }
        let named = MemberValue.secrets(text, whole, name)
        // A header keeps its scheme, and what is a credential by its own look is called so.
        if named.isEmpty || name.demand == .authorization && !found.isEmpty { return found }
        // A name within the value says less than the name of the member.
        let telling = found.filter { one in one.type.hasLook || !named.contains { $0.range == one.range } }
        return SecretSearch.merged(telling, named)
    }
}

/// A copy under construction: of a text up to some place, with marks in it.
private struct RedactedCopy {
    private var redaction = SecretMarker.Redaction(bytes: [], secrets: [])
    private var copied = 0

    /// Goes on to the next credential of the text.
    mutating func replace(
        _ place: Range<Int>, by type: SecretType, _ digest: UInt64, member: String?, of text: RawSpan
    ) {
        redaction.bytes.append(text, copied..<place.lowerBound)
        SecretMark.append(type, digest, to: &redaction.bytes)
        redaction.secrets.append(.init(type: type, member: member))
        copied = place.upperBound
    }

    /// The whole text, or nil if nothing was replaced.
    consuming func finish(_ text: RawSpan) -> SecretMarker.Redaction? {
        guard !redaction.secrets.isEmpty else { return nil }
        redaction.bytes.append(text, copied..<text.byteCount)
        return redaction
    }
}
