internal import Catalog
internal import Dispatch
internal import Events
internal import Synchronization
internal import Trail

/// The other threads of ingestion: take row groups and commits and write them to the trail.
///
/// Days are shared out among lanes, which encode and compress side by side; commits run in order on a queue of their
/// own, so that a lane goes on with the next batch while the last one is made true. When all fall behind, the caller
/// waits. The first error ends it: everything sent later is dropped, and the error is thrown by the next call. Nothing
/// of a batch is true before its commit, so dropping is safe.
final class Encoder: Sendable {
    private struct State {
        var error: (any Error)?
        var segments: Int = 0
        var bytesStored: Int64 = 0
    }

    /// A lane is used on its own queue only.
    private final class Lane: @unchecked Sendable {
        let queue = DispatchQueue(label: "authtrail.lane")
        let segments = SegmentLane()
    }

    private let lanes: [Lane]
    private let commits = DispatchQueue(label: "authtrail.commits")
    private let places: DispatchSemaphore
    private let placeCount: Int
    private let state = Mutex(State())
    /// Used on `commits` only.
    private nonisolated(unsafe) let writer: TrailWriter

    init(_ writer: TrailWriter, _ limits: IngestLimits) {
        self.writer = writer
        lanes = (0..<limits.lanes).map { _ in Lane() }
        placeCount = limits.waitingRowGroups
        places = DispatchSemaphore(value: placeCount)
    }

    /// Hands over a row group of one day; waits while too many are on their way.
    func add(_ rowGroup: EventColumns, day: Int32) throws {
        let lane = lanes[Int(day.magnitude) % lanes.count]
        try enter()
        lane.queue.async { [self] in
            defer { places.signal() }
            attempt { try lane.segments.add(rowGroup, day: day) }
        }
    }

    /// Makes everything handed over so far true, with the batch's counters and checkpoints.
    func commit(_ batch: CatalogBatch) throws {
        try enter()
        let box = Finished()
        let group = DispatchGroup()
        for lane in lanes {
            lane.queue.async(group: group) { box.add(lane.segments.take()) }
        }
        group.notify(queue: commits) { [self] in
            defer { places.signal() }
            attempt { try commit(batch, box.take()) }
        }
    }

    /// Waits for all that was sent; returns the number of segments and bytes that were made true.
    func finish() throws -> (segments: Int, bytesStored: Int64) {
        // Every place that is free again has done its work.
        for _ in 0..<placeCount { places.wait() }
        for _ in 0..<placeCount { places.signal() }
        // And no block that still holds the writer.
        for lane in lanes { lane.queue.sync {} }
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

    /// What the lanes finished for one commit.
    private final class Finished: Sendable {
        private let segments = Mutex<[FinishedSegment]>([])

        func add(_ more: [FinishedSegment]) { segments.withLock { $0 += more } }

        /// By day; the segments of one day come from one lane, in their order.
        func take() -> [FinishedSegment] {
            let all = segments.withLock { $0 }
            let order = all.indices.sorted { (all[$0].day, $0) < (all[$1].day, $1) }
            return order.map { all[$0] }
        }
    }
}
