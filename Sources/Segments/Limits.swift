/// How large the parts of a segment get, and why.
package enum Limits {
    /// Rows of a row group: a scan that finds one match decodes at most this many rows of the columns it filters by,
    /// and the dictionary of a column with new texts in every row still fits the processor's cache.
    package static let rowsPerGroup = 131_072
    /// Rows of a page, the least that is read at all: eight pages a row group skip well by time, and smaller ones
    /// would compress worse.
    package static let rowsPerPage = 16_384
    /// Rows of a segment: about 30 MB, small enough to be built in memory and to be written again when it is merged,
    /// large enough that a year of a busy service is some thousand files.
    package static let rowsPerSegment = 1_048_576
    /// zlib's level for new segments: against 6 it was measured to take three fifths of the time for 0.4 % more bytes.
    package static let compressionLevel = 4
}
