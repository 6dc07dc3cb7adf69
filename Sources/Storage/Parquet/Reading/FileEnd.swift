/// Reads and checks the end of a file: magic, footer, and the indexes before it.
struct FileEnd {
    let record: FileRecord
    let tail: [UInt8]
    let tailStart: Int

    /// So much is read at once; it holds indexes and footer of most files.
    private static let usualTail = 1 << 18

    init(of source: borrowing FileSource, verifiesChecksums: Bool) throws(ParquetError) {
        let name = source.name
        // Magic, the length of the footer, magic.
        guard source.size >= 12 else {
            throw .notParquet(file: name, reason: "it has only \(source.size) bytes")
        }
        var sink = ByteSink()
        try source.read(Place(offset: 0, length: 4), into: &sink)
        guard sink.array == Format.magic else { throw .notParquet(file: name, reason: "it does not begin with PAR1") }

        var start = max(0, source.size - Self.usualTail)
        try source.read(Place(offset: start, length: source.size - start), into: &sink)
        guard sink.bytes.suffix(4).elementsEqual(Format.magic) else {
            throw .notParquet(file: name, reason: "it does not end with PAR1: it was cut off or never finished")
        }
        let word = sink.bytes.loadUnaligned(fromByteOffset: sink.count - 8, as: UInt32.self)
        let length = Int(UInt32(littleEndian: word))
        guard length <= source.size - 12, length <= ParquetLimits.footerBytes else {
            throw .notParquet(file: name, reason: "its footer would have \(length) bytes")
        }
        if length > sink.count - 8 {
            start = source.size - 8 - length
            try source.read(Place(offset: start, length: source.size - start), into: &sink)
        }
        let footer = UnsafeRawBufferPointer(rebasing: sink.bytes[(sink.count - 8 - length)..<(sink.count - 8)])
        do throws(Malformed) {
            record = try Self.read(footer, verifiesChecksums: verifiesChecksums)
            try Self.check(record, footerStart: source.size - 8 - length)
        } catch {
            throw .damaged(file: name, place: "footer", problem: error.problem)
        }
        tail = sink.array
        tailStart = start
    }

    private static func read(
        _ footer: UnsafeRawBufferPointer, verifiesChecksums: Bool
    ) throws(Malformed) -> FileRecord {
        var place: Range<Int>?
        let record = try FileRecord(reading: footer, checksum: &place)
        guard verifiesChecksums else { return record }
        // Were it optional, damage to its name would go unseen.
        guard let place else { throw Malformed("it has no checksum") }
        var bytes = [UInt8](footer)
        let said = String(decoding: bytes[place], as: UTF8.self)
        // The checksum was made while zeros stood in its place.
        bytes.replaceSubrange(place, with: Checksum.hex(0).utf8)
        guard said == Checksum.hex(Checksum.crc32(bytes)) else { throw Malformed("its checksum is wrong") }
        return record
    }

    /// Checks that the footer agrees with itself and points into the file.
    private static func check(_ record: FileRecord, footerStart: Int) throws(Malformed) {
        var rows = 0
        for (number, group) in record.groups.enumerated() {
            rows += group.rows
            guard group.chunks.count == record.schema.columns.count else {
                throw Malformed("row group \(number) has \(group.chunks.count) columns")
            }
            for (chunk, column) in zip(group.chunks, record.schema.columns) {
                guard chunk.path == column.path, chunk.physicalType == column.physicalType.rawValue,
                    column.type == .textList || chunk.values == group.rows, chunk.values >= group.rows
                else { throw Malformed("row group \(number), column \(column.name) does not fit the schema") }
                guard Codec(rawValue: chunk.codec) != nil else {
                    throw Malformed("column \(column.name) is compressed with codec \(chunk.codec), not gzip")
                }
                try check(chunk, column, footerStart: footerStart)
            }
        }
        guard rows == record.rows else { throw Malformed("\(record.rows) rows; the row groups have \(rows)") }
    }

    private static func check(_ chunk: ChunkRecord, _ column: ParquetColumn, footerStart: Int) throws(Malformed) {
        // Sums of it are made.
        guard chunk.rawBytes <= 1 << 48 else { throw Malformed("column \(column.name) has \(chunk.rawBytes) bytes") }
        let pages = Place(offset: chunk.start, length: chunk.storedBytes)
        let places = [pages, chunk.bloomFilter, chunk.columnIndex, chunk.offsetIndex].compactMap { $0 }
        for place in places {
            guard place.offset >= 4, place.length >= 0, place.length <= footerStart,
                place.offset <= footerStart - place.length
            else { throw Malformed("column \(column.name) has a part outside the file") }
        }
        guard (chunk.dictionaryPage != nil) == (chunk.valueEncoding == Encoding.rleDictionary.rawValue) else {
            throw Malformed("column \(column.name) has a dictionary that its values do not use, or none though they do")
        }
        guard chunk.dictionaryPage.map({ $0 < chunk.dataPages }) ?? true else {
            throw Malformed("column \(column.name) has its dictionary behind its pages")
        }
    }
}
