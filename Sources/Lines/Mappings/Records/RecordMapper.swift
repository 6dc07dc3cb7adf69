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
    private var values: ValueReader
    private var writer = MappedLineWriter()
    private(set) var outcomes: [Outcome] = []

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
        values.records.removeAll(keepingCapacity: true)
        var open = OpenRecord()
        if isText(record) {
            guard fill(&open.bytes, fromText: Array(record, 0..<record.byteCount)) else {
                return outcomes.append(.skipped(type: Other.text))
            }
        } else {
            open.bytes.reserveCapacity(record.byteCount + 8)
            open.bytes.append(record, 0..<record.byteCount)
            open.bytes.replaceNewlines(from: 0)
        }
        try find(in: &open, depth: 0)
        values.records.append(open)
        unfold(depth: 0, into: &out)
    }

    /// Whether a record is one of the mapping's kind.
    mutating func recognizes(_ record: RawSpan) -> Bool {
        values.records.removeAll()
        var open = OpenRecord()
        if isText(record) {
            guard fill(&open.bytes, fromText: Array(record, 0..<record.byteCount)) else { return false }
        } else {
            open.bytes = Array(record, 0..<record.byteCount)
            open.bytes.replaceNewlines(from: 0)
        }
        guard (try? find(in: &open, depth: 0)) != nil else { return false }
        values.records.append(open)
        values.forget()
        return mapping.recognition.allSatisfy { values.holds($0) }
    }

    /// Whether a record is a line of text. Some logs have both, one below the other.
    private func isText(_ record: RawSpan) -> Bool { !mapping.patterns.isEmpty && SourceForm.isText(record) }

    private func find(in open: inout OpenRecord, depth: Int) throws(LineFault) {
        // The scanner reads whole words: some bytes stand behind the newline.
        open.bytes += [Byte.newline, 0, 0, 0, 0, 0, 0, 0]
        var found = open.found
        let whole = open.bytes
        let bytes = whole.span.bytes
        let start = JSONGrammar.afterSpaces(bytes, 0)
        let end = try mapping.trees[depth].find(in: bytes, from: start, &found)
        let rest = JSONGrammar.afterSpaces(bytes, end)
        guard bytes.byte(rest) == Byte.newline else { throw LineFault.unexpected(bytes, at: rest) }
        open.found = found
    }

    /// What a pattern took from a line of text, as an object.
    private func fill(_ bytes: inout [UInt8], fromText text: [UInt8]) -> Bool {
        guard String(validating: text, as: UTF8.self) != nil else { return false }
        for pattern in mapping.patterns {
            guard let places = pattern.find(in: text[...]) else { continue }
            bytes.append(Byte.openBrace)
            for (group, name) in pattern.groups.enumerated() {
                guard let name, places[2 * group + 2] >= 0 else { continue }
                let taken = text[places[2 * group + 2]..<places[2 * group + 3]]
                guard String(validating: taken, as: UTF8.self) != nil else { continue }
                if bytes.count > 1 { bytes.append(Byte.comma) }
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
        for path in unfolding.paths where parts.isEmpty {
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
            guard unfolding.isOptional, let own = values.records.last else {
                return outcomes.append(.skipped(type: Other.nothing))
            }
            values.records.append(OpenRecord(bytes: own.bytes, found: unfolding.ownSlots.map { own.found[$0] }))
            unfold(depth: depth + 1, into: &out)
            values.records.removeLast()
            return
        }
        for part in parts {
            var open = OpenRecord(bytes: part)
            do throws(LineFault) {
                try find(in: &open, depth: depth + 1)
            } catch {
                outcomes.append(.skipped(type: Other.text))
                continue
            }
            values.records.append(open)
            unfold(depth: depth + 1, into: &out)
            values.records.removeLast()
        }
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
        let rule = mapping.rules.first { rule in rule.conditions.allSatisfy { values.holds($0) } }
        switch rule?.outcome ?? mapping.otherwise {
        case .skip: outcomes.append(.skipped(type: type()))
        case .unmapped: outcomes.append(.unmapped(type: type()))
        case .event(let kind): append(kind, rule, &out)
        }
    }

    private mutating func append(_ kind: EventKind, _ rule: MappedRule?, _ out: inout [UInt8]) {
        guard let said = values.text(mapping.time) else { return outcomes.append(.refused(.noTS, nil)) }
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
