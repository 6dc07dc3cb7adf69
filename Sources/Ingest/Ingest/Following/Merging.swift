internal import Catalog
internal import Files
internal import Segments
internal import Trail

/// Merges the small segments that a follower, or many short runs, write a few commits after one another, so that a
/// month has few of them.
///
/// Nothing is read meanwhile, so only small ones are merged here, which takes a fraction of a second; `compact` merges
/// what has become larger.
struct Merging {
    /// Commits after which it is looked whether something is worth merging; and those after which also while there is
    /// much to read.
    private static let commits = 8
    private static let manyCommits = 32

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
        } catch  where !error.mayPass {
            isOver = true
            return error
        }
    }
}

extension Merging {
    /// So many small segments of a month are left to lie: they cost a reader some milliseconds.
    private static let fewest = 32
    /// What is merged at the end of one run at most, so that it costs a fraction of a second: the next one goes on.
    private static let mostSegments = 128
    private static let mostRows: Int64 = 1 << 17

    /// Merges what many short runs have left, at the end of one that has stored something. What that one read is
    /// committed whatever happens here.
    /// - Returns: why nothing could be merged.
    static func afterRun(_ writer: TrailWriter, now: () -> Int64) -> (any Error)? {
        var policy = CompactionPolicy()
        (policy.rows, policy.bytes) = (mostRows, 8 << 20)
        (policy.fewest, policy.many, policy.most) = (fewest, mostSegments, mostSegments)
        let compaction = Compaction(writer, policy: policy)
        var segments = 0, rows: Int64 = 0
        do {
            while segments < mostSegments, rows < mostRows, let step = try compaction.step(now: now()) {
                segments += step.merged.count
                rows += step.into.rows
            }
            return nil
        } catch {
            return error
        }
    }
}
