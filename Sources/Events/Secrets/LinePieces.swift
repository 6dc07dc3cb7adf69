/// Cuts a line at its quotes: into strings and what stands between them. A line that is no JSON is cut all the same.
struct LinePieces {
    struct Piece {
        /// Bytes of the line, without the quotes.
        var range: Range<Int>
        var hasEscapes = false
        /// The piece is a string before a colon.
        var isName = false
        /// The piece is a string and stands behind this name, if such a name is that of a credential.
        var name: SecretType?
    }

    /// No name of a member that is longer is looked at.
    private static let longestName = 64
    private static let shown = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "_-.")

    private var at = 0
    private var isString = false
    /// Objects and arrays around `at`.
    private var depth = 0
    private var name: SecretType?
    /// The name of the line's member that is being gone through, as it stands in the line.
    private var member: Range<Int>?

    /// The next piece, or nil at the end of the line.
    mutating func next(_ line: RawSpan) -> Piece? {
        guard at <= line.byteCount else { return nil }
        var piece = Piece(range: at..<at)
        var end = at
        while end < line.byteCount, line.byte(end) != Byte.quote {
            if line.byte(end) == Byte.backslash {
                piece.hasEscapes = true
                end += 1
            }
            end += 1
        }
        end = min(end, line.byteCount)
        piece.range = at..<end
        if isString { noteString(&piece, line) } else { noteBetween(piece.range, line) }
        isString.toggle()
        at = end + 1
        return piece
    }

    /// Shows the member no longer under its name, which is a credential itself.
    mutating func hideMember() { member = nil }

    /// The name of the line's member that the last piece belongs to, if it can be told and shown.
    func memberName(_ line: RawSpan) -> String? {
        guard let member, member.count <= Self.longestName,
            line.extracting(..<member.upperBound).end(of: Self.shown, from: member.lowerBound) == member.upperBound
        else { return nil }
        return String(decoding: Array(line, member), as: UTF8.self)
    }

    /// A string is a name if a colon follows, else a value.
    private mutating func noteString(_ piece: inout Piece, _ line: RawSpan) {
        let colon = line.end(of: .space, from: min(piece.range.upperBound + 1, line.byteCount))
        guard line.holds(":", at: colon) else {
            piece.name = name
            name = nil
            return
        }
        piece.isName = true
        if depth == 1 { member = piece.range }
        if piece.hasEscapes {
            // Each character may be six bytes here.
            guard piece.range.count <= 6 * Self.longestName else { return name = nil }
            let text = EscapedText.meaning(of: piece.range, in: line)
            name = SecretName.type(text.span.bytes)
        } else {
            name = SecretName.type(line.extracting(piece.range))
        }
        if let type = name, !NamedValue.isMember(type) { name = nil }
    }

    /// Counts braces; anything but a colon ends what a name is the name of.
    private mutating func noteBetween(_ range: Range<Int>, _ line: RawSpan) {
        for at in range {
            switch line.byte(at) {
            case Byte.openBrace, Byte.openBracket: depth += 1
            case Byte.closeBrace, Byte.closeBracket: depth -= 1
            default: break
            }
            if !ByteSet.colonOrSpace.contains(line.byte(at)) { name = nil }
        }
    }
}
