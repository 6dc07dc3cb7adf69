package import Catalog
internal import Events
internal import Rollups
internal import Segments

/// Which months of a trail lie wholly before a time, and what they hold.
package struct PrunePlan: Sendable {
    /// One month that goes.
    package struct Month: Sendable, Equatable {
        /// Counted from January 1970, UTC.
        package var month: Int32
        package var segments = 0
        package var events: Int64 = 0
        package var bytes: Int64 = 0
    }

    /// The month in which the log begins afterwards.
    package let before: Int32
    /// In the order of their ranks.
    package let segments: [SegmentRecord]

    /// Months that end at or before the cut, microseconds since the epoch.
    package init(_ all: [SegmentRecord], olderThan cut: Int64) {
        before = Timestamp.month(of: cut)
        let first = before
        segments = all.filter { $0.month < first }
    }

    package var events: Int64 { segments.reduce(0) { $0 + $1.rows } }

    package var months: [Month] {
        Dictionary(grouping: segments, by: \.month).map { month, segments in
            Month(
                month: month, segments: segments.count, events: segments.reduce(0) { $0 + $1.rows },
                bytes: segments.reduce(0) { $0 + $1.bytes })
        }.sorted { $0.month < $1.month }
    }
}

/// Drops whole months.
///
/// Before they go, their segments are read once more: what they say about tokens, and where their lines stood in their
/// sources, stays in the catalog, so that a token that slept does not look new and no line looks lost.
package struct Pruning {
    /// Facts of tokens that wait to be noted, at most about so many.
    private static let mostFacts = 50_000

    /// What is left over of what was dropped.
    package struct Leftovers: Sendable {
        /// Files of dropped months in `orphans/` that were removed.
        package var orphansRemoved = 0
        /// Whether free pages of the catalog may still hold what was dropped, as there was no room to write it anew.
        package var hasFreePages = false
    }

    private let writer: TrailWriter

    package init(_ writer: TrailWriter) { self.writer = writer }

    /// Makes a plan true, in one transaction, then removes the files, or leaves that to a later run if somebody reads
    /// them. Throws for a segment that cannot be read: nothing is dropped then.
    ///
    /// Nothing of what was dropped stays in `orphans/` or in free pages of the catalog. The WAL is emptied when the
    /// writer is closed, or by the next one when the last reader is gone.
    @discardableResult
    package func run(
        _ plan: PrunePlan, now: Int64, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }
    ) throws -> Leftovers {
        var leftovers = Leftovers()
        if !plan.segments.isEmpty {
            try drop(plan, now, progress)
            leftovers.hasFreePages = !writer.catalog.clearFreePages()
        }
        try writer.keepWhatWasPruned(checksBytes: true)
        leftovers.orphansRemoved = try Orphans.remove(inTrail: writer.path, before: plan.before)
        return leftovers
    }

    private func drop(_ plan: PrunePlan, _ now: Int64, _ progress: (_ done: Int, _ of: Int) -> Void) throws {
        let notes = try PruneNotes()
        for (place, segment) in plan.segments.enumerated() {
            try note(segment, in: notes)
            progress(place + 1, plan.segments.count)
        }
        try writer.catalog.prune(plan.segments, before: plan.before, at: now, notes)
        _ = try writer.removeFiles()
    }

    private func note(_ segment: SegmentRecord, in notes: PruneNotes) throws {
        let reader = try SegmentReader(path: writer.path + "/" + segment.file)
        var rollups = SegmentRollups()
        var spans: [LineSpan] = []
        var measure = LineMeasure()
        for group in 0..<reader.rowGroupCount {
            try reader.eachBatch(rowGroup: group) { columns in
                rollups.add(columns)
                if rollups.facts.count > Self.mostFacts { try notes.add(rollups.takeFacts()) }
                try measure.each(columns) { source, offset, length, _ in
                    spans.append(LineSpan(sourceID: source, from: offset, to: offset + length, lines: 1))
                }
            }
            spans = spans.sortedAndJoined()
        }
        try notes.add(rollups.takeFacts())
        try notes.add(rollups.tokenUse)
        try notes.add(spans)
    }
}

extension [LineSpan] {
    /// The same lines in as few spans as can be.
    func sortedAndJoined() -> [LineSpan] {
        sorted { ($0.sourceID, $0.from) < ($1.sourceID, $1.from) }.joined()
    }
}
