internal import Catalog
internal import Events
internal import Trail

/// Drops old months while logs are followed, as `prune` does for a trail that nobody writes: a collector holds the
/// trail's lock as long as it runs, so nobody else can.
///
/// Nothing is read meanwhile. Months of many events take some seconds; what is written into the logs then waits there.
struct Retention {
    /// How often it is looked whether something is old enough, in microseconds of the clock that never goes back.
    private static let interval = Timestamp.hour

    private let pruning: Pruning
    private let writer: TrailWriter
    /// How long events are kept, in microseconds.
    private let span: Int64
    private var lookedAt: Int64?
    private var isOver = false

    init(_ writer: TrailWriter, span: Int64) {
        self.writer = writer
        self.span = span
        pruning = Pruning(writer)
    }

    func isDue(_ ticks: Int64) -> Bool { !isOver && lookedAt.map { ticks - $0 >= Self.interval } ?? true }

    /// Drops what is old enough. Commits must not be under way. Throws what may pass, such as a full disk.
    /// - Returns: what was dropped, or why nothing can be dropped any more: a segment is damaged or missing, which is
    ///   no reason to stop reading.
    mutating func run(now: Int64, ticks: Int64) throws -> FollowNotice? {
        lookedAt = ticks
        // A clock that runs ahead must not drop what is young: the newest event bounds it.
        guard let newest = try writer.catalog.newest() else { return nil }
        let plan = PrunePlan(try writer.catalog.segments(), olderThan: min(now, newest) - span)
        guard !plan.segments.isEmpty else { return nil }
        do {
            try pruning.run(plan, now: now)
            return .pruned(plan)
        } catch  where !error.mayPass {
            isOver = true
            return .problem(path: writer.path, error)
        }
    }
}
