internal import Events

/// A record whose values are asked for: of each slot of its tree the place of the value in the memory of all records.
struct OpenRecord: Sendable {
    var found: [Range<Int>] = []
}

/// Answers what a mapping asks about a record and those around it.
struct ValueReader: Sendable {
    /// What is known of a value that has a name.
    private enum Known: Sendable {
        case unasked, absent
        /// Where it stands in `texts`.
        case text(Range<Int>)
    }

    let named: [MappedValue]
    let ignoresCase: Bool
    /// The bytes of records: JSON, an object each, with a newline and some bytes behind it.
    var memory: [UInt8] = []
    /// Those that are open, the outermost first.
    private(set) var records: [OpenRecord] = []
    /// Records that were closed: their memory serves again.
    private var spares: [OpenRecord] = []
    /// Of each named value what it is in the records that are open, as far as it was asked for.
    private var known: [Known]
    private var texts: [UInt8] = []
    private var memo: PatternMemo

    init(named: [MappedValue], ignoresCase: Bool, parts: Int) {
        memo = PatternMemo(count: parts)
        self.named = named
        self.ignoresCase = ignoresCase
        known = Array(repeating: .unasked, count: named.count)
    }

    /// Forgets what named values were, when another record is open.
    mutating func forget() {
        for place in known.indices { known[place] = .unasked }
        texts.removeAll(keepingCapacity: true)
    }

    // MARK: Records

    /// A record to be filled and opened.
    mutating func makeRecord() -> OpenRecord { spares.popLast() ?? OpenRecord() }

    mutating func open(_ record: OpenRecord) { records.append(record) }

    /// Opens the last record again, as one inside of it whose values have other slots.
    mutating func openAgain(_ slots: [Int]) {
        guard let own = records.indices.last else { return }
        var record = makeRecord()
        record.found.removeAll(keepingCapacity: true)
        for slot in slots { record.found.append(records[own].found[slot]) }
        open(record)
    }

    mutating func close() { if let record = records.popLast() { spares.append(record) } }

    // MARK: Texts

    /// The value as text, or nil: also of null, of an empty text, and of the words that stand for nothing.
    mutating func text(_ value: MappedValue) -> [UInt8]? {
        var text: [UInt8] = []
        return append(value, to: &text) ? text : nil
    }

    /// Appends the value as text; false if it has none, and then nothing is appended.
    mutating func append(_ value: MappedValue, to out: inout [UInt8]) -> Bool {
        let start = out.count
        switch value {
        case .path(let path): return append(at: path, to: &out)
        case .named(let place): return append(named: place, to: &out)
        case .text(let text): out += text
        case .template(let parts):
            for part in parts where !append(part, to: &out) {
                out.removeLast(out.count - start)
                return false
            }
        case .first(let values):
            for value in values where append(value, to: &out) { return true }
            return false
        case .part(let value, let pattern, let group, let number):
            guard append(value, to: &out), memo.replace(number, pattern, group: group, from: start, of: &out) else {
                return false
            }
            return Self.keepIfPresent(from: start, of: &out)
        case .lookup(let value, let words, let otherwise):
            guard append(value, to: &out) else { return false }
            let word = words.word(for: out.span.bytes, start..<out.count) ?? otherwise
            out.removeLast(out.count - start)
            guard let word else { return false }
            out += word
        case .lowercased(let value):
            guard append(value, to: &out) else { return false }
            for place in start..<out.count { out[place] = out[place].lowercasedASCII }
        case .split(let value, _): return append(value, to: &out)
        }
        return true
    }

    private mutating func append(named place: Int, to out: inout [UInt8]) -> Bool {
        switch known[place] {
        case .absent: return false
        case .text(let range):
            out.append(contentsOf: texts[range])
            return true
        case .unasked:
            let start = out.count
            guard append(named[place], to: &out) else {
                known[place] = .absent
                return false
            }
            known[place] = .text(texts.count..<texts.count + out.count - start)
            texts.append(contentsOf: out[start...])
            return true
        }
    }

    /// What can be said of a value without making a text of it.
    enum InPlace {
        case absent
        /// A string without escapes, in the memory of records, its quotes included.
        case string(Range<Int>)
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

