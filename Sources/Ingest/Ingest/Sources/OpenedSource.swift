internal import Catalog
internal import Files
internal import Trail

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
    /// The source whose content it goes on with or repeats, under another name or in another file.
    var origin: Int64?
}

extension SourceIdentity {
    /// Opens an input and finds out which source it is and how far it was read.
    /// - Parameter log: the log that a new source is a generation of, if it is not its own path.
    ///
    /// Throws `InputError`, and what keeps the trail from being asked.
    mutating func open(_ input: Input, log: String? = nil) throws -> OpenedSource {
        var opened = try find(input)
        if let log { assign(log, to: &opened.record) }
        return opened
    }

    /// Makes a new source a generation of a log.
    func assign(_ log: String, to record: inout SourceRecord) {
        guard source(record.id) == nil, !isSamePath(record.log, log) else { return }
        record.log = log
        record.generation = nextGeneration(of: log)
    }

    private mutating func find(_ input: Input) throws -> OpenedSource {
        try InputError.wrapping { try admit(input) }
        switch input {
        case .standardInput:
            let record = new(path: input.name, isCompressed: false, nil)
            return OpenedSource(record: record, stream: .standardInput, isFinite: true, head: [], tail: [], size: 0)
        case .file(let path):
            return try openFile(try InputError.wrapping { InputFileBox(try InputFile(path: path)) }, path)
        case .gzip(let path): return try openGzip(path)
        }
    }

    /// The same for a file that is open already, under a name that may be another file's by now.
    mutating func openFile(_ box: InputFileBox, _ path: String) throws -> OpenedSource {
        let identity = box.file.identity
        // What is written meanwhile is left for later: size and content must be those of one moment.
        let (size, head) = try InputError.wrapping {
            let size = try box.file.size()
            return (size, try Self.read(box, 0, Int(min(Int64(SourceFingerprint.headLength), size))))
        }
        let near = nearest(for: identity, head: head[...], size: size)
        for candidate in near {
            if let opened = try goOn(candidate, box, path, identity, head, size) { return opened }
        }
        let known = candidates(for: identity, head: head[...], size: size)
        // One of which nothing was read by itself, empty or a copy, tells less than those that may have been read
        // further in another file.
        for candidate in known where candidate.wasRead {
            if let opened = try goOn(candidate, box, path, identity, head, size) { return opened }
        }
        if let (source, end) = try origin(of: box, size, among: known, path: path, identity, head) {
            let tail = Array(end.suffix(SourceFingerprint.tailLength))
            let record = repetition(
                of: source, path: path, isCompressed: false, identity, length: size, part: (head, tail))
            return OpenedSource(
                record: record, stream: .file(box), isFinite: false, head: head, tail: tail, size: size,
                origin: source.id)
        }
        for candidate in known where !candidate.wasRead {
            if let opened = try goOn(candidate, box, path, identity, head, size) { return opened }
        }
        return OpenedSource(
            record: new(path: path, isCompressed: false, identity), stream: .file(box), isFinite: false, head: head,
            tail: [], size: size)
    }

    /// A file as what follows of a candidate, if it holds what was read of that one.
    private mutating func goOn(
        _ candidate: SourceRecord, _ box: InputFileBox, _ path: String, _ identity: FileIdentity, _ head: [UInt8],
        _ size: Int64
    ) throws -> OpenedSource? {
        guard candidate.checkpoint <= size else { return nil }
        let tail = try InputError.wrapping {
            try Self.read(box, candidate.checkpoint - candidate.tailLength, Int(candidate.tailLength))
        }
        guard SourceFingerprint.hash(tail[...]) == candidate.tailHash else { return nil }
        return OpenedSource(
            record: adopt(candidate, path: path, isCompressed: false, identity, size: size), stream: .file(box),
            isFinite: false, head: head, tail: tail, size: size, origin: candidate.id)
    }

