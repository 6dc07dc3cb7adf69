internal import Catalog
internal import Events
internal import Files
internal import Model
internal import Trail

/// Where the lines of all sources come together: they become batches of events, and batches become commits.
///
/// The calling thread reads and parses; the encoder's threads compress, write and commit. A commit carries the
/// checkpoints up to which lines were handed over, so that lines and checkpoint are committed together.
final class LineIntake {
    /// What came of the lines so far.
    var summary = IngestSummary()
    /// Whether there is something that is not yet on its way to a commit.
    private(set) var hasNews = false
    let trail: String
    let encoder: Encoder
    let limits: IngestLimits
    let now: () -> Int64
    var reader = LineReader()
    var batch: EventBatch
    var pending = PendingBatch()
    private var rowsSinceCommit = 0
    private var failuresSinceCommit = 0
    private var monthsSinceCommit: Set<Int32> = []
    /// Nil as long as each line counts.
    var redeliveries: Redeliveries?
    /// Whether lines of our own format may be delivered several times, too.
    private let reviewsLines: Bool
    let writer: TrailWriter

    /// - Parameters:
    ///   - kept: what of a record stays with its events.
    ///   - now: the clock, microseconds since the epoch.
    ///
    /// Throws `CatalogError`.
    init(
        _ writer: TrailWriter, _ deliveries: Deliveries, _ kept: KeptPart, _ limits: IngestLimits,
        now: @escaping () -> Int64
    ) throws {
        trail = writer.path
        self.writer = writer
        reader.secrets = writer.secrets
        reader.keepsRecords = kept == .record
        let isReviewed = deliveries == .atLeastOnce
        reviewsLines = isReviewed
        redeliveries = isReviewed ? Redeliveries(writer.path, try writer.catalog.segments()) : nil
        encoder = Encoder(
            writer, limits, tellsCommits: isReviewed,
            unnoted: try writer.catalog.unnotedSpans(atMost: SegmentBuilder.mostUnnoted))
        batch = EventBatch(limits: Self.batchLimits(limits), isReviewed: isReviewed)
        self.limits = limits
        self.now = now
    }

    // MARK: Lines

    /// Turns the whole lines that a source holds in memory into events. A line that does not fit makes the source's
    /// memory grow up to the limit of a line; what is longer is skipped and counted.
    /// - Parameter hasEnded: the source gets no more: a line that is too long ends with it.
    func readLines(_ source: inout SourceReader, hasEnded: Bool) throws {
        if source.isMapped {
            if source.isBetweenRecords { try takeNULs(&source, hasEnded) }
            return try readRecords(&source, isLast: false)
        }
        closeOpenLine(&source)
        try takeNULs(&source, hasEnded)
        try readWholeLines(&source)
        guard source.isFull else { return }
        try makeRoom(&source, hasEnded)
        // Behind a line that was skipped, whole lines may be waiting already.
        try readWholeLines(&source)
    }

    /// Takes what stands behind the last newline as a line.
    func readLast(_ source: inout SourceReader) throws {
        if source.isMapped {
            try readRecords(&source, isLast: true)
            return source.markOpenLine()
        }
        try source.consume { bytes, record in
            reader.readLast(
                bytes, at: record.checkpoint, source: record.path, sourceID: record.id, into: &batch)
            try review(bytes, at: record.checkpoint)
            return bytes.byteCount
        }
        source.markOpenLine()
        take(&source)
        try makeRoomInBatch()
    }

    /// A newline with a carriage return before it, behind a line that was stored without them, is kept like a blank
    /// line.
    func closeOpenLine(_ source: inout SourceReader) {
        let offset = source.record.checkpoint
        guard source.closeOpenLine() == 2 else { return }
        pending.add(BlankLine(sourceID: source.record.id, offset: offset, bytes: [0x0D]))
    }

    private func readWholeLines(_ source: inout SourceReader) throws {
        reader.latest = now() + 5 * Timestamp.minute
        var readsOn = true
        while readsOn {
            try source.consume { bytes, record in
                let count = reader.read(
                    bytes, at: record.checkpoint, source: record.path, sourceID: record.id, into: &batch)
                readsOn = batch.full != nil
                try review(bytes.extracting(..<count), at: record.checkpoint)
                return count
            }
            take(&source)
            try makeRoomInBatch()
        }
    }

    /// Takes out of the batch what a chunk has delivered again.
    private func review(_ bytes: RawSpan, at offset: Int64) throws {
        guard reviewsLines, let redeliveries else { return try reviewRecords(isCounted: false) }
        endCommits()
        let latest = reader.latest
        try bytes.withUnsafeBytes { bytes in
            try batch.review(latest: latest) { columns, rows in
                try redeliveries.judge(columns, rows, in: bytes, at: offset)
            }
        }
        pending.add(redeliveries.takeFound())
    }

    func endCommits() {
        guard let redeliveries else { return }
        for segments in encoder.takeCommitted() { redeliveries.endCommit(segments) }
    }

