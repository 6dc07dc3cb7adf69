internal import Events

/// A record whose values are asked for: its bytes, and where what its mapping asks for stands in them.
struct OpenRecord: Sendable {
    /// JSON, an object, and a newline.
    var bytes: [UInt8] = []
    /// Of each slot of the record's tree the place of the value.
    var found: [Range<Int>] = []
}

/// Answers what a mapping asks about a record and those around it.
struct ValueReader: Sendable {
    private let named: [MappedValue]
    private let ignoresCase: Bool
    /// The outermost first.
    var records: [OpenRecord] = []
    /// Of each named value what it is in the records that are open, as far as it was asked for.
    private var known: [[UInt8]??]

    private var memo: PatternMemo

    init(named: [MappedValue], ignoresCase: Bool, parts: Int) {
        memo = PatternMemo(count: parts)
        self.named = named
        self.ignoresCase = ignoresCase
        known = Array(repeating: .none, count: named.count)
    }

    /// Forgets what named values were, when another record is open.
    mutating func forget() { for place in known.indices { known[place] = .none } }

    /// The value as text, or nil: also of null, of an empty text, and of the words that stand for nothing.
    mutating func text(_ value: MappedValue) -> [UInt8]? {
        switch value {
        case .path(let path): return text(at: path)
        case .named(let place):
            if let answer = known[place] { return answer }
            let answer = text(named[place])
            known[place] = .some(answer)
            return answer
        case .text(let text): return text
        case .template(let parts):
            var all: [UInt8] = []
            for part in parts {
                guard let text = text(part) else { return nil }
                all += text
            }
            return all
        case .first(let values):
            for value in values { if let text = text(value) { return text } }
            return nil
        case .part(let value, let pattern, let group, let number):
            guard let text = text(value) else { return nil }
            return memo.part(number, of: text, pattern, group: group).flatMap(Self.present)
        case .lookup(let value, let words, let otherwise):
            guard let text = text(value) else { return nil }
            return words[text] ?? otherwise
        case .lowercased(let value): return text(value)?.map(\.lowercasedASCII)
        case .split(let value, _): return text(value)
        }
    }

    /// The value as a list of texts: the elements of an array, the parts of a text, or the one text.
    mutating func list(_ value: MappedValue) -> [[UInt8]]? {
        switch value {
        case .path(let path):
            var all: [[UInt8]] = []
            each(path) { bytes, range in
                if bytes.byte(range.lowerBound) == Byte.openBracket {
                    _ = PathWalk.each([.all], bytes, range, ignoresCase: ignoresCase) { bytes, element in
                        if let text = Self.present(PathWalk.text(bytes, element)) { all.append(text) }
                        return false
                    }
                } else if let text = Self.present(PathWalk.text(bytes, range)) {
                    all.append(text)
                }
                return false
            }
            return all.isEmpty ? nil : all
        case .first(let values):
            for value in values { if let list = list(value) { return list } }
            return nil
        case .named(let place): return list(named[place])
        case .split(let value, let separator):
            guard let list = list(value) else { return nil }
            let parts = list.flatMap { Self.split($0, separator) }
            return parts.isEmpty ? nil : parts
        case .lowercased(let value): return list(value)?.map { $0.map(\.lowercasedASCII) }
        case .text, .template, .part, .lookup: return text(value).map { [$0] }
        }
    }

    mutating func holds(_ condition: MappedCondition) -> Bool { holds(condition.test, condition.value) }

    private mutating func holds(_ test: MappedTest, _ value: MappedValue) -> Bool {
        if case .path(let path) = value, let answer = holdsInPlace(test, path) { return answer }
        switch test {
        case .exists(let wanted): return (text(value) != nil) == wanted
        case .not(let test): return !holds(test, value)
        case .anyOf(let texts): return text(value).map { texts.contains($0) } ?? false
        case .prefix(let starts): return text(value).map { text in starts.contains { text.starts(with: $0) } } ?? false
        case .suffix(let ends):
            return text(value).map { text in ends.contains { text.suffix($0.count) == $0[...] } } ?? false
        case .pattern(let pattern): return text(value).map { pattern.matches($0[...]) } ?? false
        case .atLeast(let least):
            return text(value).flatMap { Double(String(decoding: $0, as: UTF8.self)) }.map { $0 >= least } ?? false
        }
    }

    /// What can be said of a value without making a text of it.
    enum InPlace {
        case absent
        /// A string without escapes, in the JSON of a record, its quotes included.
        case string(record: Int, Range<Int>)
        /// It takes more to say.
        case other
    }

    /// The value where it stands, for those that are copied as they are.
    func inPlace(_ value: MappedValue) -> InPlace {
        switch value {
        case .path(let path): return inPlace(path)
        case .named(let place): return inPlace(named[place])
        case .first(let values):
            for value in values {
                switch inPlace(value) {
                case .absent: continue
                case let found: return found
                }
            }
            return .absent
        default: return .other
        }
    }

