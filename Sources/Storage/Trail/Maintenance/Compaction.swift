package import Catalog

/// Merges the small segments of each month into fewer, larger ones.
///
/// One step is one merge, true or not there at all; between steps anything may happen, a commit of new lines as well
/// as the end of the process. A step holds one batch and one compressed segment in memory, whatever the trail.
package final class Compaction {
    /// One merge.
    package struct Step: Sendable {
        package let merged: [SegmentRecord]
        package let into: SegmentRecord
    }

    private let writer: TrailWriter
    private let policy: CompactionPolicy
    /// Segments that cannot be merged with the one behind them, see `SegmentMerge`.
    private var stuck: Set<Int64> = []

    package init(_ writer: TrailWriter, policy: CompactionPolicy = CompactionPolicy()) {
        self.writer = writer
        self.policy = policy
    }

    /// Merges one run of segments; nil when nothing is worth it. Old files are removed at once, or later if somebody
    /// reads them. `now` is the time of the commit. Throws what the catalog, the segments or the disk throw; the trail
    /// is then as it was.
    package func step(now: Int64) throws -> Step? {
        let months = Dictionary(grouping: try writer.catalog.segments(), by: \.month)
        for month in months.keys.sorted() {
            while let run = try plan(months[month] ?? []) {
                let merge = try SegmentMerge(of: run, in: writer.path)
                guard merge.segments.count > 1 else {
                    stuck.insert(run[0].id)
                    continue
                }
                let dead = try writer.catalog.removedSegments().filter { $0.month == run[0].month }.map(\.id)
                let merged = try merge.build(writer.catalog.sources(), dead: dead)
                let record = try writer.replace(merge.segments, with: merged, at: now)
                _ = try writer.removeFiles()
                return Step(merged: merge.segments, into: record)
            }
        }
        return nil
    }

    /// Steps until nothing is worth merging or `goesOn` says no.
    package func run(now: () -> Int64, goesOn: (Step) -> Bool = { _ in true }) throws {
        while let step = try step(now: now()), goesOn(step) {}
    }

    private func plan(_ segments: [SegmentRecord]) throws -> [SegmentRecord]? {
        var parts: [[SegmentRecord]] = [[]]
        for segment in segments {
            parts[parts.count - 1].append(segment)
            if stuck.contains(segment.id) { parts.append([]) }
        }
        for part in parts { if let run = policy.run(of: part) { return run } }
        return nil
    }
}
