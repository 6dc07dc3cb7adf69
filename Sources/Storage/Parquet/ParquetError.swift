#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif

/// Why a Parquet file could not be written or read.
package enum ParquetError: Error, Equatable, Sendable, CustomStringConvertible {
    /// A system call on the file failed.
    case cannotRead(file: String, operation: String, code: Int32)
    /// The file is no Parquet file at all, or was cut off.
    case notParquet(file: String, reason: String)
    /// A part of the file contradicts another part, its checksum, or the format.
    case damaged(file: String, place: String, problem: String)
    /// The file is sound but uses a part of the format that this reader does not have.
    case unsupported(file: String, feature: String)
    /// The columns that were given do not fit the schema, or the columns that were asked for do not exist.
    case mismatch(column: String, problem: String)
    /// Something exceeds a limit of this module.
    case tooLarge(what: String, size: Int, limit: Int)

    package var description: String {
        switch self {
        case .cannotRead(let file, let operation, let code):
            "cannot \(operation) \(file): \(String(cString: strerror(code)))"
                + (isInputOutput ? "; the file may be sound: see what the system says (dmesg), then run it again" : "")
        case .notParquet(let file, let reason):
            "cannot read \(file) as Parquet: \(reason); restore it from a backup"
        case .damaged(let file, let place, let problem):
            "damaged data in \(file), \(place): \(problem); restore the file from a backup"
        case .unsupported(let file, let feature):
            "cannot read \(file): it has \(feature), which only other Parquet readers understand"
        case .mismatch(let column, let problem):
            "cannot use column \(column): \(problem)"
        case .tooLarge(let what, let size, let limit):
            "cannot write \(what): it has \(size), the limit is \(limit); write smaller row groups"
        }
    }

    /// Whether the system could not read the file, which may be sound, rather than that it is damaged or not there.
    package var isInputOutput: Bool {
        guard case .cannotRead(_, _, let code) = self else { return false }
        return ![ENOENT, ENOTDIR, ELOOP].contains(code)
    }
}

/// What is wrong with some bytes; whoever knows which file and place they came from makes a `ParquetError` of it.
struct Malformed: Error {
    let problem: String

    init(_ problem: String) { self.problem = problem }
}
