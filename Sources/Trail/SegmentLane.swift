internal import Catalog
internal import Crypto
package import Events
internal import Parquet
internal import Rollups
internal import Segments

/// Builds the segments of some days: encodes, compresses and counts rollups. It touches no file.
///
/// Days are shared out among lanes, each with a thread of its own; all batches of a day must go through one lane, in
/// their order. A lane belongs to one thread at a time.
package final class SegmentLane {
    private var open: [Int32: OpenSegment] = [:]
    private var finished: [FinishedSegment] = []
    /// What the segments before taught about compressing the columns.
    private var experience: WritingExperience?

    package init() {}

    /// Adds a batch of one day (at most `Limits.rowsPerGroup` rows) to the day's open segment.
    package func add(_ rowGroup: EventColumns, day: Int32) throws {
        if let segment = open[day], segment.rows + rowGroup.count > Limits.rowsPerSegment { finish(day) }
        let segment = open[day] ?? OpenSegment(day: day, experience)
        open[day] = segment
        try segment.add(rowGroup)
        experience = segment.experience
    }

    /// Ends all open segments and gives them away, by day and in the order of their rows.
    package func take() -> [FinishedSegment] {
        for day in open.keys.sorted() { finish(day) }
        defer { finished = [] }
        return finished
    }

    private func finish(_ day: Int32) {
        if let segment = open.removeValue(forKey: day)?.finish() { finished.append(segment) }
    }
}

/// A segment with its rollups, ready to be written.
package struct FinishedSegment: Sendable {
    let segment: SealedSegment
    /// Hex.
    let sha256: String
    let rollups: SegmentRollups

    /// The UTC day of all its events.
    package var day: Int32 { segment.day }

    /// What the catalog lists, once the segment has a number.
    func record(id: Int64) -> SegmentRecord {
        SegmentRecord(
            id: id, day: segment.day, file: SegmentLayout.path(day: segment.day, sequence: id),
            rows: Int64(segment.rows), rowGroups: Int64(segment.rowGroups), bytes: Int64(segment.bytes.count),
            sha256: sha256, minTS: segment.minTS, maxTS: segment.maxTS, counts: segment.counts.map(Int64.init))
    }
}

/// A segment that still takes rows, and the rollups counted along with it.
private final class OpenSegment {
    /// Nil once it is finished.
    private var writer: SegmentWriter?
    private var rollups: SegmentRollups
    private(set) var rows = 0

    var experience: WritingExperience? { writer?.experience }

    init(day: Int32, _ experience: WritingExperience?) {
        writer = SegmentWriter(day: day, experience: experience)
        rollups = SegmentRollups(day: day)
    }

    func add(_ rowGroup: EventColumns) throws {
        try writer?.add(rowGroup)
        rollups.add(rowGroup)
        rows += rowGroup.count
    }

    func finish() -> FinishedSegment? {
        guard let segment = writer.take()?.finish() else { return nil }
        return FinishedSegment(segment: segment, sha256: hex(SHA256.hash(data: segment.bytes)), rollups: rollups)
    }
}

/// A digest, or a part of one, in hex.
package func hex(_ digest: some Sequence<UInt8>) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in digest { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
}
