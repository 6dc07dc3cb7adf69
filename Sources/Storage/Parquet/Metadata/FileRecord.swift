/// What the end of a file says about the file, as parquet.thrift lays it out.
struct FileRecord {
    var schema: ParquetSchema
    var rows: Int
    var groups: [GroupRecord]
    var metadata: [(key: String, value: String)]
    var createdBy: String
}

/// One row group.
struct GroupRecord {
    var chunks: [ChunkRecord]
    var rows: Int
    /// Bytes of all pages with their headers, before and after compression.
    var rawBytes: Int
    var storedBytes: Int
}

/// One column in one row group. Places are offsets in the file.
struct ChunkRecord {
    var physicalType: Int32
    var path: [String]
    var codec: Int32 = Codec.gzip.rawValue
    /// Values including nulls; in a list column, elements and empty places.
    var values: Int
    var rawBytes: Int
    var storedBytes: Int
    var dataPages: Int
    var dictionaryPage: Int?
    /// How the data pages hold their values.
    var valueEncoding: Int32
    var statistics: ColumnStatistics
    var pageCount = 0
    var bloomFilter: Place?
    var columnIndex: Place?
    var offsetIndex: Place?
    /// Checksums of the three, in this order; 0 for what is not there. Nil in files of other writers.
    var checksums: [UInt32]?

    /// Where the first page begins.
    var start: Int { dictionaryPage ?? dataPages }
}

/// A stretch of the file.
struct Place: Equatable {
    var offset: Int
    var length: Int
}

/// Null count and bounds of a column in a row group.
package struct ColumnStatistics: Sendable, Equatable {
    /// Rows without a value; in a list column, places without an element. Nil if the file does not say.
    package var nullCount: Int?
    /// A lower bound as plain bytes: little-endian numbers, UTF-8. Nil without any value.
    package var min: [UInt8]?
    /// An upper bound as plain bytes.
    package var max: [UInt8]?
    /// Whether the bounds are values that occur, not shortened ones.
    package var minIsExact = true
    package var maxIsExact = true
}
