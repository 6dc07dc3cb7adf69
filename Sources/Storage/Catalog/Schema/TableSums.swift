internal import Foundation
internal import GRDB

/// Checksums of the tables that nothing else checks: SQLite has none of its own, and a changed byte of a quarantined
/// line would be believed.
///
/// `table_sums` holds for each table the number of its rows and the sum of a hash over each. Triggers keep it, so no
/// change of a table can forget it; whoever writes without this program's function `row_sum` is refused. The tables of
/// segments, rollups and tokens need no sum: `verify` counts them again from the events.
enum TableSums {
    static let tables = [
        "sources", "batches", "quarantine_blocks", "blank_lines", "runs", "findings", "removed_segments", "prunes",
        "pruned_spans", "pruned_tokens", "lost_lines", "finding_changes", "input_problems", "kept_files",
        "duplicate_spans", "source_types", "mappings",
    ]

    /// `row_sum(value, …)`: a hash of some values, below 2^38, so that sums of millions are no overflow.
    static let function = DatabaseFunction("row_sum", pure: true) { values in
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for value in values { add(value, to: &hash) }
        return Int64(hash >> 26)
    }

    /// Makes the table of sums, with those of the tables that there are.
    static func begin(_ db: Database) throws {
        try db.execute(
            sql: """
                CREATE TABLE table_sums (
                    name      TEXT PRIMARY KEY,
                    rows      INTEGER NOT NULL,
                    sum       INTEGER NOT NULL
                ) STRICT, WITHOUT ROWID
                """)
        // The table of quarantined lines was another one when this step of the migrations was new.
        try add((tables + [QuarantineMove.table]).filter { try db.tableExists($0) }, db)
    }

    /// Makes the sums of some tables, as they are, and the triggers that keep them.
    static func add(_ tables: [String], _ db: Database) throws {
        for table in tables {
            let columns = try db.columns(in: table).map(\.name)
            func sum(_ row: String) -> String {
                "row_sum(" + columns.map { "\(row)\"\($0)\"" }.joined(separator: ", ") + ")"
            }
            try db.execute(
                sql: """
                    INSERT INTO table_sums SELECT '\(table)', count(*), ifnull(sum(\(sum(""))), 0) FROM \(table);
                    CREATE TRIGGER \(table)_inserted AFTER INSERT ON \(table) BEGIN
                        UPDATE table_sums SET rows = rows + 1, sum = sum + \(sum("NEW.")) WHERE name = '\(table)';
                    END;
                    CREATE TRIGGER \(table)_updated AFTER UPDATE ON \(table) BEGIN
                        UPDATE table_sums SET sum = sum - \(sum("OLD.")) + \(sum("NEW.")) WHERE name = '\(table)';
                    END;
                    CREATE TRIGGER \(table)_deleted AFTER DELETE ON \(table) BEGIN
                        UPDATE table_sums SET rows = rows - 1, sum = sum - \(sum("OLD.")) WHERE name = '\(table)';
                    END;
                    """)
        }
    }

    /// Removes the sum of a table and the triggers that keep it.
    static func remove(_ table: String, _ db: Database) throws {
        try db.execute(
            sql: """
                DROP TRIGGER \(table)_inserted; DROP TRIGGER \(table)_updated; DROP TRIGGER \(table)_deleted;
                DELETE FROM table_sums WHERE name = '\(table)';
                """)
    }

    /// Gives a table another definition, and keeps its rows. Columns that are new have their default.
    static func rewrite(_ table: String, with sql: String, _ db: Database) throws {
        let columns = try db.columns(in: table).map(\.name).joined(separator: ", ")
        try remove(table, db)
        try db.execute(
            sql: """
                CREATE TABLE new_\(table) \(sql);
                INSERT INTO new_\(table) (\(columns)) SELECT \(columns) FROM \(table);
                DROP TABLE \(table);
                ALTER TABLE new_\(table) RENAME TO \(table);
                """)
        try add([table], db)
    }

    /// What `writePruned` copies of the sums, so that a copy of tables can be checked by itself.
    static func copy(_ tables: [String], to schema: String, _ db: Database) throws {
        let names = tables.map { "'\($0)'" }.joined(separator: ", ")
        try db.execute(
            sql: "CREATE TABLE \(schema).table_sums AS SELECT * FROM main.table_sums WHERE name IN (\(names))")
    }

