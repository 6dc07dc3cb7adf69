import CZlib

/// Decompresses pages; one state, reset between pages.
///
/// Pages whose checksum was found right go to `FastInflater`. What it refuses zlib looks at again, so that both give
/// the same answers and the same errors.
struct Inflater: ~Copyable {
    private let stream: UnsafeMutablePointer<z_stream>
    private let isReady: Bool
    private let fast = FastInflater()

    init() {
        stream = .allocate(capacity: 1)
        stream.initialize(to: z_stream())
        // 15 bits of window; 32 to accept a gzip or a zlib frame.
        isReady = inflateInit2_(stream, 15 + 32, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK
    }

    deinit {
        if isReady { inflateEnd(stream) }
        stream.deallocate()
    }

    /// Appends what the one member in `input` holds, which must be exactly `size` bytes. The member's own checksum is
    /// looked at unless `isChecked` says that the bytes of the member are what was written.
    mutating func inflate(
        _ input: UnsafeRawBufferPointer, size: Int, isChecked: Bool, into sink: inout ByteSink
    ) throws(Malformed) {
        guard isReady, inflateReset(stream) == Z_OK else { throw Malformed("no memory to decompress") }
        guard size <= input.count * ParquetLimits.inflation + 64 else {
            throw Malformed("\(input.count) bytes cannot hold \(size)")
        }
        // One byte more than expected, so that too long an output shows.
        let out = sink.room(size + 1)
        if isChecked, fast.inflate(input, to: UnsafeMutableRawBufferPointer(start: out, count: size)) {
            return sink.commit(size)
        }
        stream.pointee.next_in = UnsafeMutablePointer(mutating: input.bindMemory(to: UInt8.self).baseAddress)
        stream.pointee.avail_in = UInt32(input.count)
        stream.pointee.next_out = out.assumingMemoryBound(to: UInt8.self)
        stream.pointee.avail_out = UInt32(size + 1)
        let code = CZlib.inflate(stream, Z_FINISH)
        guard code == Z_STREAM_END, stream.pointee.total_out == size, stream.pointee.avail_in == 0 else {
            throw Malformed("the compressed bytes do not hold \(size) bytes (zlib says \(code))")
        }
        sink.commit(size)
    }
}

/// CRC-32 as gzip and Parquet use it.
enum Checksum {
    static func crc32(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        update(0, bytes)
    }

    /// Continues a checksum.
    static func update(_ start: UInt32, _ bytes: UnsafeRawBufferPointer) -> UInt32 {
        UInt32(truncatingIfNeeded: crc32_z(UInt(start), bytes.bindMemory(to: UInt8.self).baseAddress, bytes.count))
    }

    static func crc32(_ bytes: [UInt8]) -> UInt32 { bytes.withUnsafeBytes { crc32($0) } }

    /// Eight hexadecimal digits.
    static func hex(_ sum: UInt32) -> String {
        let digits = String(sum, radix: 16)
        return String(repeating: "0", count: 8 - digits.count) + digits
    }

    /// Three checksums of eight digits each.
    static func parse(_ text: String) throws(Malformed) -> [UInt32] {
        let digits = Array(text.utf8)
        guard digits.count == 24 else { throw Malformed("checksums of \(digits.count) digits") }
        var sums: [UInt32] = []
        for part in 0..<3 {
            let word = String(decoding: digits[(part * 8)..<(part * 8 + 8)], as: UTF8.self)
            guard let sum = UInt32(word, radix: 16) else { throw Malformed("a checksum that is no number") }
            sums.append(sum)
        }
        return sums
    }
}
