#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Which file a file is, whatever its name.
package struct FileIdentity: Sendable, Hashable {
    package var device: Int64
    package var inode: Int64

    package init(device: Int64, inode: Int64) {
        self.device = device
        self.inode = inode
    }
}

/// A regular file opened for reading. It is read, never mapped: a log may be truncated at any moment.
package struct InputFile: ~Copyable {
    package let path: String
    package let identity: FileIdentity
    private let file: Int32

    /// Opens a file; refuses pipes, devices and folders by name and never waits for one.
    package init(path: String) throws(FileError) {
        let file = openFile(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard file >= 0 else { throw FileError.reading("open", path, errno) }
        var information = stat()
        guard fstat(file, &information) == 0 else {
            let code = errno
            close(file)
            throw .cannotRead(operation: "look at", path: path, code: code)
        }
        guard information.st_mode & S_IFMT == S_IFREG else {
            close(file)
            throw .notRegular(path: path, kind: Self.kind(information.st_mode))
        }
        self.path = path
        self.file = file
        identity = FileIdentity(device: Int64(information.st_dev), inode: Int64(information.st_ino))
    }

    deinit { close(file) }

    /// The size now, in bytes.
    package func size() throws(FileError) -> Int64 { try status().size }

    /// Size and times now.
    package func status() throws(FileError) -> FileStatus {
        var information = stat()
        guard fstat(file, &information) == 0 else { throw .cannotRead(operation: "look at", path: path, code: errno) }
        return FileStatus(information)
    }

    /// Fills the buffer from an offset as far as the file goes; returns the number of bytes read.
    package func read(into buffer: UnsafeMutableRawBufferPointer, at offset: Int64) throws(FileError) -> Int {
        do throws(SystemError) {
            return try readAll(file, into: buffer, at: offset)
        } catch { throw .cannotRead(operation: "read", path: path, code: error.code) }
    }

    private static func kind(_ mode: mode_t) -> String {
        switch mode & S_IFMT {
        case S_IFDIR: "a folder"
        case S_IFIFO: "a pipe"
        case S_IFSOCK: "a socket"
        case S_IFCHR, S_IFBLK: "a device"
        default: "something else"
        }
    }
}

/// Reads what standard input has now, up to `buffer.count` bytes; waits until there is something. 0 at its end.
package func readStandardInput(into buffer: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
    var filled = 0
    while filled < buffer.count {
        let count = read(STDIN_FILENO, buffer.baseAddress! + filled, buffer.count - filled)
        if count < 0 {
            if errno == EINTR { continue }
            throw .cannotRead(operation: "read", path: "standard input", code: errno)
        }
        if count == 0 { break }
        filled += count
        if !standardInputHasMore(within: 0) { break }
    }
    return filled
}

/// Whether standard input has something to read, or has ended, within so many milliseconds.
package func standardInputHasMore(within milliseconds: Int) -> Bool {
    var input = pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0)
    // What cannot be waited for is read.
    return poll(&input, 1, Int32(clamping: milliseconds)) != 0
}

extension [UInt8] {
    /// Lets a reader fill a part of the array; returns what the reader returns, the number of bytes.
    package mutating func fill(
        _ part: Range<Int>, _ read: (UnsafeMutableRawBufferPointer) throws(FileError) -> Int
    ) throws(FileError) -> Int {
        // The array's own method passes on errors without their type.
        var result: Result<Int, FileError> = .success(0)
        withUnsafeMutableBytes { bytes in
            let space = UnsafeMutableRawBufferPointer(rebasing: bytes[part])
            do throws(FileError) { result = .success(try read(space)) } catch { result = .failure(error) }
        }
        return try result.get()
    }
}
