package import Columns

/// Writes one column of a row group, batch by batch, so that only compressed pages wait for the end of the group.
///
/// All batches of a group share one dictionary, which grows as new values are met: the pages before are not touched,
/// for a page says itself how wide its indices are. A writer has one user at a time and may move between threads;
/// several columns may be written side by side, each user with a encoder of its own.
package final class ColumnWriter: @unchecked Sendable {
    package let column: ParquetColumn
    private let pageRows: Int
    private var chunk: OpenChunk

    package init(_ column: ParquetColumn, pageRows: Int = 16_384, hints: CompressionHints = CompressionHints()) {
        self.column = column
        self.pageRows = max(1, pageRows)
        chunk = OpenChunk(column, hints.choices)
    }

    /// Compressed bytes that wait for the end of the row group.
    package var byteCount: Int { chunk.pageBytes }

    /// What this writer found best so far.
    package var hints: CompressionHints { CompressionHints(choices: chunk.choices) }

    /// Adds the next rows. Pages are cut after every `pageRows` rows of a batch, so all columns of a group must be
    /// given the same batches. After an error the writer must not be used again.
    package func add(_ data: ColumnData, in encoder: PageEncoder) throws(ParquetError) {
        let rows = data.count
        guard rows > 0 else { return }
        guard chunk.rows + rows <= ParquetLimits.groupRows else {
            throw .tooLarge(what: "a row group", size: chunk.rows + rows, limit: ParquetLimits.groupRows)
        }
        let cuts = stride(from: 0, to: rows, by: pageRows).map { $0..<min(rows, $0 + pageRows) }
        try encoder.write(data, cuts: cuts, to: &chunk)
        chunk.rows += rows
    }

    /// Ends the row group; the writer then starts the next one.
    package func finish(in encoder: PageEncoder) throws(ParquetError) -> FinishedChunk {
        let finished = try encoder.finish(&chunk)
        chunk = OpenChunk(column, chunk.choices)
        return finished
    }
}

/// What the writer of a column found best, for the next writer of the same column.
package struct CompressionHints: Sendable {
    fileprivate(set) var choices = ChunkEncodingChoices()

    package init() {}
    init(choices: ChunkEncodingChoices) { self.choices = choices }
}

/// A column of one row group with all its pages, not yet placed in a file.
package struct FinishedChunk: Sendable {
    let column: ParquetColumn
    let rows: Int
    /// The dictionary page, if there is one, then the data pages.
    let dictionary: [UInt8]
    let pages: [[UInt8]]
    let pageBytes: Int
    /// Its places count from the start of the first data page.
    let index: ChunkIndex
    let bloom: [UInt8]?
    let record: ChunkRecord

    package var byteCount: Int { dictionary.count + pageBytes }
}

/// The memory in which pages are made: buffers and compressors. One user at a time.
package final class PageEncoder: @unchecked Sendable {
    private var sink: PageSink

    package init() { sink = PageSink() }

    fileprivate func write(_ data: ColumnData, cuts: [Range<Int>], to chunk: inout OpenChunk) throws(ParquetError) {
        switch (data, chunk.column.type) {
        case (.text(let column), .text): try sink.writeTexts(column, cuts: cuts, to: &chunk)
        case (.words(let codes, let names), .text):
            var dictionary = TextDictionary()
            for name in names { _ = dictionary.intern(name) }
            let column = TextColumn(dictionary: dictionary, indices: codes.map { UInt32($0) })
            try sink.writeTexts(column, cuts: cuts, to: &chunk)
        case (.textList(let column), .textList): try sink.writeLists(column, cuts: cuts, to: &chunk)
        case (.int64(let values, let none), .int64), (.int64(let values, let none), .timestamp),
            (.int64(let values, let none), .timestampMillis):
            try sink.writeIntegers(values, none: none, cuts: cuts, to: &chunk)
        case (.double(let values), .double): try sink.writeDoubles(values, cuts: cuts, to: &chunk)
        case (.boolean(let values), .boolean): try sink.writeBooleans(values, cuts: cuts, to: &chunk)
        default:
            throw .mismatch(column: chunk.column.name, problem: "its values are not of type \(chunk.column.type)")
        }
    }

    fileprivate func finish(_ chunk: inout OpenChunk) throws(ParquetError) -> FinishedChunk {
        try sink.finish(&chunk)
    }
}
