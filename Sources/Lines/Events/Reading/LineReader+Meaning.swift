// What a scanned line means as an event: its time and kind, other names of fields, what its kind requires.

extension LineReader {
    /// The time and kind of the scanned line; other names are now under the field that they mean.
    ///
    /// Throws what the line lacks, in the order of `QuarantineReason`.
    /// - Parameter isMade: it was made from a record of another format, which says what its producer knows: it needs
    ///   no more than somebody whom the event is about.
    @inline(__always)
    mutating func interpret(
        _ bytes: RawSpan, isMade: Bool = false
    ) throws(LineFault) -> (time: Int64, kind: EventKind) {
        guard scanner.present.contains(.ts) else { throw LineFault(.noTS) }
        let time = time(bytes, of: .ts)
        guard time != TimeReader.none else { throw LineFault(.badTS) }
        styles = .open
        styles.setTS(times.style)
        guard scanner.present.contains(.event) else { throw LineFault(.noEvent) }
        guard let kind = kind(bytes) else { throw LineFault(.unknownEvent) }
        if !scanner.present.union(scanner.nulls).isDisjoint(with: Self.aliases) { scanner.resolveAliases(kind) }
        let required = required[Int(kind.rawValue)]
        let texts = scanner.strings.intersection(scanner.present)
        if isMade {
            if texts.isDisjoint(with: Self.somebody) { throw lacking(required.union(LineNames([.principal]))) }
            return (time, kind)
        }
        if !texts.isSuperset(of: required) { throw lacking(required) }
        if !texts.contains(.tokenID) { try goWithoutToken(kind, texts) }
        return (time, kind)
    }

    /// An issue without a token cannot be followed, which is odd; a use without one is that of an anonymous caller, of
    /// whom something else must be known.
    @inline(never)
    private mutating func goWithoutToken(_ kind: EventKind, _ texts: LineNames) throws(LineFault) {
        switch kind {
        case .issued: scanner.flagged = true
        case .used: if !texts.contains(.principal), !texts.contains(.ip) { throw lacking(LineNames([.tokenID])) }
        case .revoked, .failed, .exchanged, .refreshed: break
        }
    }

    /// By what an event is about somebody.
    private static var somebody: LineNames { LineNames([.tokenID, .principal, .ip, .clientID]) }

    /// The names 21 to 26, as a constant.
    @inline(__always) private static var aliases: LineNames { LineNames(rawValue: 0b111111 << 21) }

    private func lacking(_ required: LineNames) -> LineFault {
        let lacking = required.subtracting(scanner.strings.intersection(scanner.present))
        let field = lacking.firstField ?? .tokenID
        return LineFault(scanner.present.contains(field) ? .badField : .missingField, field)
    }

    /// The time in a field that the line has, or `TimeReader.none`.
    @inline(__always)
    mutating func time(_ bytes: RawSpan, of field: EventField) -> Int64 {
        let slot = scanner.slots[Int(field.rawValue)]
        guard scanner.strings.contains(field) else { return times.number(bytes, slot.start, slot.end) }
        if scanner.escaped.contains(field) {
            unescape(bytes, slot)
            var times = times  // a copy: the text lies in this reader too
            return times.text(scratch.span.bytes, 0, scratch.count)
        }
        return times.text(bytes, slot.start &+ 1, slot.end &- 1)
    }

    /// The kind that `event` names, or nil.
    @inline(__always)
    private mutating func kind(_ bytes: RawSpan) -> EventKind? {
        guard scanner.strings.contains(.event) else { return nil }
        let slot = scanner.slots[Int(EventField.event.rawValue)]
        if scanner.escaped.contains(.event) {
            unescape(bytes, slot)
            return EventKind(name: String(decoding: scratch, as: UTF8.self))
        }
        let length = slot.end &- slot.start &- 2
        guard length >= 4, length <= 9 else { return nil }
        let start = slot.start &+ 1
        let word = start &+ 8 <= bytes.byteCount ? bytes.word(start) : bytes.wordAtEnd(start)
        // The names as little-endian words.
        switch length {
        case 4: return word & 0xFFFF_FFFF == 0x6465_7375 ? .used : nil
        case 6:
            switch word & 0xFFFF_FFFF_FFFF {
            case 0x6465_6C69_6166: return .failed
            case 0x6465_7573_7369: return .issued
            default: return nil
            }
        case 7: return word & 0xFF_FFFF_FFFF_FFFF == 0x64_656B_6F76_6572 ? .revoked : nil
        case 9:
            guard bytes.byte(start &+ 8) == UInt8(ascii: "d") else { return nil }
            if word == 0x6568_7365_7266_6572 { return .refreshed }
            return word == 0x6567_6E61_6863_7865 ? .exchanged : nil
        default: return nil
        }
    }

    /// Puts what a string with escapes means into `scratch`.
    mutating func unescape(_ bytes: RawSpan, _ slot: LineScanner.Slot) {
        scratch.removeAll(keepingCapacity: true)
        JSONText.unescape(bytes, slot.start + 1..<slot.end - 1, into: &scratch)
    }
}

extension LineScanner {
    /// Gives values under other names to the fields that they mean.
    ///
    /// A field's own name wins, then the earlier of the other names in `LineName.aliases`, wherever they stand in the
    /// line. Null counts as absent. A loser is kept in `extra`, and the line is flagged.
    @inline(never)
    mutating func resolveAliases(_ kind: EventKind) {
        for (place, alias) in LineName.aliases.enumerated() {
            let number = LineName.fieldCount + place
            let name = LineNames(number: number)
            let field = LineNames(number: Int(alias.field.rawValue))
            if number == LineName.newTokenID, kind != .refreshed {
                if !present.union(nulls).isDisjoint(with: name) { keepMember(at: number) }
            } else if !present.isDisjoint(with: name) {
                if present.isDisjoint(with: field) {
                    if !nulls.isDisjoint(with: field) { marks.insert(.odd) }
                    slots[Int(alias.field.rawValue)] = slots[number]
                    present.formUnion(field)
                    if !strings.isDisjoint(with: name) { strings.formUnion(field) }
                    if !escaped.isDisjoint(with: name) { escaped.formUnion(field) }
                } else {
                    keepMember(at: number)
                    flagged = true
                }
            }
        }
    }

    /// Gives up the value of a field that is of the wrong type or unreadable: it goes to `extra` as it came.
    @inline(never)
    mutating func reject(_ field: EventField) {
        keepMember(at: Int(field.rawValue))
        present.subtract(LineNames([field]))
        flagged = true
    }

    /// Puts the member in a slot among those that `extra` keeps.
    private mutating func keepMember(at number: Int) {
        let slot = slots[number]
        marks.insert(.moved)
        others.append(Other(member: slot.member, keyEnd: 0, end: slot.end, keyEscaped: false, isUnknown: false))
    }
}
