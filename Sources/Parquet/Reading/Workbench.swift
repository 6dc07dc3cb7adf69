/// The memory and the zlib state that a file's pages are decoded with.
struct Workbench: ~Copyable {
    /// Bytes as they lie in the file.
    var raw = ByteSink()
    /// The values of one page, decompressed.
    var values = ByteSink()
    var inflater = Inflater()
    var longs = Scratch<Int64>()
    var codes = Scratch<UInt32>()
    var definitions = Scratch<UInt32>()
    var repetitions = Scratch<UInt32>()

    /// Checks a page's checksum and size and takes it apart. `raw` must hold its bytes.
    mutating func open(
        _ bytes: UnsafeRawBufferPointer, codec: Int32, verifiesChecksum: Bool
    ) throws(Malformed) -> PageParts {
        var length = 0
        let header = try PageHeader(reading: bytes, length: &length)
        guard header.storedSize == bytes.count - length else {
            throw Malformed("\(bytes.count - length) bytes lie there; its header says \(header.storedSize)")
        }
        let body = UnsafeRawBufferPointer(rebasing: bytes[length...])
        var isChecked = !verifiesChecksum
        if verifiesChecksum, let checksum = header.checksum {
            guard checksum == Checksum.crc32(body) else { throw Malformed("its checksum is wrong") }
            isChecked = true
        }
        switch header.kind {
        case .dictionary:
            let isCompressed = codec == Codec.gzip.rawValue
            let contents = try decompress(
                body, to: header.rawSize, isCompressed: isCompressed, isChecked: isChecked)
            return PageParts(kind: header.kind, repetition: .empty, definition: .empty, values: contents)
        case .data(_, _, _, _, let definition, let repetition, let compressed):
            var cursor = ByteCursor(body)
            let repetitionBytes = try cursor.take(repetition)
            let definitionBytes = try cursor.take(definition)
            let isCompressed = compressed && codec == Codec.gzip.rawValue
            let contents = try decompress(
                cursor.rest(), to: header.rawSize - repetition - definition, isCompressed: isCompressed,
                isChecked: isChecked)
            return PageParts(
                kind: header.kind, repetition: repetitionBytes, definition: definitionBytes, values: contents)
        }
    }

    private mutating func decompress(
        _ bytes: UnsafeRawBufferPointer, to size: Int, isCompressed: Bool, isChecked: Bool
    ) throws(Malformed) -> UnsafeRawBufferPointer {
        guard isCompressed else {
            guard size == bytes.count else { throw Malformed("\(bytes.count) bytes; its header says \(size)") }
            return bytes
        }
        guard size >= 0 else { throw Malformed("its levels are larger than itself") }
        values.clear()
        try inflater.inflate(bytes, size: size, isChecked: isChecked, into: &values)
        return values.bytes
    }
}

/// The parts of a page; good until the workbench opens the next one.
struct PageParts {
    var kind: PageHeader.Kind
    var repetition: UnsafeRawBufferPointer
    var definition: UnsafeRawBufferPointer
    var values: UnsafeRawBufferPointer
}

extension UnsafeRawBufferPointer {
    static var empty: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}
