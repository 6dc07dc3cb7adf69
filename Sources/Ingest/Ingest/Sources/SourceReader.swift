internal import Catalog
internal import Events
internal import Files
internal import Mappings
internal import Model
internal import Trail

/// One source while it is read: its bytes, and how far it is.
///
/// Invariant: `record.checkpoint` is the offset of `buffer[0]`; everything before it became lines. The head and the
/// tail of what was read are remembered for the hashes that tell the source again.
struct SourceReader {
    private(set) var record: SourceRecord
    /// Whether the end of the stream is the end of the source: standard input and gzip files grow no more.
    let isFinite: Bool
    private var stream: ByteStream
    private let chunkBytes: Int
    /// Empty until something is read, and again after `rest()`.
    private var buffer: [UInt8] = []
    private var filled = 0
    private var head: [UInt8]
    private var tail: [UInt8]
    private var newBytes: Int64 = 0
    /// Whether it is known what the source is.
    private(set) var isSettled = false
    /// What reads its records; nil for our own format.
    private var records: RecordReader?

    init(_ opened: OpenedSource, chunkBytes: Int) {
        self.chunkBytes = chunkBytes
        record = opened.record
        stream = opened.stream
        isFinite = opened.isFinite
        head = Array(opened.head.prefix(Int(opened.record.checkpoint)).prefix(SourceFingerprint.headLength))
        tail = opened.tail
    }

    /// The bytes that were read and are not yet lines.
    var pending: ArraySlice<UInt8> { buffer[..<filled] }

    /// Whether the buffer holds no room for more of an unfinished line.
    var isFull: Bool { filled == buffer.count }

    /// Gives way to longer lines, up to the limit: twice as much, and where that is much, some more.
    mutating func grow() {
        buffer.append(contentsOf: repeatElement(0, count: min(buffer.count, Self.mostGrowth)))
    }

    private static let mostGrowth = 16 << 20

    /// Whether it had to make room for a record so long that few of them are in memory at a time.
    var hasLongRecords: Bool { isMapped && buffer.count > 4 << 20 && buffer.count > 4 * chunkBytes }

    /// Forgets what is in memory and is no line yet; it is read again from the checkpoint.
    mutating func rest() {
        buffer = []
        filled = 0
    }

    /// Reads more; returns the number of bytes, 0 at the end.
    mutating func fill() throws(InputError) -> Int {
        if buffer.isEmpty { buffer = [UInt8](repeating: 0, count: try roomForNew()) }
        let place = record.checkpoint + Int64(filled)
        do throws(FileError) {
            let count = try buffer.fill(filled..<buffer.count) { (free) throws(FileError) in
                try stream.read(into: free, at: place)
            }
            filled += count
            return count
        } catch { throw InputError(cause: error) }
    }

