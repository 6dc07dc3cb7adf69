/// What stands before a page: its sizes, its checksum, and how to read it.
struct PageHeader {
    enum Kind {
        case dictionary(values: Int, encoding: Int32)
        /// `definition` and `repetition` are the bytes that the levels take.
        case data(
            values: Int, nulls: Int, rows: Int, encoding: Int32, definition: Int, repetition: Int, compressed: Bool)
    }

    var kind: Kind
    /// Bytes after the header, as they would be without compression and as they are.
    var rawSize: Int
    var storedSize: Int
    var checksum: UInt32?

    func encoded() -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { page in
            page.field(1, i32: isDictionary ? PageType.dictionary.rawValue : PageType.dataV2.rawValue)
            page.field(2, i32: Int32(truncatingIfNeeded: rawSize))
            page.field(3, i32: Int32(truncatingIfNeeded: storedSize))
            if let checksum { page.field(4, i32: Int32(bitPattern: checksum)) }
            switch kind {
            case .dictionary(let values, let encoding):
                page.field(7) {
                    $0.field(1, i32: Int32(truncatingIfNeeded: values))
                    $0.field(2, i32: encoding)
                }
            case .data(let values, let nulls, let rows, let encoding, let definition, let repetition, let compressed):
                page.field(8) {
                    $0.field(1, i32: Int32(truncatingIfNeeded: values))
                    $0.field(2, i32: Int32(truncatingIfNeeded: nulls))
                    $0.field(3, i32: Int32(truncatingIfNeeded: rows))
                    $0.field(4, i32: encoding)
                    $0.field(5, i32: Int32(truncatingIfNeeded: definition))
                    $0.field(6, i32: Int32(truncatingIfNeeded: repetition))
                    $0.field(7, bool: compressed)
                }
            }
        }
        return writer.bytes
    }

    private var isDictionary: Bool {
        if case .dictionary = kind { true } else { false }
    }

    /// Reads the header at the start of the bytes; `length` gets how many it took.
    init(reading bytes: UnsafeRawBufferPointer, length: inout Int) throws(Malformed) {
        var reader = ThriftReader(bytes)
        var type: Int32 = -1, raw = -1, stored = -1, checksum: UInt32?, dictionary: Kind?, data: Kind?
        try reader.structure { (page, id, fieldType) throws(Malformed) in
            switch (id, fieldType) {
            case (1, .i32): type = try page.int32()
            case (2, .i32): raw = try page.int()
            case (3, .i32): stored = try page.int()
            case (4, .i32): checksum = UInt32(bitPattern: try page.int32())
            case (7, .structure): dictionary = try Self.dictionary(&page)
            case (8, .structure): data = try Self.data(&page)
            default: try page.skip(fieldType)
            }
        }
        let most = type == PageType.dictionary.rawValue ? ParquetLimits.textBytes : ParquetLimits.pageBytes
        guard (0...most).contains(raw), (0...most).contains(stored) else {
            throw Malformed("a page of \(raw) bytes, \(stored) stored")
        }
        switch (PageType(rawValue: type), dictionary, data) {
        case (.dictionary, let kind?, _), (.dataV2, _, let kind?): self.kind = kind
        default: throw Malformed("a page of type \(type)")
        }
        rawSize = raw
        storedSize = stored
        self.checksum = checksum
        length = reader.at
    }

    private static func dictionary(_ page: inout ThriftReader) throws(Malformed) -> Kind {
        var values = -1, encoding: Int32 = -1
        try page.structure { (header, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .i32): values = try header.int()
            case (2, .i32): encoding = try header.int32()
            default: try header.skip(type)
            }
        }
        guard (0...ParquetLimits.groupRows).contains(values) else {
            throw Malformed("a dictionary of \(values) values")
        }
        return .dictionary(values: values, encoding: encoding)
    }

    private static func data(_ page: inout ThriftReader) throws(Malformed) -> Kind {
        var values = -1, nulls = -1, rows = -1, encoding: Int32 = -1, definition = -1, repetition = -1
        var compressed = true
        try page.structure { (header, id, type) throws(Malformed) in
            switch (id, type) {
            case (1, .i32): values = try header.int()
            case (2, .i32): nulls = try header.int()
            case (3, .i32): rows = try header.int()
            case (4, .i32): encoding = try header.int32()
            case (5, .i32): definition = try header.int()
            case (6, .i32): repetition = try header.int()
            case (7, .yes), (7, .no): compressed = type == .yes
            default: try header.skip(type)
            }
        }
        guard (0...ParquetLimits.pageValues).contains(values), (0...values).contains(nulls),
            (0...values).contains(rows),
            definition >= 0, repetition >= 0
        else { throw Malformed("a page of \(values) values, \(nulls) nulls, \(rows) rows") }
        return .data(
            values: values, nulls: nulls, rows: rows, encoding: encoding, definition: definition,
            repetition: repetition, compressed: compressed)
    }
}

extension PageHeader {
    init(kind: Kind, rawSize: Int, storedSize: Int, checksum: UInt32?) {
        (self.kind, self.rawSize, self.storedSize, self.checksum) = (kind, rawSize, storedSize, checksum)
    }
}
