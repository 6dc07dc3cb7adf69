internal import Events

/// Makes events out of one record after another.
struct RecordMapper: Sendable {
    /// What became of a record, or of one that was unfolded from it.
    enum Outcome: Equatable {
        /// A line of ours stands in this range of the output.
        case event(Range<Int>)
        case skipped(type: [UInt8])
        case unmapped(type: [UInt8])
        /// It should be an event and cannot be.
        case refused(QuarantineReason, EventField?)
    }

    /// Records that one record is unfolded into; more are refused as a whole.
    static let mostUnfolded = 100_000
    private static let mostTimes = 1000

    let mapping: Mapping
    /// A moment that no record is later than by more than a day, for times without a year.
    var reference: Int64
    /// Its memory holds the records that gave events, until `forgetRecords`.
    private(set) var values: ValueReader
    private var writer = MappedLineWriter()
    /// What rules remember.
    var memory = RuleMemory()
    /// The time of an event as text.
    private var said: [UInt8] = []
    private(set) var outcomes: [Outcome] = []
    /// Where in the memory the last record stands as it is kept: on one line. Nil if it gave no event.
    private(set) var kept: Range<Int>?

    init(_ mapping: Mapping, reference: Int64) {
        self.mapping = mapping
        self.reference = reference
        values = ValueReader(named: mapping.named, ignoresCase: mapping.ignoresCase, parts: mapping.parts)
    }

    /// Maps a record; its outcomes are then in `outcomes`, and the lines of its events in `out`.
    ///
    /// Throws where the record is not what its form says; positions are those in `record`.
    mutating func map(_ record: RawSpan, into out: inout [UInt8]) throws(LineFault) {
        outcomes.removeAll(keepingCapacity: true)
        kept = nil
        let start = values.memory.count
        let isText = isText(record)
        guard take(record, isText: isText) else { return outcomes.append(.skipped(type: Other.text)) }
        do throws(LineFault) {
            try open(from: start, depth: 0)
        } catch {
            values.memory.removeLast(values.memory.count - start)
            throw LineFault(error.reason, at: error.position < 0 ? error.position : error.position - start)
        }
        unfold(depth: 0, into: &out)
        values.close()
        keep(record, isText: isText, from: start)
    }

    /// Keeps a record that gave an event, on one line.
    private mutating func keep(_ record: RawSpan, isText: Bool, from start: Int) {
        let hasEvent = outcomes.contains { if case .event = $0 { true } else { false } }
        if !hasEvent || isText { values.memory.removeLast(values.memory.count - start) }
        guard hasEvent else { return }
        if isText {
            values.memory.append(record, 0..<record.byteCount)
            values.memory.replaceNewlines(from: start)
        }
        kept = start..<start + record.byteCount
    }

    /// Forgets the records that are kept.
    /// - Parameter mostMemory: more than so many bytes of memory are given back.
    mutating func forgetRecords(keeping mostMemory: Int = 1 << 20) {
        values.memory.removeAll(keepingCapacity: values.memory.capacity <= mostMemory)
    }

    /// Whether a record is one of the mapping's kind.
    mutating func recognizes(_ record: RawSpan) -> Bool {
        let start = values.memory.count
        defer { values.memory.removeLast(values.memory.count - start) }
        guard take(record, isText: isText(record)), (try? open(from: start, depth: 0)) != nil else { return false }
        defer { values.close() }
        values.forget()
        return mapping.recognition.allSatisfy { values.holds($0) }
    }

    /// The type of a line of text that a pattern finds; nil for what no pattern finds.
    mutating func typeOfText(_ record: RawSpan) -> [UInt8]? {
        let start = values.memory.count
        defer { values.memory.removeLast(values.memory.count - start) }
        guard isText(record), take(record, isText: true), (try? open(from: start, depth: 0)) != nil else { return nil }
        defer { values.close() }
        return type()
    }

