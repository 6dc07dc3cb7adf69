#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// The bytes of a file, read where they are asked for with a descriptor of its own, or bytes in memory.
///
/// Never mapped: a mapped file that somebody cuts off would end the process.
struct FileSource: ~Copyable {
    private enum Origin {
        case descriptor(Int32)
        case memory([UInt8])
    }

    /// The path, for messages.
    let name: String
    let size: Int
    private let origin: Origin

    init(path: String) throws(ParquetError) {
        var descriptor: Int32
        repeat {
            descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK)
        } while descriptor < 0 && errno == EINTR
        guard descriptor >= 0 else { throw .cannotRead(file: path, operation: "open", code: errno) }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else {
            let code = errno
            close(descriptor)
            throw .cannotRead(file: path, operation: "look at", code: code)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            close(descriptor)
            throw .notParquet(file: path, reason: "it is no regular file")
        }
        name = path
        size = Int(status.st_size)
        origin = .descriptor(descriptor)
    }

    init(bytes: [UInt8], name: String) {
        self.name = name
        size = bytes.count
        origin = .memory(bytes)
    }

    deinit {
        if case .descriptor(let descriptor) = origin { close(descriptor) }
    }

    /// Whether a stretch lies inside the file.
    func holds(_ place: Place) -> Bool {
        place.offset >= 0 && place.length >= 0 && place.length <= size && place.offset <= size - place.length
    }

    /// Replaces the sink's contents with a stretch that lies inside the file.
    func read(_ place: Place, into sink: inout ByteSink) throws(ParquetError) {
        guard holds(place) else {
            throw .damaged(
                file: name, place: "offset \(place.offset)",
                problem: "\(place.length) bytes are said to be there, but the file has \(size)")
        }
        sink.clear()
        switch origin {
        case .memory(let bytes):
            let end = place.offset + place.length
            bytes.withUnsafeBytes { sink.put(UnsafeRawBufferPointer(rebasing: $0[place.offset..<end])) }
        case .descriptor(let descriptor):
            while sink.count < place.length {
                let out = sink.room(place.length - sink.count)
                let read = pread(descriptor, out, place.length - sink.count, off_t(place.offset + sink.count))
                if read < 0, errno == EINTR { continue }
                guard read >= 0 else { throw .cannotRead(file: name, operation: "read", code: errno) }
                guard read > 0 else { throw .notParquet(file: name, reason: "it was cut off while it was read") }
                sink.commit(read)
            }
        }
    }
}