    /// Moves the counts and the quarantine of the last lines to the pending batch.
    func take(_ source: inout SourceReader) {
        let (counts, future, reused) = batch.takeCounts()
        source.count(counts, newest: batch.takeNewest())
        let bytes = source.takeNewBytes()
        pending.add(counts, bytesIn: bytes)
        summary.bytesIn += bytes
        summary.counts += counts
        summary.future += future
        summary.reused += reused
        // Also how far they are read has to be committed.
        rowsSinceCommit += Int(counts.stored + counts.duplicate)
        monthsSinceCommit.formUnion(batch.months)
        for line in batch.takeBlanks() { pending.add(line) }
        for line in batch.takeQuarantined() { pending.add(line) }
        if bytes > 0 { hasNews = true }
    }

    /// Hands months over to the encoder: the one that is full, or the fullest ones until half of the memory is free.
    func makeRoomInBatch() throws {
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

    /// Hands all months over to the encoder.
    func encodeAll() throws {
        for (month, columns) in batch.takeMonths() { try encode(columns, month) }
    }

    private func encode(_ columns: EventColumns, _ month: Int32) throws {
        failuresSinceCommit += columns.event.count { $0 == EventKind.failed.rawValue }
        try encoder.add(columns, month: month)
        if let spare = encoder.takeSpare() { batch.reuse(spare) }
    }

    // MARK: Commits

    /// Keeps the state of a source for the next commit.
    func update(_ state: SourceRecord) {
        pending.update(state)
        hasNews = true
    }

    /// Whether it is time for a commit: enough events, months, bytes or quarantined lines have come together.
    var isFull: Bool {
        rowsSinceCommit >= limits.batchRows || failuresSinceCommit >= limits.batchFailures
            || monthsSinceCommit.count >= limits.batchMonths
            || pending.quarantinedBytes >= limits.quarantinedBytes
            || pending.duplicates.count >= limits.duplicateSpans || encoder.heldBytes >= limits.heldBytes
    }

    /// Sends everything that was read on its way to a commit.
    func commit() throws {
        try encodeAll()
        hasNews = false
        guard !pending.isEmpty else { return }
        rowsSinceCommit = 0
        failuresSinceCommit = 0
        monthsSinceCommit = []
        let isLarge = pending.quarantinedBytes >= limits.quarantinedBytes
        try encoder.commit(pending.take(committedAt: now()))
        redeliveries?.beginCommit()
        // SQLite copies a line several times over on its way: so much of them is not in memory twice.
        if isLarge { try settle() }
    }

    /// Segments were merged or dropped: these are left. Nothing may be under way.
    func replaceSegments(with all: [SegmentRecord]) {
        endCommits()
        redeliveries?.replaceSegments(with: all)
    }

    /// Why some lines could not be looked for in what is stored, once for each damaged segment.
    func takeProblem() -> (any Error)? { redeliveries?.takeProblem() }

    /// Whether bytes that end at an offset of a source are those that are stored of it. What is on its way is stored
    /// first.
    ///
    /// What cannot be compared must not be taken for new, so a segment that cannot be read keeps an input waiting that
    /// may be a copy of what it holds, and no other.
    func holdsLines(_ source: SourceRecord, _ bytes: [UInt8], endingAt end: Int64) throws -> Bool {
        // Of records only those are stored that are events.
        guard source.mapping == nil else { return false }
        try finish()
        do {
            return try Trail(reading: trail).holds(
                bytes, ofSource: source.id, endingAt: end, secrets: reader.secrets)
        } catch let error as CatalogError { throw error } catch {
            throw InputError(cause: ComparisonError(cause: error, source: source.path))
        }
    }

    /// Whether a commit is on its way, or has failed and nobody has been told.
    var isCommitting: Bool { encoder.isOpen }

    /// Throws the error of a commit that has failed meanwhile, without waiting for those on their way.
    func check() throws { try encoder.check() }

    /// Waits until nothing is on its way any more, whatever became of it.
    func abandon() { _ = try? encoder.finish() }

    /// Waits until what is on its way to a commit is committed. Throws the first error of any commit.
    func settle() throws { _ = try encoder.finish() }

    /// Commits the rest and waits until all of it is committed. Throws the first error of any commit.
    func finish() throws {
        try commit()
        let written = try encoder.finish()
        summary.segments = written.segments
        summary.bytesStored = written.bytesStored
    }

    private static func batchLimits(_ limits: IngestLimits) -> EventBatch.Limits {
        var batch = EventBatch.Limits()
        batch.rowsPerMonth = limits.rowsPerBatch
        batch.bytes = limits.bufferedBytes
        return batch
    }
}

/// It cannot be told whether a file is a copy of one that was read.
struct ComparisonError: Error, CustomStringConvertible {
    let cause: any Error
    let source: String

    var description: String {
        "it may be a copy of \(source), and what was stored of that cannot be read to compare them: \(cause)"
    }
}
