import Columns

/// What a writer found best for each column of a schema, for the next writer of the same schema.
package struct WritingExperience: Sendable {
    fileprivate let habits: [Habit]
}

/// Builds a Parquet file in memory, row group by row group.
///
/// All columns of a row group cut their pages at the same rows. Values are compressed with gzip; every page has a
/// checksum; every chunk has null counts, bounds, a page index, and a bloom filter where the schema asks for one.
/// A writer belongs to one thread at a time and may move between threads.
package struct ParquetWriter: ~Copyable, Sendable {
    private let schema: ParquetSchema
    private let createdBy: String
    private let pageRows: Int
    private var sink: PageSink
    private var habits: [Habit]
    private var groups: [[OpenChunk]] = []
    /// Rows of each row group so far.
    package private(set) var rowCounts: [Int] = []

    /// A writer of an empty file.
    ///
    /// - Parameters:
    ///   - level: zlib's compression level, 1 to 9.
    ///   - pageRows: rows of a page; the last page of a row group may have fewer.
    ///   - experience: what a writer of the same schema learned; it saves trying out each way to compress anew.
    package init(
        schema: ParquetSchema, createdBy: String, level: Int = 6, pageRows: Int = 16_384,
        experience: WritingExperience? = nil
    ) {
        self.schema = schema
        self.createdBy = createdBy
        self.pageRows = max(1, pageRows)
        sink = PageSink(level: level)
        let known = experience?.habits ?? []
        habits = known.count == schema.columns.count ? known : schema.columns.map { _ in Habit() }
    }

    /// What this writer found best for each column so far.
    package var experience: WritingExperience { WritingExperience(habits: habits) }

    /// Bytes written so far, without indexes and footer.
    package var byteCount: Int { sink.file.count }

    /// Adds a row group: one `ColumnData` for each column of the schema, all with the same number of rows.
    ///
    /// A row group without rows adds nothing. After an error the writer must not be used again.
    package mutating func addRowGroup(_ columns: [ColumnData]) throws(ParquetError) {
        guard columns.count == schema.columns.count else {
            let problem = "\(columns.count) given; \(schema.columns.count) are in the schema"
            throw .mismatch(column: "list", problem: problem)
        }
        guard let rows = columns.first?.count, rows > 0 else { return }
        guard rows <= Cap.groupRows else {
            throw .tooLarge(what: "a row group", size: rows, limit: Cap.groupRows)
        }
        let cuts = stride(from: 0, to: rows, by: pageRows).map { $0..<min(rows, $0 + pageRows) }
        var chunks: [OpenChunk] = []
        for (place, column) in schema.columns.enumerated() {
            guard columns[place].count == rows else {
                throw .mismatch(column: column.name, problem: "\(columns[place].count) rows given; \(rows) wanted")
            }
            var chunk = OpenChunk(column, at: sink.file.count, habits[place], encoding: .plain)
            try write(columns[place], cuts: cuts, to: &chunk)
            habits[place] = chunk.habit
            chunks.append(chunk)
        }
        groups.append(chunks)
        rowCounts.append(rows)
    }

    private mutating func write(
        _ data: ColumnData, cuts: [Range<Int>], to chunk: inout OpenChunk
    ) throws(ParquetError) {
        switch (data, chunk.column.type) {
        case (.text(let column), .text):
            try checkTextSize(column.dictionary, chunk.column)
            try column.indices.withUnsafeBufferPointer { (indices) throws(ParquetError) in
                try sink.writeTexts(indices, of: column.dictionary, cuts: cuts, to: &chunk)
            }
        case (.words(let codes, let names), .text):
            var dictionary = TextDictionary()
            for name in names {
                let word = Array(name.utf8)
                _ = dictionary.append(word.span.bytes)
            }
            try codes.map { UInt32($0) }.withUnsafeBufferPointer { (indices) throws(ParquetError) in
                try sink.writeTexts(indices, of: dictionary, cuts: cuts, to: &chunk)
            }
        case (.textList(let column), .textList):
            try checkTextSize(column.elements, chunk.column)
            try sink.writeLists(column, cuts: cuts, to: &chunk)
        case (.int64(let values, let none), .int64), (.int64(let values, let none), .timestamp):
            try sink.writeIntegers(values, none: none, cuts: cuts, to: &chunk)
        case (.double(let values), .double):
            try sink.writeDoubles(values, cuts: cuts, to: &chunk)
        case (.boolean(let values), .boolean):
            try sink.writeBooleans(values, cuts: cuts, to: &chunk)
        default:
            throw .mismatch(column: chunk.column.name, problem: "its values are not of type \(chunk.column.type)")
        }
    }

    private func checkTextSize(_ dictionary: TextDictionary, _ column: ParquetColumn) throws(ParquetError) {
        guard dictionary.bytes.count <= Cap.textBytes else {
            let size = dictionary.bytes.count
            throw .tooLarge(what: "the texts of column \(column.name)", size: size, limit: Cap.textBytes)
        }
    }

    /// Ends the file and gives its bytes. The writer is used up.
    package consuming func finish(metadata: [(key: String, value: String)] = []) -> [UInt8] {
        var records = groups.map { $0.map(\.record) }
        let indexes = groups.map { $0.map { $0.index.encoded() } }
        // Bloom filters lie before the indexes, so that indexes and footer come with one read of the file's end.
        for (group, chunks) in groups.enumerated() {
            for (place, chunk) in chunks.enumerated() {
                records[group][place].checksums = [0, 0, 0]
                records[group][place].bloomFilter = append(chunk.bloom?.encoded(), 2, &records[group][place])
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
        return sink.file
    }

    /// Appends bytes, if there are any, and puts their checksum into the record.
    private mutating func append(_ bytes: [UInt8]?, _ slot: Int, _ record: inout ChunkRecord) -> Place? {
        guard let bytes else { return nil }
        defer { sink.file.append(contentsOf: bytes) }
        record.checksums?[slot] = Checksum.crc32(bytes)
        return Place(offset: sink.file.count, length: bytes.count)
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
        let footer = record.encoded()
        sink.file.append(contentsOf: footer)
        let length = UInt32(truncatingIfNeeded: footer.count)
        for shift in [UInt32(0), 8, 16, 24] { sink.file.append(UInt8(truncatingIfNeeded: length >> shift)) }
        sink.file.append(contentsOf: Format.magic)
    }
}