    /// The first table of a copy whose rows are not those that were written; nil if there is none, or if the copy is of
    /// a version that wrote no sums.
    static func problem(ofCopy schema: String, _ db: Database) throws -> String? {
        guard
            try Bool.fetchOne(
                db, sql: "SELECT count(*) FROM \(schema).sqlite_master WHERE name = 'table_sums'") == true
        else { return nil }
        for row in try Row.fetchAll(db, sql: "SELECT name, rows, sum FROM \(schema).table_sums") {
            let table: String = try row.value("name")
            guard tables.contains(table) else { return table }
            let columns = try String.fetchAll(
                db, sql: "SELECT '\"' || name || '\"' FROM pragma_table_info(?, ?)", arguments: [table, schema])
            let sum = "ifnull(sum(row_sum(\(columns.joined(separator: ", ")))), 0)"
            let found = try Row.fetchOne(db, sql: "SELECT count(*) AS rows, \(sum) AS sum FROM \(schema).\(table)")
            guard let found, try found.value("rows") as Int64 == row.value("rows"),
                try found.value("sum") as Int64 == row.value("sum")
            else { return table }
        }
        return nil
    }

    /// The tables whose rows are not those that were written.
    static func problems(_ db: Database) throws -> [(table: String, what: String)] {
        try tables.compactMap { table in try problem(table, db).map { (table, $0) } }
    }

    static func isSound(_ table: String, _ db: Database) throws -> Bool { try problem(table, db) == nil }

    private static func problem(_ table: String, _ db: Database) throws -> String? {
        // The columns that are summed stand in the trigger, whatever was added to the table later.
        let trigger = try String.fetchOne(
            db, sql: "SELECT sql FROM sqlite_master WHERE name = ?", arguments: [table + "_deleted"])
        guard let trigger, let call = trigger.firstRange(of: "row_sum("),
            let end = trigger[call.upperBound...].firstIndex(of: ")")
        else { return "has no checksum" }
        let columns = trigger[call.upperBound..<end].replacing("OLD.", with: "")
        let known = try Row.fetchOne(db, sql: "SELECT rows, sum FROM table_sums WHERE name = ?", arguments: [table])
        let found = try Row.fetchOne(
            db, sql: "SELECT count(*) AS rows, ifnull(sum(row_sum(\(columns))), 0) AS sum FROM main.\(table)")
        guard let known, let found else { return "has no checksum" }
        // A number that became something else is damage like any other, to be reported with the rest.
        guard let written = try? known.value("rows") as Int64, let sum = try? known.value("sum") as Int64 else {
            return "has a checksum that is no number"
        }
        let rows: Int64 = try found.value("rows")
        guard rows == written else { return "has \(rows) rows; \(written) were written" }
        return try found.value("sum") == sum ? nil : "has a row that is not what was written"
    }

    private static func add(_ value: DatabaseValue, to hash: inout UInt64) {
        switch value.storage {
        case .null: mix(0x9E37_79B9_7F4A_7C15, into: &hash)
        case .int64(let number): mix(UInt64(bitPattern: number), into: &hash)
        case .double(let number): mix(number.bitPattern, into: &hash)
        case .string(let text): Array(text.utf8).withUnsafeBytes { add($0, 0x7E, to: &hash) }
        // A long line is not copied once more.
        case .blob(let data): data.withUnsafeBytes { add($0, 0xB1, to: &hash) }
        }
    }

    private static func add(_ bytes: UnsafeRawBufferPointer, _ kind: UInt64, to hash: inout UInt64) {
        mix(UInt64(bytes.count) << 8 | kind, into: &hash)
        var at = 0
        while at + 8 <= bytes.count {
            mix(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: at, as: UInt64.self)), into: &hash)
            at += 8
        }
        var rest: UInt64 = 0
        while at < bytes.count {
            rest = rest << 8 | UInt64(bytes[at])
            at += 1
        }
        mix(rest, into: &hash)
    }

    private static func mix(_ word: UInt64, into hash: inout UInt64) {
        hash = (hash ^ word) &* 0x9FB2_1C65_1E98_DF25
        hash ^= hash >> 29
    }
}
