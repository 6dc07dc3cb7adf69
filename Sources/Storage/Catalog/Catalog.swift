internal import Files
package import GRDB
internal import Rollups

/// The SQLite database beside the segments: sources and checkpoints, segments, rollups, quarantine, runs and findings.
///
/// One process writes events (it holds the trail's lock); any number read at the same time and see whole batches only.
/// WAL with `synchronous=FULL`: a committed batch survives a power cut. WAL and its index stay when a connection is
/// closed, so that nobody who opens one meets somebody who takes them away, and who may only read finds both.
///
/// SQLite lets one connection write at a time, and has all others ask again and again; who writes to a trail therefore
/// waits for a turn first (`takingTurns`). SQLite's own lock is then met only by programs that know of no turns.
package final class Catalog: Sendable {
    package let path: String
    package let database: DatabaseQueue
    /// Whether one transaction spans all reads, see `snapshot`.
    let isSnapshot: Bool
    /// Where those who write wait for their turn; nil for a catalog that nobody else knows yet.
    let queue: String?
    let patience: Patience

    init(
        path: String, _ configuration: Configuration, name: String? = nil, isSnapshot: Bool = false,
        queue: String? = nil, patience: Patience = Patience(), prepare: (Catalog) throws -> Void = { _ in }
    ) throws(CatalogError) {
        self.path = path
        self.isSnapshot = isSnapshot
        self.queue = queue
        self.patience = patience
        do {
            database = try DatabaseQueue(path: name ?? path, configuration: configuration)
        } catch { throw CatalogError(error, "open", path) }
        do {
            try prepare(self)
            let migrator = CatalogMigrations.migrator
            if try database.read({ db in try migrator.hasBeenSuperseded(db) }) { throw CatalogError.newer(path: path) }
            guard try database.read({ db in try migrator.hasCompletedMigrations(db) }) else {
                throw CatalogError.older(path: path)
            }
        } catch { throw CatalogError(error, "open", path) }
    }

    /// Reads within one consistent view. In a snapshot, `body` may itself call what reads.
    package func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(CatalogError) -> Value {
        do {
            return try isSnapshot ? database.unsafeReentrantRead(body) : database.read(body)
        } catch { throw CatalogError(error, what, path) }
    }

    /// Changes rows in one transaction, when it is this connection's turn.
    package func write<Value>(_ what: String, _ body: (Database) throws -> Value) throws(CatalogError) -> Value {
        try inTurn(what) { try database.write(body) }
    }

    /// Does what writes when it is this connection's turn.
    func inTurn<Value>(_ what: String, _ body: () throws -> Value) throws(CatalogError) -> Value {
        do {
            guard let queue else { return try body() }
            let wait = patience.forTurn()
            guard let value = try takingTurns(queue, goesOn: { wait.goesOn }, body) else {
                throw CatalogError.noTurn(what, path)
            }
            return value
        } catch { throw CatalogError(error, what, path) }
    }

    /// Lets others empty the WAL. Reads that follow see what is committed then.
    package func endSnapshot() throws(CatalogError) {
        try read("close") { db in if db.isInsideTransaction { try db.rollback() } }
    }

    /// Moves everything from the WAL into the database, so that its one file is the whole catalog, and closes it.
    /// While somebody reads or writes, as much is moved as can be, and the WAL stays for the next one to empty.
    package func close() throws(CatalogError) {
        do {
            let wait = patience.forClosing()
            if let queue { _ = try takingTurns(queue, goesOn: { wait.goesOn }, emptyWAL) } else { try emptyWAL() }
            try database.close()
        } catch { throw CatalogError(error, "close", path) }
    }

    /// Closes a catalog whose one file is to go on without its WAL. Throws if that does not hold everything.
    package func closeWhole() throws(CatalogError) {
        try close()
        do {
            guard try status(ofPath: path + "-wal").map({ $0.size == 0 }) ?? true else {
                throw CatalogError.failed(
                    operation: "close", path: path,
                    reason: "not all of its WAL could be moved into it; nothing is lost: run the same again")
            }
        } catch { throw CatalogError(error, "close", path) }
    }

    private func emptyWAL() throws {
        try database.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA busy_timeout = 0")
            do { _ = try db.checkpoint(.truncate) } catch let error as DatabaseError {
                guard [.SQLITE_BUSY, .SQLITE_LOCKED].contains(error.resultCode) else { throw error }
            }
        }
    }
}
