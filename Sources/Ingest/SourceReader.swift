internal import Catalog
internal import Files

/// One source while it is read: its bytes, and how far it is.
///
/// Invariant: `record.checkpoint` is the offset of `buffer[0]`; everything before it became lines. The head and the
/// tail of what was read are remembered for the hashes that tell the source again.
struct SourceReader {
    private(set) var record: SourceRecord
    /// Whether the end of the stream is the end of the source: standard input and gzip files grow no more.
    let isFinite: Bool
    private var stream: ByteStream
    private var buffer: [UInt8]
    private var filled = 0
    private var head: [UInt8]
    private var tail: [UInt8]
    private var newBytes: Int64 = 0

    init(_ opened: OpenedSource, chunkBytes: Int) {
        buffer = [UInt8](repeating: 0, count: chunkBytes)
        record = opened.record
        stream = opened.stream
        isFinite = opened.isFinite
        head = Array(opened.head.prefix(Int(opened.record.checkpoint)).prefix(SourceIdentity.headLength))
        tail = opened.tail
    }

    /// The bytes that were read and are not yet lines.
    var pending: ArraySlice<UInt8> { buffer[..<filled] }

    /// Whether the buffer holds no room for more of an unfinished line.
    var isFull: Bool { filled == buffer.count }

    /// Gives way to longer lines, up to the limit.
    mutating func grow() { buffer.append(contentsOf: repeatElement(0, count: buffer.count)) }

    /// Reads more; returns the number of bytes, 0 at the end.
    mutating func fill() throws(FileError) -> Int {
        let place = record.checkpoint + Int64(filled)
        let count = try buffer.fill(filled..<buffer.count) { (free) throws(FileError) in
            try stream.read(into: free, at: place)
        }
        filled += count
        return count
    }

    /// Gives the pending bytes to `body`, which says how many became lines.
    mutating func consume(_ body: (RawSpan, SourceRecord) throws -> Int) rethrows {
        let count = try body(buffer.span.bytes.extracting(0..<filled), record)
        advance(count)
    }

    /// Drops the first bytes: they became lines, or belong to one that is skipped.
    mutating func advance(_ count: Int) {
        guard count > 0 else { return }
        note(buffer[..<count])
        buffer.withUnsafeMutableBytes { bytes in
            bytes.copyMemory(from: UnsafeRawBufferPointer(rebasing: bytes[count..<filled]))
        }
        filled -= count
        record.checkpoint += Int64(count)
        newBytes += Int64(count)
    }

    /// The bytes that became lines since the last call.
    mutating func takeNewBytes() -> Int64 {
        defer { newBytes = 0 }
        return newBytes
    }

    /// How far the input is read, in bytes on the disk.
    var bytesOnDisk: Int64 { stream.compressedOffset ?? record.checkpoint }

    /// Takes a newline that belongs to a line which was stored before its newline came; returns how many bytes it has,
    /// 0 if there was none.
    mutating func closeOpenLine() -> Int {
        guard record.hasOpenLine, filled > 0 else { return 0 }
        if buffer[0] == 0x0D, filled == 1 { return 0 }
        let length = buffer[0] == 0x0A ? 1 : buffer[0] == 0x0D && buffer[1] == 0x0A ? 2 : 0
        advance(length)
        record.hasOpenLine = false
        return length
    }

    /// Counts lines of this source, whose newest event is the given one.
    mutating func count(_ counts: LineCounts, newest: Int64?) {
        record.counts += counts
        if let newest { record.lastEvent = max(record.lastEvent ?? .min, newest) }
    }

    mutating func markOpenLine() { record.hasOpenLine = true }

    /// The record as a commit needs it, hashes included.
    func state(size: Int64) -> SourceRecord {
        var state = record
        state.size = size
        state.headLength = Int64(head.count)
        state.headHash = SourceIdentity.hash(head[...])
        state.tailLength = Int64(tail.count)
        state.tailHash = SourceIdentity.hash(tail[...])
        return state
    }

    private mutating func note(_ bytes: ArraySlice<UInt8>) {
        if head.count < SourceIdentity.headLength {
            head.append(contentsOf: bytes.prefix(SourceIdentity.headLength - head.count))
        }
        tail.append(contentsOf: bytes.suffix(SourceIdentity.tailLength))
        if tail.count > SourceIdentity.tailLength { tail.removeFirst(tail.count - SourceIdentity.tailLength) }
    }
}