    /// Puts a record into the memory, as JSON on one line; false if it is a text that is none.
    private mutating func take(_ record: RawSpan, isText: Bool) -> Bool {
        if isText { return Self.fill(&values.memory, mapping.patterns, Array(record, 0..<record.byteCount)) }
        let start = values.memory.count
        // A long one gets as much memory as it takes and no more; that grows by doubling otherwise.
        if record.byteCount > 1 << 20 { values.memory.reserveCapacity(start + record.byteCount + 16) }
        values.memory.append(record, 0..<record.byteCount)
        values.memory.replaceNewlines(from: start)
        return true
    }

    /// Whether a record is a line of text. Some logs have both, one below the other.
    private func isText(_ record: RawSpan) -> Bool { !mapping.patterns.isEmpty && SourceForm.isText(record) }

    /// Opens the record that ends the memory.
    private mutating func open(from start: Int, depth: Int) throws(LineFault) {
        values.memory.append(Byte.newline)
        // The scanner reads whole words.
        for _ in 0..<7 { values.memory.append(0) }
        var record = values.makeRecord()
        try find(from: start, depth: depth, in: &record)
        values.open(record)
    }

    private func find(from start: Int, depth: Int, in record: inout OpenRecord) throws(LineFault) {
        let bytes = values.memory.span.bytes
        let first = JSONGrammar.afterSpaces(bytes, start)
        let end = try mapping.trees[depth].find(in: bytes, from: first, &record.found)
        let rest = JSONGrammar.afterSpaces(bytes, end)
        guard bytes.byte(rest) == Byte.newline else { throw LineFault.unexpected(bytes, at: rest) }
    }

    /// What a pattern took from a line of text, as an object.
    private static func fill(_ bytes: inout [UInt8], _ patterns: [Pattern], _ text: [UInt8]) -> Bool {
        let start = bytes.count
        guard String(validating: text, as: UTF8.self) != nil else { return false }
        for pattern in patterns {
            guard let places = pattern.find(in: text[...]) else { continue }
            bytes.append(Byte.openBrace)
            for (group, name) in pattern.groups.enumerated() {
                guard let name, places[2 * group + 2] >= 0 else { continue }
                let taken = text[places[2 * group + 2]..<places[2 * group + 3]]
                guard String(validating: taken, as: UTF8.self) != nil else { continue }
                if bytes.count > start + 1 { bytes.append(Byte.comma) }
                JSONText.escape(Array(name.utf8)[...], into: &bytes)
                bytes.append(Byte.colon)
                JSONText.escape(taken, into: &bytes)
            }
            bytes.append(Byte.closeBrace)
            return true
        }
        return false
    }

    // MARK: Unfolding

    /// What is counted of values that are no records.
    private enum Other {
        static let text = Array("(text)".utf8)
        static let cut = Array("(cut text)".utf8)
        static let nothing = Array("(nothing unfolded)".utf8)
    }

    private mutating func unfold(depth: Int, into out: inout [UInt8]) {
        guard depth < mapping.unfoldings.count else { return mapInnermost(into: &out) }
        let unfolding = mapping.unfoldings[depth]
        var parts: [[UInt8]] = []
        var others = 0, cuts = 0
        for path in unfolding.paths where parts.isEmpty && values.has(path) {
            values.each(path) { bytes, range in
                var part: [UInt8] = []
                if unfolding.holdsCutMark(bytes, range) {
                    cuts += 1
                } else if Self.append(bytes, range, unfolding, to: &part) {
                    parts.append(part)
                } else {
                    others += 1
                }
                return parts.count + others + cuts > Self.mostUnfolded
            }
        }
        outcomes += repeatElement(.skipped(type: Other.cut), count: cuts)
        outcomes += repeatElement(.skipped(type: Other.text), count: min(others, 1))
        if parts.isEmpty, others + cuts == 0 {
            guard unfolding.isOptional else { return outcomes.append(.skipped(type: Other.nothing)) }
            values.openAgain(unfolding.ownSlots)
            unfold(depth: depth + 1, into: &out)
            return values.close()
        }
        for part in parts { unfold(part, depth: depth + 1, into: &out) }
    }

