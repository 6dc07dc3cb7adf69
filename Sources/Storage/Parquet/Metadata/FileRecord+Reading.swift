extension FileRecord {
    /// Reads a footer. `checksum` gets the place of the footer's own checksum within the bytes, if it has one.
    init(reading bytes: UnsafeRawBufferPointer, checksum: inout Range<Int>?) throws(Malformed) {
        var elements: [SchemaElement] = []
        var rows = -1, groups: [GroupRecord] = [], metadata: [(key: String, value: String)] = []
        var createdBy = ""
        var found: Range<Int>?
        var reader = ThriftReader(bytes)
        try reader.structure { (file, id, type) throws(Malformed) in
            switch (id, type) {
            case (2, .list):
                try file.list { (list, type) throws(Malformed) in
                    elements.append(try SchemaElement(reading: &list, type))
                }
            case (3, .i64): rows = try file.int()
            case (4, .list):
                try file.list { (list, type) throws(Malformed) in
                    groups.append(try GroupRecord(reading: &list, type))
                }
            case (5, .list):
                try file.list { (list, type) throws(Malformed) in
                    let entry = try KeyValue(reading: &list, type)
                    if entry.key == Format.checksumKey {
                        found = entry.place
                    } else {
                        metadata.append((entry.key, entry.value))
                    }
                }
            case (6, .binary): createdBy = try file.text()
            default: try file.skip(type)
            }
        }
        guard reader.at == bytes.count else { throw Malformed("\(bytes.count - reader.at) bytes too many") }
        guard rows >= 0 else { throw Malformed("the number of rows is missing") }
        checksum = found
        self.init(
            schema: try ParquetSchema(elements: elements), rows: rows, groups: groups, metadata: metadata,
            createdBy: createdBy)
    }
}

extension GroupRecord {
    fileprivate init(reading list: inout ThriftReader, _ type: ThriftType) throws(Malformed) {
        guard type == .structure else { throw Malformed("a row group is no structure") }
        var chunks: [ChunkRecord] = [], rows = -1, raw = 0, stored = 0
        try list.structure { (group, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .list):
                try group.list { (list, type) throws(Malformed) in
                    chunks.append(try ChunkRecord(reading: &list, type))
                }
            case (2, .i64): raw = try group.int()
            case (3, .i64): rows = try group.int()
            case (6, .i64): stored = try group.int()
            default: try group.skip(type)
            }
        }
        guard (0...ParquetLimits.groupRows).contains(rows) else { throw Malformed("a row group of \(rows) rows") }
        self.init(chunks: chunks, rows: rows, rawBytes: raw, storedBytes: stored)
    }
}

