/// How large the parts of a segment get, and why.
package enum Limits {
    /// Rows of a batch, which is encoded as soon as it is full: few enough that their columns and the
    /// dictionaries of their texts stay in the processor's cache.
    package static let rowsPerBatch = 32_768
    /// Bytes, decompressed, of the pages that are read together when a segment is read through.
    package static let batchBytes = 16 << 20
    /// Bytes of the rows that a scan holds at a time. Nearly as much as a whole row group of ordinary events, whose
    /// dictionaries are then looked at once or twice; texts that hardly repeat come in parts.
    package static let scanBytes = 16 << 20
    /// Rows of a page, the least that is read at all: half as many cost 1 % of the size, twice as many make the
    /// question for one token 1.2 times as slow.
    package static let rowsPerPage = 8192
    /// Rows of a segment. The columns of a row group share one dictionary each, so the more rows, the less each
    /// distinct text costs. About 30 MB, small enough to be built in memory and to be written again when it is merged.
    /// A batch more than ingestion commits at once, which is rounded up.
    package static let rowsPerSegment = 33 * rowsPerBatch
}
