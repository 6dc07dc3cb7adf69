internal import Catalog
internal import Files
internal import Segments

/// A file of a trail that cannot be read.
package struct DamagedFile: Sendable, Equatable {
    /// Path below the trail's folder.
    package let file: String
    package let reason: String
}

extension Error {
    /// Whether it says only that the system, or another program, did not let something be done just now. Such an error
    /// says nothing about what is stored, and nobody must do without anything because of it.
    package var isInputOutput: Bool {
        switch self as any Error {
        case let error as FileError: error.isInputOutput
        case let error as SegmentError: error.isInputOutput
        case let error as CatalogError: error.isInputOutput
        default: false
        }
    }
}

/// What can be wrong with a trail as a whole; files, catalog and segments have their own errors.
package enum TrailError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no trail at a path.
    case missing(path: String)
    /// The segments are there, the catalog is not. Nothing is written, or the segments would be taken for orphans.
    case catalogLost(path: String, segments: Int)
    /// There is nothing wrong with the catalog that is to be made anew.
    case catalogSound(path: String)
    /// There is nothing to make a catalog from.
    case noSegments(path: String)
    /// Segments cannot be read; a catalog without them would say that their events never were.
    case damagedSegments(path: String, files: [DamagedFile])
    /// The key of the marks is another one than that by which they were made.
    case otherKey(path: String)
    /// Somebody asks for a credential who may not read the key, without which nobody can tell its mark.
    case keyNotReadable(path: String, reason: String)
    /// Somebody asks for a credential, and there is no key.
    case keyMissing(path: String)
    /// Readers are at work, and the file that they read would be exchanged under them.
    case inUse(path: String)

    package var description: String {
        switch self {
        case .missing(let path):
            "cannot open the trail \(path): there is none; run authtrail ingest first, or give --trail DIR"
        case .catalogLost(let path, let segments):
            "cannot open the trail \(path): its catalog is missing, though \(segments) segments are there; "
                + "run authtrail rebuild, or restore catalog.sqlite from a backup"
        case .catalogSound(let path):
            "cannot rebuild the catalog of \(path): it is sound, and a rebuild would lose quarantined lines and runs; "
                + "to do it all the same, add --force (the old one is kept)"
        case .noSegments(let path):
            "cannot rebuild the catalog of \(path): no segments are there; run authtrail ingest"
        case .damagedSegments(let path, let files):
            "cannot rebuild the catalog of \(path): \(files.count) of its files cannot be read; restore them from a "
                + "backup, or add --skip-damaged to go on without their events:\n"
                + files.map { "  \($0.file): \($0.reason)" }.joined(separator: "\n")
        case .otherKey(let path):
            "cannot use \(path)/secret.key: it is not the key by which this trail's credentials were replaced, so "
                + "equal credentials would get other marks; restore it from a backup, or move it away: a new one is "
                + "made then"
        case .keyNotReadable(let path, let reason):
            "cannot look for a credential in \(path): marks stand in place of credentials, and only \(path)/secret.key "
                + "tells which mark is whose; \(reason)"
        case .keyMissing(let path):
            "cannot look for a credential in \(path): marks stand in place of credentials, and \(path)/secret.key, by "
                + "which they were made, is missing; restore it from a backup"
        case .inUse(let path):
            "cannot exchange the catalog of \(path): it is being read; wait for its readers and run the same again"
        }
    }
}