    /// A chunk, or less if there is little to read: hundreds of files may be looked at each second.
    private func roomForNew() throws(InputError) -> Int {
        guard let size = try status()?.size else { return stream.isSmall ? min(chunkBytes, 1 << 16) : chunkBytes }
        return min(chunkBytes, Int(clamping: max(0, size - record.checkpoint)) + 4096)
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

    /// Changes what is known about the source beside how far it is read.
    mutating func note(_ change: (inout SourceRecord) -> Void) { change(&record) }

    // MARK: Mapped sources

    mutating func settleAsNative() { isSettled = true }

    mutating func settle(_ reader: RecordReader) {
        isSettled = true
        records = reader
        record.mapping = reader.mapping.name
        record.frame = reader.frame.text
    }

    /// Takes what reads its records away, when all of it was read.
    mutating func takeRecords() -> RecordReader? {
        defer { records = nil }
        return records
    }

    /// Whether a mapping reads it.
    var isMapped: Bool { records != nil }

    /// Whether it stands between lines or documents.
    var isBetweenRecords: Bool { records?.frame.isBetween ?? true }

    /// The mapping that reads it, unless it is built in.
    var ownMapping: StoredMapping? {
        guard let mapping = records?.mapping, Mapping.named(mapping.name)?.text != mapping.text else { return nil }
        return StoredMapping(name: mapping.name, text: mapping.text)
    }

    /// Whether the same event may come several times.
    var isAtLeastOnce: Bool { records?.mapping.isAtLeastOnce ?? false }

    /// Reads records that are in memory into a batch.
    /// - Returns: whether all that can be read is in the batch; else it is full.
    mutating func readRecords(
        isLast: Bool, with reader: inout LineReader, into batch: inout EventBatch
    ) -> Bool {
        guard var records else { return true }
        // A copy in this place would be copied with each change.
        self.records = nil
        let count = records.read(
            pending.span.bytes, at: record.checkpoint, isLast: isLast, source: record.path, sourceID: record.id,
            with: &reader, into: &batch)
        let isDone = !records.isWaiting && batch.full == nil
        record.frame = records.frame.text
        self.records = records
        advance(count)
        return isDone
    }

    /// Takes what records without an event were, by type.
    mutating func takeTypes(_ secrets: SecretMarker?) -> [SourceType] {
        guard let types = records?.takeTypes(secrets) else { return [] }
        return types.map { type, count in
            SourceType(
                sourceID: record.id, type: String(decoding: type, as: UTF8.self), skipped: count.skipped,
                unmapped: count.unmapped)
        }
    }

    /// The bytes in which its first records stand: those in memory, or behind many zero bytes those that follow them.
    func firstBytes() throws(InputError) -> ArraySlice<UInt8> {
        var rest = pending.drop { $0 == 0 }
        guard pending.count - rest.count >= LineReader.fewestNULs else { return pending }
        guard case .file(let box) = stream else { return rest }
        var offset = record.checkpoint + Int64(pending.count)
        do throws(FileError) {
            while rest.isEmpty {
                let more = try SourceIdentity.read(box, offset, chunkBytes)
                if more.isEmpty { break }
                offset += Int64(more.count)
                rest = more.drop { $0 == 0 }
            }
            return rest + (try SourceIdentity.read(box, offset, chunkBytes))
        } catch { throw InputError(cause: error) }
    }

    /// Whether the bytes behind the last newline are a whole event, which no longer line can continue.
    var holdsEvent: Bool {
        if let records { return records.isWhole(pending.span.bytes) }
        var trial = EventBatch()
        var reader = LineReader()
        reader.readLast(pending.span.bytes, at: 0, source: "", into: &trial)
        return trial.counts.stored == 1
    }

    /// Whether the file still holds what was read of it: the bytes before the checkpoint, and at its beginning those
    /// that are in memory. Only a plain file can be asked.
    func isUntouched() throws(InputError) -> Bool {
        guard case .file(let box) = stream else { return true }
        guard try Self.holds(box, tail[...], at: record.checkpoint - Int64(tail.count)) else { return false }
        guard record.checkpoint < Int64(SourceFingerprint.tailLength) else { return true }
        guard try Self.holds(box, head[...], at: 0) else { return false }
        return try Self.holds(box, pending.prefix(SourceFingerprint.tailLength), at: record.checkpoint)
    }

    private static func holds(
        _ box: InputFileBox, _ bytes: ArraySlice<UInt8>, at offset: Int64
    ) throws(InputError) -> Bool {
        do throws(FileError) {
            let found = try SourceIdentity.read(box, offset, bytes.count)
            return found[...] == bytes
        } catch { throw InputError(cause: error) }
    }

    /// Size and times of the file as it is now, or nil for a stream.
    func status() throws(InputError) -> FileStatus? {
        guard case .file(let box) = stream else { return nil }
        do throws(FileError) { return try box.file.status() } catch { throw InputError(cause: error) }
    }

    /// The record as a commit needs it, hashes included. A plain file that grew while it was read is at least as large
    /// as what was read.
    func state(size: Int64) -> SourceRecord {
        var state = record
        state.size = record.isCompressed ? size : max(size, record.checkpoint)
        state.headLength = Int64(head.count)
        state.headHash = SourceFingerprint.hash(head[...])
        state.startHash = SourceFingerprint.startHash(head[...])
        state.tailLength = Int64(tail.count)
        state.tailHash = SourceFingerprint.hash(tail[...])
        return state
    }

    private mutating func note(_ bytes: ArraySlice<UInt8>) {
        if head.count < SourceFingerprint.headLength {
            head.append(contentsOf: bytes.prefix(SourceFingerprint.headLength - head.count))
        }
        tail.append(contentsOf: bytes.suffix(SourceFingerprint.tailLength))
        if tail.count > SourceFingerprint.tailLength { tail.removeFirst(tail.count - SourceFingerprint.tailLength) }
    }
}
