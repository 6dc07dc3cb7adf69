internal import Synchronization

/// What a table or a function threw last while a connection ran a statement: SQLite passes on only a sentence, and the
/// program's exit code needs the error. One for each connection.
final class ErrorNote: Sendable {
    private let last = Mutex<(any Error)?>(nil)

    /// Notes an error, and gives it back to be thrown.
    @discardableResult
    func note(_ error: any Error) -> any Error {
        last.withLock { $0 = error }
        return error
    }

    /// The error, which is then forgotten.
    func take() -> (any Error)? { last.withLock { $0.take() } }
}
