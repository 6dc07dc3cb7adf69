package import Catalog
internal import Events
internal import Files
internal import Foundation
internal import Segments

/// Makes the catalog of a trail anew from its segments.
///
/// It is written under another name, and takes its place at the end; the old one, if there is any, is kept. What only
/// the catalog had is gone: quarantined and blank lines, runs, findings and what was decided about them. Everything
/// else comes back equal: see `SegmentMetadata` and `PrunedFile`. Whoever is killed on the way starts over.
package final class Rebuild {
    /// What came of it.
    package struct Outcome: Sendable {
        package var segments = 0
        package var events: Int64 = 0
        package var bytes: Int64 = 0
        package var sources: [SourceRecord] = []
        /// Files of merged or dropped segments that nobody had removed yet; they count no more.
        package var dead: [String] = []
        /// Files that cannot be read; also merged segments in whose place those stand that they were merged from.
        package var skipped: [DamagedFile] = []
        package var lost: [LostLines] = []
        /// Sources of segments that an older version wrote, whose state was found from their lines.
        package var traced: [Int64] = []
        /// The name of the old catalog.
        package var oldCatalog: String?
    }

    private let path: String
    private let lock: FileLock
    private let skipsDamaged: Bool

    /// Takes the trail's lock. Throws `TrailError.catalogSound` unless `force` is given or the catalog is damaged.
    package init(path: String, force: Bool = false, skipsDamaged: Bool = false) throws {
        guard try checkedKind(ofPath: path) == .folder else { throw TrailError.missing(path: path) }
        try requireTrusted(folder: path)
        try TrailFolder.require(path, forWriting: true)
        self.path = path
        self.skipsDamaged = skipsDamaged
        lock = try FileLock(path: path + "/" + SegmentLayout.lock, protecting: path, FolderReaders(of: path))
        if try checkedKind(ofPath: catalogPath) == .file, let error = try Catalog.otherVersion(path: catalogPath) {
            throw error
        }
        if !force, try isSound() { throw TrailError.catalogSound(path: path) }
    }

    /// Does it. `now` is the time of the rebuild. Throws `TrailError.damagedSegments` for files that cannot be read,
    /// all of them, unless these are to be skipped; the trail is then as it was.
    package func run(now: Int64, progress: (_ done: Int, _ of: Int) -> Void = { _, _ in }) throws -> Outcome {
        // A merged segment that turns out to be damaged is done without if what it was merged from is still there, and
        // all begins anew: these had been passed over.
        var excluded: Set<String> = [], unread: [DamagedFile] = []
        while true {
            let attempt = try RebuildAttempt(path, excluding: excluded)
            guard attempt.files > 0 || attempt.hasPruned else { throw TrailError.noSegments(path: path) }
            let catalog = try emptyCatalog()
            try attempt.fill(catalog, progress: progress)
            if !attempt.doneWithout.isEmpty {
                excluded.formUnion(attempt.doneWithout.map(\.file))
                unread += attempt.doneWithout
                continue
            }
            let missing = attempt.damaged + unread.filter { $0.file == SegmentLayout.pruned }
            guard missing.isEmpty || skipsDamaged else {
                throw TrailError.damagedSegments(path: path, files: missing)
            }
            var outcome = try attempt.finish(catalog, now: now)
            outcome.skipped = attempt.damaged + unread
            try catalog.closeWhole()
            outcome.oldCatalog = try exchange()
            return outcome
        }
    }

    private var catalogPath: String { path + "/" + SegmentLayout.catalog }
    private var newPath: String { path + "/" + SegmentLayout.rebuilding }

    /// Throws for a catalog that cannot be read just now: it may be sound.
    private func isSound() throws -> Bool {
        do {
            return try checkedKind(ofPath: catalogPath) == .file && Catalog.hasTables(path: catalogPath)
                && Catalog.reading(path: catalogPath).integrityProblems().isEmpty
        } catch  where !error.isInputOutput { return false }
    }

    private func emptyCatalog() throws -> Catalog {
        for suffix in ["", "-wal", "-shm", "-journal"] { try removeFile(newPath + suffix) }
        try makePrivateFile(newPath, FolderReaders(of: path))
        return try Catalog.writing(path: newPath, isShared: false)
    }

    /// Puts the new catalog in the place of the old one, while nobody reads; returns the name that the old one has now.
    private func exchange() throws -> String? {
        try syncFile(newPath)
        for suffix in ["-wal", "-shm"] { try removeFile(newPath + suffix) }
        for _ in 0..<200 {
            let kept = try withExclusiveReaderLock(path + "/" + SegmentLayout.readersLock) { () throws -> String? in
                let name = try keepOld()
                try moveFile(newPath, to: catalogPath)
                try syncFolder(path)
                return name
            }
            if let kept {
                // Makes its WAL and index, which who may only read cannot.
                try Catalog.ledger(path: catalogPath).close()
                return kept
            }
            Thread.sleep(forTimeInterval: 0.05)
        }
        throw TrailError.inUse(path: path)
    }

    /// Gives the old catalog a second name. If it can be closed to one file, it keeps its own until the new one takes
    /// it, so that there is a catalog at every moment; else it is moved with its WAL, of which the new one must see
    /// nothing. A trail without a catalog is refused by all, and whoever is killed here runs rebuild again.
    private func keepOld() throws -> String? {
        guard try checkedKind(ofPath: catalogPath) != .missing else { return nil }
        var number = 1
        while try checkedKind(ofPath: path + "/" + SegmentLayout.beforeRebuild + String(number)) != .missing {
            number += 1
        }
        let name = SegmentLayout.beforeRebuild + String(number)
        if isClosed() {
            for suffix in ["-wal", "-shm"] { try removeFile(catalogPath + suffix) }
            try linkFile(catalogPath, as: path + "/" + name)
        } else {
            for suffix in ["", "-wal", "-shm"] where try checkedKind(ofPath: catalogPath + suffix) != .missing {
                try moveFile(catalogPath + suffix, to: path + "/" + name + suffix)
            }
        }
        return name
    }

    /// Whether the old catalog can be closed to one file. If not, whatever the reason, all of its files are kept.
    private func isClosed() -> Bool { (try? Catalog.ledger(path: catalogPath).closeWhole()) != nil }
}
