internal import Catalog
internal import Dispatch
internal import Events
internal import Synchronization
internal import Trail

/// The other threads of ingestion: take batches of events and commits and write them to the trail.
///
/// Batches are encoded one after the other, each with all cores; commits run in order on a queue of their own, so that
/// the next batch is encoded while the last one is committed. When both fall behind, the caller waits. The first error
/// ends it: everything sent later is dropped, and the error is thrown by the next call. Nothing of a batch counts
/// before its commit, so dropping is safe.
final class Encoder: Sendable {
    private struct State {
        var error: (any Error)?
        /// Commits that were sent and are neither done nor given up.
        var underWay = 0
        var segments: Int = 0
        var bytesStored: Int64 = 0
        /// Commits that were sent at all.
        var sent = 0
        /// Bytes of the columns that were encoded since the last one.
        var heldBytes = 0
        var spares: [EventColumns] = []
        /// The segments of commits that are done, by commit, if somebody wants to know them.
        var committed: [[SegmentRecord]]?
    }

    private let encoding = DispatchQueue(label: "authtrail.encoding")
    private let commits = DispatchQueue(label: "authtrail.commits")
    private let places: DispatchSemaphore
    private let placeCount: Int
    private let state = Mutex(State())
    /// Used on `encoding` only, so the lock never waits.
    private let builder: Mutex<SegmentBuilder>
    /// Used on `commits` only, and by whoever made it when nothing is under way. No lock can say that.
    private nonisolated(unsafe) let writer: TrailWriter

    /// - Parameters:
    ///   - tellsCommits: whether `takeCommitted` will be called.
    ///   - unnoted: lines delivered again that no segment records.
    init(_ writer: TrailWriter, _ limits: IngestLimits, tellsCommits: Bool, unnoted: [DuplicateSpan]) {
        self.writer = writer
        builder = Mutex(SegmentBuilder(key: writer.keyFingerprint, unnoted: unnoted))
        if tellsCommits { state.withLock { $0.committed = [] } }
        placeCount = limits.waitingBatches
        places = DispatchSemaphore(value: placeCount)
    }

    /// Hands over a batch of one month; waits while too many are on their way.
    func add(_ batch: EventColumns, month: Int32) throws {
        try enter()
        let sent = state.withLock { $0.sent }
        encoding.async { [self] in
            defer { places.signal() }
            var held = 0
            attempt {
                held = try builder.withLock {
                    try $0.add(batch, month: month)
                    return $0.byteCount
                }
            }
            let isLong = batch.memory > max(1, batch.count) * Self.longRow
            state.withLock { state in
                if state.sent == sent { state.heldBytes = held }
                if state.spares.isEmpty, !isLong { state.spares.append(batch) }
            }
        }
    }

    /// Columns whose rows take more than that are not used again: others seldom need so much memory.
    private static let longRow = 1 << 18

    /// Bytes of what was encoded and has no commit yet, as far as that is known.
    var heldBytes: Int { state.withLock { $0.heldBytes } }

    /// Waits until all batches are encoded that were handed over.
    func waitUntilEncoded() { encoding.sync {} }

    /// Columns that were written and whose memory can be used again.
    func takeSpare() -> EventColumns? { state.withLock { $0.spares.popLast() } }

    /// Begins to keep what `takeCommitted` gives. No commit may be under way.
    func tellCommits() { state.withLock { $0.committed = $0.committed ?? [] } }

    /// The segments of commits that were done since the last call, in their order.
    func takeCommitted() -> [[SegmentRecord]] {
        state.withLock { state in
            defer { if state.committed != nil { state.committed = [] } }
            return state.committed ?? []
        }
    }

    /// Commits everything handed over so far, with the batch's counters and checkpoints.
    func commit(_ batch: CatalogBatch) throws {
        try enter()
        state.withLock { state in
            state.underWay += 1
            state.sent += 1
            state.heldBytes = 0
        }
        encoding.async { [self] in
            var finished: [FinishedSegment] = []
            attempt { finished = try builder.withLock { try $0.take(batch.sources, batch.duplicates) } }
            commits.async { [self, finished] in
                defer { places.signal() }
                attempt { try commit(batch, finished) }
                state.withLock { $0.underWay -= 1 }
            }
        }
    }

    /// Whether it is not known yet that all that was sent is committed.
    var isOpen: Bool { state.withLock { $0.underWay > 0 || $0.error != nil } }

    /// Throws what went wrong so far, without waiting.
    func check() throws {
        if let error = state.withLock({ $0.error }) { throw error }
    }

    /// Waits for all that was sent; returns the number of segments and bytes that were committed.
    func finish() throws -> (segments: Int, bytesStored: Int64) {
        // No block that still holds the writer is left.
        encoding.sync {}
        commits.sync {}
        return try state.withLock { state in
            if let error = state.error { throw error }
            return (state.segments, state.bytesStored)
        }
    }

    private func commit(_ batch: CatalogBatch, _ finished: [FinishedSegment]) throws {
        let segments = try writer.commit(batch, finished)
        state.withLock { state in
            state.segments += segments.count
            state.bytesStored += segments.reduce(0) { $0 + $1.bytes }
            state.committed?.append(segments)
        }
    }

    /// Takes a place, or throws what went wrong before.
    private func enter() throws {
        places.wait()
        guard let error = state.withLock({ $0.error }) else { return }
        places.signal()
        throw error
    }

    /// Does work unless something went wrong before.
    private func attempt(_ work: () throws -> Void) {
        guard state.withLock({ $0.error == nil }) else { return }
        do { try work() } catch { state.withLock { $0.error = error } }
    }
}
