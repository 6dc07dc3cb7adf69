internal import Catalog
internal import Events
internal import Files
package import Trail

/// Reads inputs once, from their checkpoints to their ends, into a trail.
///
/// The calling thread reads and parses; the encoder's thread compresses, writes and commits. A commit carries the
/// checkpoints up to which lines were handed over, so that lines and checkpoint become true together.
package final class Ingestor {
    private let encoder: Encoder
    private let now: () -> Int64
    private let progress: (IngestProgress) -> Void
    private let takesUnfinishedLines: Bool
    private let limits: IngestLimits
    private var identity: SourceIdentity
    /// Names of which a rebuild could not find out which file they stand for: read anew, all would be there twice.
    private let refused: Set<String>
    private var reader = LineReader()
    private var batch: EventBatch
    private var pending = PendingBatch()
    private var rowsSinceCommit = 0
    private var monthsSinceCommit: Set<Int32> = []
    private var done = IngestProgress()
    private var bytesBefore: Int64 = 0
    private var summary = IngestSummary()

    /// - Parameters:
    ///   - takesUnfinishedLines: the inputs grow no more, so a last line without a newline is taken as it is.
    ///   - now: the clock, microseconds since the epoch.
    ///   - progress: called about once for each MiB.
    package init(
        _ writer: TrailWriter, takesUnfinishedLines: Bool = false, limits: IngestLimits = IngestLimits(),
        now: @escaping () -> Int64, progress: @escaping (IngestProgress) -> Void = { _ in }
    ) throws {
        let sources = try writer.catalog.sources()
        identity = SourceIdentity(sources)
        let unplaced = Set(try writer.catalog.lostLines().filter(\.isUnplaced).map(\.sourceID))
        refused = Set(sources.filter { unplaced.contains($0.id) }.map(\.path))
        encoder = Encoder(writer, limits)
        batch = EventBatch(limits: Self.batchLimits(limits))
        self.limits = limits
        self.now = now
        self.progress = progress
        self.takesUnfinishedLines = takesUnfinishedLines
    }

    /// Reads the inputs, one after the other, and commits. An input that cannot be read becomes a problem of the
    /// summary; an error of the trail is thrown, and nothing of the last batch is true then.
    package func ingest(_ inputs: [Input]) throws -> IngestSummary {
        done.totalBytes = inputs.contains(.standardInput) ? nil : inputs.reduce(0) { $0 + Self.size($1) }
        for input in inputs {
            summary.inputs += 1
            do {
                try ingest(input)
            } catch let error as FileError where error.isAboutInput(input.name) {
                summary.problems.append(.init(input: input.name, error: error))
            }
        }
        try commit()
        let written = try encoder.finish()
        summary.segments = written.segments
        summary.bytesStored = written.bytesStored
        return summary
    }

    private static let refusal = "the catalog was rebuilt, and it is not known how far this file had been read; to "
        + "have it read from its beginning, which stores again what is stored already, give it another name"

    private func ingest(_ input: Input) throws {
        if refused.contains(input.name) { throw FileError.damaged(path: input.name, reason: Self.refusal) }
        let opened = try identity.open(input)
        var source = SourceReader(opened, chunkBytes: limits.chunkBytes)
        bytesBefore = done.bytes
        let start = source.record
        // The lines before a damage are kept, and so is how far they go.
        defer { finish(source, start, opened.size) }
        while try source.fill() > 0 {
            closeOpenLine(&source)
            try readLines(&source)
            if source.isFull {
                try makeRoom(&source)
                // Behind a line that was skipped, whole lines may be waiting already.
                try readLines(&source)
            }
            if isBatchFull {
                remember(state(source, opened.size))
                try commit()
            }
        }
        try readEnd(&source)
    }

    /// A newline with a carriage return before it, behind a line that was stored without them, is kept like a blank
    /// line.
    private func closeOpenLine(_ source: inout SourceReader) {
        let offset = source.record.checkpoint
        guard source.closeOpenLine() == 2 else { return }
        pending.add(BlankLine(source: source.record.path, offset: offset, bytes: [0x0D]), of: source.record)
    }

    /// Turns the whole lines that are pending into events.
    private func readLines(_ source: inout SourceReader) throws {
        reader.latest = now() + 5 * Timestamp.minute
        var readsOn = true
        while readsOn {
            source.consume { bytes, record in
                let count = reader.read(
                    bytes, at: record.checkpoint, source: record.path, sourceID: record.id, into: &batch)
                readsOn = batch.full != nil
                return count
            }
            take(&source)
            try makeRoomInBatch()
        }
        done.bytes = bytesBefore + source.bytesOnDisk
        progress(done)
    }

    /// A line that does not fit: the buffer grows up to the limit of a line; what is longer is skipped and counted.
    private func makeRoom(_ source: inout SourceReader) throws {
        if source.pending.count < limits.lineBytes { return source.grow() }
        let offset = source.record.checkpoint
        let kept = Array(source.pending.prefix(QuarantinedLine.keptBytes))
        let before = source
        var length: Int64 = 0
        while true {
            if let newline = source.pending.firstIndex(of: 0x0A) {
                length += Int64(newline)
                source.advance(newline + 1)
                break
            }
            length += Int64(source.pending.count)
            source.advance(source.pending.count)
            if try source.fill() == 0 {
                // The line may still grow: it stays unread, unless its source has ended.
                guard source.isFinite || takesUnfinishedLines else { return source = before }
                break
            }
        }
        batch.add(QuarantinedLine(
            source: source.record.path, offset: offset, length: length, reason: .lineTooLong, bytes: kept))
        take(&source)
    }

    /// A last line without a newline. It is stored if it is a whole event already, or if its source has ended;
    /// otherwise it waits for the rest.
    private func readEnd(_ source: inout SourceReader) throws {
        closeOpenLine(&source)
        guard !source.pending.isEmpty else { return }
        if !source.isFinite, !takesUnfinishedLines, !isEvent(source) {
            return summary.waiting.append((source.record.path, source.pending.count))
        }
        source.consume { bytes, record in
            reader.readLast(
                bytes, at: record.checkpoint, source: record.path, sourceID: record.id, into: &batch)
            return bytes.byteCount
        }
        source.markOpenLine()
        take(&source)
        try makeRoomInBatch()
    }

    private func isEvent(_ source: SourceReader) -> Bool {
        var trial = EventBatch()
        var reader = LineReader()
        reader.readLast(source.pending.span.bytes, at: 0, source: "", into: &trial)
        return trial.counts.stored == 1
    }

    /// Moves the counts and the quarantine of the last lines to the pending batch.
    private func take(_ source: inout SourceReader) {
        let taken = batch.takeCounts()
        var counts = LineCounts()
        counts.lines = Int64(taken.lines)
        counts.stored = Int64(taken.stored)
        counts.quarantined = Int64(taken.quarantined)
        counts.blank = Int64(taken.blank)
        counts.flagged = Int64(taken.flagged)
        source.count(counts, newest: batch.takeNewest())
        let bytes = source.takeNewBytes()
        pending.add(counts, bytesIn: bytes)
        summary.bytesIn += bytes
        summary.counts += counts
        summary.future += Int64(taken.future)
        done.events += counts.stored
        rowsSinceCommit += taken.stored
        monthsSinceCommit.formUnion(batch.months)
        for line in batch.takeBlanks() { pending.add(line, of: source.record) }
        for line in batch.takeQuarantined() { pending.add(line, of: source.record) }
    }

    /// Hands months over to the encoder: the one that is full, or the fullest ones until half of the memory is free.
    private func makeRoomInBatch() throws {
        while let full = batch.full {
            switch full {
            case .month(let month):
                if let columns = batch.take(month: month) { try encode(columns, month) }
            case .all:
                let months = batch.months.sorted { (batch[$0]?.count ?? 0) > (batch[$1]?.count ?? 0) }
                for month in months.prefix((months.count + 1) / 2) {
                    if let columns = batch.take(month: month) { try encode(columns, month) }
                }
            }
        }
    }

    private func encode(_ columns: EventColumns, _ month: Int32) throws {
        try encoder.add(columns, month: month)
        if let spare = encoder.takeSpare() { batch.reuse(spare) }
    }

    private func finish(_ source: SourceReader, _ start: SourceRecord, _ size: Int64) {
        let read = source.record.checkpoint - start.checkpoint
        done.bytes = bytesBefore + size
        let state = state(source, size)
        if read == 0 { summary.unchanged += 1 }
        if read > 0 || !identity.knows(state) { remember(state) }
    }

    /// The record as it stands; a plain file that grew while it was read is at least as large as what was read.
    private func state(_ source: SourceReader, _ size: Int64) -> SourceRecord {
        source.state(size: max(size, source.record.isCompressed ? 0 : source.record.checkpoint))
    }

    private func remember(_ state: SourceRecord) {
        pending.update(state)
        identity.remember(state)
    }

    /// Whether it is time for a commit: enough events, months or quarantined lines have come together.
    private var isBatchFull: Bool {
        rowsSinceCommit >= limits.batchRows || monthsSinceCommit.count >= limits.batchMonths
            || pending.quarantinedBytes >= limits.quarantinedBytes
    }

    private func commit() throws {
        for (month, columns) in batch.takeMonths() { try encode(columns, month) }
        guard !pending.isEmpty else { return }
        rowsSinceCommit = 0
        monthsSinceCommit = []
        try encoder.commit(pending.take(committedAt: now()))
    }

    private static func batchLimits(_ limits: IngestLimits) -> EventBatch.Limits {
        var batch = EventBatch.Limits()
        batch.rowsPerMonth = limits.rowsPerBatch
        batch.bytes = limits.bufferedBytes
        return batch
    }

    private static func size(_ input: Input) -> Int64 {
        switch input {
        case .file(let path), .gzip(let path): (try? InputFile(path: path).size()) ?? 0
        case .standardInput: 0
        }
    }
}

extension FileError {
    /// Whether the error concerns this input, so that the others can go on.
    fileprivate func isAboutInput(_ name: String) -> Bool {
        switch self {
        case .missing(let path), .notRegular(let path, _), .untrusted(let path, _), .cannotRead(_, let path, _),
            .damaged(let path, _):
            path == name || name == "-"
        case .cannotWrite, .locked: false
        }
    }
}
