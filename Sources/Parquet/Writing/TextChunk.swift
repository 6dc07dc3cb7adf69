import Columns

extension PageSink {
    /// Writes a text column, with or without a dictionary, whichever promises to be smaller.
    mutating func writeTexts(
        _ indices: UnsafeBufferPointer<UInt32>, of dictionary: TextDictionary, cuts: [Range<Int>],
        to chunk: inout OpenChunk
    ) throws(ParquetError) {
        try Entries.of(dictionary) { (entries) throws(ParquetError) in
            guard texts.number(indices, of: entries) else {
                throw .mismatch(column: chunk.column.name, problem: "a row points outside the dictionary")
            }
            try writeTexts(entries, cuts: cuts, to: &chunk)
        }
    }

    private mutating func writeTexts(
        _ entries: Entries, cuts: [Range<Int>], to chunk: inout OpenChunk
    ) throws(ParquetError) {
        if chunk.column.hasBloomFilter, texts.values > 0 { chunk.bloom = bloom(entries) }
        if texts.values == 0 {
            chunk.encoding = .plain
        } else if isWorthDictionary {
            chunk.encoding = .rleDictionary
            try writeDictionary(entries, to: &chunk)
        } else {
            try chooseEncoding(entries, firstPage: cuts[0], to: &chunk)
        }
        var value = 0
        for (page, rows) in cuts.enumerated() {
            let nulls = try writeDefinitions(rows, of: chunk.column)
            let range = value..<(value + rows.count - nulls)
            value = range.upperBound
            try encodePage(range, entries, to: &chunk)
            var bounds: ValueBounds?
            if !range.isEmpty {
                let extremes = texts.extremes(range, page: page + 1, of: entries)
                bounds = Bounds.texts(extremes.least, extremes.greatest)
            }
            let shape = PageShape(rows: rows, values: rows.count, nulls: nulls, encoding: chunk.encoding)
            try writeDataPage(shape, bounds, to: &chunk)
        }
    }

    /// Encodes the values of a page as the chunk does. A page of nulls only still has what an encoding begins with:
    /// some readers miss it.
    private mutating func encodePage(
        _ range: Range<Int>, _ entries: Entries, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        values.clear()
        switch chunk.encoding {
        case .plain: break
        case .rleDictionary:
            let indices = texts.codes + range.lowerBound
            try writeIndices(indices, range.count, entries: texts.used, &chunk.habit)
        default: encode(range, entries, chunk.encoding)
        }
    }

    /// Whether entries and indices together are clearly smaller than the texts one by one.
    private var isWorthDictionary: Bool {
        guard texts.values > 0 else { return false }
        let width = max(1, BitPacking.width(for: UInt64(texts.used - 1)))
        let indexed = texts.usedBytes + 4 * texts.used + texts.values * width / 8
        let direct = texts.usedBytes / texts.used * texts.values
        return texts.used * 4 < texts.values * 3 && indexed < direct / 10 * 9 + 64
    }

    private mutating func writeDictionary(
        _ entries: Entries, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        values.clear()
        PlainTexts.encode(TextsView(entries: entries, order: texts.entries), texts.used, into: &values)
        try writeDictionaryPage(entries: texts.used, to: &chunk)
    }

    /// Tries both encodings on the values of the first page that has some, once per file.
    private mutating func chooseEncoding(
        _ entries: Entries, firstPage: Range<Int>, to chunk: inout OpenChunk
    ) throws(ParquetError) {
        if let known = chunk.habit.textEncoding {
            chunk.encoding = known
            return
        }
        let sample = 0..<min(texts.values, firstPage.count)
        var sizes: [Int] = []
        for encoding in [Encoding.deltaByteArray, .deltaLengthByteArray] {
            values.clear()
            encode(sample, entries, encoding)
            sizes.append(try trialSize())
        }
        chunk.encoding = sizes[0] < sizes[1] ? .deltaByteArray : .deltaLengthByteArray
        chunk.habit.textEncoding = chunk.encoding
    }

    /// Encodes a range of values, without a dictionary, into `values`.
    private mutating func encode(_ range: Range<Int>, _ entries: Entries, _ encoding: Encoding) {
        let order = codes.room(range.count)
        let numbers = texts.codes + range.lowerBound, used = texts.entries
        for at in 0..<range.count { order[at] = used[Int(numbers[at])] }
        let view = TextsView(entries: entries, order: order)
        if encoding == .deltaByteArray {
            DeltaTexts.encode(view, range.count, lengths: &longs, into: &values)
        } else {
            DeltaLengthTexts.encode(view, range.count, lengths: &longs, into: &values)
        }
    }

    private mutating func bloom(_ entries: Entries) -> BloomFilter {
        var filter = BloomFilter(distinct: texts.used)
        let used = texts.entries
        for code in 0..<texts.used { filter.insert(XXHash64.hash(entries.text(Int(used[code])))) }
        return filter
    }

    /// Makes the definition levels of rows that `texts` numbered; returns how many have no value.
    private mutating func writeDefinitions(_ rows: Range<Int>, of column: ParquetColumn) throws(ParquetError) -> Int {
        try writeDefinitions(texts.flags + rows.lowerBound, rows.count, of: column)
    }

    /// Makes the definition levels of a page from a flag for each row; returns how many rows have no value.
    mutating func writeDefinitions(
        _ flags: UnsafePointer<UInt8>, _ count: Int, of column: ParquetColumn
    ) throws(ParquetError) -> Int {
        levels.clear()
        var present = 0
        for row in 0..<count { present += Int(flags[row]) }
        guard column.isOptional else {
            // A column without definition levels cannot say that a value is missing.
            guard present == count else { throw .missing(count - present, of: column) }
            return 0
        }
        if present == count || present == 0 {
            RunLength.run(of: present == 0 ? 0 : 1, count, width: 1, into: &levels)
        } else {
            RunLength.encode(flags, count, into: &levels)
        }
        return count - present
    }
}

extension ParquetError {
    /// Rows of a required column that have no value.
    static func missing(_ rows: Int, of column: ParquetColumn) -> ParquetError {
        .mismatch(column: column.name, problem: "\(rows) rows have no value, and it is required")
    }
}