    /// The same for a compressed file. It cannot be read backwards, so it is decompressed from its beginning up to the
    /// checkpoint of each candidate, or to its end if that comes first: a file that was cut, or of which only a part
    /// has come so far, must not be taken for another one than its whole.
    private mutating func openGzip(_ path: String) throws -> OpenedSource {
        let file = try InputError.wrapping {
            let stream = GzipStream(try InputFile(path: path))
            return (stream: stream, size: try stream.status().size)
        }
        let (stream, identity) = (file.stream, file.stream.identity)
        var skipped = try InputError.wrapping { try Self.skip(stream, Int64(SourceFingerprint.headLength)) }
        let head = skipped.first
        // Of a short one, the head is all of it; otherwise the size that comes out is not known.
        let isShort = head.count < SourceFingerprint.headLength
        let near = nearest(for: identity, head: head[...], size: isShort ? Int64(head.count) : nil)
        func opened(_ record: SourceRecord, _ tail: [UInt8], origin: Int64?) -> OpenedSource {
            OpenedSource(
                record: record, stream: .gzip(stream), isFinite: true, head: head, tail: tail, size: file.size,
                origin: origin)
        }
        func skip(to offset: Int64) throws {
            skipped = try InputError.wrapping {
                stream.rewind()
                return try Self.skip(stream, offset)
            }
        }
        func repeated(among sources: [SourceRecord], isCut: Bool = false) throws -> OpenedSource? {
            let source = try origin(
                ofRead: skipped.last, endingAt: skipped.count, among: sources, path: path, identity, head,
                isCut: isCut)
            guard let source else { return nil }
            let tail = Array(skipped.last.suffix(SourceFingerprint.tailLength))
            let record = repetition(
                of: source, path: path, isCompressed: true, identity, length: skipped.count, part: (head, tail))
            return opened(record, tail, origin: source.id)
        }
        func goOn(_ candidates: [SourceRecord]) throws -> OpenedSource? {
            for candidate in candidates {
                try skip(to: candidate.checkpoint)
                guard skipped.count == candidate.checkpoint else {
                    if let found = try repeated(among: [candidate]) { return found }
                    continue
                }
                let tail = Array(skipped.last.suffix(SourceFingerprint.tailLength))
                guard Int64(tail.count) >= candidate.tailLength,
                    SourceFingerprint.hash(tail.suffix(Int(candidate.tailLength))) == candidate.tailHash
                else { continue }
                if !candidate.isSame(identity), !candidate.hasWholeLine {
                    guard try InputError.wrapping({ try Self.isAtEnd(stream) }) else { continue }
                    try skip(to: candidate.checkpoint)
                }
                let record = adopt(candidate, path: path, isCompressed: true, identity, size: .max)
                return opened(record, tail, origin: candidate.id)
            }
            return nil
        }
        if let found = try goOn(near) { return found }
        let known = candidates(for: identity, head: head[...], size: isShort ? Int64(head.count) : nil)
        // The beginning of one that was read further than it goes is no news, whatever else it continues.
        if isShort, known.first.map({ !$0.wasRead || $0.checkpoint < Int64(head.count) }) ?? true {
            try skip(to: .max)
            if let found = try repeated(among: [], isCut: stream.endedEarly) { return found }
        }
        if let found = try goOn(known) { return found }
        stream.rewind()
        return opened(new(path: path, isCompressed: true, identity), [], origin: nil)
    }

    private static func isAtEnd(_ stream: GzipStream) throws(FileError) -> Bool {
        var byte: [UInt8] = [0]
        return try byte.fill(0..<1) { (space) throws(FileError) in try stream.read(into: space) } == 0
    }

