package import Columns

/// A Parquet file of the kind that `ParquetWriter` makes, open for reading.
///
/// The footer is read once; everything else is read when it is asked for, and checked against its checksum. Whatever
/// the bytes are, the answer is data or a `ParquetError`, and memory stays in proportion to the file.
/// A file belongs to one thread at a time; open it twice to read it from two.
package final class ParquetFile {
    package let schema: ParquetSchema
    /// Number of rows.
    package let rows: Int
    /// The entries that the writer added, in order.
    package let metadata: [(key: String, value: String)]
    package let createdBy: String
    let groups: [GroupRecord]
    let source: FileSource
    let verifiesChecksums: Bool
    var decoder = PageDecoder()
    /// The end of the file: indexes and footer, so that an index costs no read of its own.
    private let tail: [UInt8]
    private let tailStart: Int
    private var knownCuts: [[Range<Int>]?]
    /// What was read of each chunk, by row group and column: pages are often read a few at a time.
    private var knownPages: [[CheckedPages?]]
    private var knownDictionaries: [[TextDictionary?]]
    /// Of which chunks a few entries of the dictionary were read: who asks again gets it whole, and kept.
    private var glances: Set<Int> = []
    /// Bytes of the dictionaries that are kept, about.
    package private(set) var dictionaryMemory = 0

    /// Opens a file by path. Symbolic links are not followed.
    package convenience init(path: String) throws(ParquetError) {
        try self.init(source: FileSource(path: path))
    }

    /// Reads a file that is in memory; `name` is for messages. Without checksums only to show that the decoders stand
    /// on their own.
    package convenience init(
        bytes: [UInt8], name: String = "memory", verifiesChecksums: Bool = true
    ) throws(ParquetError) {
        try self.init(source: FileSource(bytes: bytes, name: name), verifiesChecksums: verifiesChecksums)
    }

    init(source: consuming FileSource, verifiesChecksums: Bool = true) throws(ParquetError) {
        let end = try FileEnd(of: source, verifiesChecksums: verifiesChecksums)
        self.verifiesChecksums = verifiesChecksums
        schema = end.record.schema
        rows = end.record.rows
        metadata = end.record.metadata
        createdBy = end.record.createdBy
        groups = end.record.groups
        tail = end.tail
        tailStart = end.tailStart
        knownCuts = Array(repeating: nil, count: end.record.groups.count)
        knownPages = end.record.groups.map { Array(repeating: nil, count: $0.chunks.count) }
        knownDictionaries = end.record.groups.map { Array(repeating: nil, count: $0.chunks.count) }
        self.source = source
    }

    /// Number of row groups.
    package var rowGroupCount: Int { groups.count }

    /// Number of rows of a row group.
    package func rowCount(rowGroup: Int) -> Int { groups[rowGroup].rows }

    /// Bytes of one column in one row group as stored, without indexes.
    package func storedBytes(column: Int, rowGroup: Int) -> Int { groups[rowGroup].chunks[column].storedBytes }

    /// Bytes of one column in one row group without compression, as the footer says.
    package func rawBytes(column: Int, rowGroup: Int) -> Int { groups[rowGroup].chunks[column].rawBytes }

    /// Whether the values of one column in one row group are entries of a dictionary.
    package func hasDictionary(column: Int, rowGroup: Int) -> Bool {
        groups[rowGroup].chunks[column].dictionaryPage != nil
    }

    /// Bytes of the bloom filter of one column in one row group, 0 if it has none.
    package func bloomBytes(column: Int, rowGroup: Int) -> Int {
        groups[rowGroup].chunks[column].bloomFilter?.length ?? 0
    }

    /// Null count and bounds of a column in a row group.
    package func statistics(column: Int, rowGroup: Int) -> ColumnStatistics {
        groups[rowGroup].chunks[column].statistics
    }

    /// The rows of each page of a row group, the same for all columns, counted from the start of the row group.
    package func pages(rowGroup: Int) throws(ParquetError) -> [Range<Int>] {
        if let known = knownCuts[rowGroup] { return known }
        let cuts = groups[rowGroup].chunks.isEmpty ? [] : try offsetIndex(column: 0, rowGroup: rowGroup).cuts
        knownCuts[rowGroup] = cuts
        return cuts
    }

    /// Null count and bounds of each page of a column, or nil if the file does not state them.
    package func pageBounds(column: Int, rowGroup: Int) throws(ParquetError) -> [PageBounds]? {
        let chunk = groups[rowGroup].chunks[column]
        guard let place = chunk.columnIndex else { return nil }
        let count = try pages(rowGroup: rowGroup).count
        return try locating("page bounds", column: column, rowGroup: rowGroup) { () throws(Problem) in
            let bytes = try self.part(place, chunk.checksums?[0])
            let index = try bytes.reading { (bytes) throws(Malformed) in try ColumnIndex(reading: bytes) }
            guard index.pages.count == count else {
                throw Problem.malformed("bounds of \(index.pages.count) pages; there are \(count)")
            }
            return index.pages
        }
    }

    /// Whether a text may occur in a column of a row group: false is certain, true is not.
    package func mightContain(_ text: String, column: Int, rowGroup: Int) throws(ParquetError) -> Bool {
        try mightContain(anyOf: [Array(text.utf8)], column: column, rowGroup: rowGroup)
    }

    /// Whether any of some texts may occur in a column of a row group: false is certain, true is not.
    package func mightContain(
        anyOf texts: some Sequence<[UInt8]>, column: Int, rowGroup: Int
    ) throws(ParquetError) -> Bool {
        let chunk = groups[rowGroup].chunks[column]
        if chunk.statistics.nullCount == chunk.values { return false }
        let inside = texts.filter { text in
            if let min = chunk.statistics.min, text.lexicographicallyPrecedes(min) { return false }
            if let max = chunk.statistics.max, max.lexicographicallyPrecedes(text) { return false }
            return true
        }
        guard !inside.isEmpty, let place = chunk.bloomFilter else { return !inside.isEmpty }
        let filter = try locating("bloom filter", column: column, rowGroup: rowGroup) { () throws(Problem) in
            let bytes = try self.part(place, chunk.checksums?[2])
            return try bytes.reading { (bytes) throws(Malformed) in try BloomFilter(reading: bytes) }
        }
        return inside.contains { text in text.withUnsafeBytes { filter.mightContain(XXHash64.hash($0)) } }
    }

    /// The dictionary of a text column in a row group, or nil if the texts are stored without one. It is kept.
    package func dictionary(column: Int, rowGroup: Int) throws(ParquetError) -> TextDictionary? {
        if let known = knownDictionaries[rowGroup][column] { return known }
        guard let dictionary = try readDictionary(column: column, rowGroup: rowGroup) else { return nil }
        knownDictionaries[rowGroup][column] = dictionary
        dictionaryMemory += dictionary.memory
        return dictionary
    }

    /// Says that what is decoded from here on is held together, and of what was decoded before only dictionaries.
    package func beginBatch() { decoder.begin(dictionaries: dictionaryMemory) }

    /// Whether nobody has asked for texts of a chunk before.
    func isFirstLook(column: Int, rowGroup: Int) -> Bool {
        knownDictionaries[rowGroup][column] == nil
            && glances.insert(rowGroup * schema.columns.count + column).inserted
    }

    /// Where the pages of a chunk lie, checked against the chunk and the row group.
    func offsetIndex(column: Int, rowGroup: Int) throws(ParquetError) -> CheckedPages {
        if let known = knownPages[rowGroup][column] { return known }
        let pages = try readOffsetIndex(column: column, rowGroup: rowGroup)
        knownPages[rowGroup][column] = pages
        return pages
    }

    private func readOffsetIndex(column: Int, rowGroup: Int) throws(ParquetError) -> CheckedPages {
        let group = groups[rowGroup], chunk = group.chunks[column]
        guard let place = chunk.offsetIndex else {
            throw .unsupported(file: source.name, feature: "pages without an offset index")
        }
        return try locating("page locations", column: column, rowGroup: rowGroup) { () throws(Problem) in
            let bytes = try self.part(place, chunk.checksums?[1])
            return try bytes.reading { (bytes) throws(Malformed) in
                try CheckedPages(OffsetIndex(reading: bytes), of: chunk, rows: group.rows)
            }
        }
    }

    /// Bytes of the file, from memory if they belong to its end.
    private func part(_ place: Place, _ checksum: UInt32?) throws(Problem) -> [UInt8] {
        let bytes: [UInt8]
        let from = place.offset - tailStart
        if from >= 0, place.length >= 0, from <= tail.count, place.length <= tail.count - from {
            bytes = Array(tail[from..<(from + place.length)])
        } else {
            do throws(ParquetError) {
                try source.read(place, into: &decoder.raw)
            } catch { throw .file(error) }
            bytes = decoder.raw.array
        }
        guard !verifiesChecksums || checksum == nil || checksum == Checksum.crc32(bytes) else {
            throw .malformed("its checksum is wrong")
        }
        return bytes
    }

    /// Turns what is wrong with bytes into an error that names file, column and row group.
    func locating<Result>(
        _ what: String, column: Int, rowGroup: Int, _ body: () throws(Problem) -> Result
    ) throws(ParquetError) -> Result {
        do throws(Problem) {
            return try body()
        } catch {
            switch error {
            case .file(let error): throw error
            case .malformed(let problem):
                let place = "row group \(rowGroup), column \(schema.columns[column].name), \(what)"
                throw .damaged(file: source.name, place: place, problem: problem)
            }
        }
    }
}

