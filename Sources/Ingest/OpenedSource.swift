internal import Catalog
internal import Files

/// A source that was told apart from all others and stands at its checkpoint.
struct OpenedSource {
    var record: SourceRecord
    var stream: ByteStream
    var isFinite: Bool
    /// Its first bytes, at most 4 KiB.
    var head: [UInt8]
    /// The bytes before the checkpoint, at most 1 KiB.
    var tail: [UInt8]
    /// Bytes on the disk.
    var size: Int64
}

extension SourceIdentity {
    /// Opens an input and finds out which source it is and how far it was read.
    mutating func open(_ input: Input) throws(FileError) -> OpenedSource {
        switch input {
        case .standardInput:
            let record = new(path: input.name, isCompressed: false, nil)
            return OpenedSource(record: record, stream: .standardInput, isFinite: true, head: [], tail: [], size: 0)
        case .file(let path): return try openFile(path)
        case .gzip(let path): return try openGzip(path)
        }
    }

    private mutating func openFile(_ path: String) throws(FileError) -> OpenedSource {
        let box = InputFileBox(try InputFile(path: path))
        let identity = box.file.identity
        let size = try box.file.size()
        let head = try Self.read(box, 0, Self.headLength)
        var opened = OpenedSource(
            record: new(path: path, isCompressed: false, identity), stream: .file(box), isFinite: false, head: head,
            tail: [], size: size)
        for candidate in candidates(for: identity, head: head[...]) where candidate.checkpoint <= size {
            let tail = try Self.read(box, candidate.checkpoint - candidate.tailLength, Int(candidate.tailLength))
            guard Self.hash(tail[...]) == candidate.tailHash else { continue }
            opened.record = adopt(candidate, path: path, isCompressed: false, identity)
            opened.tail = tail
            break
        }
        return opened
    }

    /// Decompresses up to the checkpoints of the candidates, in their order along the stream, and takes the last one
    /// that fits; the stream is then opened again, because it cannot be read backwards.
    private mutating func openGzip(_ path: String) throws(FileError) -> OpenedSource {
        let identity = try InputFile(path: path).identity
        let size = try InputFile(path: path).size()
        let head = try Self.skip(GzipStream(try InputFile(path: path)), Int64(Self.headLength)).first
        var opened = OpenedSource(
            record: new(path: path, isCompressed: true, identity), stream: .gzip(GzipStream(try InputFile(path: path))),
            isFinite: true, head: head, tail: [], size: size)
        for candidate in candidates(for: identity, head: head[...]) {
            let stream = GzipStream(try InputFile(path: path))
            let (_, tail, count) = try Self.skip(stream, candidate.checkpoint)
            guard count == candidate.checkpoint, Int64(tail.count) >= candidate.tailLength,
                Self.hash(tail.suffix(Int(candidate.tailLength))) == candidate.tailHash
            else { continue }
            opened.record = adopt(candidate, path: path, isCompressed: true, identity)
            opened.stream = .gzip(stream)
            opened.tail = tail
            break
        }
        return opened
    }

    private static func read(_ box: InputFileBox, _ offset: Int64, _ count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let filled = try bytes.fill(0..<count) { (space) throws(FileError) in
            try box.file.read(into: space, at: offset)
        }
        return Array(bytes.prefix(filled))
    }

    /// Decompresses `length` bytes, or up to the end or a damage; gives the first and last bytes of them and their
    /// number.
    private static func skip(
        _ stream: GzipStream, _ length: Int64
    ) throws(FileError) -> (first: [UInt8], last: [UInt8], count: Int64) {
        var first: [UInt8] = [], last: [UInt8] = []
        var count: Int64 = 0
        var buffer = [UInt8](repeating: 0, count: 256 * 1024)
        while count < length {
            let wanted = Int(min(Int64(buffer.count), length - count))
            // A damage is told when the source is read; here it only means that the stream ends.
            let filled = try? buffer.fill(0..<wanted) { (space) throws(FileError) in try stream.read(into: space) }
            guard let read = filled, read > 0 else { break }
            if first.count < headLength { first.append(contentsOf: buffer[..<read].prefix(headLength - first.count)) }
            last.append(contentsOf: buffer[..<read].suffix(tailLength))
            if last.count > tailLength { last.removeFirst(last.count - tailLength) }
            count += Int64(read)
        }
        return (first, last, count)
    }
}
