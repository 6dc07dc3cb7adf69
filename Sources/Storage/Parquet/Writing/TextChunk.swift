import Columns

extension PageSink {
    /// Writes the next rows of a text column, through the dictionary of the chunk or one by one, whichever promised to
    /// be smaller when the first values came.
    mutating func writeTexts(
        _ column: TextColumn, cuts: [Range<Int>], to chunk: inout OpenChunk
    ) throws(ParquetError) {
        try checkTextSize(column.dictionary, chunk.column)
        try column.indices.withUnsafeBufferPointer { (indices) throws(ParquetError) in
            try Entries.of(column.dictionary) { (entries) throws(ParquetError) in
                guard texts.number(indices, of: entries) else {
                    throw .mismatch(column: chunk.column.name, problem: "a row points outside the dictionary")
                }
                try writeTexts(entries, cuts: cuts, to: &chunk)
            }
        }
    }

    private mutating func writeTexts(
        _ entries: Entries, cuts: [Range<Int>], to chunk: inout OpenChunk
    ) throws(ParquetError) {
        if chunk.encoding == nil, texts.values > 0 {
            if isWorthDictionary { chunk.encoding = .rleDictionary } else { try chooseEncoding(entries, to: &chunk) }
        }
        if chunk.encoding == .rleDictionary {
            try translate(entries, to: &chunk)
        } else if chunk.wantsHashes {
            noteHashes(entries, in: &chunk)
        }
        var value = 0
        for rows in cuts {
            let nulls = try writeDefinitions(rows, of: chunk.column)
            let range = value..<(value + rows.count - nulls)
            value = range.upperBound
            let bounds = try encodePage(range, entries, to: &chunk)
            let shape = PageShape(rows: rows, values: rows.count, nulls: nulls, encoding: chunk.pageEncoding)
            try writeDataPage(shape, bounds, to: &chunk)
        }
    }

    /// Where pages ascend, as with ids that hold their time, no filter will be needed: their bounds find a text better.
    private mutating func noteHashes(_ entries: Entries, in chunk: inout OpenChunk) {
        if !chunk.hashes.isEmpty, chunk.index.tellsMore {
            chunk.wantsHashes = false
            chunk.hashes = []
            return
        }
        let used = texts.entries
        for code in 0..<texts.used { chunk.hashes.append(XXHash64.hash(entries.text(Int(used[code])))) }
    }

    /// Gives each text its number in the dictionary of the chunk, to which it is added if it is new there.
    mutating func translate(_ entries: Entries, to chunk: inout OpenChunk) throws(ParquetError) {
        let used = texts.entries, codes = texts.codes
        // Taken out for the time of the call, so that their memory serves again.
        var (places, numbers) = (self.places, self.numbers)
        (self.places, self.numbers) = ([], [])
        defer { (self.places, self.numbers) = (places, numbers) }
        places.removeAll(keepingCapacity: true)
        numbers.removeAll(keepingCapacity: true)
        for code in 0..<texts.used {
            let entry = Int(used[code])
            places.append(TextRange(entries.start(entry)..<Int(entries.ends[entry])))
        }
        entries.bytes.withMemoryRebound(to: UInt8.self) { bytes in
            chunk.texts.intern(places.span, in: bytes.span.bytes, own: bytes.span.bytes, into: &numbers)
        }
        for value in 0..<texts.values { codes[value] = numbers[Int(codes[value])] }
        try checkTextSize(chunk.texts, chunk.column)
    }

    func checkTextSize(_ dictionary: TextDictionary, _ column: ParquetColumn) throws(ParquetError) {
        guard dictionary.bytes.count <= ParquetLimits.textBytes else {
            let size = dictionary.bytes.count
            throw .tooLarge(what: "the texts of column \(column.name)", size: size, limit: ParquetLimits.textBytes)
        }
    }

    /// Encodes the values of a page as the chunk does and gives their bounds. A page of nulls only still has what an
    /// encoding begins with: some readers miss it.
    private mutating func encodePage(
        _ range: Range<Int>, _ entries: Entries, to chunk: inout OpenChunk
    ) throws(ParquetError) -> ValueBounds? {
        values.clear()
        switch chunk.encoding {
        case nil: return nil
        case .rleDictionary:
            let codes = texts.codes + range.lowerBound
            try writeIndices(codes, range.count, entries: chunk.texts.count, &chunk.choices)
            return Bounds.texts(codes, range.count, of: chunk.texts)
        case let encoding?:
            encode(range, entries, encoding)
            return Bounds.texts(texts.codes + range.lowerBound, range.count, of: entries, at: texts.entries)
        }
    }

    /// Whether entries and indices together will be clearly smaller than the texts one by one.
    ///
    /// A full batch is the beginning of something long, in which texts come again that are new now, so it is enough if
    /// one in ten is not new.
    private var isWorthDictionary: Bool {
        guard texts.values > 0 else { return false }
        if texts.values >= Self.longBeginning { return texts.used * 10 < texts.values * 9 }
        let width = max(1, BitPacking.width(for: UInt64(texts.used - 1)))
        let indexed = texts.usedBytes + 4 * texts.used + texts.values * width / 8
        let direct = texts.usedBytes / texts.used * texts.values
        return texts.used * 4 < texts.values * 3 && indexed < direct / 10 * 9 + 64
    }

    /// Tries both encodings on the values of the first page that has some, once per file.
    private mutating func chooseEncoding(_ entries: Entries, to chunk: inout OpenChunk) throws(ParquetError) {
        if let known = chunk.choices.textEncoding {
            chunk.encoding = known
            return
        }
        let sample = 0..<sampleCount(entries)
        var sizes: [Int] = []
        for encoding in [Encoding.deltaByteArray, .deltaLengthByteArray] {
            values.clear()
            encode(sample, entries, encoding)
            sizes.append(trialSize())
        }
        let best: Encoding = sizes[0] < sizes[1] ? .deltaByteArray : .deltaLengthByteArray
        chunk.encoding = best
        // A few values are too little to tell.
        if sample.count >= 1024 { chunk.choices.textEncoding = best }
    }

    /// How many values are tried: a few thousand records tell as much as all of a batch.
    private mutating func sampleCount(_ entries: Entries) -> Int {
        let used = texts.entries, codes = texts.codes
        var count = 0, bytes = 0
        while count < min(texts.values, 16_384), bytes < Self.triedBytes {
            let entry = Int(used[Int(codes[count])])
            bytes += Int(entries.ends[entry]) - entries.start(entry)
            count += 1
        }
        return count
    }

    /// Encodes a range of values, without a dictionary, into `values`.
    private mutating func encode(_ range: Range<Int>, _ entries: Entries, _ encoding: Encoding) {
        let order = codes.room(range.count)
        let numbers = texts.codes + range.lowerBound, used = texts.entries
        for at in 0..<range.count { order[at] = used[Int(numbers[at])] }
        let view = TextsView(entries: entries, order: order)
        if encoding == .deltaByteArray {
            DeltaTexts.encode(view, range.count, lengths: &longs, into: &values, mark: &mark)
        } else {
            DeltaLengthTexts.encode(view, range.count, lengths: &longs, into: &values, mark: &mark)
        }
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
