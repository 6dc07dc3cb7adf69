/// What a column holds.
package enum ParquetType: Sendable, Equatable {
    /// Microseconds since the epoch, UTC: INT64 with TIMESTAMP(MICROS, isAdjustedToUTC).
    case timestamp
    /// The same with TIMESTAMP(MILLIS): values are given and read as microseconds, which must be whole milliseconds.
    /// Differences of milliseconds take a third less room than those of the same times in microseconds.
    case timestampMillis
    /// A plain INT64.
    case int64
    case double
    case boolean
    /// UTF-8: BYTE_ARRAY with STRING.
    case text
    /// A list of UTF-8 texts in the standard three levels; elements are never null.
    case textList
}

/// One column of a schema.
package struct ParquetColumn: Sendable, Equatable {
    package let name: String
    package let type: ParquetType
    /// Whether rows without a value are allowed.
    package let isOptional: Bool
    /// Whether the writer adds a bloom filter; only texts have one. Not part of the stored schema.
    package let hasBloomFilter: Bool

    package init(_ name: String, _ type: ParquetType, optional: Bool = true, bloom: Bool = false) {
        self.name = name
        self.type = type
        isOptional = optional
        hasBloomFilter = bloom && type == .text
    }

    /// By how much the numbers in the file are to be multiplied.
    package var unit: Int64 { type == .timestampMillis ? 1000 : 1 }

    /// The names from the root of the schema to the values.
    var path: [String] { type == .textList ? [name, "list", "element"] : [name] }

    /// The definition level of a value that is there.
    var maxDefinition: Int { (isOptional ? 1 : 0) + (type == .textList ? 1 : 0) }

    var physicalType: PhysicalType {
        switch type {
        case .timestamp, .timestampMillis, .int64: .int64
        case .double: .double
        case .boolean: .boolean
        case .text, .textList: .byteArray
        }
    }
}

/// The columns of a file, in order.
package struct ParquetSchema: Sendable, Equatable {
    package let columns: [ParquetColumn]

    package init(_ columns: [ParquetColumn]) { self.columns = columns }

    /// The place of a column, or nil.
    package func index(of name: String) -> Int? { columns.firstIndex { $0.name == name } }
}
