internal import Segments
internal import Synchronization

/// Segments that were opened and may be asked again: what their readers decoded of dictionaries and indexes is kept
/// up to a limit, so that a run of many small scans does not read the same again each time.
final class SegmentReaderCache: Sendable {
    private struct State {
        /// Readers that nobody uses, those used last at the end.
        var idle: [(file: String, reader: SegmentReader)] = []
    }

    /// Bytes of dictionaries that idle readers may keep, and readers, each with an open file.
    private let keptBytes: Int
    private let keptReaders: Int

    private let state = Mutex(State())

    init(keptBytes: Int = 40 << 20, keptReaders: Int = 128) {
        self.keptBytes = keptBytes
        self.keptReaders = keptReaders
    }

    /// Calls `body` with a reader of a segment, which is this call's alone.
    func withReader<Result>(_ file: String, _ body: (SegmentReader) throws -> Result) throws -> Result {
        let reader = try take(file)
        defer { put(file, reader) }
        return try body(reader)
    }

    /// A reader of a segment, which is the caller's alone until it is put back.
    func take(_ file: String) throws -> SegmentReader {
        let idle = state.withLock { state in
            state.idle.lastIndex { $0.file == file }.map { state.idle.remove(at: $0).reader }
        }
        return try idle ?? SegmentReader(path: file)
    }

    /// Closes all idle readers.
    func clear() { state.withLock { $0.idle = [] } }

    func put(_ file: String, _ reader: SegmentReader) {
        state.withLock { state in
            state.idle.append((file, reader))
            var bytes = state.idle.reduce(0) { $0 + $1.reader.memory }
            while bytes > keptBytes || state.idle.count > keptReaders {
                bytes -= state.idle.removeFirst().reader.memory
            }
        }
    }
}
