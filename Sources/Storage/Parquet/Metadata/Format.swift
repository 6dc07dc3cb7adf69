/// Numbers that the format assigns; see parquet.thrift.
enum PhysicalType: Int32 { case boolean = 0, int64 = 2, double = 5, byteArray = 6 }

enum Encoding: Int32 {
    case plain = 0, rle = 3, deltaBinaryPacked = 5, deltaLengthByteArray = 6, deltaByteArray = 7, rleDictionary = 8
}

enum PageType: Int32 { case dataV1 = 0, index = 1, dictionary = 2, dataV2 = 3 }

enum Codec: Int32 { case uncompressed = 0, gzip = 2 }

enum Format {
    /// "PAR1", at both ends of a file.
    static let magic: [UInt8] = [0x50, 0x41, 0x52, 0x31]
    /// The key under which the file and its chunks keep checksums of what page checksums do not cover.
    static let checksumKey = "crc32"
}

/// What the reader allocates for at most, whatever a file says, and what the writer therefore refuses to write.
enum ParquetLimits {
    /// A footer; one of ours has about 30 KiB.
    static let footerBytes = 1 << 28
    /// Rows of a row group; ours have about a million.
    static let groupRows = 1 << 24
    /// Values of one page; a list may have many in one row, each of which takes three bytes of its line.
    static let pageValues = 1 << 24
    /// One page of data, uncompressed: more than all the lines that ingestion puts into one.
    static let pageBytes = 1 << 27
    /// The texts of one column in one row group, with a number before each in the dictionary's page.
    static let textBytes = 1 << 28
    /// What the dictionaries of a row group and the pages that are decoded together hold, uncompressed. So much comes
    /// from a page in a thousand bytes that somebody prepared.
    static let batchBytes = 1 << 29
    /// Deflate cannot shrink further than 1,032 : 1, so a page that claims more is a lie.
    static let inflation = 1032
}
