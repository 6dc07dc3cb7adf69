internal import Catalog
internal import Dispatch
internal import Events
internal import Synchronization
internal import Trail

/// The second thread of ingestion: takes row groups and commits, in order, and writes them to the trail.
///
/// While it encodes and compresses, the caller reads on; when it falls behind, the caller waits. The first error ends
/// it: everything sent later is dropped, and the error is thrown by the next call. Nothing of a batch is true before
/// its commit, so dropping is safe.
final class Encoder: Sendable {
    private struct State {
        var error: (any Error)?
        var segments: Int = 0
        var bytesStored: Int64 = 0
    }

    private let queue = DispatchQueue(label: "authtrail.encoder")
    private let places = DispatchSemaphore(value: IngestLimits.waitingRowGroups)
    private let state = Mutex(State())
    /// Used on `queue` only.
    private nonisolated(unsafe) let writer: TrailWriter

    init(_ writer: TrailWriter) { self.writer = writer }

    /// Hands over a row group of one day; waits while too many are on their way.
    func add(_ rowGroup: EventColumns, day: Int32) throws {
        try send { writer in try writer.add(rowGroup, day: day) }
    }

    /// Makes everything handed over so far true, with the batch's counters and checkpoints.
    func commit(_ batch: CatalogBatch) throws {
        try send { [self] writer in
            let segments = try writer.commit(batch)
            state.withLock { state in
                state.segments += segments.count
                state.bytesStored += segments.reduce(0) { $0 + $1.bytes }
            }
        }
    }

    /// Waits for all that was sent; returns the number of segments and bytes that were made true.
    func finish() throws -> (segments: Int, bytesStored: Int64) {
        queue.sync {}
        return try state.withLock { state in
            if let error = state.error { throw error }
            return (state.segments, state.bytesStored)
        }
    }

    private func send(_ work: @escaping @Sendable (TrailWriter) throws -> Void) throws {
        places.wait()
        if let error = state.withLock({ $0.error }) {
            places.signal()
            throw error
        }
        queue.async { [self] in
            defer { places.signal() }
            guard state.withLock({ $0.error == nil }) else { return }
            do { try work(writer) } catch { state.withLock { $0.error = error } }
        }
    }
}
