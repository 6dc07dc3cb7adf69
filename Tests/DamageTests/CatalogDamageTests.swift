import Catalog
import Foundation
import FuzzProperties
import GRDB
import Testing
import TestSupport

/// Numbers at the ends of 64 bits, and other types, in any column of the catalog and of `pruned.sqlite`: what a flipped
/// bit, another program or somebody on purpose may leave there.
struct CatalogDamageTests {
    private static let rounds = ProcessInfo.processInfo.environment["AUTHTRAIL_FUZZ_ROUNDS"].flatMap { Int($0) } ?? 24

    private struct Column {
        let table: String
        let name: String
        let type: String
    }

    /// Sets a value in a row of a table, or in all, with triggers or without, which leaves the checksums as they were.
    private func set(_ column: Column, to value: String, all: Bool, in path: String, _ dice: inout SeededRandom) throws
    {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let queue = try DatabaseQueue(path: path, configuration: configuration)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA ignore_check_constraints = ON")
            let triggers = try Row.fetchAll(db, sql: "SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
            for row in triggers { try db.execute(sql: "DROP TRIGGER \(row["name"] as String)") }
            let count = try Int.fetchOne(db, sql: "SELECT count(*) FROM \(column.table)") ?? 0
            let keys = try String.fetchAll(
                db, sql: "SELECT name FROM pragma_table_info('\(column.table)') WHERE pk > 0 ORDER BY pk")
            let key = keys.isEmpty ? "rowid" : "(\(keys.joined(separator: ", ")))"
            let list = keys.isEmpty ? "rowid" : keys.joined(separator: ", ")
            let one =
                " WHERE \(key) = (SELECT \(list) FROM \(column.table) LIMIT 1 OFFSET \(count > 0 ? dice.below(count) : 0))"
            // Some rows cannot have it: a key must be single, a type must fit.
            try? db.execute(sql: "UPDATE OR IGNORE \(column.table) SET \(column.name) = \(value)" + (all ? "" : one))
            for row in triggers { try db.execute(sql: row["sql"]) }
            _ = try? db.checkpoint(.truncate)
        }
        try queue.close()
    }

    private func columns(_ path: String) throws -> [Column] {
        let queue = try DatabaseQueue(path: path)
        return try queue.read { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT m.name AS t, c.name AS c, c.type AS k FROM sqlite_master AS m, pragma_table_info(m.name) AS c
                    WHERE m.type = 'table' AND m.name NOT LIKE 'sqlite_%' AND m.name NOT LIKE 'grdb_%'
                    """
            ).map { Column(table: $0["t"], name: $0["c"], type: $0["k"]) }
        }
    }

    @Test(arguments: [
        ("catalog.sqlite", UInt64(1)), ("catalog.sqlite", 2), ("catalog.sqlite", 3), ("pruned.sqlite", 4),
    ])
    func `no number in the catalog ends anything but the question`(file: String, seed: UInt64) throws {
        let trail = try DamagedTrail()
        let columns = try columns(trail.trail + "/" + file)
        #expect(columns.count > 30)
        var dice = SeededRandom(seed)
        for round in 0..<Self.rounds {
            let column = columns[dice.below(columns.count)]
            let number = extremes[dice.below(extremes.count)]
            let value =
                column.type == "TEXT"
                ? "'\(number)'"
                : column.type == "BLOB"
                    ? "randomblob(\(dice.below(40)))" : "\(number == .min ? "(-9223372036854775807 - 1)" : "\(number)")"
            let all = dice.below(4) == 0
            try set(column, to: value, all: all, in: trail.trail + "/" + file, &dice)
            func point() -> String {
                "seed \(seed), round \(round): \(column.table).\(column.name) = \(value)\(all ? " in all rows" : "")"
            }
            if ProcessInfo.processInfo.environment["AUTHTRAIL_FUZZ_TELL"] != nil { print(point()) }
            if file == "catalog.sqlite" {
                for _ in 0..<3 { trail.ask(trail.questions[dice.below(trail.questions.count)], point()) }
            }
            trail.ask(["verify", "-q", "--output", "/dev/null"], point())
            let change = dice.below(2) == 0 ? "rebuild" : trail.changes[dice.below(trail.changes.count)][0]
            for words in trail.changes where words[0] == change { trail.ask(words, point()) }
            trail.ask(trail.questions[dice.below(trail.questions.count)], point())
            try trail.restore()
        }
    }
}
