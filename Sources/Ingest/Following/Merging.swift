internal import Catalog
internal import Files
internal import Segments
internal import Trail

/// Merges the small segments that a follower writes, a few commits after one another, so that a month has few of them.
///
/// Nothing is read meanwhile, so only small ones are merged here, which takes a fraction of a second; `compact` merges
/// what has become larger.
struct Merging {
    /// Commits after which it is looked whether something is worth merging; and those after which also while there is
    /// much to read.
    private static let commits = 8
    private static let manyCommits = 64

    private let compaction: Compaction
    private var waiting = 0
    private var isOver = false

    init(_ writer: TrailWriter) {
        var policy = CompactionPolicy()
        policy.rows = 1 << 18
        policy.bytes = 8 << 20
        compaction = Compaction(writer, policy: policy)
    }

    mutating func noteCommit() { waiting += 1 }

    func isDue(isBusy: Bool) -> Bool { !isOver && waiting >= (isBusy ? Self.manyCommits : Self.commits) }

    /// Merges what is worth it. Commits must not be under way. Throws what may pass, such as a full disk.
    /// - Returns: why nothing can be merged any more: an old segment is damaged or missing, which is no reason to stop
    ///   reading.
    mutating func run(_ now: () -> Int64, _ wantsStop: () -> Bool) throws -> (any Error)? {
        waiting = 0
        do {
            while !wantsStop(), try compaction.step(now: now()) != nil {}
            return nil
        } catch where !error.mayPass {
            isOver = true
            return error
        }
    }
}
