package import Parquet

/// Why a segment could not be written or read.
package enum SegmentError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The Parquet file failed.
    case parquet(ParquetError)
    /// A batch does not fit the segment it was given to.
    case cannotAdd(reason: String)
    /// The file is sound Parquet, but no segment that this version knows.
    case notASegment(file: String, reason: String)

    /// Whether the system could not read the file, which may be sound, rather than that it is damaged or not there.
    package var isInputOutput: Bool {
        if case .parquet(let error) = self { error.isInputOutput } else { false }
    }

    package var description: String {
        switch self {
        case .parquet(let error): error.description
        case .cannotAdd(let reason): "cannot add rows to a segment: \(reason)"
        case .notASegment(let file, let reason):
            "cannot read \(file) as a segment: \(reason); it was written by another program or a later version"
        }
    }
}

/// Passes the errors of the Parquet module on as errors of this one.
func parquet<Result>(_ body: () throws(ParquetError) -> Result) throws(SegmentError) -> Result {
    do throws(ParquetError) { return try body() } catch { throw .parquet(error) }
}
