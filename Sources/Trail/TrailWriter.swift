package import Catalog
package import Events
internal import Files
internal import Segments

/// A trail opened for writing by the one process that holds its lock.
///
/// The one commit point (invariant): segments are written, synced and named first; then ONE transaction makes segment
/// rows, rollups, counters, quarantine and checkpoints true. A file without a row is an orphan and is removed when a
/// writer opens the trail. Not thread-safe: it belongs to the thread that commits.
package final class TrailWriter {
    package let path: String
    package private(set) var catalog: Catalog
    /// Replaces credentials by marks under the trail's own key.
    package let secrets: SecretMarker
    private let lock: FileLock
    private var nextSegment: Int64
    private var files = DurableWrite()
    private var tokens = KnownTokens()

    /// Opens a trail, or makes one. Throws `FileError.locked` when another process writes to it.
    package init(path: String) throws {
        try makeFolder(path)
        try requireTrusted(folder: path)
        lock = try FileLock(path: path + "/" + SegmentLayout.lock, protecting: path)
        let catalogPath = path + "/" + SegmentLayout.catalog
        let existing = try SegmentFiles.all(inTrail: path)
        if existing.contains(where: { SegmentLayout.parse($0) != nil }), !Catalog.hasTables(path: catalogPath) {
            throw TrailError.catalogLost(path: path, segments: existing.count)
        }
        self.path = path
        // SQLite would make its files readable for all; those beside the database take its mode.
        try makePrivateFile(catalogPath)
        catalog = try Catalog.writing(path: catalogPath)
        secrets = try SecretKey.marker(inTrail: path)
        let listed = try catalog.segments()
        nextSegment = (listed.map(\.id).max() ?? 0) + 1
        try removeOrphans(existing, listed)
    }

    /// Writes segments and makes the batch true. Returns the segments as the catalog lists them.
    package func commit(_ batch: CatalogBatch, _ segments: [FinishedSegment]) throws -> [SegmentRecord] {
        var batch = batch
        for finished in segments {
            let record = finished.record(id: nextSegment)
            nextSegment += 1
            try files.write(finished.segment.parts, to: path + "/" + record.file)
            batch.segments.append((record, finished.rollups))
        }
        try files.finish()
        try catalog.commit(batch, known: &tokens)
        return batch.segments.map(\.record)
    }

    /// Opens the catalog again after something could not be written, with what is true in it and nothing else.
    package func startOver() throws {
        try? catalog.close()
        tokens = KnownTokens()
        files = DurableWrite()
        catalog = try Catalog.writing(path: path + "/" + SegmentLayout.catalog)
        let listed = try catalog.segments()
        nextSegment = max(nextSegment, (listed.map(\.id).max() ?? 0) + 1)
        try removeOrphans(SegmentFiles.all(inTrail: path), listed)
    }

    /// Moves everything into the catalog's one file and closes it. Nothing may be written afterwards.
    package func close() throws { try catalog.close() }

    /// What a crash left: temporary files go; segments without a row, whose lines are read again from their sources,
    /// are moved out of the way to `orphans/`. They are not deleted, because a catalog that was restored from a backup
    /// makes good segments look the same.
    private func removeOrphans(_ existing: [String], _ listed: [SegmentRecord]) throws {
        let known = Set(listed.map(\.file))
        for file in existing where !known.contains(file) {
            if file.hasSuffix(".tmp") {
                try removeFile(path + "/" + file)
            } else if let (month, sequence) = SegmentLayout.parse(file), kind(ofPath: path + "/" + file) == .file {
                try makeFolder(path + "/" + SegmentLayout.orphans)
                try moveFile(path + "/" + file, to: path + "/" + SegmentLayout.orphan(month: month, sequence: sequence))
            }
        }
    }
}
