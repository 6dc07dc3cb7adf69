internal import CZlib

/// Compresses parts one behind the other into one raw deflate stream.
///
/// A code is as good as the bytes that share it are alike: a column of hexadecimal digits takes half of its bytes in a
/// code of its own, and more in one that it shares with words. So a long part ends the block of the stream.
final class PartDeflater {
    /// A part that is shorter is not worth a code.
    private static let leastBytes = 512
    private static let room = 16 << 10

    private var stream = z_stream()
    private var out: [UInt8] = []
    private var sinceCode = 0
    /// Bytes that were put.
    private(set) var count = 0

    init() {
        // The most memory that zlib takes, for blocks of 32,768 symbols.
        let code = deflateInit2_(
            &stream, 6, Z_DEFLATED, -15, 9, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        precondition(code == Z_OK, "zlib does not start")
    }

    deinit { deflateEnd(&stream) }

    /// Takes bytes, which must be fewer than 2^32: so zlib counts.
    func put(_ bytes: ArraySlice<UInt8>) {
        count += bytes.count
        sinceCode += bytes.count
        // What does not get smaller must not be copied as the array grows.
        if bytes.count > 1 << 20 { out.reserveCapacity(out.count + bytes.count + bytes.count >> 10 + 1024) }
        bytes.withUnsafeBufferPointer { run($0, Z_NO_FLUSH) }
    }

    /// What follows is of another kind.
    func endPart() {
        guard sinceCode >= Self.leastBytes else { return }
        sinceCode = 0
        run(UnsafeBufferPointer(start: nil, count: 0), Z_PARTIAL_FLUSH)
    }

    /// The whole stream.
    func finish() -> [UInt8] {
        run(UnsafeBufferPointer(start: nil, count: 0), Z_FINISH)
        defer { out = [] }
        return out
    }

    private func run(_ bytes: UnsafeBufferPointer<UInt8>, _ flush: Int32) {
        // zlib writes nothing through this pointer.
        stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
        stream.avail_in = UInt32(bytes.count)
        withUnsafeTemporaryAllocation(of: UInt8.self, capacity: Self.room) { room in
            repeat {
                stream.next_out = room.baseAddress
                stream.avail_out = UInt32(Self.room)
                let code = deflate(&stream, flush)
                precondition(code != Z_STREAM_ERROR, "zlib refuses \(bytes.count) bytes")
                out.append(contentsOf: room.prefix(Self.room - Int(stream.avail_out)))
            } while stream.avail_out == 0
        }
    }
}

/// The bytes of a whole raw deflate stream that holds exactly so many; nil for anything else.
func inflated(_ bytes: ArraySlice<UInt8>, count: Int) -> [UInt8]? {
    // Deflate makes of a byte 1,032 at most.
    guard count >= 0, count <= UInt32.max, bytes.count <= UInt32.max, count / 1032 <= bytes.count else { return nil }
    var stream = z_stream()
    guard inflateInit2_(&stream, -15, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else { return nil }
    defer { inflateEnd(&stream) }
    // One more, because zlib wants room even for nothing.
    var out = [UInt8](repeating: 0, count: count + 1)
    let code = bytes.withUnsafeBufferPointer { bytes in
        out.withUnsafeMutableBufferPointer { out in
            stream.next_in = UnsafeMutablePointer(mutating: bytes.baseAddress)
            stream.avail_in = UInt32(bytes.count)
            stream.next_out = out.baseAddress
            stream.avail_out = UInt32(count + 1)
            return inflate(&stream, Z_FINISH)
        }
    }
    guard code == Z_STREAM_END, stream.avail_in == 0, stream.avail_out == 1 else { return nil }
    out.removeLast()
    return out
}
