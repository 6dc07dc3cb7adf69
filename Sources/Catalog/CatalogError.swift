/// What can go wrong with the catalog.
package enum CatalogError: Error, Sendable, Equatable, CustomStringConvertible {
    /// There is no catalog where one was expected.
    case missing(path: String)
    /// The file is no catalog, or is damaged.
    case damaged(path: String, reason: String)
    /// The catalog was written by a newer authtrail.
    case newer(path: String)
    /// The catalog is not finished, or was written by an older authtrail.
    case older(path: String)
    /// SQLite could not do what was asked.
    case failed(operation: String, path: String, reason: String)

    package var description: String {
        switch self {
        case .missing(let path):
            "cannot open the trail: there is no catalog at \(path); run authtrail ingest first, or give --trail DIR"
        case .damaged(let path, let reason):
            "cannot use the catalog \(path): \(reason); run authtrail rebuild, which makes it anew from the segments, "
                + "or restore it from a backup"
        case .newer(let path):
            "cannot use the catalog \(path): a newer authtrail wrote it; use that version"
        case .older(let path):
            "cannot use the catalog \(path): it lacks tables of this version; "
                + "if an older authtrail wrote it, run authtrail ingest once, else restore it from a backup"
        case .failed(let operation, let path, let reason):
            "cannot \(operation) in the catalog \(path): \(reason)"
        }
    }
}

extension CatalogError {
    /// SQLite was refused one of its files, and does not say by what.
    static func cannotOpenFiles(of path: String) -> CatalogError {
        .failed(
            operation: "open files", path: path,
            reason: "the system refused to open or make it, or its -wal or -shm; look for a full disk, used up inodes "
                + "or descriptors (df, df -i, ulimit -n) and for permissions, then run it again")
    }
}
