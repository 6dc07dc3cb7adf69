internal import CZlib

/// Decompresses a gzip file, member after member, as a stream of bytes.
package final class GzipStream {
    /// More than this many bytes out of one byte in is taken for an attack. Deflate itself ends at 1,032; a log whose
    /// lines have times stays below 100.
    private static let largestRatio: Int64 = 500
    /// So many bytes come out before the ratio says anything.
    private static let unjudgedBytes: Int64 = 64 << 20
    private static let inputSize = 256 * 1024

    private let input: InputFile
    private var stream = z_stream()
    private var buffer: [UInt8]
    private var filled = 0
    private var taken = 0
    private var offset: Int64 = 0
    private var produced: Int64 = 0
    private var betweenMembers = true
    private var members = 0
    /// Whether the file ended within a member: it was cut, or is still being written.
    package private(set) var endedEarly = false

    /// Bytes of the compressed file that were read so far.
    package var compressedOffset: Int64 { offset - Int64(filled - taken) }

    package init(_ input: consuming InputFile) {
        let size = (try? input.size()) ?? Int64(Self.inputSize)
        buffer = [UInt8](repeating: 0, count: Int(clamping: max(4096, min(size + 1, Int64(Self.inputSize)))))
        self.input = input
        inflateInit2_(&stream, 15 + 16, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    }

    deinit { inflateEnd(&stream) }

    /// Which file it is.
    package var identity: FileIdentity { input.identity }

    /// Size and times of the compressed file now.
    package func status() throws(FileError) -> FileStatus { try input.status() }

    /// Begins again at the first byte.
    package func rewind() {
        (filled, taken, offset, produced, members) = (0, 0, 0, 0, 0)
        (betweenMembers, endedEarly) = (true, false)
        inflateReset(&stream)
    }

    /// How a gzip file ends.
    package enum Ending: Sendable {
        /// With the trailer of its last member.
        case whole
        /// Within a member: it was cut, or is still being written.
        case early
        /// Nowhere: its bytes are damaged, or no gzip at all.
        case damaged
    }

    /// Decompresses a file to its end to tell how it ends. Throws what opening and reading throw.
    package static func ending(of path: String) throws(FileError) -> Ending {
        let stream = GzipStream(try InputFile(path: path))
        var buffer = [UInt8](repeating: 0, count: inputSize)
        let length = buffer.count
        do {
            while try buffer.fill(0..<length, { (space) throws(FileError) in try stream.read(into: space) }) > 0 {}
            return .whole
        } catch {
            guard case .damaged = error else { throw error }
            if stream.endedEarly { return .early }
            return try stream.hasZeroTail() ? .early : .damaged
        }
    }

    /// Whether zeros stand where a trailer should: the file has its length, and not yet all of its bytes.
    private func hasZeroTail() throws(FileError) -> Bool {
        let size = try input.size()
        var tail = [UInt8](repeating: 1, count: 8)
        let count = try tail.fill(0..<8) { (space) throws(FileError) in
            try input.read(into: space, at: max(0, size - 8))
        }
        return count == 8 && tail.allSatisfy { $0 == 0 }
    }

    /// Fills the buffer as far as the stream goes. Bytes before a damage are delivered first; the damage is thrown by
    /// the next call.
    package func read(into output: UnsafeMutableRawBufferPointer) throws(FileError) -> Int {
        var written = 0
        while written < output.count {
            if taken == filled, try !refill() {
                if betweenMembers, members > 0 { break }
                endedEarly = true
                if written > 0 { break }
                throw .damaged(
                    path: input.path,
                    reason: "the gzip data end in the middle; the file was cut, or is still being written")
            }
            if betweenMembers {
                // Zero bytes after a member are padding, as gzip itself takes them.
                if members > 0, buffer[taken] == 0 { taken += 1; continue }
                betweenMembers = false
            }
            guard let count = inflate(into: output, at: written) else {
                if written > 0 { break }
                throw .damaged(path: input.path, reason: damage)
            }
            written += count
        }
        produced += Int64(written)
        if produced > Self.unjudgedBytes, produced / max(1, compressedOffset) > Self.largestRatio {
            throw .damaged(
                path: input.path,
                reason: "one compressed byte gives more than \(Self.largestRatio), which looks like a bomb; if it is a "
                    + "log, decompress it and ingest that")
        }
        return written
    }

    /// What is wrong with the data, as far as they can tell.
    private var damage: String {
        // zlib says so at the end of a member: everything could be decompressed, and is not what was compressed.
        let isSum = stream.msg.map { ["incorrect data check", "incorrect length check"].contains(String(cString: $0)) }
        if isSum ?? false {
            return "its checksum is wrong: bytes of it were changed somewhere, and lines that were read of it may be "
                + "false; get it anew from where it came from"
        }
        return "the gzip data are damaged at byte \(compressedOffset) of the compressed file"
    }

    private func refill() throws(FileError) -> Bool {
        filled = try buffer.fill(0..<buffer.count) { (space) throws(FileError) in
            try input.read(into: space, at: offset)
        }
        taken = 0
        offset += Int64(filled)
        return filled > 0
    }

    /// The bytes that came out, or nil for damage. At the end of a member the stream is set up for the next one.
    private func inflate(into output: UnsafeMutableRawBufferPointer, at start: Int) -> Int? {
        buffer.withUnsafeMutableBytes { bytes -> Int? in
            stream.next_in = bytes.bindMemory(to: UInt8.self).baseAddress! + taken
            stream.avail_in = UInt32(filled - taken)
            stream.next_out = output.bindMemory(to: UInt8.self).baseAddress! + start
            stream.avail_out = UInt32(min(output.count - start, 1 << 30))
            let asked = stream.avail_out
            let status = CZlib.inflate(&stream, Z_NO_FLUSH)
            taken = filled - Int(stream.avail_in)
            guard status == Z_OK || status == Z_STREAM_END || status == Z_BUF_ERROR else { return nil }
            if status == Z_STREAM_END {
                members += 1
                betweenMembers = true
                inflateReset(&stream)
            }
            return Int(asked - stream.avail_out)
        }
    }
}

/// The version of the zlib library that runs.
package var zlibVersionText: String { String(cString: zlibVersion()) }
