/// Writes the subset of Thrift's compact protocol that Parquet's metadata needs.
struct ThriftWriter {
    private(set) var bytes: [UInt8] = []
    private var lastID = 0

    mutating func field(_ id: Int, i32 value: Int32) {
        header(id, .i32)
        zigzag(Int64(value))
    }

    mutating func field(_ id: Int, i64 value: Int) {
        header(id, .i64)
        zigzag(Int64(value))
    }

    mutating func field(_ id: Int, i16 value: Int16) {
        header(id, .i16)
        zigzag(Int64(value))
    }

    mutating func field(_ id: Int, bool value: Bool) { header(id, value ? .yes : .no) }

    mutating func field(_ id: Int, binary value: [UInt8]) {
        header(id, .binary)
        binary(value)
    }

    mutating func field(_ id: Int, text value: String) { field(id, binary: Array(value.utf8)) }

    /// A field that is a structure; `body` writes its fields.
    mutating func field(_ id: Int, _ body: (inout ThriftWriter) -> Void) {
        header(id, .structure)
        structure(body)
    }

    /// A field that is a list; `body` writes one element.
    mutating func field<Element>(
        _ id: Int, list elements: [Element], of type: ThriftType, _ body: (inout ThriftWriter, Element) -> Void
    ) {
        header(id, .list)
        if elements.count < 15 {
            bytes.append(UInt8(elements.count) << 4 | type.rawValue)
        } else {
            bytes.append(0xF0 | type.rawValue)
            varint(UInt64(elements.count))
        }
        for element in elements { body(&self, element) }
    }

    /// A structure that stands alone or in a list.
    mutating func structure(_ body: (inout ThriftWriter) -> Void) {
        let outer = lastID
        lastID = 0
        body(&self)
        bytes.append(0)
        lastID = outer
    }

    mutating func zigzag(_ value: Int64) { varint(UInt64(bitPattern: (value << 1) ^ (value >> 63))) }

    /// A truth value in a list, where it has a byte of its own.
    mutating func element(_ value: Bool) { bytes.append(value ? 1 : 2) }

    mutating func binary(_ value: [UInt8]) {
        varint(UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    private mutating func header(_ id: Int, _ type: ThriftType) {
        let step = id - lastID
        lastID = id
        if step > 0, step < 16 {
            bytes.append(UInt8(step) << 4 | type.rawValue)
        } else {
            bytes.append(type.rawValue)
            zigzag(Int64(id))
        }
    }

    private mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }
}
