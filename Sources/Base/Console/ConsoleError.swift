/// What can go wrong between a value and the place that it is shown in.
///
/// Every description is one safe line: what failed, where, why, and what to do where there is something to do.
package enum ConsoleError: Error, Equatable, Sendable, CustomStringConvertible {
    /// The output file, or the temporary file beside it, cannot be opened. The contract's exit code is 73.
    case cannotCreate(path: String, cause: String)
    /// Bytes were refused. `place` is `standard output`, `standard error` or a path. The contract's exit code is 74.
    case cannotWrite(place: String, cause: String)
    /// The finished temporary file cannot take its final name; the temporary file is gone. Exit code 74.
    case cannotRename(path: String, cause: String)
    /// Text that is not JSON; lines and columns count from 1, columns in bytes. Exit code 65.
    case notJSON(line: Int, column: Int, reason: String)

    package var description: String {
        switch self {
        case .cannotCreate(let path, let cause):
            "cannot create \(SafeText.visible(path)): \(cause); check the directory and its permissions"
        case .cannotWrite(let place, let cause):
            "cannot write to \(SafeText.visible(place)): \(cause); what was written so far is not complete"
        case .cannotRename(let path, let cause):
            "cannot put the finished file in place as \(SafeText.visible(path)): \(cause); the old file is unchanged"
        case .notJSON(let line, let column, let reason):
            "cannot read JSON at line \(line), column \(column): \(reason)"
        }
    }
}
