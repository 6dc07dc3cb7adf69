#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// An exclusive lock between processes, freed by the system when the process ends, however it ends.
package struct FileLock: ~Copyable {
    private let file: Int32

    /// Takes the lock within a moment or throws `FileError.locked`. The file is made if it is missing and holds the
    /// holder's pid.
    package init(path: String, protecting: String, _ readers: FolderReaders = .nobody) throws(FileError) {
        let file = openFile(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC, readers.fileMode)
        guard file >= 0 else { throw .cannotWrite(operation: "open", path: path, code: errno) }
        // A lock that the group may only not ask about is one all the same.
        try? readers.admit(to: file, path)
        // Somebody who only asks whether it is held, see `isLocked`, has it for a moment.
        var tries = 0
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            let code = errno
            if code == EINTR { continue }
            if code == EWOULDBLOCK, tries < 15 {
                tries += 1
                usleep(20_000)
                continue
            }
            let holder = Self.holder(file)
            close(file)
            if code == EWOULDBLOCK { throw .locked(path: protecting, holder: holder) }
            throw .cannotWrite(operation: "lock", path: path, code: code)
        }
        ftruncate(file, 0)
        let pid = Array("\(getpid())\n".utf8)
        _ = pid.withUnsafeBytes { pwrite(file, $0.baseAddress!, pid.count, 0) }
        self.file = file
    }

    deinit {
        // Said aloud: a process that is just being started has a copy of the descriptor for a moment.
        flock(file, LOCK_UN)
        close(file)
    }

    private static func holder(_ file: Int32) -> String {
        var bytes = [UInt8](repeating: 0, count: 16)
        let count = bytes.withUnsafeMutableBytes { pread(file, $0.baseAddress!, $0.count, 0) }
        let digits = bytes.prefix(max(0, count)).prefix { (0x30...0x39).contains($0) }
        return digits.isEmpty ? "" : " (process \(String(decoding: digits, as: UTF8.self)))"
    }
}

/// Whether some process holds the lock now. Throws where that cannot be told.
package func isLocked(_ path: String) throws(FileError) -> Bool {
    let file = openFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
        if errno == ENOENT { return false }
        throw .cannotRead(operation: "open", path: path, code: errno)
    }
    defer { close(file) }
    // A shared lock: two who look at once do not take each other for a writer.
    return flock(file, LOCK_SH | LOCK_NB) != 0 && errno == EWOULDBLOCK
}
