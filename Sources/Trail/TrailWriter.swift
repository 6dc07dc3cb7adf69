package import Catalog
internal import Crypto
package import Events
internal import Files
internal import Parquet
internal import Rollups
internal import Segments

/// A trail opened for writing by the one process that holds its lock.
///
/// The one commit point (invariant): segments are written, synced and named first; then ONE transaction makes segment
/// rows, rollups, counters, quarantine and checkpoints true. A file without a row is an orphan and is removed when a
/// writer opens the trail. Not thread-safe: it belongs to the thread that encodes.
package final class TrailWriter {
    package let path: String
    package let catalog: Catalog
    private let lock: FileLock
    private var nextSegment: Int64
    private var open: [Int32: OpenSegment] = [:]
    private var sealed: [(record: SegmentRecord, rollups: SegmentRollups)] = []
    private var files = DurableWrite()
    /// What the segments before taught about compressing the columns.
    private var experience: WritingExperience?

    /// Opens a trail, or makes one. Throws `FileError.locked` when another process writes to it.
    package init(path: String) throws {
        try makeFolder(path)
        try requireTrusted(folder: path)
        lock = try FileLock(path: path + "/" + SegmentLayout.lock, protecting: path)
        let catalogPath = path + "/" + SegmentLayout.catalog
        let existing = try SegmentFiles.all(inTrail: path)
        if kind(ofPath: catalogPath) == .missing, !existing.isEmpty {
            throw TrailError.catalogLost(path: path, segments: existing.count)
        }
        self.path = path
        // SQLite would make its files readable for all; those beside the database take its mode.
        try makePrivateFile(catalogPath)
        catalog = try Catalog.writing(path: catalogPath)
        let listed = try catalog.segments()
        nextSegment = (listed.map(\.id).max() ?? 0) + 1
        try Self.removeOrphans(existing, listed, in: path)
    }

    /// Number of segments that are open or sealed and wait for `commit`.
    package var pendingSegments: Int { open.count + sealed.count }

    /// Adds a batch of one day (at most `Limits.rowsPerGroup` rows) to the day's open segment.
    package func add(_ rowGroup: EventColumns, day: Int32) throws {
        if let segment = open[day], segment.rows + rowGroup.count > Limits.rowsPerSegment { try seal(day) }
        let segment = open[day] ?? OpenSegment(day: day, experience)
        open[day] = segment
        try segment.add(rowGroup)
        experience = segment.experience
    }

    /// Seals what is open and makes the batch true. Returns the segments that were added.
    package func commit(_ batch: CatalogBatch) throws -> [SegmentRecord] {
        for day in open.keys.sorted() { try seal(day) }
        try files.finish()
        var batch = batch
        batch.segments = sealed
        try catalog.commit(batch)
        sealed = []
        return batch.segments.map(\.record)
    }

    private func seal(_ day: Int32) throws {
        guard let segment = open.removeValue(forKey: day) else { return }
        guard let (bytes, record, rollups) = segment.finish(id: nextSegment) else { return }
        nextSegment += 1
        try files.write(bytes, to: path + "/" + record.file)
        sealed.append((record, rollups))
    }

    private static func removeOrphans(_ existing: [String], _ listed: [SegmentRecord], in path: String) throws {
        let known = Set(listed.map(\.file))
        // A folder is none of ours; verify names it.
        for file in existing where !known.contains(file) && kind(ofPath: path + "/" + file) != .folder {
            try removeFile(path + "/" + file)
        }
    }
}

/// A segment that still takes rows, and the rollups counted along with it.
private final class OpenSegment {
    private let day: Int32
    /// Nil once it is finished.
    private var writer: SegmentWriter?
    private var rollups: SegmentRollups
    private(set) var rows = 0

    var experience: WritingExperience? { writer?.experience }

    init(day: Int32, _ experience: WritingExperience?) {
        self.day = day
        writer = SegmentWriter(day: day, experience: experience)
        rollups = SegmentRollups(day: day)
    }

    func add(_ rowGroup: EventColumns) throws {
        try writer?.add(rowGroup)
        rollups.add(rowGroup)
        rows += rowGroup.count
    }

    func finish(id: Int64) -> ([UInt8], SegmentRecord, SegmentRollups)? {
        guard let segment = writer.take()?.finish() else { return nil }
        let record = SegmentRecord(
            id: id, day: day, file: SegmentLayout.path(day: day, sequence: id), rows: Int64(segment.rows),
            rowGroups: Int64(segment.rowGroups), bytes: Int64(segment.bytes.count), sha256: sha256(segment.bytes),
            minTS: segment.minTS, maxTS: segment.maxTS, counts: segment.counts.map(Int64.init))
        return (segment.bytes, record, rollups)
    }
}

/// SHA-256 in hex.
func sha256(_ bytes: [UInt8]) -> String { hex(SHA256.hash(data: bytes)) }

/// A digest in hex.
func hex(_ digest: SHA256.Digest) -> String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in digest { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
}
