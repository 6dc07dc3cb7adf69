#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// A file that is being written under a temporary name and has not taken its own name yet.
///
/// The steps: create `.NAME.PID.RANDOM.tmp` beside the place → write → fsync → close → rename. So a reader finds the
/// old file or the new one, never a part. Exactly one of `commit()` and `abandon()` ends it.
struct PendingFile: Sendable {
    /// The place as the caller named it, for messages.
    let path: String
    let descriptor: Int32
    /// Where the link that `path` may be leads to, and the temporary name; nil for what is written directly.
    private let names: (target: String, temporary: String)?

    init(_ path: String) throws(ConsoleError) {
        self.path = path
        var status = stat()
        let exists = stat(path, &status) == 0
        let kind = status.st_mode & S_IFMT
        if exists, kind != S_IFREG {
            guard kind != S_IFDIR else { throw .cannotCreate(path: path, cause: Descriptor.cause(EISDIR)) }
            descriptor = try Self.open(path, O_WRONLY | O_CLOEXEC, for: path)
            names = nil
            return
        }
        let target = exists ? Self.resolved(path) : path
        let temporary = Self.temporaryName(beside: target)
        descriptor = try Self.open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, for: path)
        names = (target, temporary)
        // A file that is replaced keeps its permissions.
        if exists { _ = fchmod(descriptor, status.st_mode & 0o777) }
    }

    /// Makes the bytes durable and gives the file its name.
    func commit() throws(ConsoleError) {
        guard let names else {
            guard close(descriptor) == 0 else { throw .cannotWrite(place: path, cause: Descriptor.cause(errno)) }
            return
        }
        guard fsync(descriptor) == 0 else {
            let code = errno
            abandon()
            throw .cannotWrite(place: path, cause: Descriptor.cause(code))
        }
        guard close(descriptor) == 0 else {
            let code = errno
            unlink(names.temporary)
            throw .cannotWrite(place: path, cause: Descriptor.cause(code))
        }
        guard rename(names.temporary, names.target) == 0 else {
            let code = errno
            unlink(names.temporary)
            throw .cannotRename(path: path, cause: Descriptor.cause(code))
        }
    }

    /// Leaves nothing behind.
    func abandon() {
        close(descriptor)
        if let names { unlink(names.temporary) }
    }

    private static func open(_ name: String, _ flags: Int32, for path: String) throws(ConsoleError) -> Int32 {
        while true {
            #if canImport(Glibc)
            let descriptor = Glibc.open(name, flags, 0o666)
            #else
            let descriptor = Darwin.open(name, flags, 0o666)
            #endif
            if descriptor >= 0 { return descriptor }
            let code = errno
            if code != EINTR { throw .cannotCreate(path: path, cause: Descriptor.cause(code)) }
        }
    }

    private static func resolved(_ path: String) -> String {
        guard let real = realpath(path, nil) else { return path }
        defer { free(real) }
        return String(cString: real)
    }

    private static func temporaryName(beside target: String) -> String {
        let slash = target.utf8.lastIndex(of: UInt8(ascii: "/"))
        let start = slash.map { target.utf8.index(after: $0) } ?? target.startIndex
        let random = String(UInt64.random(in: .min ... .max), radix: 36)
        // Short enough for the 255 bytes of a name, however long the name itself is.
        let name = String(decoding: target[start...].utf8.prefix(200), as: UTF8.self)
        return target[..<start] + "." + name + ".\(getpid()).\(random).tmp"
    }
}
