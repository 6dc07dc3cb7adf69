#if canImport(Glibc)
internal import Glibc
internal import Foundation
#else
internal import Darwin
internal import Foundation
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
        let named = ProcessInfo.processInfo.environment["TMPDIR"].map { [$0] } ?? []
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
        var written = 0
        while written < bytes.count {
            let count = bytes.withUnsafeBytes {
                pwrite(file, $0.baseAddress! + written, $0.count - written, off_t(size) + off_t(written))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                let code = count < 0 ? errno : ENOSPC
                throw .cannotWrite(operation: "write a temporary file in", path: folder, code: code)
            }
            written += count
        }
        size += Int64(written)
    }

    /// Some of its bytes.
    package func bytes(at offset: Int64, count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                pread(file, $0.baseAddress! + filled, count - filled, off_t(offset) + off_t(filled))
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else {
                throw .cannotRead(operation: "read a temporary file in", path: folder, code: got < 0 ? errno : EIO)
            }
            filled += got
        }
        return bytes
    }
}
