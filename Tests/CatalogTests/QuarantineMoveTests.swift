import Events
import Foundation
import GRDB
import Testing

@testable import Catalog

/// Catalogs of earlier versions, in which each quarantined line is a row.
final class QuarantineMoveTests {
    private let path = NSTemporaryDirectory() + "authtrail-move-" + UUID().uuidString + ".sqlite"

    deinit {
        for suffix in ["", "-wal", "-shm", "-queue"] { try? FileManager.default.removeItem(atPath: path + suffix) }
    }

    /// A catalog as version 7 of the tables has it, with two sources, `count` lines in each, and a batch for each ten.
    private func makeOld(count: Int, then statement: String? = nil) throws {
        let queue = try DatabaseQueue(path: path, configuration: Catalog.configuration(Patience()))
        try queue.writeWithoutTransaction { db in try db.execute(sql: "PRAGMA journal_mode = WAL") }
        try CatalogMigrations.migrator.migrate(queue, upTo: "7 what is wrong with inputs")
        try queue.write { db in
            for id in 1...2 {
                try db.execute(
                    sql: """
                        INSERT INTO sources (source_id, path, log, compressed, head_length, head_hash, tail_length,
                            tail_hash, start, checkpoint, open_line, size, lines, stored, quarantined, blank, flagged)
                        VALUES (?1, ?2, ?2, 0, 0, '', 0, '', 0, 0, 0, 0, ?3, 0, ?3, 0, 0)
                        """, arguments: [id, "/log/\(id)", count])
            }
            for line in 0..<count {
                if line % 10 == 0 {
                    try db.execute(
                        sql: """
                            INSERT INTO batches (committed_at, lines, stored, quarantined, blank, flagged, bytes_in, bytes_stored,
                                segments) VALUES (?, ?, 0, ?, 0, 0, 0, 0, 0)
                            """, arguments: [1000 + line, 2 * min(10, count - line), 2 * min(10, count - line)])
                }
                for source in 1...2 {
                    try db.execute(
                        sql: """
                            INSERT INTO quarantine (batch_id, source_id, source, source_offset, length, reason, detail, bytes, redacted)
                            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                            """,
                        arguments: [
                            line / 10 + 1, source, "/log/\(source)", line * 100, 99,
                            line % 3 == 0 ? "missing_field" : "not_json",
                            line % 3 == 0 ? "token_id" : "at byte \(line)",
                            Data("line \(line) of source \(source)".utf8),
                            line % 50 == 7 ? "jwt" : nil,
                        ])
                }
            }
        }
        if let statement {
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON")
                try db.execute(sql: statement)
            }
        }
        try queue.close()
    }

    private func blocks(_ catalog: Catalog) throws -> Int {
        try catalog.read("count") { db in try Int.fetchOne(db, sql: "SELECT count(*) FROM quarantine_blocks") ?? 0 }
    }

    @Test func `a writer moves the lines of an old catalog into blocks, and a reader waits for one to do it`() throws {
        try makeOld(count: 500)
        #expect(throws: CatalogError.older(path: path)) { try Catalog.reading(path: path) }
        try Catalog.writing(path: path).close()
        let catalog = try Catalog.reading(path: path)
        #expect(try blocks(catalog) == 2)
        #expect(
            try catalog.quarantineByReason().map { "\($0)" } == [
                #"(reason: "not_json", lines: 666)"#, #"(reason: "missing_field", lines: 334)"#,
            ])
        #expect(
            try catalog.quarantinedFields().map { "\($0)" } == [
                #"(reason: "missing_field", field: "token_id", lines: 334)"#
            ])
        #expect(try catalog.quarantinedLine(source: "/log/2", offset: 49_900) == Array("line 499 of source 2".utf8))
        #expect(try catalog.quarantinedLine(source: "/log/2", offset: 49_901) == nil)
        let secrets = try catalog.quarantinedSecrets()
        #expect(secrets.count == 20 && secrets.allSatisfy { $0.types == "jwt" })
        // Line 57 was read by the batch that began with line 50.
        #expect(secrets.first { $0.offset == 5_700 }?.readAt == 1050)
        #expect(try catalog.integrityProblems() == [])
        #expect(try catalog.read("look") { db in try db.tableExists("quarantine") } == false)
        #expect(try catalog.sumProblems().isEmpty)
        #expect(try catalog.counterProblems() == [])
        #expect(try catalog.quarantineProblems().isEmpty)
        #expect(try TokenRecount(of: catalog).schemaProblems(of: catalog) == [])
    }

    @Test func `an old catalog gives back the room that its quarantine took`() throws {
        try makeOld(count: 30_000)
        let before = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        #expect(before > 6_000_000)
        try Catalog.writing(path: path).close()
        let after = try #require(try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int)
        #expect(after < 1_000_000)
    }

    @Test func `an old catalog whose lines are damaged does not look sound afterwards, and is read on`() throws {
        let triggers = "DROP TRIGGER quarantine_updated; "
        let trigger = """
            ; CREATE TRIGGER quarantine_updated AFTER UPDATE ON quarantine BEGIN
                UPDATE table_sums SET sum = sum WHERE name = 'quarantine';
            END
            """
        try makeOld(count: 20, then: triggers + "UPDATE quarantine SET bytes = x'41' WHERE quarantine_id = 5" + trigger)
        try Catalog.writing(path: path).close()
        let catalog = try Catalog.reading(path: path)
        #expect(
            try catalog.sumProblems().map { "\($0)" } == [
                #"(table: "quarantine_blocks", what: "has a row that is not what was written")"#
            ])
        #expect(try catalog.quarantineByReason().reduce(0) { $0 + $1.lines } == 40)
    }

    @Test func `a line whose numbers are impossible is left out and missed`() throws {
        try makeOld(count: 20, then: "UPDATE quarantine SET source_offset = -5 WHERE quarantine_id = 5")
        try Catalog.writing(path: path).close()
        let catalog = try Catalog.reading(path: path)
        #expect(try catalog.counterProblems() == ["/log/1 counts 20 quarantined lines; 19 are there"])
        #expect(try catalog.quarantineByReason().reduce(0) { $0 + $1.lines } == 39)
    }
}
