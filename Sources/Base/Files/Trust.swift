#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Refuses a folder that somebody else could have prepared: a symbolic link, another owner's, or writable by others.
package func requireTrusted(folder path: String) throws(FileError) {
    let information = try plainFolder(path)
    guard information.st_uid == geteuid() else {
        throw .untrusted(path: path, reason: Ownership(information).isOfSomebodyElse)
    }
}

/// Refuses a folder that is not the process's to read: its owner may, root, and its group where that may look into it.
/// A symbolic link is refused, and what others may write to.
package func requireReadable(folder path: String) throws(FileError) {
    let information = try plainFolder(path)
    guard information.st_uid == geteuid() || geteuid() == 0 || isInGroup(information) else {
        throw .untrusted(path: path, reason: Ownership(information).isNotReadable)
    }
}

/// Refuses a folder in which only its owner, or root as its owner (`asOwner`), may note something.
package func requireOwner(folder path: String) throws(FileError) {
    let information = try plainFolder(path)
    guard information.st_uid == geteuid() || geteuid() == 0 else {
        let whose = Ownership(information)
        throw .untrusted(path: path, reason: isInGroup(information) ? whose.isOnlyReadable : whose.isNotReadable)
    }
}

private func isInGroup(_ information: stat) -> Bool {
    guard information.st_mode & 0o050 == 0o050 else { return false }
    if information.st_gid == getegid() { return true }
    var groups = [gid_t](repeating: 0, count: Int(max(0, getgroups(0, nil))))
    let count = getgroups(Int32(groups.count), &groups)
    return groups.prefix(Int(max(0, count))).contains(information.st_gid)
}

private func plainFolder(_ path: String) throws(FileError) -> stat {
    var information = stat()
    guard lstat(path, &information) == 0 else { throw FileError.reading("look at", path, errno) }
    switch information.st_mode & S_IFMT {
    case S_IFDIR: break
    case S_IFLNK: throw .untrusted(path: path, reason: "it is a symbolic link; give the folder itself")
    default: throw .untrusted(path: path, reason: "it is not a folder; a trail is a folder")
    }
    guard information.st_mode & 0o022 == 0 else {
        throw .untrusted(path: path, reason: "others may write to it; run: chmod go-w \(path)")
    }
    return information
}

/// Makes an empty file that nobody but its owner, and the readers of its folder, may read, unless there is a file of
/// that name.
package func makePrivateFile(_ path: String, _ readers: FolderReaders = .nobody) throws(FileError) {
    let file = openFile(path, O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC, readers.fileMode)
    guard file >= 0 else { throw .cannotWrite(operation: "create", path: path, code: errno) }
    defer { close(file) }
    try readers.admit(to: file, path)
}
