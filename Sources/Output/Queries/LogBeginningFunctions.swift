internal import Catalog
internal import GRDB
internal import Synchronization
internal import Trail

/// Where the log begins. The events of all days are counted for it, so it is asked when a statement wants it.
final class LogBeginningFunctions: Sendable {
    /// Not owned: the trail's connection owns the functions.
    private unowned let trail: Trail
    private let known = Mutex<LogBeginning??>(nil)

    private let errors: ErrorNote

    init(_ trail: Trail, _ errors: ErrorNote) { (self.trail, self.errors) = (trail, errors) }

    var all: [DatabaseFunction] {
        [
            // `log_begins()` → the microseconds of the first event, stray ones apart; NULL for an empty log.
            DatabaseFunction("log_begins", argumentCount: 0, pure: true) { _ in try self.beginning()?.begins },
            // `log_ends()` → those of the newest event that lay not in the future when it was read; NULL for none.
            DatabaseFunction("log_ends", argumentCount: 0, pure: true) { _ in
                do { return try self.trail.catalog.newest().map { $0 - 1 } } catch { throw self.errors.note(error) }
            },
            // `log_strays(0)` → the microseconds of the first stray event, `log_strays(1)` of the last; NULL without.
            DatabaseFunction("log_strays", argumentCount: 1, pure: true) { values in
                let strays = try self.beginning()?.strays
                return Int.fromDatabaseValue(values[0]) == 0 ? strays?.first : strays?.last
            },
        ]
    }

    private func beginning() throws -> LogBeginning? {
        try known.withLock { known in
            if let known { return known }
            do {
                let counted = try trail.catalog.logBeginning()
                known = .some(counted)
                return counted
            } catch {
                throw errors.note(error)
            }
        }
    }
}
