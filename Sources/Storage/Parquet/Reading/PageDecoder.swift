/// The memory and the zlib state that a file's pages are decoded with.
struct PageDecoder: ~Copyable {
    /// Bytes as they lie in the file.
    var raw = ByteSink()
    /// The values of one page, decompressed.
    var values = ByteSink()
    var inflater = Inflater()
    /// Bytes that the pages opened since `begin` held.
    private var opened = 0
    var longs = Scratch<Int64>()
    var codes = Scratch<UInt32>()
    var definitions = Scratch<UInt32>()
    var repetitions = Scratch<UInt32>()

    /// Begins a batch of pages, which are held together. Bytes of dictionaries that are kept count too.
    mutating func begin(dictionaries: Int) { opened = dictionaries }

    /// Checks a page's checksum and size and takes it apart.
    mutating func open(
        _ bytes: PaddedBytes, codec: Int32, verifiesChecksum: Bool
    ) throws(Malformed) -> PageParts {
        var length = 0
        let header = try PageHeader(reading: bytes.raw, length: &length)
        guard header.storedSize == bytes.count - length else {
            throw Malformed("\(bytes.count - length) bytes lie there; its header says \(header.storedSize)")
        }
        opened += header.rawSize
        guard opened <= ParquetLimits.batchBytes else {
            throw Malformed(
                "it and the pages before it hold more than \(ParquetLimits.batchBytes) bytes, which nobody writes")
        }
        let body = bytes[length..<bytes.count]
        var isChecked = !verifiesChecksum
        if verifiesChecksum, let checksum = header.checksum {
            guard checksum == Checksum.crc32(body.raw) else { throw Malformed("its checksum is wrong") }
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
            let repetitionBytes = try cursor.takePadded(repetition)
            let definitionBytes = try cursor.takePadded(definition)
            let isCompressed = compressed && codec == Codec.gzip.rawValue
            let contents = try decompress(
                cursor.restPadded(), to: header.rawSize - repetition - definition, isCompressed: isCompressed,
                isChecked: isChecked)
            return PageParts(
                kind: header.kind, repetition: repetitionBytes, definition: definitionBytes, values: contents)
        }
    }

    private mutating func decompress(
        _ bytes: PaddedBytes, to size: Int, isCompressed: Bool, isChecked: Bool
    ) throws(Malformed) -> PaddedBytes {
        guard isCompressed else {
            guard size == bytes.count else { throw Malformed("\(bytes.count) bytes; its header says \(size)") }
            return bytes
        }
        guard size >= 0 else { throw Malformed("its levels are larger than itself") }
        values.clear()
        try inflater.inflate(bytes.raw, size: size, isChecked: isChecked, into: &values)
        return values.padded
    }
}

/// The parts of a page; good until the decoder opens the next one.
struct PageParts {
    var kind: PageHeader.Kind
    var repetition: PaddedBytes
    var definition: PaddedBytes
    var values: PaddedBytes
}