extension ChunkRecord {
    fileprivate init(reading list: inout ThriftReader, _ type: ThriftType) throws(Malformed) {
        guard type == .structure else { throw Malformed("a column chunk is no structure") }
        var record: ChunkRecord?
        var offsetIndex = Place(offset: -1, length: -1), columnIndex = Place(offset: -1, length: -1)
        try list.structure { (chunk, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .binary): throw Malformed("a column lies in another file")
            case (3, .structure): record = try ChunkRecord(metadata: &chunk)
            case (4, .i64): offsetIndex.offset = try chunk.int()
            case (5, .i32): offsetIndex.length = try chunk.int()
            case (6, .i64): columnIndex.offset = try chunk.int()
            case (7, .i32): columnIndex.length = try chunk.int()
            default: try chunk.skip(type)
            }
        }
        guard var record else { throw Malformed("a column chunk without metadata") }
        if offsetIndex.offset != -1 || offsetIndex.length != -1 { record.offsetIndex = offsetIndex }
        if columnIndex.offset != -1 || columnIndex.length != -1 { record.columnIndex = columnIndex }
        self = record
    }

    private init(metadata list: inout ThriftReader) throws(Malformed) {
        var physicalType: Int32 = -1, encodings: [Int32] = [], path: [String] = [], codec: Int32 = -1
        var values = -1, raw = -1, stored = -1, dataPages = -1, dictionaryPage: Int?
        var statistics = ColumnStatistics(), bloom = (offset: -1, length: -1), checksums: [UInt32]?
        try list.structure { (chunk, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .i32): physicalType = try chunk.int32()
            case (2, .list):
                try chunk.list { (list, type) throws(Malformed) in
                    guard type == .i32 else { throw Malformed("an encoding is no number") }
                    encodings.append(try list.int32())
                }
            case (3, .list):
                try chunk.list { (list, type) throws(Malformed) in
                    guard type == .binary else { throw Malformed("a column name is no text") }
                    path.append(try list.text())
                }
            case (4, .i32): codec = try chunk.int32()
            case (5, .i64): values = try chunk.int()
            case (6, .i64): raw = try chunk.int()
            case (7, .i64): stored = try chunk.int()
            case (8, .list):
                try chunk.list { (list, type) throws(Malformed) in
                    let entry = try KeyValue(reading: &list, type)
                    if entry.key == Format.checksumKey { checksums = try Checksum.parse(entry.value) }
                }
            case (9, .i64): dataPages = try chunk.int()
            case (11, .i64): dictionaryPage = try chunk.int()
            case (12, .structure): statistics = try ColumnStatistics(reading: &chunk)
            case (14, .i64): bloom.offset = try chunk.int()
            case (15, .i32): bloom.length = try chunk.int()
            default: try chunk.skip(type)
            }
        }
        guard values >= 0, raw >= 0, stored >= 0, dataPages >= 0 else {
            throw Malformed("a column chunk lacks numbers")
        }
        // The order in which writers list encodings is free: what is left without levels and dictionary is the values'.
        var rest = encodings.filter { $0 != Encoding.rle.rawValue }
        // Dictionaries are plain, and so are pages of nulls that were written before the first value.
        if rest.count > 1 { rest.removeAll { $0 == Encoding.plain.rawValue } }
        guard rest.count <= 1 else { throw Malformed("a column chunk with encodings \(encodings)") }
        self.init(
            physicalType: physicalType, path: path, codec: codec, values: values, rawBytes: raw, storedBytes: stored,
            dataPages: dataPages, dictionaryPage: dictionaryPage,
            valueEncoding: rest.first ?? Encoding.rle.rawValue, statistics: statistics, checksums: checksums)
        if bloom != (-1, -1) { bloomFilter = Place(offset: bloom.offset, length: bloom.length) }
    }
}

extension ColumnStatistics {
    fileprivate init(reading chunk: inout ThriftReader) throws(Malformed) {
        self.init()
        var nullCount: Int?, min: [UInt8]?, max: [UInt8]?, minIsExact = true, maxIsExact = true
        try chunk.structure { (statistics, id, type) throws(Malformed) in
            switch (id, type) {
            case (3, .i64): nullCount = try statistics.int()
            case (5, .binary): max = try statistics.binary()
            case (6, .binary): min = try statistics.binary()
            case (7, .yes), (7, .no): maxIsExact = type == .yes
            case (8, .yes), (8, .no): minIsExact = type == .yes
            default: try statistics.skip(type)
            }
        }
        self.init(nullCount: nullCount, min: min, max: max, minIsExact: minIsExact, maxIsExact: maxIsExact)
    }
}

/// An entry of the footer's or a chunk's own metadata.
private struct KeyValue {
    var key = "", value = ""
    /// Where the value's bytes lie.
    var place = 0..<0

    init(reading list: inout ThriftReader, _ type: ThriftType) throws(Malformed) {
        guard type == .structure else { throw Malformed("a metadata entry is no structure") }
        var key = "", value = "", place = 0..<0
        try list.structure { (entry, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .binary): key = try entry.text()
            case (2, .binary):
                value = try entry.text()
                place = (entry.at - value.utf8.count)..<entry.at
            default: try entry.skip(type)
            }
        }
        (self.key, self.value, self.place) = (key, value, place)
    }
}