/// Either kind of failure, on its way to a `ParquetError`.
enum Problem: Error {
    case file(ParquetError)
    case malformed(String)
}

extension [UInt8] {
    /// Reads the bytes with one of the readers of metadata.
    fileprivate func reading<Result>(
        _ body: (UnsafeRawBufferPointer) throws(Malformed) -> Result
    ) throws(Problem) -> Result {
        do throws(Malformed) {
            return try withUnsafeBufferPointer { (bytes) throws(Malformed) in try body(UnsafeRawBufferPointer(bytes)) }
        } catch { throw .malformed(error.problem) }
    }
}

/// The pages of a chunk after everything said about them was found to agree.
struct CheckedPages {
    let pages: [OffsetIndex.Page]
    let cuts: [Range<Int>]

    init(_ index: OffsetIndex, of chunk: ChunkRecord, rows: Int) throws(Malformed) {
        guard rows > 0, index.pages.first?.firstRow == 0, index.pages.first?.place.offset == chunk.dataPages else {
            throw Malformed("the first page does not lie where the chunk begins")
        }
        var cuts: [Range<Int>] = []
        var end = chunk.dataPages
        for (number, page) in index.pages.enumerated() {
            let next = number + 1 < index.pages.count ? index.pages[number + 1].firstRow : rows
            guard page.place.offset == end, page.place.length > 0, next > page.firstRow, next <= rows else {
                throw Malformed("page \(number) has no sound place")
            }
            guard page.place.length <= chunk.start + chunk.storedBytes - end else {
                throw Malformed("page \(number) ends behind its chunk")
            }
            end += page.place.length
            cuts.append(page.firstRow..<next)
        }
        guard end == chunk.start + chunk.storedBytes else { throw Malformed("the pages end before their chunk") }
        pages = index.pages
        self.cuts = cuts
    }
}
