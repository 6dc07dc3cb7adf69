#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What a call of the system gave, by its number.
struct SystemError: Error {
    let code: Int32
}

/// Fills the buffer from an offset as far as the file goes; returns the number of bytes read.
func readAll(
    _ file: Int32, into buffer: UnsafeMutableRawBufferPointer, at offset: Int64
) throws(SystemError) -> Int {
    var filled = 0
    while filled < buffer.count {
        let count = pread(file, buffer.baseAddress! + filled, buffer.count - filled, off_t(offset) + off_t(filled))
        if count < 0 {
            if errno == EINTR { continue }
            throw SystemError(code: errno)
        }
        if count == 0 { break }
        filled += count
    }
    return filled
}

/// Writes all bytes at an offset.
func writeAll(_ bytes: [UInt8], to file: Int32, at offset: Int64) throws(SystemError) {
    var written = 0
    while written < bytes.count {
        let count = bytes.withUnsafeBytes {
            pwrite(file, $0.baseAddress! + written, $0.count - written, off_t(offset) + off_t(written))
        }
        if count < 0, errno == EINTR { continue }
        // A file that takes nothing and says no error would be asked forever.
        guard count > 0 else { throw SystemError(code: count < 0 ? errno : ENOSPC) }
        written += count
    }
}
