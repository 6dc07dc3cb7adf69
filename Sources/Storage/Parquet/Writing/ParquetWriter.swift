/// Puts a Parquet file together in memory, row group by row group.
///
/// All columns of a row group cut their pages at the same rows. Values are compressed with gzip; every page has a
/// checksum; every chunk has null counts, bounds, a page index, and a bloom filter where the schema asks for one.
/// A writer belongs to one thread at a time and may move between threads.
package struct ParquetWriter: ~Copyable, Sendable {
    private let schema: ParquetSchema
    private let createdBy: String
    private let columns: [ColumnWriter]
    private let encoder: PageEncoder
    /// The file so far, in the parts in which it was made: it is never copied as a whole.
    private var parts: [[UInt8]] = [Format.magic]
    private var byteCount = Format.magic.count
    private var groups: [[PlacedChunk]] = []
    private var rowCounts: [Int] = []

    /// A chunk that lies in the file.
    private struct PlacedChunk: Sendable {
        var record: ChunkRecord
        var index: ChunkIndex
        var bloom: [UInt8]?
    }

    /// A writer of an empty file.
    ///
    /// - Parameter pageRows: rows of a page in row groups that are given as values; the last page may have fewer.
    package init(schema: ParquetSchema, createdBy: String, pageRows: Int = 16_384) {
        self.schema = schema
        self.createdBy = createdBy
        columns = schema.columns.map { ColumnWriter($0, pageRows: pageRows) }
        encoder = PageEncoder()
    }

    /// Number of row groups so far.
    package var rowGroupCount: Int { groups.count }

    /// Adds a row group by its values: one `ColumnData` for each column of the schema, all with the same number of
    /// rows.
    ///
    /// A row group without rows adds nothing. After an error the writer must not be used again.
    package mutating func addRowGroup(_ data: [ColumnData]) throws(ParquetError) {
        try check(count: data.count)
        guard let rows = data.first?.count, rows > 0 else { return }
        var chunks: [FinishedChunk] = []
        for (writer, values) in zip(columns, data) {
            guard values.count == rows else {
                throw .mismatch(column: writer.column.name, problem: "\(values.count) rows given; \(rows) wanted")
            }
            try writer.add(values, in: encoder)
            chunks.append(try writer.finish(in: encoder))
        }
        try addRowGroup(chunks)
    }

    /// Adds a row group whose columns were written already, one for each column of the schema.
    package mutating func addRowGroup(_ chunks: [FinishedChunk]) throws(ParquetError) {
        try check(count: chunks.count)
        guard let rows = chunks.first?.rows, rows > 0 else { return }
        for (chunk, column) in zip(chunks, schema.columns) where chunk.column != column || chunk.rows != rows {
            throw .mismatch(
                column: column.name, problem: "\(chunk.rows) rows of \(chunk.column.name) given; \(rows) wanted")
        }
        groups.append(chunks.map { place($0) })
        rowCounts.append(rows)
    }

    private func check(count: Int) throws(ParquetError) {
        guard count == schema.columns.count else {
            throw .mismatch(column: "list", problem: "\(count) given; \(schema.columns.count) are in the schema")
        }
    }

    private mutating func place(_ chunk: FinishedChunk) -> PlacedChunk {
        var placed = PlacedChunk(record: chunk.record, index: chunk.index, bloom: chunk.bloom)
        placed.record.dictionaryPage = chunk.record.dictionaryPage.map { $0 + byteCount }
        placed.record.dataPages += byteCount
        if !chunk.dictionary.isEmpty { append(chunk.dictionary) }
        placed.index.move(by: byteCount)
        for page in chunk.pages { append(page) }
        return placed
    }

    private mutating func append(_ part: [UInt8]) {
        parts.append(part)
        byteCount += part.count
    }

    /// Ends the file and gives its bytes. The writer is used up.
    package consuming func finish(metadata: [(key: String, value: String)] = []) -> [UInt8] {
        Array(finishParts(metadata: metadata).joined())
    }

    /// The same, in the parts in which the file was made.
    package consuming func finishParts(metadata: [(key: String, value: String)] = []) -> [[UInt8]] {
        var records = groups.map { $0.map(\.record) }
        let indexes = groups.map { $0.map { $0.index.encoded() } }
        // Bloom filters lie before the indexes, so that indexes and footer come with one read of the file's end.
        for (group, chunks) in groups.enumerated() {
            for (place, chunk) in chunks.enumerated() {
                records[group][place].checksums = [0, 0, 0]
                records[group][place].bloomFilter = append(chunk.bloom, 2, &records[group][place])
            }
        }
        for (group, chunks) in indexes.enumerated() {
            for (place, index) in chunks.enumerated() {
                records[group][place].columnIndex = append(index.columnIndex, 0, &records[group][place])
            }
        }
        for (group, chunks) in indexes.enumerated() {
            for (place, index) in chunks.enumerated() {
                records[group][place].offsetIndex = append(index.offsetIndex, 1, &records[group][place])
            }
        }
        appendFooter(records, metadata)
        return parts
    }

    /// Appends bytes, if there are any, and puts their checksum into the record.
    private mutating func append(_ bytes: [UInt8]?, _ slot: Int, _ record: inout ChunkRecord) -> Place? {
        guard let bytes else { return nil }
        defer { append(bytes) }
        record.checksums?[slot] = Checksum.crc32(bytes)
        return Place(offset: byteCount, length: bytes.count)
    }

    /// The footer holds its own checksum, made while zeros stand in its place: page checksums do not cover it, and a
    /// wrong bound would make a reader skip what it should find.
    private mutating func appendFooter(_ records: [[ChunkRecord]], _ metadata: [(key: String, value: String)]) {
        let groups = zip(records, rowCounts).map { chunks, rows in
            GroupRecord(
                chunks: chunks, rows: rows, rawBytes: chunks.reduce(0) { $0 + $1.rawBytes },
                storedBytes: chunks.reduce(0) { $0 + $1.storedBytes })
        }
        var record = FileRecord(
            schema: schema, rows: rowCounts.reduce(0, +), groups: groups,
            metadata: metadata + [(Format.checksumKey, Checksum.hex(0))], createdBy: createdBy)
        let sum = Checksum.crc32(record.encoded())
        record.metadata = metadata + [(Format.checksumKey, Checksum.hex(sum))]
        var footer = record.encoded()
        let length = UInt32(truncatingIfNeeded: footer.count)
        for shift in [UInt32(0), 8, 16, 24] { footer.append(UInt8(truncatingIfNeeded: length >> shift)) }
        append(footer + Format.magic)
    }
}
