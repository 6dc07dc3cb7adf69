import Columns

@testable import Parquet

/// A Parquet file taken apart, so that any part of it can be changed and the whole put together again with all
/// checksums right: what somebody could prepare, and what no checksum betrays.
struct Forgery {
    struct Page {
        var header: PageHeader
        /// As they are without compression: levels, and values or dictionary.
        var levels: [UInt8]
        var values: [UInt8]
    }

    struct Chunk {
        var record: ChunkRecord
        var pages: [Page]
        var firstRows: [Int]
        var columnIndex: [UInt8]?
        var bloom: [UInt8]?
    }

    var schema: ParquetSchema
    var rows: Int
    var groupRows: [Int]
    var metadata: [(key: String, value: String)]
    var createdBy: String
    var groups: [[Chunk]]

    init(_ bytes: [UInt8]) throws {
        let file = try ParquetFile(bytes: bytes)
        (schema, rows, createdBy) = (file.schema, file.rows, file.createdBy)
        metadata = file.metadata
        groupRows = file.groups.map(\.rows)
        groups = try file.groups.indices.map { group in
            try file.groups[group].chunks.indices.map { column in
                try Self.chunk(
                    file.groups[group].chunks[column], file.offsetIndex(column: column, rowGroup: group), bytes)
            }
        }
    }

    private static func chunk(_ record: ChunkRecord, _ index: CheckedPages, _ bytes: [UInt8]) throws -> Chunk {
        var pages: [Page] = []
        if let start = record.dictionaryPage { pages.append(try page(bytes[start..<record.dataPages])) }
        for entry in index.pages {
            pages.append(try page(bytes[entry.place.offset..<(entry.place.offset + entry.place.length)]))
        }
        func part(_ place: Place?) -> [UInt8]? { place.map { Array(bytes[$0.offset..<($0.offset + $0.length)]) } }
        return Chunk(
            record: record, pages: pages, firstRows: index.pages.map(\.firstRow), columnIndex: part(record.columnIndex),
            bloom: part(record.bloomFilter))
    }

    private static func page(_ bytes: ArraySlice<UInt8>) throws -> Page {
        var bench = PageDecoder()
        var raw = ByteSink()
        bytes.withUnsafeBytes { raw.put($0) }
        let parts = try bench.open(raw.padded, codec: Codec.gzip.rawValue, verifiesChecksum: true)
        var length = 0
        let header = try PageHeader(reading: raw.bytes, length: &length)
        return Page(
            header: header, levels: Array(parts.repetition.raw) + Array(parts.definition.raw),
            values: Array(parts.values.raw))
    }

    /// The file with all checksums right, and places where they are, unless the pages themselves say otherwise.
    func bytes() -> [UInt8] {
        var out = Format.magic
        var records = groups.map { $0.map(\.record) }
        for (group, chunks) in groups.enumerated() {
            for (column, chunk) in chunks.enumerated() {
                Self.append(chunk, &records[group][column], to: &out)
            }
        }
        var record = FileRecord(
            schema: schema, rows: rows,
            groups: zip(records, groupRows).map { GroupRecord(chunks: $0, rows: $1, rawBytes: 0, storedBytes: 0) },
            metadata: metadata + [(Format.checksumKey, Checksum.hex(0))], createdBy: createdBy)
        record.metadata = metadata + [(Format.checksumKey, Checksum.hex(Checksum.crc32(record.encoded())))]
        let footer = record.encoded()
        let length = UInt32(footer.count)
        return out + footer + [0, 8, 16, 24].map { UInt8(truncatingIfNeeded: length >> $0) } + Format.magic
    }

    private static func append(_ chunk: Chunk, _ record: inout ChunkRecord, to out: inout [UInt8]) {
        let start = out.count
        var entries: [OffsetIndex.Page] = []
        for (number, page) in chunk.pages.enumerated() {
            let isDictionary = number == 0 && record.dictionaryPage != nil
            if isDictionary { record.dictionaryPage = out.count }
            let sealed = Self.sealed(page)
            if !isDictionary {
                if entries.isEmpty { record.dataPages = out.count }
                let row = chunk.firstRows.indices.contains(entries.count) ? chunk.firstRows[entries.count] : 0
                entries.append(OffsetIndex.Page(place: Place(offset: out.count, length: sealed.count), firstRow: row))
            }
            out += sealed
        }
        record.storedBytes = out.count - start
        record.checksums = [0, 0, 0]
        func put(_ bytes: [UInt8]?, _ slot: Int) -> Place? {
            guard let bytes else { return nil }
            defer { out += bytes }
            record.checksums?[slot] = Checksum.crc32(bytes)
            return Place(offset: out.count, length: bytes.count)
        }
        record.bloomFilter = put(chunk.bloom, 2)
        record.columnIndex = put(chunk.columnIndex, 0)
        record.offsetIndex = put(OffsetIndex(pages: entries).encoded(), 1)
    }

    /// A page as it lies in a file. Its header says what it says; sizes and checksum are those of its bytes.
    private static func sealed(_ page: Page) -> [UInt8] {
        var packed = ByteSink()
        page.levels.withUnsafeBytes { packed.put($0) }
        var deflater = Deflater(), isCompressed = true
        if case .data(_, _, _, _, _, _, let compressed) = page.header.kind { isCompressed = compressed }
        page.values.withUnsafeBytes { values in
            if isCompressed { deflater.gzip(values, .repetitions, into: &packed) } else { packed.put(values) }
        }
        var header = page.header
        header.storedSize = packed.count
        header.checksum = Checksum.crc32(packed.bytes)
        return header.encoded() + packed.array
    }
}

extension Forgery.Page {
    /// The contents are now these; the header follows.
    mutating func replace(levels: [UInt8]? = nil, values: [UInt8]? = nil) {
        if let levels { self.levels = levels }
        if let values { self.values = values }
        header.rawSize = self.levels.count + self.values.count
    }
}
