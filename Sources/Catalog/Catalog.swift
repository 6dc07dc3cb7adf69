#if canImport(Glibc)
internal import Glibc
#else
internal import Darwin
#endif
internal import Events
package import GRDB
internal import Rollups

/// The SQLite database beside the segments: sources and checkpoints, segments, rollups, quarantine, runs and findings.
///
/// One process writes events (it holds the trail's lock); any number read at the same time and see whole batches only.
/// WAL with `synchronous=FULL`: a committed batch survives a power cut.
package final class Catalog: Sendable {
    package let path: String
    package let database: DatabaseQueue
    /// Whether one transaction spans all reads, see `snapshot`.
    private let isSnapshot: Bool

    /// Opens a catalog for reading. Never creates or changes one.
    ///
    /// With `snapshot`, everything read through it is what was true when it was opened, whatever others commit
    /// meanwhile: two answers always fit each other. It keeps the WAL from being emptied as long as it lives.
    ///
    /// A database in WAL mode can only be read by somebody who may write beside it, unless there is no WAL: then its
    /// one file is all there is, and is read as it lies there.
    package static func reading(path: String, snapshot: Bool = false) throws(CatalogError) -> Catalog {
        var configuration = Self.configuration
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = snapshot
        let catalog = try Catalog(path: path, configuration, name: readingName(path), isSnapshot: snapshot)
        if snapshot { try catalog.beginSnapshot() }
        return catalog
    }

    private func beginSnapshot() throws(CatalogError) {
        try read("open") { db in
            try db.beginTransaction(.deferred)
            // Only the first read fixes what is seen.
            _ = try Int64.fetchOne(db, sql: "SELECT count(*) FROM segments")
        }
    }

    /// Lets others empty the WAL. Reads that follow see what is true then.
    package func endSnapshot() throws(CatalogError) {
        try read("close") { db in if db.isInsideTransaction { try db.rollback() } }
    }

    /// The name under which SQLite opens a catalog for reading.
    private static func readingName(_ path: String) -> String {
        let folder = path.utf8.lastIndex(of: UInt8(ascii: "/")).map { String(path[..<$0]) } ?? "."
        guard access(folder, W_OK) != 0, access(path + "-wal", F_OK) != 0 else { return path }
        let escaped = path.utf8.map { byte -> String in
            let isPlain = byte > 0x20 && byte < 0x7F && !"%?#".utf8.contains(byte)
            if isPlain { return String(UnicodeScalar(byte)) }
            return "%" + String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
        }
        return "file:" + escaped.joined() + "?immutable=1"
    }

    /// Moves everything from the WAL into the database, so that its one file is the whole catalog, and closes it.
    /// While somebody reads, as much is moved as can be, and the WAL stays for the next one to empty.
    package func close() throws(CatalogError) {
        do {
            try database.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA busy_timeout = 0")
                do { _ = try db.checkpoint(.truncate) } catch let error as DatabaseError {
                    guard error.resultCode == .SQLITE_BUSY || error.resultCode == .SQLITE_LOCKED else { throw error }
                }
            }
            try database.close()
        } catch {
            throw Self.error(error, "close", path)
        }
    }

    /// Whether there are tables at all. False for an empty file, which a lost WAL leaves behind. What cannot be read
    /// just now is an error: nobody should be told that it is lost.
    package static func hasTables(path: String) throws(CatalogError) -> Bool {
        // SQLite would make a missing one. An older one has tables too; the writer that asks brings it up to date.
        guard access(path, F_OK) == 0 else { return false }
        do {
            return try DatabaseQueue(path: path, configuration: Self.configuration).read { db in
                try db.tableExists("segments")
            }
        } catch {
            throw Self.error(error, "look for tables", path)
        }
    }

    /// The error of a catalog that another version wrote, or nil: it is of this one, or no whole catalog at all.
    package static func otherVersion(path: String) -> CatalogError? {
        do {
            _ = try reading(path: path)
            return nil
        } catch {
            if case .newer = error { return error }
            guard case .older = error, let queue = try? DatabaseQueue(path: path, configuration: configuration),
                (try? queue.read { db in try db.tableExists("segments") }) == true
            else { return nil }
            return error
        }
    }

    /// Opens a catalog for writing; makes it, or brings it up to date, as needed.
    package static func writing(path: String) throws(CatalogError) -> Catalog {
        do {
            return try Catalog(path: path, configuration) { database in
                try database.writeWithoutTransaction { db in
                    try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864")
                }
                try CatalogMigrations.migrator.migrate(database)
            }
        } catch {
            // Whoever writes makes what is missing, if the system lets it.
            if case .missing = error { throw .cannotOpenFiles(of: path) }
            throw error
        }
    }

    convenience init(ledger path: String) throws(CatalogError) {
        // Without this, SQLite would create an empty file in place of a missing one.
        _ = try Catalog.reading(path: path)
        try self.init(path: path, Self.configuration)
    }

    private init(
        path: String, _ configuration: Configuration, name: String? = nil, isSnapshot: Bool = false,
        prepare: (DatabaseQueue) throws -> Void = { _ in }
    ) throws(CatalogError) {
        self.path = path
        self.isSnapshot = isSnapshot
        do {
            database = try DatabaseQueue(path: name ?? path, configuration: configuration)
            try prepare(database)
            let migrator = CatalogMigrations.migrator
            if try database.read({ db in try migrator.hasBeenSuperseded(db) }) { throw CatalogError.newer(path: path) }
            guard try database.read({ db in try migrator.hasCompletedMigrations(db) }) else {
                throw CatalogError.older(path: path)
            }
        } catch {
            throw Self.error(error, "open", path)
        }
    }

    static var configuration: Configuration {
        var configuration = Configuration()
        configuration.busyMode = .timeout(10)
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            db.add(function: TableSums.function)
            try db.execute(sql: "PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY")
            // What is deleted, as by prune, is overwritten with zeros and not only forgotten.
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }

    /// Reads within one consistent view. In a snapshot, `body` may itself call what reads.
    package func read<Value>(_ what: String, _ body: (Database) throws -> Value) throws(CatalogError) -> Value {
        do {
            return try isSnapshot ? database.unsafeReentrantRead(body) : database.read(body)
        } catch { throw Self.error(error, what, path) }
    }

    /// Changes rows in one transaction.
    package func write<Value>(_ what: String, _ body: (Database) throws -> Value) throws(CatalogError) -> Value {
        do { return try database.write(body) } catch { throw Self.error(error, what, path) }
    }

    private static func error(_ error: any Error, _ operation: String, _ path: String) -> CatalogError {
        if let error = error as? CatalogError { return error }
        if let error = error as? DamagedRollup { return .damaged(path: path, reason: error.description) }
        if let error = error as? ImpossibleNumber { return .damaged(path: path, reason: error.description) }
        if error is RowDecodingError {
            return .damaged(
                path: path, reason: "a row of it is not what it must be (\(operation)); run authtrail verify")
        }
        guard let error = error as? DatabaseError else {
            return .failed(operation: operation, path: path, reason: "\(error)")
        }
        switch error.resultCode {
        case .SQLITE_CANTOPEN:
            return access(path, F_OK) == 0 ? .cannotOpenFiles(of: path) : .missing(path: path)
        case .SQLITE_NOTADB: return .damaged(path: path, reason: "it is no SQLite database")
        case .SQLITE_ERROR where error.message?.hasPrefix("no such ") == true:
            let what = error.message ?? "something is not there"
            return .damaged(path: path, reason: "its definitions are not those that were written (\(what))")
        case .SQLITE_CORRUPT: return .damaged(path: path, reason: "SQLite finds it malformed")
        default:
            return .failed(
                operation: operation, path: path, reason: error.message ?? "SQLite code \(error.resultCode.rawValue)")
        }
    }
}
