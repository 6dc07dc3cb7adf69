package import Catalog
internal import Crypto
internal import Dispatch
package import Events
internal import Rollups
internal import Segments
internal import Synchronization

/// Builds the segments of some months: encodes, compresses and counts rollups. It touches no file.
///
/// A builder has one user at a time; inside it uses all cores.
package final class SegmentBuilder {
    private var open: [Int32: OpenSegment] = [:]
    /// Segments that take no more rows and wait for the end of the batch.
    private var full: [OpenSegment] = []
    /// What the segments before taught about compressing the columns.
    private var hints: SegmentHints?
    /// The fingerprint of the key of the trail's marks.
    private let key: String?
    /// Lines delivered again that no segment records yet.
    private var unnoted: [DuplicateSpan]

    /// So many spans wait for a segment at most: they take as many megabytes of its footer. What is beyond that is told
    /// by the catalog alone.
    package static let mostUnnoted = 1 << 17

    /// - Parameter unnoted: lines delivered again that no segment records.
    package init(key: String? = nil, unnoted: [DuplicateSpan] = []) {
        self.key = key
        self.unnoted = unnoted
    }

    /// Bytes of the columns of all its segments, without dictionaries.
    package var byteCount: Int { full.reduce(0) { $0 + $1.byteCount } + open.values.reduce(0) { $0 + $1.byteCount } }

    /// Adds a batch of one month to the month's open segment.
    package func add(_ batch: EventColumns, month: Int32) throws {
        if let segment = open[month], !segment.canAdd(batch) {
            open[month] = nil
            full.append(segment)
        }
        let segment = open[month] ?? OpenSegment(month: month, isMillis: SegmentWriter.isMillis(batch), hints)
        open[month] = segment
        try segment.add(batch)
    }

    /// Ends all open segments and gives them away, by month and in the order of their rows. Each carries the state of
    /// the sources whose lines it holds, the first one also that of sources of which no line was stored, and where
    /// lines of all of them stand that were delivered again: so the catalog can be made anew from the segments.
    package func take(
        _ sources: [SourceRecord] = [], _ duplicates: [DuplicateSpan] = []
    ) throws -> [FinishedSegment] {
        unnoted += duplicates.prefix(max(0, Self.mostUnnoted - unnoted.count))
        let segments = full + open.keys.sorted().compactMap { open[$0] }
        (full, open) = ([], [:])
        let known = segments.reduce(into: Set<Int64>()) { $0.formUnion($1.sources) }
        var finished: [FinishedSegment] = []
        for segment in segments {
            let own = sources.filter { source in
                segment.sources.contains(source.id) || finished.isEmpty && !known.contains(source.id)
            }
            let notes = SegmentMetadata(
                sources: own, duplicates: finished.isEmpty ? takeUnnoted(of: sources) : [], key: key)
            finished.append(try segment.finish(metadata: notes.metadata()))
            hints = segment.hints
        }
        return finished
    }

    /// Of sources whose state a segment tells it must tell all lines up to their checkpoint.
    private func takeUnnoted(of sources: [SourceRecord]) -> [DuplicateSpan] {
        let ids = Set(sources.map(\.id))
        defer { unnoted.removeAll { ids.contains($0.sourceID) } }
        return unnoted.filter { ids.contains($0.sourceID) }
    }
}

/// A segment with its rollups, ready to be written.
package struct FinishedSegment: Sendable {
    let segment: SealedSegment
    /// Hex.
    let sha256: String
    let rollups: SegmentRollups

    /// What the catalog lists, once the segment has a number.
    func record(id: Int64, rank: Int64? = nil) -> SegmentRecord {
        SegmentRecord(
            id: id, month: segment.month, file: SegmentLayout.path(month: segment.month, sequence: id),
            rows: Int64(segment.rows), rowGroups: Int64(segment.rowGroups), bytes: Int64(segment.byteCount),
            sha256: sha256, minTS: segment.minTS, maxTS: segment.maxTS, counts: segment.counts.map(Int64.init),
            rank: rank)
    }
}

/// A segment that still takes rows, and the rollups counted along with it.
final class OpenSegment: Sendable {
    private struct Sums {
        var rollups: SegmentRollups
        var sources: Set<Int64> = []
    }

    private let writer: SegmentWriter
    /// Counted on one thread while others encode columns.
    private let sums: Mutex<Sums>

    /// The sources whose lines it holds.
    var sources: Set<Int64> { sums.withLock { $0.sources } }

    func canAdd(_ batch: EventColumns) -> Bool { writer.canAdd(batch) }
    var hints: SegmentHints { writer.hints }
    var byteCount: Int { writer.byteCount }

    init(month: Int32, isMillis: Bool, _ hints: SegmentHints?, keepsFacts: Bool = true) {
        writer = SegmentWriter(month: month, isMillis: isMillis, hints: hints)
        sums = Mutex(Sums(rollups: SegmentRollups(keepsFacts: keepsFacts)))
    }

    func add(_ batch: EventColumns) throws {
        try writer.add(batch) { [self] in
            sums.withLock { sums in
                sums.rollups.add(batch)
                var last: Int64?
                for source in batch.sourceID where source != last {
                    sums.sources.insert(source)
                    last = source
                }
            }
        }
    }

    func finish(metadata: [(key: String, value: String)] = []) throws -> FinishedSegment {
        let segment = try writer.finish(metadata: metadata)
        let sha256 = Mutex("")
        DispatchQueue.concurrentPerform(iterations: 2) { [self] half in
            guard half == 0 else { return sums.withLock { $0.rollups.finish() } }
            var hash = SHA256()
            for part in segment.parts { hash.update(data: part) }
            sha256.withLock { $0 = hex(hash.finalize()) }
        }
        return FinishedSegment(segment: segment, sha256: sha256.withLock { $0 }, rollups: sums.withLock { $0.rollups })
    }
}

/// A digest, or a part of one, in hex.
package func hex(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in digest { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
}
