/// The memory in which the pages of columns are made, one page at a time.
struct PageSink: ~Copyable, Sendable {
    /// The parts of the page in the making: repetition levels then definition levels, and the encoded values.
    var levels = ByteSink()
    var values = ByteSink()
    private var packed = ByteSink()
    private var rival = ByteSink()
    private var deflater = Deflater()
    var texts = TextNumbering()
    var longs = Scratch<Int64>()
    var doubles = Scratch<Double>()
    var flags = Scratch<UInt8>()
    var codes = Scratch<UInt32>()
    var numbers = Scratch<UInt32>()
    let level: Int32

    init(level: Int) { self.level = Int32(max(1, min(9, level))) }

    /// The dictionary page of a chunk: `values` holds the entries.
    mutating func dictionaryPage(entries: Int, of chunk: inout OpenChunk) throws(ParquetError) -> [UInt8] {
        packed.clear()
        try press(values.bytes, &chunk.habit.dictionaryPress)
        let header = PageHeader(
            kind: .dictionary(values: entries, encoding: Encoding.plain.rawValue), rawSize: values.count,
            storedSize: packed.count, checksum: Checksum.crc32(packed.bytes)
        ).encoded()
        try limit(values.count, "dictionary of column \(chunk.column.name)")
        chunk.count(raw: header.count + values.count, stored: header.count + packed.count)
        return header + packed.array
    }

    /// Ends a data page: `levels` and `values` hold its parts.
    mutating func writeDataPage(
        _ page: PageShape, _ bounds: ValueBounds?, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        try limit(values.count + levels.count, "page of column \(chunk.column.name)")
        packed.clear()
        packed.put(levels.bytes)
        let raw = values.count
        var isCompressed = false
        if raw > 0 {
            try press(values.bytes, &chunk.habit.press)
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
        let place = Place(offset: chunk.pages.count, length: header.count + packed.count)
        chunk.index.add(
            OffsetIndex.Page(place: place, firstRow: chunk.rows + page.rows.lowerBound), nulls: page.nulls, bounds)
        chunk.values += page.values
        chunk.count(raw: header.count + levels.count + raw, stored: place.length)
        chunk.pages.append(contentsOf: header)
        chunk.pages.append(contentsOf: packed.bytes)
    }

    /// The size of `values` when compressed, or as they are if that is smaller; for comparing encodings.
    mutating func trialSize() throws(ParquetError) -> Int {
        rival.clear()
        try deflater.gzip(values.bytes, Press(level: level), into: &rival)
        return min(rival.count, values.count)
    }

    /// Compresses into `packed`. A column that has no habit yet tries all presses on its first page of some size and
    /// keeps to the fastest that is nearly as good as the best: random ids and packed indices hardly repeat, and the
    /// search for repetitions takes most of the time.
    private mutating func press(_ bytes: UnsafeRawBufferPointer, _ habit: inout Press?) throws(ParquetError) {
        if let habit { return try deflater.gzip(bytes, habit, into: &packed) }
        // Too small to try anything on, and too small for the search to matter.
        guard bytes.count >= 4096 else { return try deflater.gzip(bytes, Press(level: 1), into: &packed) }
        let presses = [
            Press(level: 1, isEntropyOnly: true), Press(level: 1), Press(level: min(4, level)), Press(level: level),
        ]
        var sizes: [Int] = []
        for press in presses {
            rival.clear()
            try deflater.gzip(bytes, press, into: &rival)
            sizes.append(rival.count)
        }
        let best = sizes.reduce(Int.max, min)
        let chosen = sizes.firstIndex { $0 <= best + best / 50 } ?? 0
        habit = presses[chosen]
        try deflater.gzip(bytes, presses[chosen], into: &packed)
    }

    private func limit(_ size: Int, _ what: String) throws(ParquetError) {
        guard size <= Cap.pageBytes else { throw .tooLarge(what: "the \(what)", size: size, limit: Cap.pageBytes) }
    }
}

extension PageSink {
    /// Encodes dictionary indices into `values`, in as many bits as the column found best.
    mutating func writeIndices(
        _ indices: UnsafePointer<UInt32>, _ count: Int, entries: Int, _ habit: inout Habit
    ) throws(ParquetError) {
        let narrow = max(1, BitPacking.width(for: UInt64(max(1, entries) - 1)))
        let wide = (narrow + 7) / 8 * 8
        if habit.hasWideIndices == nil, wide != narrow, wide <= 24, count >= 1024 {
            encodeIndices(indices, count, width: wide)
            let wideSize = try trialSize()
            encodeIndices(indices, count, width: narrow)
            habit.hasWideIndices = try wideSize < trialSize() * 31 / 32
        }
        encodeIndices(indices, count, width: habit.hasWideIndices == true && wide <= 24 ? wide : narrow)
    }

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
