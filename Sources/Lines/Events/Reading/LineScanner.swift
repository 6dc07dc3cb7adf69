/// Reads one line as a JSON object and remembers where the known fields lie in it. Nothing is copied.
///
/// A scanner is kept for many lines: it learns which key follows which, so that the keys of a log whose lines look
/// alike cost one comparison each. What it learned never changes what it finds.
package struct LineScanner: Sendable {
    /// Fields at the top level of one line.
    package static let mostFields = 256

    /// Where a field of the line lies, in offsets of the span that was scanned.
    package struct Slot: Sendable, BitwiseCopyable {
        /// The opening quote of the key.
        package internal(set) var member = 0
        /// The first byte of the value; of a string, its quote.
        package internal(set) var start = 0
        /// After the last byte of the value.
        package internal(set) var end = 0
    }

    /// A member of the line that has no slot: its name is unknown, or has a value already.
    struct Other: Sendable, BitwiseCopyable {
        var member: Int
        /// After the closing quote of the key.
        var keyEnd: Int
        var end: Int
        var keyEscaped: Bool
        var isUnknown: Bool
    }

    /// One for each name, valid where `present` or `nulls` has the name.
    package internal(set) var slots = InlineArray<27, Slot>(repeating: Slot())
    /// The names that the line has with a value that is not null.
    package internal(set) var present = LineNames()
    /// The names that the line has with null, which means absent. A repeated key may be here and in `present`.
    package internal(set) var nulls = LineNames()
    /// Of the names in `present`, those whose value is a string.
    package internal(set) var strings = LineNames()
    /// Of the names in `strings`, those whose value has escapes.
    package internal(set) var escaped = LineNames()
    /// Whether the line cannot be taken at its word: here because a key occurs twice, later for other reasons too.
    package internal(set) var flagged = false
    /// The members in the order of the line; those that went to `extra` although their names are known see `marks`.
    var members = MemberSequence()
    /// What is unusual about how the line is written.
    var marks: Marks = []
    /// Members without a slot, in the order of the line.
    var others: [Other] = []

    private let names = NameTable()
    /// Bytes of each name, by number.
    let nameLengths = LineName.texts.map(\.utf8.count)
    /// For each place in the order of fields, two keys that lines had there.
    private var guesses = InlineArray<64, KeyText>(repeating: KeyText())
    /// For each place, the guess that was right last; the other one gives way to a new key.
    private var secondWasRight: UInt32 = 0
    /// A filter of the unknown keys of this line.
    private var unknownKeys: UInt64 = 0

    package init() {}

    /// Whether the line that was scanned last has the two fields that every event of ours has, whatever they hold.
    package var hasTimeAndKind: Bool { present.union(nulls).isSuperset(of: LineNames([.ts, .event])) }

    /// Scans the line that starts at `start` and returns the place of its newline.
    ///
    /// The span must hold that newline. Throws why the line is no JSON object, and where that shows.
    package mutating func scan(_ bytes: RawSpan, from start: Int) throws(LineFault) -> Int {
        clear()
        var at = JSONGrammar.afterSpaces(bytes, start)
        if bytes.byte(at) != Byte.openBrace { throw Self.notObject(bytes, at) }
        if at != start { marks.insert(.odd) }
        at = JSONGrammar.afterSpaces(bytes, at &+ 1, &marks)
        if bytes.byte(at) == Byte.closeBrace { return try end(bytes, at &+ 1) }
        var count = 0
        while true {
            if count == Self.mostFields { throw LineFault(.tooManyFields, at: at) }
            at = try member(bytes, at, place: count)
            count &+= 1
            at = JSONGrammar.afterSpaces(bytes, at, &marks)
            let next = bytes.byte(at)
            if next != Byte.comma {
                if next == Byte.closeBrace { return try end(bytes, at &+ 1) }
                throw .unexpected(bytes, at: at)
            }
            at = JSONGrammar.afterSpaces(bytes, at &+ 1, &marks)
        }
    }

    private mutating func clear() {
        present = []
        nulls = []
        strings = []
        escaped = []
        flagged = false
        marks = []
        members = MemberSequence()
        unknownKeys = 0
        if !others.isEmpty { others.removeAll(keepingCapacity: true) }
    }

    /// One `"key":value`, from its first quote.
    @inline(__always)
    private mutating func member(_ bytes: RawSpan, _ at: Int, place: Int) throws(LineFault) -> Int {
        var keyEscaped = false
        var keyEnd = 0
        var name = LineName.unknown
        var start = at
        if place < 32, at &+ KeyText.capacity <= bytes.byteCount, let guess = guessed(bytes, at, place) {
            name = guesses[guess].name
            start = at &+ guesses[guess].length
            keyEnd = start &- 1
        } else {
            (name, keyEnd, start) = try key(bytes, at, place, escaped: &keyEscaped)
        }
        start = JSONGrammar.afterSpaces(bytes, start, &marks)

        let first = bytes.byte(start)
        var valueEscaped = false
        let end: Int
        if first == Byte.quote {
            end = try JSONGrammar.string(bytes, start &+ 1, escaped: &valueEscaped)
        } else if first.isDigit || first == Byte.minus {
            end = try JSONGrammar.number(bytes, start)
        } else if first == Byte.openBracket || first == Byte.openBrace {
            end = try JSONGrammar.value(bytes, start, depth: 1)
        } else {
            end = try JSONGrammar.literal(bytes, start)
        }

        if name == LineName.unknown {
            keep(Other(member: at, keyEnd: keyEnd, end: end, keyEscaped: keyEscaped, isUnknown: true), bytes)
            return end
        }
        let set = LineNames(number: Int(name))
        if !present.union(nulls).isDisjoint(with: set) {
            flagged = true
            marks.insert(.odd)
            if !present.isDisjoint(with: set) {
                if first != UInt8(ascii: "n") { keepRepeated(at, end) }
                return end
            }
        }
        members.append(name: name, isNull: first == UInt8(ascii: "n"))
        slots[Int(name)] = Slot(member: at, start: start, end: end)
        if first == UInt8(ascii: "n") { nulls.formUnion(set) } else { present.formUnion(set) }
        if first == Byte.quote { strings.formUnion(set) }
        if valueEscaped { escaped.formUnion(set) }
        return end
    }

    /// The guess that stands at `at`, or nil.
    @inline(__always)
    private mutating func guessed(_ bytes: RawSpan, _ at: Int, _ place: Int) -> Int? {
        let bit: UInt32 = 1 << UInt32(truncatingIfNeeded: place)
        if guesses[2 &* place].stands(in: bytes, at: at) {
            secondWasRight &= ~bit
            return 2 &* place
        }
        if guesses[2 &* place &+ 1].stands(in: bytes, at: at) {
            secondWasRight |= bit
            return 2 &* place &+ 1
        }
        return nil
    }

    /// A key that was not guessed: its name, the place after its closing quote, and the place after its colon.
    @inline(never)
    private mutating func key(
        _ bytes: RawSpan, _ at: Int, _ place: Int, escaped: inout Bool
    ) throws(LineFault) -> (name: UInt8, end: Int, value: Int) {
        if bytes.byte(at) != Byte.quote { throw .unexpected(bytes, at: at) }
        let end = try JSONGrammar.string(bytes, at + 1, escaped: &escaped)
        let colon = JSONGrammar.afterSpaces(bytes, end)
        if bytes.byte(colon) != Byte.colon { throw .unexpected(bytes, at: colon) }
        var name = LineName.unknown
        if escaped {
            var text: [UInt8] = []
            JSONText.unescape(bytes, at + 1..<end - 1, into: &text)
            name = names.number(text.span.bytes, 0..<text.count)
        } else {
            name = names.number(bytes, at + 1..<end - 1)
            if colon == end, end + 1 - at <= KeyText.capacity, place < 32 {
                let other = secondWasRight >> UInt32(place) & 1 == 1 ? 0 : 1
                guesses[2 * place + other] = KeyText(bytes, at: at, length: end + 1 - at, name: name)
                secondWasRight ^= 1 << UInt32(place)
            }
        }
        if name != LineName.unknown, escaped || colon != end { marks.insert(.odd) }
        return (name, end, colon + 1)
    }

    /// Remembers a member of unknown name, and whether its key was there before.
    private mutating func keep(_ other: Other, _ bytes: RawSpan) {
        if !flagged { flagged = isRepeated(other, bytes) }
        members.appendExtra()
        others.append(other)
    }

    /// Remembers a member whose name has a value already.
    @inline(never)
    private mutating func keepRepeated(_ member: Int, _ end: Int) {
        others.append(Other(member: member, keyEnd: 0, end: end, keyEscaped: false, isUnknown: false))
    }

    /// Whether the line had an unknown key before; keys are compared by what they mean.
    private mutating func isRepeated(_ other: Other, _ bytes: RawSpan) -> Bool {
        var text: [UInt8] = []
        if other.keyEscaped { JSONText.unescape(bytes, other.member + 1..<other.keyEnd - 1, into: &text) }
        let hash =
            other.keyEscaped
            ? Self.filterBit(text.span.bytes, 0..<text.count)
            : Self.filterBit(bytes, other.member + 1..<other.keyEnd - 1)
        defer { unknownKeys |= hash }
        guard unknownKeys & hash != 0 else { return false }
        return others.contains { earlier in
            guard earlier.isUnknown else { return false }
            if !other.keyEscaped, !earlier.keyEscaped {
                return bytes.equal(earlier.member + 1..<earlier.keyEnd - 1, other.member + 1..<other.keyEnd - 1)
            }
            return meaning(of: earlier, bytes) == meaning(of: other, bytes)
        }
    }

    private func meaning(of other: Other, _ bytes: RawSpan) -> [UInt8] {
        var text: [UInt8] = []
        JSONText.unescape(bytes, other.member + 1..<other.keyEnd - 1, into: &text)
        return text
    }

    private static func filterBit(_ bytes: RawSpan, _ key: Range<Int>) -> UInt64 {
        guard let last = key.last else { return 1 }
        let sum = Int(bytes.byte(key.lowerBound)) &* 7 &+ Int(bytes.byte(last)) &* 31 &+ key.count
        return 1 << UInt64(sum & 63)
    }

    /// Spaces and the newline after the object.
    @inline(__always)
    private mutating func end(_ bytes: RawSpan, _ from: Int) throws(LineFault) -> Int {
        if bytes.byte(from) == Byte.newline { return from }
        let at = try Self.end(bytes, from)
        marks.insert(at == from &+ 1 && bytes.byte(from) == Byte.carriageReturn ? .carriageReturn : .odd)
        return at
    }

    private static func end(_ bytes: RawSpan, _ from: Int) throws(LineFault) -> Int {
        let at = JSONGrammar.afterSpaces(bytes, from)
        if bytes.byte(at) != Byte.newline { throw LineFault(.notJSON, at: at) }
        return at
    }

    /// Tells a line that is JSON but no object from one that is not JSON.
    private static func notObject(_ bytes: RawSpan, _ at: Int) -> LineFault {
        do throws(LineFault) {
            _ = try end(bytes, try JSONGrammar.value(bytes, at, depth: 0))
            return LineFault(.notObject, at: at)
        } catch {
            return error
        }
    }
}