    /// What was unfolded, as a record.
    private mutating func unfold(_ part: [UInt8], depth: Int, into out: inout [UInt8]) {
        let start = values.memory.count
        defer { values.memory.removeLast(values.memory.count - start) }
        values.memory += part
        do throws(LineFault) {
            try open(from: start, depth: depth)
        } catch {
            return outcomes.append(.skipped(type: Other.text))
        }
        unfold(depth: depth, into: &out)
        values.close()
    }

    /// Appends what a value unfolds to, as an object; false if it is none.
    private static func append(
        _ bytes: RawSpan, _ range: Range<Int>, _ unfolding: Unfolding, to part: inout [UInt8]
    ) -> Bool {
        switch bytes.byte(range.lowerBound) {
        case Byte.openBrace:
            part.append(bytes, range)
            return true
        case Byte.quote:
            let text = PathWalk.text(bytes, range)
            if unfolding.content == .kv {
                return KeyValues.appendObject(text[...], separator: unfolding.separator, to: &part)
            }
            guard text.first(where: { $0 > Byte.space }) == Byte.openBrace else { return false }
            part = text
            part.replaceNewlines(from: 0)
            return true
        default: return false
        }
    }

    // MARK: Events

    private mutating func type() -> [UInt8] {
        values.forget()
        return mapping.type.flatMap { values.text($0) } ?? Array("none".utf8)
    }

    private mutating func mapInnermost(into out: inout [UInt8]) {
        values.forget()
        let rule = mapping.rules.indices.first {
            holds(mapping.rules[$0].conditions) && !isKnown(mapping.rules[$0].unless)
        }.map { mapping.rules[$0] }
        if let value = rule?.remember, let text = values.text(value) { memory.add(text) }
        if let value = rule?.forget, let text = values.text(value) { memory.remove(text) }
        switch rule?.outcome ?? mapping.otherwise {
        case .skip: outcomes.append(.skipped(type: type()))
        case .unmapped: outcomes.append(.unmapped(type: type()))
        case .event(let kind): append(kind, rule, &out)
        }
    }

    private mutating func holds(_ conditions: [MappedCondition]) -> Bool {
        for condition in conditions where !values.holds(condition) { return false }
        return true
    }

    private mutating func isKnown(_ value: MappedValue?) -> Bool {
        guard let value, !memory.isEmpty, let text = values.text(value) else { return false }
        return memory.holds(text)
    }

    private mutating func append(_ kind: EventKind, _ rule: MappedRule?, _ out: inout [UInt8]) {
        said.removeAll(keepingCapacity: true)
        guard values.append(mapping.time, to: &said) else { return outcomes.append(.refused(.noTS, nil)) }
        guard let time = mapping.timeForm.read(said[...], reference: reference) else {
            return outcomes.append(.refused(.badTS, nil))
        }
        let times = mapping.times.flatMap { values.text($0) }.flatMap { Int(String(decoding: $0, as: UTF8.self)) } ?? 1
        for _ in 0..<min(max(1, times), Self.mostTimes) {
            let start = out.count
            let number = outcomes.count { if case .event = $0 { true } else { false } }
            writer.append(
                MappedEvent(kind: kind, time: time, number: number, rule: rule), mapping, &values, reference, to: &out)
            outcomes.append(.event(start..<out.count))
        }
    }
}

extension Unfolding {
    /// Whether a text was cut by its producer.
    func holdsCutMark(_ bytes: RawSpan, _ range: Range<Int>) -> Bool {
        guard let first = cutMark.first, range.count > cutMark.count else { return false }
        return (range.lowerBound...range.upperBound - cutMark.count).contains { place in
            bytes.byte(place) == first && bytes.equal(place..<place + cutMark.count, cutMark)
        }
    }
}

extension [UInt8] {
    /// Makes line breaks spaces: outside of strings, where JSON has none, they are the same.
    mutating func replaceNewlines(from start: Int) {
        var at = start
        while let place = span.bytes.newline(from: at) {
            self[place] = Byte.space
            at = place + 1
        }
    }
}