    private func inPlace(_ path: BoundPath) -> InPlace {
        let place = records.count - 1 - path.outward
        guard records.indices.contains(place), records[place].found.indices.contains(path.slot) else { return .other }
        let range = records[place].found[path.slot]
        guard !range.isEmpty else { return .absent }
        guard path.rest.isEmpty else { return .other }
        let record = records[place].bytes
        let bytes = record.span.bytes
        switch bytes.byte(range.lowerBound) {
        case Byte.quote where range.count > 9 && bytes.hasNoBackslash(range): return .string(record: place, range)
        case UInt8(ascii: "n"): return .absent
        default: return .other
        }
    }

    /// Appends the bytes of a value that is in place.
    func append(_ record: Int, _ range: Range<Int>, to out: inout [UInt8]) {
        out.append(contentsOf: records[record].bytes[range])
    }

    /// The answer for a text without escapes, or a value that is not there, without making a text of it; nil if it
    /// takes more.
    private func holdsInPlace(_ test: MappedTest, _ path: BoundPath) -> Bool? {
        switch inPlace(path) {
        case .other: return nil
        case .absent:
            switch test {
            case .exists(let wanted): return !wanted
            case .not(let test): return holdsInPlace(test, path).map { !$0 }
            default: return false
            }
        case .string(let place, let range):
            let record = records[place].bytes
            let bytes = record.span.bytes
            let text = range.lowerBound + 1..<range.upperBound - 1
            switch test {
            case .exists(let wanted): return wanted
            case .anyOf(let texts): return texts.contains { bytes.equal(text, $0) }
            case .prefix(let starts): return starts.contains { bytes.starts(text, with: $0) }
            case .not(let test): return holdsInPlace(test, path).map { !$0 }
            case .suffix, .pattern, .atLeast: return nil
            }
        }
    }

    // MARK: Paths

    /// The first value at a path that is there.
    private func text(at path: BoundPath) -> [UInt8]? {
        var answer: [UInt8]?
        each(path) { bytes, range in
            answer = Self.scalar(bytes, range, ignoresCase)
            return answer != nil
        }
        return answer
    }

    /// A text, a number or a truth; of an array the first of its elements, of an object its JSON.
    private static func scalar(_ bytes: RawSpan, _ range: Range<Int>, _ ignoresCase: Bool) -> [UInt8]? {
        guard bytes.byte(range.lowerBound) == Byte.openBracket else { return present(PathWalk.text(bytes, range)) }
        var answer: [UInt8]?
        _ = PathWalk.each([.all], bytes, range, ignoresCase: ignoresCase) { bytes, element in
            answer = present(PathWalk.text(bytes, element))
            return answer != nil
        }
        return answer
    }

    /// Hands over the values at a path, until `body` has enough.
    func each(_ path: BoundPath, _ body: (RawSpan, Range<Int>) -> Bool) {
        let place = records.count - 1 - path.outward
        guard records.indices.contains(place), records[place].found.indices.contains(path.slot) else { return }
        let range = records[place].found[path.slot]
        guard !range.isEmpty else { return }
        let record = records[place].bytes
        let bytes = record.span.bytes
        _ = PathWalk.each(path.rest[...], bytes, range, ignoresCase: ignoresCase, body)
    }

    /// Words by which producers say that there is no value.
    private static let nothing: Set<[UInt8]> = Set(["", "null", "-", "unknown"].map { Array($0.utf8) })

    private static func present(_ text: [UInt8]) -> [UInt8]? {
        text.count <= 7 && nothing.contains(text) ? nil : text
    }

    private static func split(_ text: [UInt8], _ separator: [UInt8]) -> [[UInt8]] {
        guard let first = separator.first else { return [text] }
        var parts: [[UInt8]] = []
        var start = 0
        var at = 0
        while at < text.count {
            if text[at] == first, text[at...].starts(with: separator) {
                parts.append(Array(text[start..<at]))
                at += separator.count
                start = at
            } else {
                at += 1
            }
        }
        parts.append(Array(text[start...]))
        return parts.map { part in
            Array(part.drop { $0 == Byte.space }.reversed().drop { $0 == Byte.space }.reversed())
        }.filter { !$0.isEmpty }
    }
}

extension RawSpan {
    fileprivate func hasNoBackslash(_ range: Range<Int>) -> Bool {
        for place in range where byte(place) == Byte.backslash { return false }
        return true
    }

    fileprivate func starts(_ range: Range<Int>, with text: [UInt8]) -> Bool {
        range.count >= text.count && equal(range.lowerBound..<range.lowerBound + text.count, text)
    }
}
