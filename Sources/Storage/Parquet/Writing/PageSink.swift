import Columns

/// The memory in which the pages of columns are made, one page at a time.
struct PageSink: ~Copyable, Sendable {
    /// The parts of the page in the making: repetition levels then definition levels, and the encoded values.
    var levels = ByteSink()
    var values = ByteSink()
    /// Where in `values` bytes of another kind begin; 0 if all are of one.
    var mark = 0
    private var packed = ByteSink()
    private var rival = ByteSink()
    private var deflater = Deflater()
    var texts = TextNumbering()
    var longs = Scratch<Int64>()
    var doubles = Scratch<Double>()
    var flags = Scratch<UInt8>()
    var codes = Scratch<UInt32>()
    /// For each text of a batch its place there and its number in the chunk.
    var places: [TextRange] = []
    var numbers: [UInt32] = []

    /// What a press is tried on: enough to tell, and little beside a large dictionary.
    private static let sampleBytes = 1 << 17
    /// Bytes of texts on which encodings are tried.
    static let triedBytes = 2 << 20
    /// Values that promise many more.
    static let longBeginning = 16_384

    init() {}

    /// The dictionary page of a chunk: `values` holds the entries.
    mutating func dictionaryPage(entries: Int, of chunk: inout OpenChunk) throws(ParquetError) -> [UInt8] {
        packed.clear()
        press(values.bytes, &chunk.choices.dictionaryPress)
        let header = PageHeader(
            kind: .dictionary(values: entries, encoding: Encoding.plain.rawValue), rawSize: values.count,
            storedSize: packed.count, checksum: Checksum.crc32(packed.bytes)
        ).encoded()
        try limit(values.count, "dictionary of column \(chunk.column.name)", ParquetLimits.textBytes)
        chunk.count(raw: header.count + values.count, stored: header.count + packed.count)
        return header + packed.bytes
    }

    /// Ends a data page: `levels` and `values` hold its parts.
    mutating func writeDataPage(
        _ page: PageShape, _ bounds: ValueBounds?, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        try limit(values.count + levels.count, "page of column \(chunk.column.name)")
        packed.clear()
        packed.put(levels.bytes)
        defer { mark = 0 }
        let raw = values.count
        var isCompressed = false
        if raw > 0 {
            press(values.bytes, &chunk.choices.press)
            // What hardly shrinks is stored as it is, and is read without decompression.
            isCompressed = packed.count - levels.count < raw - raw / 32
            if !isCompressed {
                packed.clear()
                packed.put(levels.bytes)
                packed.put(values.bytes)
            }
        }
        let header = PageHeader(
            kind: .data(
                values: page.values, nulls: page.nulls, rows: page.rows.count, encoding: page.encoding.rawValue,
                definition: levels.count - page.repetitionBytes, repetition: page.repetitionBytes,
                compressed: isCompressed),
            rawSize: levels.count + raw, storedSize: packed.count, checksum: Checksum.crc32(packed.bytes)
        ).encoded()
        let place = Place(offset: chunk.pageBytes, length: header.count + packed.count)
        chunk.index.add(
            OffsetIndex.Page(place: place, firstRow: chunk.rows + page.rows.lowerBound), nulls: page.nulls, bounds)
        chunk.values += page.values
        chunk.count(raw: header.count + levels.count + raw, stored: place.length)
        chunk.add(header + packed.bytes)
    }

    /// The size of `values` when compressed, or as they are if that is smaller; for comparing encodings.
    mutating func trialSize() -> Int {
        rival.clear()
        deflater.gzip(values.bytes, .repetitions, mark: mark, into: &rival)
        return min(rival.count, FrequencyBlock.size(values.bytes), values.count)
    }

    /// Compresses into `packed`. A column tries both presses on its first page, and now and then again, and keeps to
    /// the faster one if it is nearly as good: random ids and packed indices hardly repeat.
    private mutating func press(_ bytes: UnsafeRawBufferPointer, _ choices: inout CompressionTuner) {
        if let chosen = choices.next() { return deflater.gzip(bytes, chosen, mark: mark, into: &packed) }
        let sample = UnsafeRawBufferPointer(rebasing: bytes.prefix(Self.sampleBytes))
        rival.clear()
        deflater.gzip(sample, .repetitions, into: &rival)
        let entropy = FrequencyBlock.size(UnsafeRawBufferPointer(rebasing: sample[min(mark, sample.count)...]))
        let chosen: Press = entropy <= rival.count + rival.count / 50 ? .frequencies : .repetitions
        // What a few bytes say is too little to tell.
        if bytes.count >= 4096 { choices.keep(chosen) }
        deflater.gzip(bytes, chosen, mark: mark, into: &packed)
    }

    private func limit(_ size: Int, _ what: String, _ most: Int = ParquetLimits.pageBytes) throws(ParquetError) {
        guard size <= most else { throw .tooLarge(what: "the \(what)", size: size, limit: most) }
    }
}

extension PageSink {
    /// Encodes dictionary indices into `values`, in as many bits as the column found best.
    mutating func writeIndices(
        _ indices: UnsafePointer<UInt32>, _ count: Int, entries: Int, _ choices: inout ChunkEncodingChoices
    ) throws(ParquetError) {
        let narrow = max(1, BitPacking.width(for: UInt64(max(1, entries) - 1)))
        let wide = (narrow + 7) / 8 * 8
        guard wide != narrow, wide <= 24 else { return encodeIndices(indices, count, width: narrow) }
        if choices.indexPages & 7 == 0, count >= 1024 {
            // Early pages, full of new entries, tell little about later ones, so this is asked again and again.
            encodeIndices(indices, count, width: wide)
            let wideSize = entropySize()
            encodeIndices(indices, count, width: narrow)
            choices.hasWideIndices = wideSize < entropySize() * 127 / 128
        }
        choices.indexPages &+= 1
        encodeIndices(indices, count, width: choices.hasWideIndices ? wide : narrow)
    }

    /// About the size of `values` when compressed by how often bytes occur.
    private func entropySize() -> Int { FrequencyBlock.size(values.bytes) }

    private mutating func encodeIndices(_ indices: UnsafePointer<UInt32>, _ count: Int, width: Int) {
        values.clear()
        values.put(UInt8(width))
        RunLength.encode(indices, count, width: width, into: &values)
    }
}

/// Which rows a page covers and how its values are held.
struct PageShape {
    var rows: Range<Int>
    /// Values including nulls.
    var values: Int
    var nulls: Int
    var encoding: Encoding
    /// How much of `levels` is repetition levels.
    var repetitionBytes = 0
}
