internal import CSQLite
internal import GRDBSQLite
#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What SQLite must do otherwise than by itself, in every connection.
enum SystemCalls {
    /// To be called before the first connection is opened.
    static func prepare() { _ = isPrepared }

    /// Has a connection leave WAL and index where they are when it is closed: to take them away, the last one would
    /// have to lock out whoever opens the database at that moment, and who may only read would find none.
    static func keepWAL(of connection: OpaquePointer?) {
        _ = sqlite3_keep_wal_on_close(connection)
    }

    private static let isPrepared: Bool = {
        guard let system = sqlite3_vfs_find(nil), let replace = system.pointee.xSetSystemCall else { return false }
        let call = unsafeBitCast(mapWithRoom, to: sqlite3_syscall_ptr.self)
        return replace(system, "mmap", call) == SQLITE_OK
    }()
}

private typealias MapCall = @convention(c) (
    UnsafeMutableRawPointer?, Int, Int32, Int32, Int32, off_t
) -> UnsafeMutableRawPointer?

/// Maps a file only where the disk has room for all of it.
///
/// SQLite maps the WAL's index, and makes it longer by one byte in each 4 KiB. Where blocks are smaller the rest is a
/// hole; the system would look for a block when it is written to, and end the process by SIGBUS if the disk is full.
/// Asked for beforehand, the same is an error that can be told, and passes.
private let mapWithRoom: MapCall = { address, length, protection, flags, file, offset in
    if flags & MAP_SHARED != 0, protection & PROT_WRITE != 0 {
        let problem = file_set_aside(file, Int64(offset), Int64(length))
        guard problem == 0 else {
            errno = problem
            return MAP_FAILED
        }
    }
    return mmap(address, length, protection, flags, file, offset)
}
