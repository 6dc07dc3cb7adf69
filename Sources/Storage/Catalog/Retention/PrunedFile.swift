internal import GRDB

/// A small database beside the catalog that repeats what no segment holds after `prune`: what was dropped, what it
/// said about tokens and where its lines stood, and how far sources were read. Only `rebuild` reads it.
package enum PrunedFile {
    /// The tables of the catalog that it repeats.
    static let tables = [
        "sources", "prunes", "pruned_spans", "pruned_tokens", "removed_segments", "duplicate_spans",
    ]

    /// The number of the last prune that a file knows, or nil if there is no such file or it is damaged. Throws for one
    /// that cannot be read just now.
    package static func lastPrune(path: String) throws(CatalogError) -> Int64? {
        do {
            return try queue(path).read { db in try Int64.fetchOne(db, sql: "SELECT max(prune_id) FROM main.prunes") }
        } catch {
            let error = CatalogError(error, "read", path)
            guard error.isInputOutput else { return nil }
            throw error
        }
    }

    /// How many dropped lines of each source a file knows, and their bytes, each with a newline; none if there is no
    /// file. Throws `CatalogError`.
    package static func lines(path: String?) throws(CatalogError) -> [Int64: (lines: Int64, bytes: Int64)] {
        guard let path else { return [:] }
        do {
            return try queue(path).read { db in
                let rows = try Row.fetchAll(
                    db,
                    sql: """
                        SELECT source_id, sum(lines) AS lines, sum(to_offset - from_offset + 1) AS bytes
                        FROM pruned_spans GROUP BY 1
                        """)
                return try Dictionary(
                    uniqueKeysWithValues: rows.map {
                        try ($0.int64("source_id", .number), ($0.count("lines"), $0.count("bytes")))
                    })
            }
        } catch { throw CatalogError(error, "read", path) }
    }

    /// The lines that had been delivered again when the file was written; none if there is no file, or if a version
    /// wrote it that knew of none. Throws `CatalogError`.
    package static func duplicates(path: String?) throws(CatalogError) -> [DuplicateSpan] {
        guard let path else { return [] }
        do {
            return try queue(path).read { db in
                guard try db.tableExists("duplicate_spans") else { return [] }
                return try Row.fetchAll(db, sql: "SELECT * FROM duplicate_spans").map(DuplicateSpan.init)
            }
        } catch { throw CatalogError(error, "read", path) }
    }

    static func queue(_ path: String) throws -> DatabaseQueue {
        var configuration = Catalog.configuration(Patience())
        configuration.readonly = true
        return try DatabaseQueue(path: path, configuration: configuration)
    }
}

extension Catalog {
    /// The number of the last prune, or nil if there was none.
    package func lastPrune() throws(CatalogError) -> Int64? {
        try read("find the last prune") { db in try Int64.fetchOne(db, sql: "SELECT max(prune_id) FROM main.prunes") }
    }

    /// What a `PrunedFile` lacks of what the catalog says; nil when it is as it should be, also when nothing was
    /// dropped and there is none.
    package func prunedFileFault(_ file: String) throws(CatalogError) -> String? {
        guard let last = try lastPrune() else { return nil }
        guard try PrunedFile.lastPrune(path: file) == last else {
            return "is missing, damaged or older than the last prune"
        }
        return try read("compare what was dropped") { db in
            do {
                return try PrunedFile.queue(file).read { copy in
                    for table in ["prunes", "pruned_spans", "pruned_tokens"] {
                        let sql = "SELECT * FROM \(table) ORDER BY 1, 2"
                        let (ours, theirs) = (try Row.fetchCursor(db, sql: sql), try Row.fetchCursor(copy, sql: sql))
                        while let row = try ours.next() {
                            if try theirs.next() != row { return "has other \(table) than the catalog" }
                        }
                        if try theirs.next() != nil { return "has more \(table) than the catalog" }
                    }
                    return nil
                }
            } catch let error as DatabaseError {
                let told = CatalogError(error, "read", file)
                guard !told.isInputOutput else { throw told }
                return "cannot be read: \(error.message ?? "it is damaged")"
            }
        }
    }

    /// Writes a `PrunedFile` into an empty file. It is whole when this returns, but not yet safe from a power cut.
    package func writePruned(to file: String) throws(CatalogError) {
        do {
            try database.writeWithoutTransaction { db in
                try db.execute(sql: "ATTACH ? AS kept", arguments: [file])
                defer { try? db.execute(sql: "DETACH kept") }
                try db.inTransaction {
                    for table in PrunedFile.tables {
                        try db.execute(sql: "CREATE TABLE kept.\(table) AS SELECT * FROM main.\(table)")
                    }
                    try TableSums.copy(PrunedFile.tables, to: "kept", db)
                    return .commit
                }
            }
        } catch { throw CatalogError(error, "write \(file)", path) }
    }
}