    func inPlace(_ path: BoundPath) -> InPlace {
        guard let range = place(of: path) else { return .absent }
        guard path.rest.isEmpty else { return .other }
        let bytes = memory.span.bytes
        switch bytes.byte(range.lowerBound) {
        case Byte.quote where bytes.hasNoBackslash(range):
            return bytes.isNothing(range.lowerBound + 1..<range.upperBound - 1) ? .absent : .string(range)
        case UInt8(ascii: "n"): return .absent
        default: return .other
        }
    }

    /// Where what is found at a path stands, up to the first array; nil if there is nothing.
    private func place(of path: BoundPath) -> Range<Int>? {
        let place = records.count - 1 - path.outward
        guard place >= 0, path.slot < records[place].found.count else { return nil }
        let range = records[place].found[path.slot]
        return range.isEmpty ? nil : range
    }

    /// Whether anything stands at a path.
    func has(_ path: BoundPath) -> Bool { place(of: path) != nil }

    /// Appends the bytes of a value that is in place.
    func append(_ range: Range<Int>, to out: inout [UInt8]) { out.append(memory.span.bytes, range) }

    // MARK: Paths

    /// Appends the first value at a path that is there.
    private func append(at path: BoundPath, to out: inout [UInt8]) -> Bool {
        switch inPlace(path) {
        case .absent: return false
        case .string(let range):
            out.append(memory.span.bytes, range.lowerBound + 1..<range.upperBound - 1)
            return true
        case .other: break
        }
        var isThere = false
        let start = out.count
        each(path) { bytes, range in
            isThere = Self.append(scalar: bytes, range, ignoresCase, from: start, to: &out)
            return isThere
        }
        return isThere
    }

    /// Appends a text, a number or a truth; of an array the first of its elements, of an object its JSON.
    private static func append(
        scalar bytes: RawSpan, _ range: Range<Int>, _ ignoresCase: Bool, from start: Int, to out: inout [UInt8]
    ) -> Bool {
        guard bytes.byte(range.lowerBound) == Byte.openBracket else {
            PathWalk.append(bytes, range, to: &out)
            return keepIfPresent(from: start, of: &out)
        }
        return PathWalk.each([.all], bytes, range, ignoresCase: ignoresCase) { bytes, element in
            PathWalk.append(bytes, element, to: &out)
            return keepIfPresent(from: start, of: &out)
        }
    }

    /// Hands over the values at a path, until `body` has enough.
    func each(_ path: BoundPath, _ body: (RawSpan, Range<Int>) -> Bool) {
        guard let range = place(of: path) else { return }
        _ = PathWalk.each(path.rest[...], memory.span.bytes, range, ignoresCase: ignoresCase, body)
    }

    /// Takes a text away again that stands for nothing.
    private static func keepIfPresent(from start: Int, of out: inout [UInt8]) -> Bool {
        guard out.span.bytes.isNothing(start..<out.count) else { return true }
        out.removeLast(out.count - start)
        return false
    }
}

extension RawSpan {
    func hasNoBackslash(_ range: Range<Int>) -> Bool {
        var at = range.lowerBound
        while at &+ 8 <= range.upperBound {
            let other = word(at) ^ 0x5C5C_5C5C_5C5C_5C5C
            if (other &- 0x0101_0101_0101_0101) & ~other & 0x8080_8080_8080_8080 != 0 { return false }
            at &+= 8
        }
        while at < range.upperBound {
            if byte(at) == Byte.backslash { return false }
            at &+= 1
        }
        return true
    }

    func starts(_ range: Range<Int>, with text: [UInt8]) -> Bool {
        range.count >= text.count && equal(range.lowerBound..<range.lowerBound + text.count, text)
    }

    /// Whether a text is one of the words by which producers say that there is no value: nothing, `-`, `null`,
    /// `unknown`.
    func isNothing(_ range: Range<Int>) -> Bool {
        switch range.count {
        case 0: true
        case 1: byte(range.lowerBound) == Byte.minus
        case 4: holds("null", at: range.lowerBound)
        case 7: holds("unknown", at: range.lowerBound)
        default: false
        }
    }

    private func holds(_ word: StaticString, at start: Int) -> Bool {
        for place in 0..<word.utf8CodeUnitCount where byte(start &+ place) != word.utf8Start[place] { return false }
        return true
    }
}
