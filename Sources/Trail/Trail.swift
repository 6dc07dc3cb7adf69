package import Catalog
package import Events
internal import Files
internal import Segments

/// A trail opened for reading: one folder with a catalog and its segments. Readers are many and never wait for the
/// writer.
package final class Trail: Sendable {
    /// The trail's folder.
    package let path: String
    package let catalog: Catalog

    /// Opens a trail. Throws `TrailError`, `FileError` or `CatalogError`.
    package init(reading path: String) throws {
        guard kind(ofPath: path) == .folder else { throw TrailError.missing(path: path) }
        try requireTrusted(folder: path)
        let catalogPath = path + "/" + SegmentLayout.catalog
        guard kind(ofPath: catalogPath) == .file else {
            let files = try SegmentFiles.all(inTrail: path).count
            throw files > 0 ? TrailError.catalogLost(path: path, segments: files) : TrailError.missing(path: path)
        }
        self.path = path
        catalog = try Catalog.reading(path: catalogPath)
    }

    /// Delivers the events that match, in the order in which they are stored. Throws what the catalog, the segments or
    /// `body` throw.
    package func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws {
        for segment in try catalog.segments(from: scan.from, to: scan.to) { try self.scan(scan, in: segment, body) }
    }

    /// The same over one segment.
    package func scan(_ scan: EventScan, in segment: SegmentRecord, _ body: (EventColumns) throws -> Void) throws {
        guard segment.count(of: scan.kinds) > 0 else { return }
        try SegmentReader(path: path + "/" + segment.file).scan(scan, body)
    }
}
