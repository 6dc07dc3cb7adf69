internal import Files
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// How SQLite opens a catalog for reading.
///
/// A database in WAL mode is read together with its WAL and the WAL's index, `-wal` and `-shm`. They stay where they
/// are, so that who may not write there finds them. Where one is missing and can be made by nobody, as in a copy on a
/// read-only file system, nobody can write either: then SQLite needs no locks, and can keep the index in memory.
struct CatalogPlace {
    private(set) var name: String
    /// Whether the database must be locked for this connection alone, which keeps the WAL's index in memory then.
    private(set) var isAlone = false

    init(_ path: String) throws {
        name = path
        let folder = parent(of: path)
        guard try status(ofPath: path) != nil else { return }
        let wal = try status(ofPath: path + "-wal")
        guard try wal == nil || status(ofPath: path + "-shm") == nil else { return }
        guard faccessat(AT_FDCWD, folder, W_OK, AT_EACCESS) != 0 else { return }
        guard try nobodyWrites(in: folder) else {
            // The next one who may write there makes them.
            throw CatalogError.failed(
                operation: "open files", path: path,
                reason: "its -wal or -shm is missing, and you may not make it; have its owner run authtrail status")
        }
        isAlone = (wal?.size ?? 0) > 0
        name = "file:" + Self.escaped(path) + (isAlone ? "?vfs=unix-none" : "?immutable=1")
    }

    private static func escaped(_ path: String) -> String {
        path.utf8.map { byte -> String in
            let isPlain = byte > 0x20 && byte < 0x7F && !"%?#".utf8.contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            return "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }.joined()
    }
}
