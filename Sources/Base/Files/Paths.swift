#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif
internal import Synchronization

/// What a path names.
package enum PathKind: Sendable, Equatable {
    case missing, file, folder, other
}

/// What a path names, following symbolic links.
package func kind(ofPath path: String) -> PathKind {
    var information = stat()
    // What may not be looked at is there all the same: opening it tells why it cannot be read.
    let found = withSystemPath(path) { stat($0, &information) }
    guard found == 0 else { return errno == ENOENT || errno == ENOTDIR ? .missing : .other }
    return PathKind(information)
}

extension PathKind {
    fileprivate init(_ information: stat) {
        switch information.st_mode & S_IFMT {
        case S_IFREG: self = .file
        case S_IFDIR: self = .folder
        default: self = .other
        }
    }
}

/// What a path names, following symbolic links. Throws where that cannot be told just now: what cannot be looked at is
/// neither missing nor there.
package func checkedKind(ofPath path: String) throws(FileError) -> PathKind {
    try status(ofPath: path).map { PathKind($0) } ?? .missing
}

/// Size and times of what a path names, following symbolic links; nil if there is nothing. Throws where that cannot be
/// told just now.
package func status(ofPath path: String) throws(FileError) -> FileStatus? {
    try status(ofPath: path).map { FileStatus($0) }
}

private func status(ofPath path: String) throws(FileError) -> stat? {
    var information = stat()
    while withSystemPath(path, { stat($0, &information) }) != 0 {
        switch errno {
        case EINTR: continue
        case ENOENT, ENOTDIR: return nil
        default: throw .cannotRead(operation: "look at", path: path, code: errno)
        }
    }
    return information
}

/// Whether no account but root can make files in a folder: its file system is read-only, or its owner has no right to
/// write to it.
package func nobodyWrites(in folder: String) throws(FileError) -> Bool {
    var system = statvfs()
    guard statvfs(folder, &system) == 0 else { throw FileError.reading("look at", folder, errno) }
    if system.f_flag & UInt(ST_RDONLY) != 0 { return true }
    var information = stat()
    guard stat(folder, &information) == 0 else { throw FileError.reading("look at", folder, errno) }
    return information.st_mode & 0o222 == 0
}

/// The names in a folder, sorted by their bytes, without `.` and `..`. Their text is that of `pathText`.
package func names(inFolder path: String) throws(FileError) -> [String] {
    guard let folder = withSystemPath(path, { opendir($0) }) else {
        throw FileError.reading("list the folder", path, errno)
    }
    defer { closedir(folder) }
    var names: [[UInt8]] = []
    while true {
        // Only an error number tells an error from the end.
        errno = 0
        guard let entry = readdir(folder) else {
            guard errno == 0 else { throw FileError.reading("list the folder", path, errno) }
            break
        }
        let name = withUnsafePointer(to: &entry.pointee.d_name) { pointer in
            pointer.withMemoryRebound(to: UInt8.self, capacity: Int(NAME_MAX) + 1) { name in
                Array(UnsafeBufferPointer(start: name, count: Int(NAME_MAX) + 1).prefix { $0 != 0 })
            }
        }
        if name != [0x2E], name != [0x2E, 0x2E] { names.append(name) }
    }
    return names.sorted { $0.lexicographicallyPrecedes($1) }.map { pathText($0) }
}

/// The files that a shell pattern (`*`, `?`, `[…]`) names, sorted, and the folders that could not be listed for it.
package func paths(matching pattern: String) -> (found: [String], problems: [FileError]) {
    globLock.withLock { _ in
        var found = glob_t()
        defer { globfree(&found) }
        let note: @convention(c) (UnsafePointer<CChar>?, Int32) -> Int32 = { folder, code in
            if let folder, code != ENOENT { globRefusals.withLock { $0.append((pathText(folder), code)) } }
            return 0
        }
        let code = withSystemPath(pattern) { glob($0, 0, note, &found) }
        var refused = globRefusals.withLock { list in
            defer { list = [] }
            return list.map { FileError.reading("list the folder", $0.folder, $0.code) }
        }
        if code == GLOB_NOSPACE { refused.append(.cannotRead(operation: "look for", path: pattern, code: ENOMEM)) }
        guard code == 0 else { return ([], refused) }
        return ((0..<Int(found.gl_pathc)).compactMap { found.gl_pathv[$0].map { pathText($0) } }, refused)
    }
}

/// One search at a time, since the C library's call-back knows no context.
private let globLock = Mutex(())
private let globRefusals = Mutex<[(folder: String, code: Int32)]>([])

/// The absolute path without symbolic links, or the path itself if there is no such file.
package func resolved(_ path: String) -> String {
    guard let real = withSystemPath(path, { realpath($0, nil) }) else { return path }
    defer { free(real) }
    return pathText(real)
}

/// Refuses a path under which something else lies than a file: what opens or writes it would wait for a pipe's other
/// end, or write where a link leads. Nothing at all is fine.
package func requireOrdinary(file path: String, mayBeLink: Bool = false) throws(FileError) {
    try requireOrdinary(path, S_IFREG, "file", mayBeLink)
}

/// The same for a folder.
package func requireOrdinary(folder path: String, mayBeLink: Bool = false) throws(FileError) {
    try requireOrdinary(path, S_IFDIR, "folder", mayBeLink)
}

private func requireOrdinary(
    _ path: String, _ type: mode_t, _ name: String, _ mayBeLink: Bool
) throws(FileError) {
    var information = stat()
    guard (mayBeLink ? stat(path, &information) : lstat(path, &information)) == 0 else {
        // What cannot be looked at is told by whoever opens it.
        return
    }
    let found = information.st_mode & S_IFMT
    if found == S_IFLNK {
        throw .untrusted(path: path, reason: "it is a symbolic link; put the \(name) itself there")
    }
    guard found == type else {
        throw .untrusted(path: path, reason: "it is no \(name), and belongs to no trail; move it away")
    }
}

/// Whether a path names something that belongs to another user.
package func belongsToOther(_ path: String) -> Bool {
    var information = stat()
    return lstat(path, &information) == 0 && information.st_uid != geteuid()
}

/// Makes the bytes of a file last through a power cut.
package func syncFile(_ path: String) throws(FileError) {
    let file = openFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else { throw .cannotWrite(operation: "open", path: path, code: errno) }
    defer { close(file) }
    guard fsync(file) == 0 else { throw .cannotWrite(operation: "sync", path: path, code: errno) }
}

/// Gives a file a second name in the same file system; there must be none of that name.
package func linkFile(_ path: String, as other: String) throws(FileError) {
    guard link(path, other) == 0 else { throw .cannotWrite(operation: "link", path: path, code: errno) }
}

/// Gives a file another name in the same file system; a file of that name is replaced.
package func moveFile(_ path: String, to other: String) throws(FileError) {
    guard rename(path, other) == 0 else { throw .cannotWrite(operation: "move", path: path, code: errno) }
}
