internal import CSQLite
internal import GRDBSQLite
internal import Synchronization
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
    static func keepWAL(of connection: OpaquePointer?) { _ = sqlite3_keep_wal_on_close(connection) }

    /// Why SQLite could not read a file since this was last asked, as the system's number; nil if it always could.
    ///
    /// SQLite takes EIO for a damaged file system and says that the database is malformed. So whoever is told of damage
    /// asks this as well.
    static func takeFailure() -> Int32? {
        let code = failure.exchange(0, ordering: .sequentiallyConsistent)
        return code == 0 ? nil : code
    }

    private static let isPrepared: Bool = {
        guard let system = sqlite3_vfs_find(nil), let replace = system.pointee.xSetSystemCall else { return false }
        let read = unsafeBitCast(readAndNote, to: sqlite3_syscall_ptr.self)
        let map = unsafeBitCast(mapWithRoom, to: sqlite3_syscall_ptr.self)
        // One of the first two is the one that it was built with.
        let calls = [("pread", read), ("pread64", read), ("mmap", map)]
        return calls.allSatisfy { call in replace(system, call.0, call.1) == SQLITE_OK }
    }()
}

private let failure = Atomic<Int32>(0)

private typealias ReadCall = @convention(c) (Int32, UnsafeMutableRawPointer?, Int, off_t) -> Int

/// Reads, and notes why it could not.
private let readAndNote: ReadCall = { file, bytes, count, offset in
    let got = pread(file, bytes, count, offset)
    let code = errno
    if got < 0, code != EINTR { failure.store(code, ordering: .sequentiallyConsistent) }
    errno = code
    return got
}

private typealias MapCall =
    @convention(c) (
        UnsafeMutableRawPointer?, Int, Int32, Int32, Int32, off_t
    ) -> UnsafeMutableRawPointer?

/// Maps a file only where the disk has room for all of it.
///
/// SQLite maps the WAL's index, and makes it longer by one byte in each 4 KiB. Where blocks are smaller the rest is a
/// hole; the system would look for a block when it is written to, and end the process by SIGBUS if the disk is full.
/// Asked for beforehand, the same is an error that can be named, and passes.
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
