package import Catalog
package import Events
internal import Files
internal import Segments

/// A trail opened for writing by the one process that holds its lock.
///
/// The one commit point (invariant): segments are written, synced and named first; then ONE transaction makes segment
/// rows, rollups, counters, quarantine and checkpoints count. A file without a row is an orphan and is moved to
/// `orphans/` when a writer opens the trail. Taking segments away goes the other way round: ONE transaction takes them
/// off the list and notes their files as removed; these are unlinked when no reader is left that may have them on its
/// list.
/// Not thread-safe: it belongs to the thread that commits.
package final class TrailWriter {
    package let path: String
    package private(set) var catalog: Catalog
    /// Replaces credentials by marks under the trail's own key.
    package let secrets: SecretMarker
    /// By which that key is known again; nil for a writer that makes no marks.
    package let keyFingerprint: String?
    /// Whether the key by which earlier marks were made was gone, so that those to come cannot be compared with them.
    package let lostKey: Bool
    private let lock: FileLock
    private let isHurried: @Sendable () -> Bool
    private var nextSegment: Int64
    private let readers: FolderReaders
    private var files: DurableWrite
    private var tokens = KnownTokens()

    /// Opens a trail, or makes one unless it `mustExist`. Throws `FileError.locked` when another process writes to it,
    /// and `TrailError.otherKey` where marks would be made by a key that somebody changed.
    ///
    /// - Parameters:
    ///   - makesMarks: whether credentials are to be replaced; who does not needs no key.
    ///   - group: the number of a group that may read the trail from now on; without it, all stays as it is.
    ///   - isHurried: whether somebody waits for the end of the process, so that it waits for nobody long.
    package init(
        path: String, mustExist: Bool = false, makesMarks: Bool = true, group: UInt32? = nil,
        isHurried: @escaping @Sendable () -> Bool = { false }
    ) throws {
        if mustExist { try Self.requireTrail(path) }
        try makeFolder(path)
        try requireTrusted(folder: path)
        try TrailFolder.require(path, forWriting: true)
        lock = try FileLock(
            path: path + "/" + SegmentLayout.lock, protecting: path, FolderReaders(of: path))
        let catalogPath = path + "/" + SegmentLayout.catalog
        let existing = try SegmentFiles.all(inTrail: path)
        try Self.requireCatalog(path, of: existing)
        self.path = path
        // SQLite would make its files readable for all; those beside the database take its mode.
        readers = try group.map { FolderReaders(group: $0) } ?? FolderReaders(of: path)
        files = DurableWrite(readers)
        try makePrivateFile(catalogPath, readers)
        try makePrivateFile(path + "/" + SegmentLayout.readersLock, readers)
        self.isHurried = isHurried
        catalog = try Catalog.writing(path: catalogPath, isHurried: isHurried)
        if group != nil { try readers.admit(toAllOf: path, but: SegmentLayout.secretKey) }
        (secrets, keyFingerprint, lostKey) =
            try makesMarks
            ? Self.key(path, catalog) : (SecretMarker { _ in 0 }, nil, false)
        nextSegment = try catalog.lastSegmentNumber() + 1
        for suffix in ["", "-wal", "-shm", "-journal"] {
            try removeFile(path + "/" + SegmentLayout.rebuilding + suffix)
        }
        try moveOrphansAway(existing, catalog.segments().map(\.file) + catalog.removedSegments().map(\.file))
        _ = try removeFiles()
    }

    /// The trail's key, made if it is missing and noted if it is new.
    private static func key(_ path: String, _ catalog: Catalog) throws -> (SecretMarker, String?, Bool) {
        let known = try catalog.keptFiles(SegmentLayout.secretKey)
        if let key = try SecretKey(inTrail: path) {
            guard known.isEmpty || known.contains(key.kept) else { throw TrailError.otherKey(path: path) }
            if known.isEmpty { try catalog.note(SegmentLayout.secretKey, key.kept) }
            return (key.marker, key.fingerprint, false)
        }
        let key = try SecretKey(makingIn: path)
        try catalog.note(SegmentLayout.secretKey, key.kept, keepsOlder: true)
        return (key.marker, key.fingerprint, !known.isEmpty)
    }

    /// Segments without a catalog would be taken for orphans by a new one.
    private static func requireCatalog(_ path: String, of files: [String]) throws {
        guard files.contains(where: { SegmentLayout.parse($0) != nil }),
            try !Catalog.hasTables(path: path + "/" + SegmentLayout.catalog)
        else { return }
        throw TrailError.catalogLost(path: path, segments: files.count)
    }

    private static func requireTrail(_ path: String) throws {
        guard try checkedKind(ofPath: path) == .folder else { throw TrailError.missing(path: path) }
        guard try checkedKind(ofPath: path + "/" + SegmentLayout.catalog) == .file else {
            let segments = try SegmentFiles.all(inTrail: path).count
            throw segments > 0 ? TrailError.catalogLost(path: path, segments: segments) : TrailError.missing(path: path)
        }
    }

    /// What to say when the key was lost.
    package static let lostKeyRemark =
        "secret.key was missing: a new one was made, so credentials get other marks "
        + "than before; if there is a backup of the old one, put it back"

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

    /// Opens the catalog again after something could not be written, with what is committed in it and nothing else.
    package func startOver() throws {
        try? catalog.close()
        tokens = KnownTokens()
        files = DurableWrite(readers)
        try Self.requireCatalog(path, of: SegmentFiles.all(inTrail: path))
        catalog = try Catalog.writing(path: path + "/" + SegmentLayout.catalog, isHurried: isHurried)
        nextSegment = max(nextSegment, try catalog.lastSegmentNumber() + 1)
        let listed = try catalog.segments().map(\.file) + catalog.removedSegments().map(\.file)
        try moveOrphansAway(SegmentFiles.all(inTrail: path), listed)
    }

    /// Puts a segment that was built from others in their place: it has their events, and the place of the first in the
    /// order of all. Their files stay until `removeFiles`.
    package func replace(_ old: [SegmentRecord], with merged: FinishedSegment, at time: Int64) throws -> SegmentRecord {
        let record = merged.record(id: nextSegment, rank: old.map(\.rank).min())
        nextSegment += 1
        try files.write(merged.segment.parts, to: path + "/" + record.file)
        try files.finish()
        try catalog.replace(old, with: record, merged.rollups, at: time)
        return record
    }

    /// Removes the files of segments that are listed no more, unless somebody reads the trail, who may have an older
    /// list. Returns how many are gone and how many wait for another time.
    package func removeFiles() throws -> (removed: Int, waiting: Int) {
        let removed = try catalog.removedSegments()
        guard !removed.isEmpty else { return (0, 0) }
        try keepWhatWasPruned()
        guard nobodyReads(path + "/" + SegmentLayout.readersLock) else { return (0, removed.count) }
        for segment in removed { try removeFile(path + "/" + segment.file) }
        // Were one to come back after a power cut, it would look like an orphan.
        for folder in Set(removed.map { parent(of: path + "/" + $0.file) }) where kind(ofPath: folder) == .folder {
            try syncFolder(folder)
            removeFolderIfEmpty(folder)
        }
        try catalog.forget(removed)
        return (removed.count, 0)
    }

    /// Repeats what was pruned in a file of its own, unless that is done: the segments that could tell it go next.
    ///
    /// The catalog notes the file's hash before it takes its name: until then the one that is there is an older one.
    func keepWhatWasPruned(checksBytes: Bool = false) throws {
        let file = path + "/" + SegmentLayout.pruned
        guard let last = try catalog.lastPrune() else { return }
        if try PrunedFile.lastPrune(path: file) == last {
            let known = try catalog.keptFile(SegmentLayout.pruned)
            guard checksBytes || known == nil else { return }
            if let known, known == (try? KeptFile(of: file)) { return }
            if known == nil, try catalog.prunedFileFault(file) == nil {
                // An earlier version wrote it.
                return try catalog.note(SegmentLayout.pruned, KeptFile(of: file))
            }
        }
        let temporary = file + ".tmp"
        for suffix in ["", "-journal"] { try removeFile(temporary + suffix) }
        try makePrivateFile(temporary, readers)
        try catalog.writePruned(to: temporary)
        try syncFile(temporary)
        try catalog.note(SegmentLayout.pruned, KeptFile(of: temporary))
        try moveFile(temporary, to: file)
        try syncFolder(path)
    }

    /// Moves everything into the catalog's one file and closes it. Nothing may be written afterwards.
    package func close() throws { try catalog.close() }

    /// What a crash left: temporary files go; segments without a row, whose lines are read again from their sources,
    /// are moved out of the way to `orphans/`. They are not deleted, because a catalog that was restored from a backup
    /// makes good segments look the same.
    private func moveOrphansAway(_ existing: [String], _ listed: [String]) throws {
        let known = Set(listed)
        for file in existing where !known.contains(file) {
            if file.hasSuffix(".tmp") {
                try removeFile(path + "/" + file)
            } else if let (month, sequence) = SegmentLayout.parse(file),
                try checkedKind(ofPath: path + "/" + file) == .file
            {
                try makeFolder(path + "/" + SegmentLayout.orphans, readers)
                try moveFile(path + "/" + file, to: path + "/" + SegmentLayout.orphan(month: month, sequence: sequence))
            }
        }
    }
}
