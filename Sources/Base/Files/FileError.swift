#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// What can go wrong with a file: the operation, the path, and what the system said.
package enum FileError: Error, Sendable, Equatable, CustomStringConvertible {
    /// A file that was named does not exist.
    case missing(path: String)
    /// Something that is there but is no regular file: a pipe, a device, a socket.
    case notRegular(path: String, kind: String)
    /// A path that must not be followed or trusted: a symbolic link, or writable by others.
    case untrusted(path: String, reason: String)
    /// A file or folder cannot be made or written.
    case cannotWrite(operation: String, path: String, code: Int32)
    /// A file cannot be opened or read.
    case cannotRead(operation: String, path: String, code: Int32)
    /// The bytes of a compressed file are damaged or end too early.
    case damaged(path: String, reason: String)
    /// A compressed file that has no end yet, and was changed a moment ago.
    case unfinished(path: String)
    /// Another process holds the lock.
    case locked(path: String, holder: String)

    package var description: String {
        switch self {
        case .missing(let path):
            path.utf8.contains { "*?[".utf8.contains($0) }
                ? "cannot read \(path): no file is named so, and none matches it; check the pattern"
                : "cannot read \(path): there is no such file; check the path"
        case .notRegular(let path, let kind):
            "cannot read \(path): it is \(kind), not a file; give a file, a folder, or - for standard input"
        case .untrusted(let path, let reason):
            "cannot use \(path): \(reason)"
        case .cannotWrite(let operation, let path, let code):
            "cannot \(operation) \(path): \(Self.text(of: code))\(Self.hint(for: code))"
        case .cannotRead(let operation, let path, let code):
            "cannot \(operation) \(path): \(Self.text(of: code))\(Self.hint(for: code))"
        case .damaged(let path, let reason):
            "cannot read all of \(path): \(reason)"
        case .unfinished(let path):
            "cannot read \(path) yet: its gzip data have no end, so it is still being written, or was cut; it is read "
                + "when it is whole, and as far as it goes once it has not changed for a minute"
        case .locked(let path, let holder):
            "cannot write to \(path): another authtrail\(holder) is writing to it; wait for it or stop it"
        }
    }

    /// Whether it may pass by itself or by somebody's help: no space, a failing disk, no memory or descriptors.
    package var isShortage: Bool {
        switch self {
        case .cannotWrite(_, _, let code), .cannotRead(_, _, let code):
            [ENOSPC, EDQUOT, EIO, EMFILE, ENFILE, ENOMEM, EAGAIN, EINTR].contains(code)
        default: false
        }
    }

    /// Whether the system could not do something just now, which says nothing about what lies there.
    package var isInputOutput: Bool {
        switch self {
        case .cannotWrite, .cannotRead, .locked: true
        case .missing, .notRegular, .untrusted, .damaged, .unfinished: false
        }
    }

    /// Whether no more files can be opened before others are closed.
    package var isTooManyOpen: Bool {
        switch self {
        case .cannotWrite(_, _, let code), .cannotRead(_, _, let code): code == EMFILE || code == ENFILE
        default: false
        }
    }

    /// The error of opening a file when too many are open.
    package static func tooManyOpen(path: String) -> FileError {
        .cannotRead(operation: "open", path: path, code: EMFILE)
    }

    /// The error of a failed call on an input file: a missing one is told apart.
    static func reading(_ operation: String, _ path: String, _ code: Int32) -> FileError {
        code == ENOENT || code == ENOTDIR
            ? .missing(path: path) : .cannotRead(operation: operation, path: path, code: code)
    }

    private static func text(of code: Int32) -> String {
        switch code {
        case EACCES: "permission denied"
        case ENOSPC: "no space left on the disk"
        case EROFS: "the file system is read-only"
        case ENOTDIR: "a part of the path is not a folder"
        case ELOOP: "it is a symbolic link"
        default: String(cString: strerror(code))
        }
    }

    private static func hint(for code: Int32) -> String {
        switch code {
        case EACCES: "; check its owner and mode"
        case ENOSPC: "; free some space"
        case EIO: "; a disk or its connection fails (see dmesg); nothing is lost by it: run the same again"
        default: ""
        }
    }
}
