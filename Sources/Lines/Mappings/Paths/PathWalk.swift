internal import Events

/// Goes the rest of a path, from the first array on, over the bytes of a value that was found.
///
/// Every walk is over a part of the record, and a path has few steps, so that all of it stays linear.
enum PathWalk {
    /// Hands over the values at the end of the steps, in their order, until `body` says that it has enough.
    /// - Returns: whether it has enough.
    static func each(
        _ steps: ArraySlice<RecordPath.Step>, _ bytes: RawSpan, _ value: Range<Int>, ignoresCase: Bool,
        _ body: (RawSpan, Range<Int>) -> Bool
    ) -> Bool {
        guard let step = steps.first else { return body(bytes, value) }
        let rest = steps.dropFirst()
        switch step {
        case .member(let name):
            guard let member = member(name, bytes, value, ignoresCase) else { return false }
            return each(rest, bytes, member, ignoresCase: ignoresCase, body)
        case .element(let number):
            var elements: [Range<Int>] = []
            _ = eachElement(bytes, value) { element in
                elements.append(element)
                return number >= 0 && elements.count > number
            }
            let place = number >= 0 ? number : elements.count + number
            guard elements.indices.contains(place) else { return false }
            return each(rest, bytes, elements[place], ignoresCase: ignoresCase, body)
        case .all:
            return eachElement(bytes, value) { each(rest, bytes, $0, ignoresCase: ignoresCase, body) }
        case .chosen(let name, let wanted, let isPart):
            return eachElement(bytes, value) { element in
                guard let found = member(name, bytes, element, ignoresCase),
                    holds(text(bytes, found), wanted, isPart: isPart)
                else { return false }
                return each(rest, bytes, element, ignoresCase: ignoresCase, body)
            }
        }
    }

    /// Hands over the elements of an array; a value that is none is its own and only element, because some producers
    /// leave the brackets out where there is one.
    private static func eachElement(_ bytes: RawSpan, _ value: Range<Int>, _ body: (Range<Int>) -> Bool) -> Bool {
        guard bytes.byte(value.lowerBound) == Byte.openBracket else { return body(value) }
        var at = JSONGrammar.afterSpaces(bytes, value.lowerBound + 1)
        while bytes.byte(at) != Byte.closeBracket {
            guard let end = try? JSONGrammar.value(bytes, at, depth: 0) else { return false }
            if body(at..<end) { return true }
            at = JSONGrammar.afterSpaces(bytes, end)
            if bytes.byte(at) == Byte.comma { at = JSONGrammar.afterSpaces(bytes, at + 1) }
        }
        return false
    }

    /// The value of a member of an object; of two of one name that of the last.
    static func member(_ name: [UInt8], _ bytes: RawSpan, _ object: Range<Int>, _ ignoresCase: Bool) -> Range<Int>? {
        guard bytes.byte(object.lowerBound) == Byte.openBrace else { return nil }
        var found: Range<Int>?
        var at = JSONGrammar.afterSpaces(bytes, object.lowerBound + 1)
        while bytes.byte(at) == Byte.quote {
            var isEscaped = false
            guard let keyEnd = try? JSONGrammar.string(bytes, at + 1, escaped: &isEscaped) else { return nil }
            let key = at + 1..<keyEnd - 1
            // Behind a key stands a colon: the object was scanned as a whole before.
            let start = JSONGrammar.afterSpaces(bytes, JSONGrammar.afterSpaces(bytes, keyEnd) + 1)
            guard let end = try? JSONGrammar.value(bytes, start, depth: 0) else { return nil }
            if isNamed(name, bytes, key, isEscaped: isEscaped, ignoresCase) { found = start..<end }
            at = JSONGrammar.afterSpaces(bytes, end)
            if bytes.byte(at) == Byte.comma { at = JSONGrammar.afterSpaces(bytes, at + 1) }
        }
        return found
    }

    /// The names of an object's members; none if it is no object.
    static func names(_ object: [UInt8]) -> [[UInt8]] {
        let object = object.map { $0 == Byte.newline ? Byte.space : $0 } + [Byte.newline, 0, 0, 0, 0, 0, 0, 0]
        let bytes = object.span.bytes
        var names: [[UInt8]] = []
        var at = JSONGrammar.afterSpaces(bytes, 0)
        guard bytes.byte(at) == Byte.openBrace else { return [] }
        at = JSONGrammar.afterSpaces(bytes, at + 1)
        while bytes.byte(at) == Byte.quote {
            var isEscaped = false
            guard let keyEnd = try? JSONGrammar.string(bytes, at + 1, escaped: &isEscaped) else { return names }
            names.append(text(bytes, at..<keyEnd))
            let colon = JSONGrammar.afterSpaces(bytes, keyEnd)
            guard bytes.byte(colon) == Byte.colon,
                let end = try? JSONGrammar.value(bytes, JSONGrammar.afterSpaces(bytes, colon + 1), depth: 0)
            else { return names }
            at = JSONGrammar.afterSpaces(bytes, end)
            if bytes.byte(at) == Byte.comma { at = JSONGrammar.afterSpaces(bytes, at + 1) }
        }
        return names
    }

    private static func isNamed(
        _ name: [UInt8], _ bytes: RawSpan, _ key: Range<Int>, isEscaped: Bool, _ ignoresCase: Bool
    ) -> Bool {
        if !isEscaped, !ignoresCase { return bytes.equal(key, name) }
        var text: [UInt8] = []
        JSONText.unescape(bytes, key, into: &text)
        return ignoresCase ? text.map(\.lowercasedASCII) == name.map(\.lowercasedASCII) : text == name
    }

    /// What a value is as text: of a string what it means, of all else its bytes.
    static func text(_ bytes: RawSpan, _ value: Range<Int>) -> [UInt8] {
        var text: [UInt8] = []
        append(bytes, value, to: &text)
        return text
    }

    static func append(_ bytes: RawSpan, _ value: Range<Int>, to out: inout [UInt8]) {
        if bytes.byte(value.lowerBound) == Byte.quote {
            JSONText.unescape(bytes, value.lowerBound + 1..<value.upperBound - 1, into: &out)
        } else {
            out.append(bytes, value)
        }
    }

    private static func holds(_ text: [UInt8], _ wanted: [UInt8], isPart: Bool) -> Bool {
        guard isPart else { return text == wanted }
        let (text, wanted) = (text.map { $0.lowercasedASCII }, wanted.map { $0.lowercasedASCII })
        guard text.count >= wanted.count else { return false }
        return (0...text.count - wanted.count).contains { text[$0..<$0 + wanted.count].elementsEqual(wanted) }
    }
}
