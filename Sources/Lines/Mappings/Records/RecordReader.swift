package import Events
internal import Model

/// Reads the records of one source by a mapping: events go into a batch, and what is none is counted by its type.
package struct RecordReader: Sendable {
    /// How many records of a type gave no event.
    package struct TypeCount: Sendable, Equatable {
        /// Those that the mapping knows to be no auth events.
        package var skipped: Int64 = 0
        /// Those that it does not know.
        package var unmapped: Int64 = 0
    }

    /// More types than these are counted together, under `mostTypes`.
    private static let mostTypes = 1000
    private static let otherTypes = Array("(other types)".utf8)
    /// So many bytes of records and lines are made before they go into the batch.
    private static let mostMade = 1 << 20

    package var frame: RecordFrame {
        var frame = framer.frame
        frame.memory = mapper.memory
        return frame
    }

    private var framer: RecordFramer
    private var mapper: RecordMapper
    private var types: [[UInt8]: TypeCount] = [:]
    private var made: [MadeLine] = []
    /// Of `made`, how many are in the batch.
    private var taken = 0
    /// The lines that were made.
    private var memory: [UInt8] = []

    /// - Parameter reference: a moment that no record is later than by more than a day: the clock, or when the file was
    ///   last written. Times without a year go by it.
    package init(_ mapping: Mapping, frame: RecordFrame, reference: Int64) {
        framer = RecordFramer(frame, lists: mapping.lists)
        mapper = RecordMapper(mapping, reference: reference)
        mapper.memory = frame.memory
    }

    /// A reader of another source of the same kind, which still knows what patterns took from texts: a bucket has
    /// thousands of objects with the same texts in them.
    package func another(frame: RecordFrame, reference: Int64) -> RecordReader {
        var next = RecordReader(mapping, frame: frame, reference: reference)
        next.mapper = mapper
        next.mapper.reference = reference
        next.mapper.memory = frame.memory
        next.mapper.forgetRecords()
        return next
    }

    package var mapping: Mapping { mapper.mapping }

    /// Whether events wait for room in a batch; nothing may be committed until they have it.
    package var isWaiting: Bool { taken < made.count }

    /// Whether bytes behind the last record are a whole record that only lacks its newline.
    package func isWhole(_ bytes: RawSpan) -> Bool {
        guard frame.form == .lines else { return false }
        var at = 0
        while at < bytes.byteCount, bytes.byte(at) <= Byte.space { at += 1 }
        guard at < bytes.byteCount, bytes.byte(at) == Byte.openBrace,
            case .end(var end) = ValueExtent.container(bytes, at)
        else { return false }
        while end < bytes.byteCount, bytes.byte(end) <= Byte.space { end += 1 }
        return end == bytes.byteCount
    }

    /// Takes what records without an event were, by type.
    /// - Parameter secrets: replaces credentials, which a type may hold where it comes from the log.
    package mutating func takeTypes(_ secrets: SecretMarker?) -> [[UInt8]: TypeCount] {
        defer { types = [:] }
        return types.reduce(into: [:]) { all, entry in
            let name = secrets?.redacted(text: entry.key.span.bytes)?.bytes ?? entry.key
            all[name, default: TypeCount()].skipped += entry.value.skipped
            all[name, default: TypeCount()].unmapped += entry.value.unmapped
        }
    }

    /// Reads records from the beginning of a chunk, and returns how many bytes of it need not be shown again.
    ///
    /// Call it again when the batch has room, until it returns 0 and nothing is waiting.
    /// - Parameters:
    ///   - offset: where the chunk begins in its source.
    ///   - isLast: nothing will follow the chunk.
    package mutating func read(
        _ chunk: RawSpan, at offset: Int64, isLast: Bool, source: String, sourceID: Int64,
        with reader: inout LineReader,
        into batch: inout EventBatch
    ) -> Int {
        var at = 0
        while true {
            if isWaiting {
                taken += reader.read(
                    made[taken...], in: memory.span.bytes, records: mapper.values.memory.span.bytes, source: source,
                    sourceID: sourceID, into: &batch)
                if isWaiting { return at }
                clear()
            }
            let before = at
            while memory.count + mapper.values.memory.count < Self.mostMade, batch.full == nil {
                let step = framer.next(chunk, at, isLast: isLast)
                guard let next = take(step, chunk, offset, source, sourceID, reader.secrets, &batch) else { break }
                at = next
            }
            if at == before, !isWaiting { return at }
        }
    }

    private mutating func clear() {
        made.removeAll(keepingCapacity: true)
        taken = 0
        memory.removeAll(keepingCapacity: memory.capacity < 4 * Self.mostMade)
        mapper.forgetRecords(keeping: 4 * Self.mostMade)
    }

    /// What becomes of a step; returns where the next one begins, or nil if there is none yet.
    private mutating func take(
        _ step: RecordFramer.Step, _ chunk: RawSpan, _ offset: Int64, _ source: String, _ sourceID: Int64,
        _ secrets: SecretMarker?, _ batch: inout EventBatch
    ) -> Int? {
        switch step {
        case .more: return nil
        case .passed(let next): return next
        case .blank(_, let next):
            batch.counts.lines += 1
            batch.counts.blank += 1
            return next
        case .broken(let bytes, let reason, let place, let next):
            quarantine(
                chunk, bytes, offset, LineFault(reason, at: place).judged(chunk, bytes), source, sourceID, secrets,
                &batch)
            return next
        case .record(let record, let next):
            do throws(LineFault) {
                try map(chunk, record, offset)
                count(chunk, record, offset, source, sourceID, secrets, &batch)
            } catch {
                var fault = error
                if fault.position >= 0 { fault.position += record.lowerBound }
                quarantine(chunk, record, offset, fault.judged(chunk, record), source, sourceID, secrets, &batch)
            }
            return next
        }
    }

    /// Makes lines of a record's events.
    private mutating func map(_ chunk: RawSpan, _ record: Range<Int>, _ offset: Int64) throws(LineFault) {
        let start = memory.count
        do throws(LineFault) {
            try mapper.map(chunk.extracting(record), into: &memory)
        } catch {
            memory.removeLast(memory.count - start)
            throw error
        }
        for case .event(let line) in mapper.outcomes {
            made.append(
                MadeLine(
                    line: line, record: mapper.kept, offset: offset + Int64(record.lowerBound),
                    length: Int64(record.count)))
        }
    }

    /// Counts what a record gave beside events.
    private mutating func count(
        _ chunk: RawSpan, _ record: Range<Int>, _ offset: Int64, _ source: String, _ sourceID: Int64,
        _ secrets: SecretMarker?, _ batch: inout EventBatch
    ) {
        for outcome in mapper.outcomes {
            switch outcome {
            case .event: break
            case .skipped(let type):
                count(type) { $0.skipped += 1 }
                batch.counts.lines += 1
                batch.counts.skipped += 1
            case .unmapped(let type):
                count(type) { $0.unmapped += 1 }
                batch.counts.lines += 1
                batch.counts.skipped += 1
                batch.counts.unmapped += 1
            case .refused(let reason, let field):
                quarantine(
                    chunk, record, offset, LineFault(reason, field), source, sourceID, secrets, &batch)
            }
        }
    }

    private mutating func count(_ type: [UInt8], _ change: (inout TypeCount) -> Void) {
        let name = types[type] != nil || types.count < Self.mostTypes ? Array(type.prefix(200)) : Self.otherTypes
        change(&types[name, default: TypeCount()])
    }

    private func quarantine(
        _ chunk: RawSpan, _ bytes: Range<Int>, _ offset: Int64, _ fault: LineFault, _ source: String,
        _ sourceID: Int64, _ secrets: SecretMarker?, _ batch: inout EventBatch
    ) {
        let most = fault.reason == .lineTooLong ? QuarantinedLine.keptBytes : bytes.count
        let kept = bytes.lowerBound..<min(bytes.upperBound, bytes.lowerBound + most)
        batch.add(
            QuarantinedLine(
                sourceID: sourceID, source: source, offset: offset + Int64(bytes.lowerBound),
                length: Int64(bytes.count), reason: fault.reason, field: fault.field,
                position: fault.position < 0 ? nil : fault.position - bytes.lowerBound, bytes: Array(chunk, kept)
            ).redacted(by: secrets))
    }
}
