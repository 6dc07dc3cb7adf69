import Columns

/// What a column found best on its first pages and keeps to.
struct ChunkEncodingChoices: Sendable {
    var press = CompressionTuner()
    var dictionaryPress = CompressionTuner()
    /// Whether dictionary indices take whole bytes: gzip then sees how often each occurs, which can be worth more than
    /// the bits that packing saves.
    var hasWideIndices = false
    var indexPages: UInt32 = 0
    /// For texts that are not worth a dictionary.
    var textEncoding: Encoding?
}

/// How a column's pages are best compressed; found out on its first page, on the eighth, and then rarely.
struct CompressionTuner: Sendable {
    private var chosen: Press?
    private var pages = 0
    private var nextTrial = 0

    /// The press for the next page, or nil if it is time to try all.
    mutating func next() -> Press? {
        defer { pages += 1 }
        return pages < nextTrial ? chosen : nil
    }

    mutating func keep(_ press: Press) {
        chosen = press
        nextTrial = nextTrial == 0 ? 8 : pages + 128
    }
}

/// A column chunk whose pages are being written.
struct OpenChunk {
    let column: ParquetColumn
    var choices: ChunkEncodingChoices
    /// Its places count from the start of the first data page.
    var index: ChunkIndex
    /// How the values are held; nil until some are met.
    var encoding: Encoding?
    /// The data pages so far, each with its header, and the bytes of all.
    private(set) var pages: [[UInt8]] = []
    private(set) var pageBytes = 0
    /// The dictionary of texts, if `encoding` says so.
    var texts = TextDictionary()
    /// The dictionary of doubles, if `encoding` says so.
    var doubles = DoubleDictionary()
    /// For the bloom filter of texts that have no dictionary.
    var hashes: [UInt64] = []
    /// Whether all of them are kept; a filter over some would hide the others.
    var wantsHashes: Bool
    /// Rows and values (in a list column, elements and empty places) so far.
    var rows = 0
    var values = 0
    var rawBytes = 0
    var storedBytes = 0

    init(_ column: ParquetColumn, _ choices: ChunkEncodingChoices) {
        self.column = column
        self.choices = choices
        wantsHashes = column.hasBloomFilter
        index = ChunkIndex(type: column.physicalType)
    }

    /// The encoding as it stands in pages: nothing but nulls is held plainly.
    var pageEncoding: Encoding { encoding ?? .plain }

    mutating func add(_ page: [UInt8]) {
        pages.append(page)
        pageBytes += page.count
    }

    mutating func count(raw: Int, stored: Int) {
        rawBytes += raw
        storedBytes += stored
    }

    /// The footer's entry; places are those in a file that begins with the chunk, without indexes and bloom filter.
    func record(dictionaryBytes: Int) -> ChunkRecord {
        ChunkRecord(
            physicalType: column.physicalType.rawValue, path: column.path, values: values, rawBytes: rawBytes,
            storedBytes: storedBytes, dataPages: dictionaryBytes, dictionaryPage: dictionaryBytes > 0 ? 0 : nil,
            valueEncoding: pageEncoding.rawValue, statistics: index.statistics, pageCount: index.places.count)
    }
}

extension PageSink {
    /// Ends a chunk: its dictionary, which stands before the pages, and its bloom filter.
    mutating func finish(_ chunk: inout OpenChunk) throws(ParquetError) -> FinishedChunk {
        var dictionary: [UInt8] = []
        var bloom: BloomFilter?
        if chunk.encoding == .rleDictionary {
            values.clear()
            if chunk.column.type == .double {
                chunk.doubles.values.withUnsafeBufferPointer { all in
                    if let from = all.baseAddress { putPlain(from, all.count) }
                }
                dictionary = try dictionaryPage(entries: chunk.doubles.values.count, of: &chunk)
            } else {
                try Entries.of(chunk.texts) { (entries) throws(ParquetError) in
                    PlainTexts.encode(entries, into: &values)
                    chunk.index.setBounds(Bounds.texts(all: entries))
                    if chunk.column.hasBloomFilter { bloom = BloomFilter(of: entries) }
                }
                dictionary = try dictionaryPage(entries: chunk.texts.count, of: &chunk)
            }
        } else if chunk.wantsHashes, !chunk.hashes.isEmpty, !chunk.index.tellsMore {
            // Where each page begins after the one before, as with ids that hold their time, the bounds of pages find
            // an id better than a filter would.
            bloom = BloomFilter(distinct: chunk.hashes.count)
            for hash in chunk.hashes { bloom?.insert(hash) }
        }
        return FinishedChunk(
            column: chunk.column, rows: chunk.rows, dictionary: dictionary, pages: chunk.pages,
            pageBytes: chunk.pageBytes, index: chunk.index, bloom: bloom?.encoded(),
            record: chunk.record(dictionaryBytes: dictionary.count))
    }
}

extension BloomFilter {
    init(of entries: Entries) {
        self.init(distinct: entries.ends.count)
        for entry in 0..<entries.ends.count { insert(XXHash64.hash(entries.text(entry))) }
    }
}
