/// Cuts a line at its quotes: into strings and what stands between them. A line that is no JSON is cut all the same.
struct LinePieces {
    struct Piece {
        /// Bytes of the line, without the quotes.
        var range: Range<Int>
        var hasEscapes = false
        /// The piece is a string before a colon.
        var isName = false
        /// The piece is a string and stands behind this name, if such a name is that of a credential.
        var name: SecretName?
        /// What stands before the piece is no JSON but `name: "…"`, which may be a sentence.
        var isInSentence = false
    }

    /// No name of a member that is longer is looked at.
    private static let longestName = 64
    private static let shown = ByteSet(ByteSet.lower + ByteSet.upper + ByteSet.digits + "_-.")

    private var at = 0
    private var isString = false
    /// Objects and arrays around `at`.
    private var depth = 0
    private var name: SecretName?
    /// The strings of a list stand behind the name.
    private var isList = false
    private var isInSentence = false
    private var cookies = CookieMembers()
    /// The name of the line's member that is being gone through, as it stands in the line.
    private var member: Range<Int>?

    /// - Parameter insideString: the line begins inside of a string, which some name is.
    init(insideString: Bool = false) { isString = insideString }

    /// What was gone through last belongs to an object of cookies.
    var isInCookies: Bool { cookies.isInside }

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

    /// A string is a name if a colon follows, or `=>`, else a value.
    private mutating func noteString(_ piece: inout Piece, _ line: RawSpan) {
        let colon = line.end(of: .space, from: min(piece.range.upperBound + 1, line.byteCount))
        guard line.holds(":", at: colon) || line.holds("=>", at: colon) else {
            piece.name = name
            piece.isInSentence = isInSentence
            if !isList { name = nil }
            cookies.note(value: line.extracting(piece.range))
            return
        }
        piece.isName = true
        isList = false
        isInSentence = false
        if depth == 1 { member = piece.range }
        if piece.hasEscapes {
            // Each character may be six bytes here.
            guard piece.range.count <= 6 * Self.longestName else { return name = nil }
            let text = EscapedText.meaning(of: piece.range, in: line)
            noteName(text.span.bytes)
        } else {
            noteName(line.extracting(piece.range))
        }
    }

    private mutating func noteName(_ text: RawSpan) {
        let cookie = cookies.note(name: text, depth: depth)
        name = cookie?.demand == .cookieValue ? cookie : SecretName.name(text) ?? cookie
        if let known = name, !MemberValue.isMember(known) { name = nil }
    }

    /// Counts braces, and forgets the name if anything stands here but what may stand between it and its value.
    private mutating func noteBetween(_ range: Range<Int>, _ line: RawSpan) {
        for at in range {
            switch line.byte(at) {
            case Byte.openBrace, Byte.openBracket: depth += 1
            case Byte.closeBrace, Byte.closeBracket: depth -= 1
            default: break
            }
        }
        let between = line.extracting(range)
        cookies.note(between: between, depth: depth)
        if name != nil, isList ? isComma(between) : isAssignment(between) { return }
        isList = false
        isInSentence = false
        name = nil
        noteSetting(between)
    }

    private func isComma(_ between: RawSpan) -> Bool {
        let comma = between.end(of: .space, from: 0)
        return between.holds(",", at: comma) && between.end(of: .space, from: comma + 1) == between.byteCount
    }

    /// A colon or `=>`, and perhaps the bracket of a list.
    private mutating func isAssignment(_ between: RawSpan) -> Bool {
        let colon = between.end(of: .space, from: 0)
        guard between.holds(":", at: colon) || between.holds("=>", at: colon) else { return false }
        var at = between.end(of: .colonOrSpace, from: between.holds("=>", at: colon) ? colon + 2 : colon)
        if between.holds("[", at: at) {
            isList = true
            at = between.end(of: .space, from: at + 1)
        }
        return at == between.byteCount
    }

    /// Outside of JSON a name may stand without quotes: `password="…"`, `token: "…"`.
    private mutating func noteSetting(_ between: RawSpan) {
        guard let found = NamedValue.openSetting(between) else { return }
        name = found.name
        isInSentence = found.isInSentence
    }
}
