/// What can be wrong with a trail as a whole; files, catalog and segments have their own errors.
package enum TrailError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no trail at a path.
    case missing(path: String)
    /// The segments are there, the catalog is not. Nothing is written, or the segments would be taken for orphans.
    case catalogLost(path: String, segments: Int)

    package var description: String {
        switch self {
        case .missing(let path):
            "cannot open the trail \(path): there is none; run authtrail ingest first, or give --trail DIR"
        case .catalogLost(let path, let segments):
            "cannot open the trail \(path): its catalog is missing, though \(segments) segments are there; "
                + "restore catalog.sqlite from a backup"
        }
    }
}
