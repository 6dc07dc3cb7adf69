#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// The bytes of a file that nobody else may read, or nil if there is none.
///
/// Refused, by `FileError.untrusted`: a symbolic link, anything that is no file, another owner's, one that others may
/// read or write, and one of another size. No message holds what is in it.
package func privateFile(_ path: String, size: Int) throws(FileError) -> [UInt8]? {
    let file = openFile(path, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC)
    guard file >= 0 else {
        if errno == ENOENT { return nil }
        if errno == ELOOP { throw .untrusted(path: path, reason: "it is a symbolic link, not the file itself") }
        throw .cannotRead(operation: "open", path: path, code: errno)
    }
    defer { close(file) }
    var information = stat()
    guard fstat(file, &information) == 0 else { throw .cannotRead(operation: "look at", path: path, code: errno) }
    guard information.st_mode & S_IFMT == S_IFREG else { throw .untrusted(path: path, reason: "it is not a file") }
    guard information.st_uid == geteuid() else {
        throw .untrusted(path: path, reason: "it belongs to user \(information.st_uid), not to you (\(geteuid()))")
    }
    guard information.st_mode & 0o077 == 0 else {
        throw .untrusted(path: path, reason: "others may read or write it; run: chmod 600 \(path)")
    }
    guard information.st_size == size else {
        throw .untrusted(
            path: path, reason: "it has \(information.st_size) bytes, not \(size); restore it from a backup")
    }
    // One byte more than is wanted, to see that it did not grow meanwhile.
    var bytes = [UInt8](repeating: 0, count: size + 1)
    let count = try bytes.fill(0..<size + 1) { (space) throws(FileError) in
        do throws(SystemError) {
            return try readAll(file, into: space, at: 0)
        } catch { throw .cannotRead(operation: "read", path: path, code: error.code) }
    }
    guard count == size else { throw .untrusted(path: path, reason: "it changed while it was read") }
    return Array(bytes.prefix(size))
}
