package import Catalog
package import Events
internal import Files
internal import Foundation
internal import Segments

/// A trail opened for reading: one folder with a catalog and its segments. Readers are many and never wait for the
/// writer.
///
/// Invariant: a reader sees the trail as it was when it was opened. Its catalog is a snapshot, and no file that this
/// names goes away while the reader lives, though segments may be merged or dropped meanwhile (see `ReaderLock`).
package final class Trail: Sendable {
    /// The trail's folder.
    package let path: String
    package let catalog: Catalog
    private let readers = SegmentReaderCache()
    private let lock: HeldLock

    /// Opens a trail: its owner's, one that a group of ours may read, or as root any. Root leaves nothing of its own
    /// there. Throws `TrailError`, `FileError` or `CatalogError`.
    package init(reading path: String) throws {
        guard try checkedKind(ofPath: path) == .folder else { throw TrailError.missing(path: path) }
        try requireReadable(folder: path)
        try TrailFolder.require(path, forWriting: false)
        let catalogPath = path + "/" + SegmentLayout.catalog
        guard try checkedKind(ofPath: catalogPath) == .file else {
            let files = try SegmentFiles.all(inTrail: path).count
            throw files > 0 ? TrailError.catalogLost(path: path, segments: files) : TrailError.missing(path: path)
        }
        self.path = path
        (lock, catalog) = try asOwner(of: path) {
            // Before the list is looked at: what is on it then stays.
            let lock = try HeldLock(ReaderLock(sharing: path + "/" + SegmentLayout.readersLock))
            return (lock, try Catalog.reading(path: catalogPath, snapshot: true))
        }
    }

    /// Delivers the events that match, in the order in which they are stored. Throws what the catalog, the segments or
    /// `body` throw.
    ///
    /// Segments are read side by side, and what is read ahead is bounded; `body` is called by this thread only.
    package func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws {
        let segments = try catalog.segments(from: scan.from, to: scan.to).filter { $0.count(of: scan.kinds) > 0 }
        guard segments.count > 1 else {
            for segment in segments { try self.scan(scan, in: segment, body) }
            return
        }
        let ahead = ReadAhead<SegmentRecord, EventColumns>(segments, room: Self.bytesAhead) { segment, give in
            try self.scan(scan, in: segment) { try give($0, $0.memory) }
        }
        try ahead.run(atOnce: Self.segmentsAtOnce, body)
    }

    /// A lock that can be handed on.
    private final class HeldLock: Sendable {
        private let lock: ReaderLock

        init(_ lock: consuming ReaderLock) { self.lock = lock }
    }

    /// Each holds a batch while it is read; whoever takes the batches could not keep up with more.
    private static let segmentsAtOnce = min(4, ProcessInfo.processInfo.activeProcessorCount)
    /// Bytes of batches that wait for their turn.
    private static let bytesAhead = 16 << 20

    /// The same over one segment.
    private func scan(_ scan: EventScan, in segment: SegmentRecord, _ body: (EventColumns) throws -> Void) throws {
        guard segment.count(of: scan.kinds) > 0 else { return }
        try readers.withReader(path + "/" + segment.file) { try $0.scan(scan, body) }
    }

    /// The same for whoever asks for one batch after the other.
    package func batches(of scan: EventScan) throws -> EventBatches {
        try EventBatches(scan, of: path, readers, catalog.segments(from: scan.from, to: scan.to))
    }
}
