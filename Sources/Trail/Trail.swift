package import Catalog
package import Events
internal import Dispatch
internal import Files
internal import Foundation
internal import Segments
internal import Synchronization

/// A trail opened for reading: one folder with a catalog and its segments. Readers are many and never wait for the
/// writer.
///
/// Invariant: a reader sees the trail as it was when it was opened. Its catalog is a snapshot, and no file that this
/// names goes away while the reader lives, though segments may be merged or dropped meanwhile (see `ReaderLock`).
package final class Trail: Sendable {
    /// The trail's folder.
    package let path: String
    package let catalog: Catalog
    private let shelf = SegmentShelf()
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
    /// Segments are read side by side, as many at a time as there are cores; `body` is called by this thread only.
    package func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws {
        let segments = try catalog.segments(from: scan.from, to: scan.to).filter { $0.count(of: scan.kinds) > 0 }
        guard segments.count > 1 else {
            for segment in segments { try self.scan(scan, in: segment, body) }
            return
        }
        try inOrder(segments, atOnce: Self.cores, { try self.batches(of: scan, in: $0) }) { batches in
            for batch in batches { try body(batch) }
        }
    }

    /// A lock that can be handed on.
    private final class HeldLock: Sendable {
        private let lock: ReaderLock

        init(_ lock: consuming ReaderLock) { self.lock = lock }
    }

    private static let cores = ProcessInfo.processInfo.activeProcessorCount

    private func batches(of scan: EventScan, in segment: SegmentRecord) throws -> [EventColumns] {
        var batches: [EventColumns] = []
        try self.scan(scan, in: segment) { batches.append($0) }
        return batches
    }

    /// The same over one segment.
    package func scan(_ scan: EventScan, in segment: SegmentRecord, _ body: (EventColumns) throws -> Void) throws {
        guard segment.count(of: scan.kinds) > 0 else { return }
        try shelf.withReader(path + "/" + segment.file) { try $0.scan(scan, body) }
    }
}

/// Does the same with each element on threads of its own, and hands the results over in the order of the elements, on
/// this thread. Of so many elements at most anything is held at any time. The first error in that order is thrown, when
/// nothing is being done any more.
private func inOrder<Element: Sendable, Output: Sendable>(
    _ elements: [Element], atOnce: Int, _ work: @escaping @Sendable (Element) throws -> Output,
    _ body: (Output) throws -> Void
) throws {
    let results = Mutex([Result<Output, any Error>?](repeating: nil, count: elements.count))
    let isDone = elements.map { _ in DispatchSemaphore(value: 0) }
    let all = DispatchGroup()
    func begin(_ place: Int) {
        guard place < elements.count else { return }
        DispatchQueue.global(qos: .userInitiated).async(group: all) {
            let result = Result { try work(elements[place]) }
            results.withLock { $0[place] = result }
            isDone[place].signal()
        }
    }
    defer { all.wait() }
    for place in 0..<min(atOnce, elements.count) { begin(place) }
    for place in elements.indices {
        isDone[place].wait()
        let result = results.withLock { $0[place].take() }
        if let result { try body(result.get()) }
        begin(place + atOnce)
    }
}
