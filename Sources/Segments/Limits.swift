/// How large the parts of a segment get, and why.
package enum Limits {
    /// Rows of a batch, which is encoded as soon as it is full: two pages, few enough that their columns and the
    /// dictionaries of their texts stay in the processor's cache.
    package static let rowsPerBatch = 32_768
    /// Rows of a page, the least that is read at all: 64 pages a segment skip well by time, and smaller ones would
    /// compress worse.
    package static let rowsPerPage = 8192
    /// Rows of a segment, which is one row group: its columns share one dictionary each, so the more rows, the less
    /// each distinct text costs. About 30 MB, small enough to be built in memory and to be written again when it is
    /// merged. A batch more than ingestion commits at once, which is rounded up.
    package static let rowsPerSegment = 33 * rowsPerBatch
}
