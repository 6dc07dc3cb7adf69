internal import Catalog
internal import GRDB
internal import Synchronization
internal import Trail

/// `log_begins()` → the microseconds at which the log begins, stray events apart; NULL for an empty one. The events of
/// all days are counted for it, so it is asked when a statement wants it.
final class LogBeginningFunction: Sendable {
    /// Not owned: the trail's connection owns the function.
    private unowned let trail: Trail
    private let known = Mutex<Int64??>(nil)

    init(_ trail: Trail) { self.trail = trail }

    var function: DatabaseFunction {
        DatabaseFunction("log_begins", argumentCount: 0, pure: true) { _ in try self.begins() }
    }

    private func begins() throws -> Int64? {
        try known.withLock { known in
            if let known { return known }
            do {
                let begins = try trail.catalog.logBeginning()?.begins
                known = .some(begins)
                return begins
            } catch {
                // SQLite passes on no errors; whoever ran the statement looks for its cause there.
                VirtualTableModule.lastError.withLock { $0 = error }
                throw error
            }
        }
    }
}
