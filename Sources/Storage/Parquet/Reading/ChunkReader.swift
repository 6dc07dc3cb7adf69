/// One data page of a chunk, ready for decoding.
struct DataPage {
    /// Place of the first row among the rows that are being decoded.
    var firstRow: Int
    var rows: Int
    /// Values including nulls, and those that are there.
    var places: Int
    var present: Int
    var encoding: Encoding
    var parts: PageParts
}

extension ParquetFile {
    /// Reads the dictionary of a chunk, if it has one; `decode` gets the number of entries and the bytes.
    func withDictionary(
        column: Int, rowGroup: Int, _ decode: (Int, inout ByteCursor) throws(Malformed) -> Void
    ) throws(ParquetError) {
        let chunk = groups[rowGroup].chunks[column]
        guard let offset = chunk.dictionaryPage else { return }
        try source.read(Place(offset: offset, length: chunk.dataPages - offset), into: &decoder.raw)
        try locating("dictionary", column: column, rowGroup: rowGroup) { () throws(Problem) in
            do throws(Malformed) {
                let parts = try decoder.open(
                    decoder.raw.padded, codec: chunk.codec, verifiesChecksum: verifiesChecksums)
                guard case .dictionary(let entries, Encoding.plain.rawValue) = parts.kind else {
                    throw Malformed("its first page is no plain dictionary")
                }
                var cursor = ByteCursor(parts.values)
                try decode(entries, &cursor)
                guard cursor.left == 0 else { throw Malformed("\(cursor.left) bytes too many") }
            } catch { throw .malformed(error.problem) }
        }
    }

    /// Reads chosen pages of a column in one or few reads and hands them to `decode`, in the given order.
    func eachPage(
        column: Int, rowGroup: Int, pages: [Int], _ decode: (DataPage) throws(Malformed) -> Void
    ) throws(ParquetError) {
        let chunk = groups[rowGroup].chunks[column]
        // What no row has need not be read.
        if schema.columns[column].type != .textList, chunk.statistics.nullCount == chunk.values { return }
        let index = try offsetIndex(column: column, rowGroup: rowGroup)
        let cuts = try self.pages(rowGroup: rowGroup)
        guard index.cuts == cuts else {
            throw .unsupported(file: source.name, feature: "columns whose pages are cut at different rows")
        }
        var firstRow = 0
        for run in Self.neighbors(pages) {
            guard let first = run.first, let last = run.last, index.pages.indices.contains(first),
                index.pages.indices.contains(last)
            else { throw .mismatch(column: schema.columns[column].name, problem: "it has no pages \(run)") }
            let start = index.pages[first].place.offset
            let end = index.pages[last].place.offset + index.pages[last].place.length
            try source.read(Place(offset: start, length: end - start), into: &decoder.raw)
            let bytes = decoder.raw.padded
            for page in run {
                try locating("page \(page)", column: column, rowGroup: rowGroup) { () throws(Problem) in
                    do throws(Malformed) {
                        let place = index.pages[page].place
                        let own = bytes[(place.offset - start)..<(place.offset - start + place.length)]
                        let parts = try decoder.open(
                            own, codec: chunk.codec, verifiesChecksum: verifiesChecksums)
                        try decode(
                            try Self.dataPage(parts, of: chunk, firstRow: firstRow, rows: cuts[page].count))
                    } catch { throw .malformed(error.problem) }
                }
                firstRow += cuts[page].count
            }
        }
    }

    private static func dataPage(
        _ parts: PageParts, of chunk: ChunkRecord, firstRow: Int, rows: Int
    ) throws(Malformed) -> DataPage {
        guard case .data(let values, let nulls, let said, let encoding, _, _, _) = parts.kind else {
            throw Malformed("it is no data page")
        }
        guard said == rows else { throw Malformed("\(said) rows; \(rows) were expected") }
        // A page of nulls that was written before the first value has nothing to encode.
        let isEmpty = values == nulls && encoding == Encoding.plain.rawValue
        guard encoding == chunk.valueEncoding || isEmpty, let encoding = Encoding(rawValue: encoding) else {
            throw Malformed("its encoding is \(encoding), not that of the column, \(chunk.valueEncoding)")
        }
        return DataPage(
            firstRow: firstRow, rows: rows, places: values, present: values - nulls, encoding: encoding, parts: parts)
    }

    /// Cuts ascending numbers into runs without gaps, so that neighbors are read at once.
    private static func neighbors(_ pages: [Int]) -> [ArraySlice<Int>] {
        var runs: [ArraySlice<Int>] = []
        var start = 0
        for at in pages.indices where at + 1 == pages.count || pages[at + 1] != pages[at] + 1 {
            runs.append(pages[start...at])
            start = at + 1
        }
        return runs
    }

    /// The given pages, or all of the row group.
    func chosen(_ pages: [Int]?, rowGroup: Int) throws(ParquetError) -> [Int] {
        if let pages { return pages }
        return Array(try self.pages(rowGroup: rowGroup).indices)
    }

    /// The number of rows on some pages of a row group.
    func rowCount(_ pages: [Int], rowGroup: Int) throws(ParquetError) -> Int {
        let cuts = try self.pages(rowGroup: rowGroup)
        guard pages.allSatisfy(cuts.indices.contains) else {
            throw .mismatch(column: "list", problem: "row group \(rowGroup) has \(cuts.count) pages")
        }
        return pages.reduce(0) { $0 + cuts[$1].count }
    }
}

extension PageDecoder {
    /// Decodes the definition levels of a flat column's page. Nil if every row has a value, else a level for each row.
    mutating func presence(
        of page: DataPage, _ column: ParquetColumn
    ) throws(Malformed) -> CheckedRoom<UInt32>? {
        guard page.places == page.rows else { throw Malformed("\(page.places) values for \(page.rows) rows") }
        guard page.parts.repetition.isEmpty else { throw Malformed("repetition levels in a flat column") }
        guard column.isOptional else {
            guard page.parts.definition.isEmpty, page.present == page.rows else {
                throw Malformed("nulls in a required column")
            }
            return nil
        }
        let levels = definitions.checked(page.rows)
        try RunLength.decode(page.parts.definition, width: 1, page.rows, to: levels)
        var present = 0
        for row in 0..<page.rows { present += Int(levels[row]) }
        guard present == page.present else { throw Malformed("\(present) values; its header says \(page.present)") }
        return present == page.rows ? nil : levels
    }

    /// Decodes dictionary indices, each below `entries`.
    mutating func indices(
        _ bytes: PaddedBytes, _ count: Int, below entries: Int, to room: CheckedRoom<UInt32>
    ) throws(Malformed) {
        guard let width = bytes.raw.first, width <= 32 else { throw Malformed("dictionary indices without a width") }
        try RunLength.decode(bytes[1..<bytes.count], width: Int(width), count, to: room)
        let out = room.pointer(for: count)
        var greatest: UInt32 = 0
        for at in 0..<count { greatest = max(greatest, out[at]) }
        guard Int(greatest) < entries else {
            throw Malformed("dictionary entry \(greatest) does not exist; there are \(entries)")
        }
    }
}
