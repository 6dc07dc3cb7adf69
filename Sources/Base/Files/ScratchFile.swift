#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// A file without a name, for what is too large for memory. Nobody else can open it, and it goes away with its owner,
/// however that ends.
package struct ScratchFile: ~Copyable {
    /// Where it was made, for messages.
    private let folder: String
    private let file: Int32
    /// Bytes written.
    package private(set) var size: Int64 = 0

    /// Makes it in `TMPDIR`, or else where SQLite puts its own.
    package init() throws(FileError) {
        let named = getenv("TMPDIR").map { [String(cString: $0)] } ?? []
        let folder = (named + ["/var/tmp"]).first { access($0, W_OK | X_OK) == 0 } ?? "/tmp"
        var path = Array((folder + "/authtrail-XXXXXX").utf8CString)
        let file = mkstemp(&path)
        guard file >= 0 else { throw .cannotWrite(operation: "make a temporary file in", path: folder, code: errno) }
        unlink(path)
        _ = fcntl(file, F_SETFD, FD_CLOEXEC)
        (self.folder, self.file) = (folder, file)
    }

    deinit { close(file) }

    /// Adds bytes at the end.
    package mutating func append(_ bytes: [UInt8]) throws(FileError) {
        do throws(SystemError) {
            try writeAll(bytes, to: file, at: size)
        } catch { throw .cannotWrite(operation: "write a temporary file in", path: folder, code: error.code) }
        size += Int64(bytes.count)
    }

    /// Some of its bytes.
    package func bytes(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let got = try bytes.fill(0..<count) { (space) throws(FileError) in
            do throws(SystemError) {
                return try readAll(file, into: space, at: offset)
            } catch { throw .cannotRead(operation: "read a temporary file in", path: folder, code: error.code) }
        }
        guard got == count else { throw .cannotRead(operation: "read a temporary file in", path: folder, code: EIO) }
        return bytes
    }
}
