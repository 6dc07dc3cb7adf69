#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The system calls below `Output` and `Progress`.
enum Descriptor {
    /// Writes all bytes, however often the system takes only a part or is interrupted. Returns 0 or the error number.
    static func write(_ bytes: [UInt8], to descriptor: Int32) -> Int32 {
        bytes.withUnsafeBytes { buffer in
            var at = 0
            while at < buffer.count {
                let taken = systemWrite(descriptor, UnsafeRawBufferPointer(rebasing: buffer[at...]))
                if taken >= 0 {
                    at += taken
                    continue
                }
                let code = errno
                switch code {
                case EINTR: continue
                // A descriptor that another process made non-blocking: wait until it takes bytes again.
                case EAGAIN: _ = waitUntilWritable(descriptor, milliseconds: -1)
                default: return code
                }
            }
            return 0
        }
    }

    /// True once the descriptor takes bytes (or has an error to report), false when the time is over.
    static func waitUntilWritable(_ descriptor: Int32, milliseconds: Int32) -> Bool {
        var entry = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return poll(&entry, 1, milliseconds) > 0
    }

    /// What an error number means, in words.
    static func cause(_ code: Int32) -> String { String(cString: strerror(code)) }

    private static func systemWrite(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer) -> Int {
        #if canImport(Glibc)
        Glibc.write(descriptor, buffer.baseAddress, buffer.count)
        #else
        Darwin.write(descriptor, buffer.baseAddress, buffer.count)
        #endif
    }
}
