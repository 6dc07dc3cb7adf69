/// Where the data pages of a chunk lie.
struct OffsetIndex {
    struct Page: Equatable {
        /// Place of the page with its header.
        var place: Place
        /// Counted from the start of the row group.
        var firstRow: Int
    }

    var pages: [Page]

    func encoded() -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { index in
            index.field(1, list: pages, of: .structure) { list, page in
                list.structure {
                    $0.field(1, i64: page.place.offset)
                    $0.field(2, i32: Int32(truncatingIfNeeded: page.place.length))
                    $0.field(3, i64: page.firstRow)
                }
            }
        }
        return writer.bytes
    }
}

extension OffsetIndex {
    init(reading bytes: UnsafeRawBufferPointer) throws(Malformed) {
        var pages: [Page] = []
        var reader = ThriftReader(bytes)
        try reader.structure { (index, id, type) throws(Malformed) in
            guard (id, type) == (1, .list) else { return try index.skip(type) }
            try index.list { (list, type) throws(Malformed) in
                guard type == .structure else { throw Malformed("a page location is no structure") }
                var offset = -1, length = -1, firstRow = -1
                try list.structure { (page, id, type) throws(Malformed) in
                    switch (id, type) {
                    case (1, .i64): offset = try page.int()
                    case (2, .i32): length = try page.int()
                    case (3, .i64): firstRow = try page.int()
                    default: try page.skip(type)
                    }
                }
                pages.append(Page(place: Place(offset: offset, length: length), firstRow: firstRow))
            }
        }
        self.init(pages: pages)
    }
}

/// Null counts and bounds of each data page of a chunk.
struct ColumnIndex {
    enum Order: Int32 { case none = 0, ascending = 1, descending = 2 }

    var pages: [PageBounds]

    func encoded(order: Order) -> [UInt8] {
        var writer = ThriftWriter()
        writer.structure { index in
            index.field(1, list: pages, of: .yes) { $0.element($1.min == nil) }
            index.field(2, list: pages, of: .binary) { $0.binary($1.min ?? []) }
            index.field(3, list: pages, of: .binary) { $0.binary($1.max ?? []) }
            index.field(4, i32: order.rawValue)
            index.field(5, list: pages, of: .i64) { $0.zigzag(Int64($1.nullCount)) }
        }
        return writer.bytes
    }
}

extension ColumnIndex {
    init(reading bytes: UnsafeRawBufferPointer) throws(Malformed) {
        var empty: [Bool] = [], mins: [[UInt8]] = [], maxs: [[UInt8]] = [], nulls: [Int] = []
        var reader = ThriftReader(bytes)
        try reader.structure { (index, id, type) throws(Malformed) in
            guard type == .list, id <= 5 else { return try index.skip(type) }
            try index.list { (list, type) throws(Malformed) in
                switch (id, type) {
                case (1, .yes), (1, .no): empty.append(try list.boolElement())
                case (2, .binary): mins.append(try list.binary())
                case (3, .binary): maxs.append(try list.binary())
                case (5, .i64): nulls.append(try list.int())
                default: throw Malformed("a column index with a list of type \(type)")
                }
            }
        }
        guard mins.count == empty.count, maxs.count == empty.count, nulls.count == empty.count else {
            throw Malformed("a column index whose lists differ in length")
        }
        self.init(
            pages: empty.indices.map {
                PageBounds(nullCount: nulls[$0], min: empty[$0] ? nil : mins[$0], max: empty[$0] ? nil : maxs[$0])
            })
    }
}

/// Null count and bounds of one data page.
package struct PageBounds: Sendable, Equatable {
    /// Rows without a value; in a list column, places without an element.
    package var nullCount: Int
    /// A lower bound as plain bytes: little-endian numbers, UTF-8. Nil without any value.
    package var min: [UInt8]?
    /// An upper bound as plain bytes.
    package var max: [UInt8]?
}