    /// The source of which a file of this length is an earlier copy: all of it was read there already.
    ///
    /// Only the lines that are stored can tell, because the hashes of a source are those of its own checkpoint. A log
    /// that is copied and then truncated goes on growing between the two; its copy then ends before the checkpoint.
    private func origin(
        ofRead end: [UInt8], endingAt length: Int64, among known: [SourceRecord], path: String,
        _ identity: FileIdentity, _ head: [UInt8], isCut: Bool = false
    ) throws -> SourceRecord? {
        try longer(than: length, among: known, path: path, identity, head, isCut: isCut)
            .first { try holdsLines($0, end, length) }
    }

    /// The same of a plain file, with its end, which is read only if there is a source to hold it against.
    private func origin(
        of box: InputFileBox, _ size: Int64, among known: [SourceRecord], path: String, _ identity: FileIdentity,
        _ head: [UInt8]
    ) throws -> (source: SourceRecord, end: [UInt8])? {
        let longer = longer(than: size, among: known, path: path, identity, head, isCut: false)
        guard !longer.isEmpty else { return nil }
        let end = try InputError.wrapping { try Self.ending(of: box, size) }
        return try longer.first { try holdsLines($0, end, size) }.map { ($0, end) }
    }

    /// The sources of which a file of some length may be an earlier copy.
    private func longer(
        than length: Int64, among known: [SourceRecord], path: String, _ identity: FileIdentity, _ head: [UInt8],
        isCut: Bool
    ) -> [SourceRecord] {
        guard length > 0 else { return [] }
        return known.filter { $0.checkpoint > length } + shorterHeads(than: head, path, identity, isCut: isCut)
    }

    static func read(_ box: InputFileBox, _ offset: Int64, _ count: Int) throws(FileError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        let filled = try bytes.fill(0..<count) { (space) throws(FileError) in
            try box.file.read(into: space, at: offset)
        }
        return Array(bytes.prefix(filled))
    }

    /// How many bytes at the end of a file are held against stored lines, unless a single line has more.
    private static let comparedLength = 64 << 10
    private static let mostCompared = 40 << 20

    /// Whether the end of a file is enough of it: it begins before a whole line.
    private static func holdsWholeLine(_ end: some Sequence<UInt8>) -> Bool {
        var newlines = 0
        return end.contains { byte in
            if byte == 0x0A { newlines += 1 }
            return newlines == 2
        }
    }

    private static func ending(of box: InputFileBox, _ size: Int64) throws(FileError) -> [UInt8] {
        var length = min(size, Int64(comparedLength))
        while true {
            let end = try read(box, size - length, Int(length))
            if length == size || length >= Int64(mostCompared) || holdsWholeLine(end) { return end }
            length = min(size, length * 4)
        }
    }

    /// Decompresses `length` bytes, or up to the end or a damage; gives the first and last bytes of them and their
    /// number.
    private static func skip(
        _ stream: GzipStream, _ length: Int64
    ) throws(FileError) -> (first: [UInt8], last: [UInt8], count: Int64) {
        var first: [UInt8] = [], last: [UInt8] = []
        var count: Int64 = 0
        var buffer = [UInt8](
            repeating: 0, count: length > Int64(SourceFingerprint.headLength) ? 256 << 10 : SourceFingerprint.headLength
        )
        while count < length {
            let wanted = Int(min(Int64(buffer.count), length - count))
            var read = 0
            do throws(FileError) {
                read = try buffer.fill(0..<wanted) { (space) throws(FileError) in try stream.read(into: space) }
            } catch {
                // A damage is reported when the source is read; here it only means that the stream ends.
                guard case .damaged = error else { throw error }
            }
            guard read > 0 else { break }
            if first.count < SourceFingerprint.headLength {
                first.append(contentsOf: buffer[..<read].prefix(SourceFingerprint.headLength - first.count))
            }
            last.append(contentsOf: buffer[..<read])
            if last.count > mostCompared || holdsWholeLine(last.suffix(comparedLength)) {
                last = Array(last.suffix(comparedLength))
            }
            count += Int64(read)
        }
        return (first, last, count)
    }
}
