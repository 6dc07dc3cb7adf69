internal import Files
internal import GRDB
internal import GRDBSQLite

extension Catalog {
    /// Opens a catalog for reading. Never creates or changes one.
    ///
    /// With `snapshot`, everything read through it is what was true when it was opened, whatever others commit
    /// meanwhile: two answers always fit each other. It keeps the WAL from being emptied as long as it lives.
    package static func reading(path: String, snapshot: Bool = false) throws(CatalogError) -> Catalog {
        let place: CatalogPlace
        do { place = try CatalogPlace(path) } catch { throw CatalogError(error, "open", path) }
        var configuration = Self.configuration(Patience(), isAlone: place.isAlone)
        configuration.readonly = true
        configuration.allowsUnsafeTransactions = snapshot
        // A statement may sort more than fits into memory. A writer never does, and must not need a disk for it.
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA temp_store = FILE") }
        let catalog = try Catalog(path: path, configuration, name: place.name, isSnapshot: snapshot)
        if snapshot { try catalog.beginSnapshot() }
        return catalog
    }

    private func beginSnapshot() throws(CatalogError) {
        try read("open") { db in
            try db.beginTransaction(.deferred)
            // Only the first read fixes what is seen.
            _ = try Int64.fetchOne(db, sql: "SELECT count(*) FROM main.segments")
        }
    }

    /// Opens a catalog for writing; makes it, or brings it up to date, as needed.
    ///
    /// - Parameter isShared: whether others know it, so that writing takes turns; `isHurried`, see `Patience`.
    package static func writing(
        path: String, isShared: Bool = true, isHurried: @escaping @Sendable () -> Bool = { false }
    ) throws(CatalogError) -> Catalog {
        let patience = Patience(isHurried: isHurried)
        do {
            return try Catalog(
                path: path, configuration(patience), queue: isShared ? queue(of: path) : nil, patience: patience
            ) { catalog in
                try catalog.inTurn("open") {
                    try catalog.database.writeWithoutTransaction { db in
                        try db.execute(sql: "PRAGMA journal_mode = WAL; PRAGMA journal_size_limit = 67108864")
                    }
                    let hasRows = try catalog.database.read { try $0.tableExists(QuarantineMove.table) }
                    if hasRows { try catalog.keepTemporaries(in: "FILE") }
                    try CatalogMigrations.migrator.migrate(catalog.database)
                    guard hasRows else { return }
                    catalog.returnFreePages()
                    try catalog.keepTemporaries(in: "MEMORY")
                }
            }
        } catch {
            // Whoever writes makes what is missing, if the system lets it.
            if case .missing = error { throw .cannotOpenFiles(of: path) }
            throw error
        }
    }

    /// Opens a catalog only to write into its ledger, beside a process that may be writing events: they take turns.
    /// Nothing is created.
    package static func ledger(path: String) throws(CatalogError) -> Catalog {
        // Without this, SQLite would create an empty file in place of a missing one.
        _ = try Catalog.reading(path: path)
        let patience = Patience()
        return try Catalog(path: path, configuration(patience), queue: queue(of: path), patience: patience)
    }

    /// A table that is dropped is copied to a journal of the statement first, which may be larger than memory.
    private func keepTemporaries(in place: String) throws {
        try database.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA temp_store = \(place)") }
    }

    /// Makes the file smaller if most of it is empty now. Whatever keeps that from being done does no harm: free pages
    /// are used again.
    private func returnFreePages() {
        let isWorthIt = try? database.read { db in
            let free = try Int64.fetchOne(db, sql: "PRAGMA freelist_count") ?? 0
            let all = try Int64.fetchOne(db, sql: "PRAGMA page_count") ?? 0
            return free > 1024 && free > all / 2
        }
        if isWorthIt == true { _ = clearFreePages() }
    }

    private static func queue(of path: String) -> String { path + "-queue" }

    /// Whether there are tables at all. False for an empty file, which a lost WAL leaves behind. What cannot be read
    /// just now is an error: nobody should be told that it is lost.
    package static func hasTables(path: String) throws(CatalogError) -> Bool {
        do {
            // SQLite would make a missing one. An older one has tables too; the writer that asks brings it up to date.
            guard try checkedKind(ofPath: path) != .missing else { return false }
            return try DatabaseQueue(path: path, configuration: configuration(Patience())).read { db in
                try db.tableExists("segments")
            }
        } catch { throw CatalogError(error, "look for tables", path) }
    }

    /// The error of a catalog that another version wrote, or nil: it is of this one, or no whole catalog at all. Throws
    /// for one that cannot be read just now.
    package static func otherVersion(path: String) throws(CatalogError) -> CatalogError? {
        do {
            _ = try reading(path: path)
            return nil
        } catch {
            switch error {
            case .newer: return error
            case .failed: throw error
            case .missing, .damaged: return nil
            case .older: break
            }
            do { return try hasTables(path: path) ? error : nil } catch {
                if case .failed = error { throw error }
                return nil
            }
        }
    }

    /// - Parameter isAlone: whether nobody else can open the database, which needs no locks then.
    static func configuration(_ patience: Patience, isAlone: Bool = false) -> Configuration {
        SystemCalls.prepare()
        _ = SystemCalls.takeFailure()
        var configuration = Configuration()
        configuration.busyMode = .callback { patience.triesAgain(after: $0) }
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { db in
            if isAlone { try db.execute(sql: "PRAGMA locking_mode = EXCLUSIVE") }
            SystemCalls.keepWAL(of: db.sqliteConnection)
            db.add(function: TableSums.function)
            try db.execute(
                sql: """
                    PRAGMA synchronous = FULL; PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY;
                    PRAGMA mmap_size = 0
                    """)
            // What is deleted, as by prune, is overwritten with zeros and not only forgotten.
            try db.execute(sql: "PRAGMA secure_delete = ON")
        }
        return configuration
    }

}

extension DatabaseQueue {
    /// An empty catalog of this process alone, in a temporary file of SQLite's own.
    static func scratch(foreignKeys: Bool = true) throws(CatalogError) -> DatabaseQueue {
        var configuration = Catalog.configuration(Patience())
        configuration.foreignKeysEnabled = foreignKeys
        configuration.prepareDatabase { db in try db.execute(sql: "PRAGMA synchronous = OFF") }
        do {
            let database = try DatabaseQueue(path: "", configuration: configuration)
            try CatalogMigrations.migrator.migrate(database)
            return database
        } catch { throw CatalogError.inScratch(error) }
    }

    /// Changes such a catalog, in one transaction.
    func writeScratch<Value>(_ body: (Database) throws -> Value) throws(CatalogError) -> Value {
        do { return try write(body) } catch { throw CatalogError.inScratch(error) }
    }
}
