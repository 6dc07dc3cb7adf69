// How a line is written: which shape it has, or that it must be kept as it stands.

extension LineReader {
    /// The number of the shape from which the line can be written again byte for byte, or `EventColumns.noShape`.
    ///
    /// To be asked after the values were stored: then it is known how they are written, and what went to `extra`.
    @inline(__always)
    mutating func shape(_ bytes: RawSpan, _ line: Range<Int>) -> Int64 {
        if scanner.marks.isEmpty, scanner.escaped.isEmpty, !styles.isOdd, !scanner.members.isTooLong {
            // Keys without escapes, nothing between the tokens: names and styles say it all.
            return shapes.number(scanner.members, styles)
        }
        return unusualShape(bytes, line)
    }

    @inline(never)
    private mutating func unusualShape(_ bytes: RawSpan, _ line: Range<Int>) -> Int64 {
        if scanner.marks.contains(.moved) { scanner.renameMoved() }
        guard !scanner.marks.contains(.odd), !styles.isOdd, !scanner.members.isTooLong else {
            return EventColumns.noShape
        }
        if scanner.marks.contains(.spaces) {
            guard let spacing = scanner.spacing(bytes, line) else { return EventColumns.noShape }
            styles.set(spacing)
        }
        if scanner.marks.contains(.carriageReturn) { styles.setReturn() }
        if !scanner.escaped.isEmpty {
            guard let escapes = escapes(bytes) else { return EventColumns.noShape }
            styles.set(escapes)
        }
        return shapes.number(scanner.members, styles)
    }

    /// What the line's texts escape, or nil if they follow no style.
    private mutating func escapes(_ bytes: RawSpan) -> EscapeStyle? {
        guard !scanner.escaped.contains(.ts), !scanner.escaped.contains(.event), !scanner.escaped.contains(.expiresAt)
        else { return nil }
        for known in EscapeStyle.known where areWritten(bytes, in: known.style) { return known.style }
        return nil
    }

    private mutating func areWritten(_ bytes: RawSpan, in style: EscapeStyle) -> Bool {
        var text: [UInt8] = []
        for place in 0..<scanner.members.count {
            guard let name = scanner.members.name(at: place), !scanner.members.isNull(at: place),
                Self.isText(name), style != .minimal || !scanner.escaped.isDisjoint(with: LineNames(number: Int(name)))
            else { continue }
            guard !scanner.strings.isDisjoint(with: LineNames(number: Int(name))) else { return false }
            let slot = scanner.slots[Int(name)]
            unescape(bytes, slot)
            text.removeAll(keepingCapacity: true)
            style.append(scratch.span.bytes, to: &text)
            if !bytes.equal(slot.start..<slot.end, text) { return false }
        }
        return true
    }

    private static func isText(_ name: UInt8) -> Bool {
        !LineNames.texts.isDisjoint(with: LineNames(number: LineName.field(of: Int(name))))
    }
}

extension LineScanner {
    /// What sets a line apart from those whose names and styles say it all.
    struct Marks: OptionSet, Sendable, BitwiseCopyable {
        let rawValue: UInt8
        /// White space between the tokens of the object.
        @inline(__always) static var spaces: Marks { Marks(rawValue: 1) }
        /// Exactly one carriage return before the newline.
        @inline(__always) static var carriageReturn: Marks { Marks(rawValue: 2) }
        /// A known name whose member went to `extra`.
        @inline(__always) static var moved: Marks { Marks(rawValue: 4) }
        /// What no shape expresses: white space around the object or before a colon, a name with escapes or twice.
        @inline(__always) static var odd: Marks { Marks(rawValue: 8) }
    }

    /// Where the line has spaces between tokens, if it has them everywhere alike; inside of `extra` they do not count.
    fileprivate mutating func spacing(_ bytes: RawSpan, _ line: Range<Int>) -> Spacing? {
        let inside = bytes.byte(line.lowerBound + 1) == Byte.space ? 1 : 0
        var (comma, colon) = (-1, -1)
        var at = line.lowerBound + 1 + inside
        var other = 0
        for place in 0..<members.count {
            if place > 0 {
                guard bytes.byte(at) == Byte.comma, Self.isSpaced(bytes, at + 1, &comma) else { return nil }
                at += 1 + comma
            }
            if let length = members.runLength(at: place) {
                guard other + length <= others.count, others[other].member == at else { return nil }
                other += length
                at = others[other - 1].end
            } else if let name = members.name(at: place) {
                let slot = slots[Int(name)]
                let value = at + nameLengths[Int(name)] + 3  // two quotes and the colon
                guard slot.member == at, slot.start >= value, bytes.byte(value - 1) == Byte.colon,
                    Self.isSpaced(bytes, value, &colon), slot.start == value + colon
                else { return nil }
                at = slot.end
            }
        }
        if inside == 1, bytes.byte(at) != Byte.space { return nil }
        guard bytes.byte(at + inside) == Byte.closeBrace else { return nil }
        var spacing: Spacing = []
        if inside == 1 { spacing.insert(.insideBraces) }
        if comma == 1 { spacing.insert(.afterComma) }
        if colon == 1 { spacing.insert(.afterColon) }
        return spacing
    }

    /// Whether a space stands at `at` just as at the first such place, which is remembered as 0 or 1.
    private static func isSpaced(_ bytes: RawSpan, _ at: Int, _ usual: inout Int) -> Bool {
        let spaces = bytes.byte(at) == Byte.space ? 1 : 0
        if usual < 0 { usual = spaces }
        return usual == spaces
    }

    /// Makes members that went to `extra` although their names are known members of `extra` in the sequence too.
    mutating func renameMoved() {
        var renamed = MemberSequence()
        for place in 0..<min(members.count, MemberSequence.capacity) {
            if let name = members.name(at: place) {
                let member = slots[Int(name)].member
                if others.contains(where: { $0.member == member }) {
                    renamed.appendExtra()
                } else {
                    renamed.append(name: name, isNull: members.isNull(at: place))
                }
            } else {
                for _ in 0..<(members.runLength(at: place) ?? 0) { renamed.appendExtra() }
            }
        }
        if members.isTooLong { marks.insert(.odd) }
        members = renamed
    }
}
