/// Reads Thrift's compact protocol from bytes that nobody vouches for: any garbage gives an error, in bounded memory.
struct ThriftReader {
    private var cursor: ByteCursor
    private var depth = 0
    /// Parquet's own structures nest eight deep.
    private static let maxDepth = 24

    init(_ bytes: UnsafeRawBufferPointer) { cursor = ByteCursor(bytes) }

    /// How many bytes were read so far.
    var at: Int { cursor.at }

    /// Reads a structure. `field` gets each field's number and type and must consume it or call `skip`.
    mutating func structure(
        _ field: (inout ThriftReader, Int, ThriftType) throws(Malformed) -> Void
    ) throws(Malformed) {
        try descend()
        var lastID = 0
        while true {
            let head = try cursor.byte()
            if head == 0 { break }
            guard let type = ThriftType(rawValue: head & 0x0F) else { throw Malformed("a field of unknown type") }
            if head >> 4 != 0 {
                lastID += Int(head >> 4)
            } else {
                guard let id = Int16(exactly: try cursor.zigzag()) else { throw Malformed("a field number too large") }
                lastID = Int(id)
            }
            guard lastID <= Int(Int16.max) else { throw Malformed("a field number too large") }
            try field(&self, lastID, type)
        }
        depth -= 1
    }

    /// Reads a list; `element` must consume one element of the given type or call `skip`.
    mutating func list(
        _ element: (inout ThriftReader, ThriftType) throws(Malformed) -> Void
    ) throws(Malformed) {
        try descend()
        let (type, count) = try listHeader()
        for _ in 0..<count { try element(&self, type) }
        depth -= 1
    }

    mutating func int() throws(Malformed) -> Int { Int(try cursor.zigzag()) }

    mutating func int32() throws(Malformed) -> Int32 {
        guard let value = Int32(exactly: try cursor.zigzag()) else { throw Malformed("a number has more than 32 bits") }
        return value
    }

    mutating func binary() throws(Malformed) -> [UInt8] {
        let count = try cursor.count(atMost: cursor.left, "bytes of text")
        return [UInt8](try cursor.take(count))
    }

    mutating func text() throws(Malformed) -> String {
        guard let text = String(validating: try binary(), as: UTF8.self) else { throw Malformed("a name is no UTF-8") }
        return text
    }

    /// A truth value in a list, where it has a byte of its own.
    mutating func boolElement() throws(Malformed) -> Bool { try cursor.byte() == 1 }

    /// Passes over a value of any type.
    mutating func skip(_ type: ThriftType) throws(Malformed) {
        switch type {
        case .yes, .no: break
        case .byte: _ = try cursor.byte()
        case .i16, .i32, .i64: _ = try cursor.varint()
        case .double: _ = try cursor.take(8)
        case .binary: _ = try cursor.take(try cursor.count(atMost: cursor.left, "bytes of text"))
        case .list, .set:
            try list { (reader, type) throws(Malformed) in try reader.skipElement(type) }
        case .map: try skipMap()
        case .structure:
            try structure { (reader, _, type) throws(Malformed) in try reader.skip(type) }
        }
    }

    /// Inside lists and maps a truth value has a byte of its own.
    mutating func skipElement(_ type: ThriftType) throws(Malformed) {
        if type == .yes || type == .no { _ = try cursor.byte() } else { try skip(type) }
    }

    private mutating func skipMap() throws(Malformed) {
        try descend()
        let count = try cursor.count(atMost: cursor.left, "map entries")
        if count > 0 {
            let types = try cursor.byte()
            guard let key = ThriftType(rawValue: types >> 4), let value = ThriftType(rawValue: types & 0x0F) else {
                throw Malformed("a map of unknown types")
            }
            for _ in 0..<count {
                try skipElement(key)
                try skipElement(value)
            }
        }
        depth -= 1
    }

    private mutating func listHeader() throws(Malformed) -> (ThriftType, Int) {
        let head = try cursor.byte()
        guard let type = ThriftType(rawValue: head & 0x0F) else { throw Malformed("a list of unknown type") }
        if head >> 4 < 15 { return (type, Int(head >> 4)) }
        // Every element takes at least one byte, so a count beyond the rest of the bytes cannot be true.
        return (type, try cursor.count(atMost: cursor.left, "list elements"))
    }

    private mutating func descend() throws(Malformed) {
        depth += 1
        guard depth <= Self.maxDepth else { throw Malformed("structures nest too deep") }
    }
}
