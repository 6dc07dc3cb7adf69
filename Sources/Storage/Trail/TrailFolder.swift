internal import Files
internal import Segments

/// What may lie under the names of a trail's files: files, and folders where folders belong.
///
/// Looked at before anything is opened: SQLite would wait for the other end of a pipe, and a link in the place of a
/// folder or file would have segments written, or orphans moved, to wherever it leads. Who writes takes no links; who
/// only reads may have moved `segments` to another disk.
enum TrailFolder {
    private static let files = [
        SegmentLayout.catalog, SegmentLayout.catalog + "-wal", SegmentLayout.catalog + "-shm",
        SegmentLayout.catalog + "-journal", SegmentLayout.pruned, SegmentLayout.lock, SegmentLayout.readersLock,
        SegmentLayout.jobsLock, SegmentLayout.secretKey,
    ]

    /// The names of catalogs that were replaced by `rebuild`.
    static func oldCatalogs(_ trail: String) throws(FileError) -> [String] {
        try names(inFolder: trail).filter { name in
            name.hasPrefix(SegmentLayout.beforeRebuild)
                && name.dropFirst(SegmentLayout.beforeRebuild.count).allSatisfy(\.isNumber)
        }
    }

    /// Whether the catalog's WAL holds anything.
    static func hasWAL(_ trail: String) -> Bool {
        (FileStatus(path: trail + "/" + SegmentLayout.catalog + "-wal")?.size ?? 0) > 0
    }

    /// Refuses, by `FileError.untrusted`, a trail in which something else lies under one of the names.
    static func require(_ trail: String, forWriting isWriting: Bool) throws(FileError) {
        // Who only reads needs no key.
        for name in files where isWriting || name != SegmentLayout.secretKey {
            try requireOrdinary(file: trail + "/" + name, mayBeLink: !isWriting)
        }
        for name in [SegmentLayout.segments, SegmentLayout.orphans] {
            // A file there leads nowhere; whoever would write below it says so, and tries again when it has gone.
            guard kind(ofPath: trail + "/" + name) != .file else { continue }
            try requireOrdinary(folder: trail + "/" + name, mayBeLink: !isWriting)
        }
        guard isWriting else { return }
        let segments = trail + "/" + SegmentLayout.segments
        guard kind(ofPath: segments) == .folder else { return }
        for month in try names(inFolder: segments) where kind(ofPath: segments + "/" + month) == .folder {
            try requireOrdinary(folder: segments + "/" + month)
        }
    }
}
