#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Files that are there whole or not at all: temporary name → write → fsync → rename → fsync of the folder.
///
/// Invariants: a final name never holds half a file; a failed fsync is never tried again on the same file (the kernel
/// may have dropped the pages), all temporary files are removed and the error is reported; nothing is written through a
/// symbolic link. Files and folders last only once `finish()` has returned. Syncing many files at once, after all are
/// written, lets the file system put them into few journal commits.
package struct DurableWrite: ~Copyable {
    /// How many files may wait open, well below the usual limit of 1,024 descriptors.
    private static let mostOpen = 128

    private let readers: FolderReaders
    private var staged: [(file: Int32, path: String)] = []
    private var folders: Set<String> = []

    /// - Parameter readers: who may read what is written.
    package init(_ readers: FolderReaders = .nobody) { self.readers = readers }

    deinit { Self.discard(staged) }

    /// Writes a file, and the folder it lies in where that is missing.
    package mutating func write(_ bytes: [UInt8], to path: String) throws(FileError) { try write([bytes], to: path) }

    /// The same for bytes that come in parts.
    package mutating func write(_ parts: [[UInt8]], to path: String) throws(FileError) {
        try makeFolders(parent(of: path))
        let temporary = Self.temporary(path)
        unlink(temporary)
        let file = openFile(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, readers.fileMode)
        guard file >= 0 else { throw .cannotWrite(operation: "create", path: temporary, code: errno) }
        staged.append((file, path))
        try readers.admit(to: file, temporary)
        for part in parts { try Self.writeAll(part, to: file, path: temporary) }
        if staged.count >= Self.mostOpen { try syncFiles() }
    }

    /// Makes everything written so far last through a power cut.
    package mutating func finish() throws(FileError) {
        try syncFiles()
        for folder in folders { try syncFolder(folder) }
        folders = []
    }

    private mutating func syncFiles() throws(FileError) {
        for (file, path) in staged {
            guard fsync(file) == 0 else {
                throw .cannotWrite(operation: "sync", path: Self.temporary(path), code: errno)
            }
        }
        while let (file, path) = staged.popLast() {
            guard close(file) == 0 else {
                throw .cannotWrite(operation: "close", path: Self.temporary(path), code: errno)
            }
            guard rename(Self.temporary(path), path) == 0 else {
                let code = errno
                unlink(Self.temporary(path))
                throw .cannotWrite(operation: "rename", path: Self.temporary(path), code: code)
            }
            folders.insert(parent(of: path))
        }
    }

    private mutating func makeFolders(_ path: String) throws(FileError) {
        if mkdir(path, readers.folderMode & 0o777) == 0 {
            try readers.admit(path)
            folders.insert(parent(of: path))
        } else if errno == ENOENT, !path.isEmpty, parent(of: path) != path {
            try makeFolders(parent(of: path))
            try makeFolders(path)
        } else if errno == EEXIST {
            // A link that lies there would lead the file elsewhere; where a file lies, the next step says so.
            if kind(ofPath: path) != .file { try requireOrdinary(folder: path) }
        } else {
            throw .cannotWrite(operation: "create the folder", path: path, code: errno)
        }
    }

    private static func temporary(_ path: String) -> String { path + ".tmp" }

    private static func discard(_ staged: [(file: Int32, path: String)]) {
        for (file, path) in staged {
            close(file)
            unlink(temporary(path))
        }
    }

    private static func writeAll(_ bytes: [UInt8], to file: Int32, path: String) throws(FileError) {
        var at = 0
        while at < bytes.count {
            let written = bytes.withUnsafeBytes { writeSome(file, $0.baseAddress! + at, bytes.count - at) }
            if written < 0, errno == EINTR { continue }
            // A file that takes nothing and says no error would be asked forever.
            guard written > 0 else {
                throw .cannotWrite(operation: "write", path: path, code: written < 0 ? errno : ENOSPC)
            }
            at += written
        }
    }
}

/// Opens a file; a signal that comes in between is no reason to give up. -1 if it cannot be opened, see `errno`.
func openFile(_ path: String, _ flags: Int32, _ mode: mode_t = 0) -> Int32 {
    while true {
        let file = withSystemPath(path) { open($0, flags, mode) }
        guard file < 0, errno == EINTR else { return file }
    }
}

// Inside a type that has a method `write`, the system's call needs a name of its own.
private func writeSome(_ file: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int { write(file, bytes, count) }

/// The folder that a path lies in.
package func parent(of path: String) -> String {
    guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
}

/// Makes a folder and its parents where they are missing, each made to last.
package func makeFolder(_ path: String, _ readers: FolderReaders = .nobody) throws(FileError) {
    if mkdir(path, readers.folderMode & 0o777) == 0 {
        try readers.admit(path)
        return try syncFolder(parent(of: path))
    }
    switch errno {
    case EEXIST:
        guard try checkedKind(ofPath: path) == .folder else {
            throw .cannotWrite(operation: "create the folder", path: path, code: ENOTDIR)
        }
    case ENOENT where !path.isEmpty && parent(of: path) != path:
        try makeFolder(parent(of: path))
        try makeFolder(path)
    default:
        throw .cannotWrite(operation: "create the folder", path: path, code: errno)
    }
}

/// Makes what happened to the names in a folder last.
package func syncFolder(_ path: String) throws(FileError) {
    let folder = openFile(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard folder >= 0 else { throw .cannotWrite(operation: "open the folder", path: path, code: errno) }
    defer { close(folder) }
    guard fsync(folder) == 0 else { throw .cannotWrite(operation: "sync the folder", path: path, code: errno) }
}

/// Removes a folder unless something lies in it.
package func removeFolderIfEmpty(_ path: String) { rmdir(path) }

/// Removes a file if it is there.
package func removeFile(_ path: String) throws(FileError) {
    guard unlink(path) == 0 || errno == ENOENT else {
        throw .cannotWrite(operation: "remove", path: path, code: errno)
    }
}
