#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What a look at a file without opening it tells. Two equal looks mean, nearly always, that nothing was written
/// between them: clocks of file systems tick every few milliseconds.
package struct FileStatus: Sendable, Equatable {
    package let identity: FileIdentity
    /// Bytes.
    package let size: Int64
    /// Names that the file has; 0 for one that was deleted while it is open.
    package let names: Int
    /// When the content was changed, in nanoseconds since the epoch, by the clock of the file system.
    package let changed: Int64
    /// When anything about the file was changed, in the same unit. Nobody sets this time, while the other is set by
    /// whoever copies a file with its times.
    package let touched: Int64

    /// Looks at what a path names, following symbolic links; nil if there is nothing, or nothing that can be seen.
    package init?(path: String) {
        var information = stat()
        guard withSystemPath(path, { stat($0, &information) }) == 0 else { return nil }
        self.init(information)
    }

    init(_ information: stat) {
        identity = FileIdentity(device: Int64(information.st_dev), inode: Int64(information.st_ino))
        size = Int64(information.st_size)
        names = Int(information.st_nlink)
        #if canImport(Glibc)
        let (modified, changed) = (information.st_mtim, information.st_ctim)
        #else
        let (modified, changed) = (information.st_mtimespec, information.st_ctimespec)
        #endif
        self.changed = Self.nanoseconds(modified)
        touched = Self.nanoseconds(changed)
    }

    private static func nanoseconds(_ time: timespec) -> Int64 {
        Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
