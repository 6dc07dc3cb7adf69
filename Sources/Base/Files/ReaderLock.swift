#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// A lock that readers share, so that files which are no longer listed are removed only when nobody reads them.
///
/// Invariant: a reader takes it before it looks at the list of files and keeps it as long as it lives. Whoever removes
/// files has first made a list without them true; when `nobodyReads` then says yes, every reader that comes later sees
/// that list. Readers wait for nobody: the exclusive lock is held only for the moment in which it is tried.
package struct ReaderLock: ~Copyable {
    /// -1 where there is no file to lock: then nothing is removed either, see `nobodyReads`.
    private let file: Int32

    /// Takes a reader's share. The file is made if it is missing; a reader that may not do that goes without. Such a
    /// trail was never written by a version that removes files, or lies where nobody can write.
    package init(sharing path: String) throws(FileError) {
        var file = openFile(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
        if file < 0 { file = openFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC) }
        // Who cannot tell whether there is a lock would have files taken away while they are read.
        guard file >= 0 || [ENOENT, EACCES, EPERM, EROFS].contains(errno) else {
            throw .cannotRead(operation: "open", path: path, code: errno)
        }
        self.file = file
        guard file >= 0 else { return }
        while flock(file, LOCK_SH) != 0 {
            let code = errno
            // Some file systems have no locks; none is better there than no reading.
            guard code == EINTR else { return }
        }
    }

    deinit {
        guard file >= 0 else { return }
        // Said aloud: a process that is just being started has a copy of the descriptor for a moment.
        flock(file, LOCK_UN)
        close(file)
    }
}

/// Whether no reader holds a share of the lock now. False if that cannot be told.
package func nobodyReads(_ path: String) -> Bool {
    withExclusiveReaderLock(path) { true } ?? false
}

/// Keeps readers from beginning while `body` runs, which must be short; nil, at once, if there are readers now or the
/// lock cannot be had.
package func withExclusiveReaderLock<Result>(_ path: String, _ body: () throws -> Result) rethrows -> Result? {
    let file = openFile(path, O_RDONLY | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, 0o600)
    guard file >= 0 else { return nil }
    defer {
        flock(file, LOCK_UN)
        close(file)
    }
    guard flock(file, LOCK_EX | LOCK_NB) == 0 else { return nil }
    return try body()
}
