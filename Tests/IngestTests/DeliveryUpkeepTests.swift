import Catalog
import Events
import Foundation
import GRDB
import Ingest
import Model
import Testing
import Trail
import TrailSupport

/// Lines delivered again, through rebuild, prune, following and the end of the process.
struct DeliveryUpkeepTests {
    let place = Place()
    private let a = failure("a", 1), b = failure("b", 2), c = failure("c", 3), d = failure("d", 4)

    @discardableResult
    private func rebuild(skip: Bool = false) throws -> Rebuild.Outcome {
        try Rebuild(path: place.trail, force: true, skipsDamaged: skip).run(now: 9)
    }

    /// Where lines of the second source stand that were dropped where they are stored, and how many it has in all.
    private func dropped() throws -> (from: [Int64], all: [Int64: Int64]) {
        let catalog = try Trail(reading: place.trail).catalog
        return (try catalog.prunedDuplicates(ofSource: 2).map(\.from), try catalog.duplicateLines())
    }

    @Test(arguments: [false, true])
    func `a rebuild knows all spans that come before a stored line`(merged: Bool) throws {
        place.write("a.log", text(a, b, c))
        place.write("b.log", text(a, c, b, d))
        try place.ingestAgain("a.log")
        try place.ingestAgain("b.log")
        if merged { try place.merge() }
        let facts = try place.facts()
        let outcome = try rebuild()
        #expect(outcome.lost == [])
        #expect(try place.facts() == facts)
        #expect(try place.givenBack("b.log") == place.content("b.log"))
        #expect(try place.faults() == [])
        #expect(try place.ingestAgain("a.log", "b.log").counts.lines == 0)
    }

    @Test func `spans of a run that stored nothing are told by the next segment of their source`() throws {
        place.write("a.log", text(a, b, c))
        try place.ingestAgain("a.log")
        place.write("b.log", text(a, c))
        #expect(try place.ingestAgain("b.log").segments == 0)
        place.append("b.log", text(b))
        #expect(try place.ingestAgain("b.log").segments == 0)
        place.append("b.log", text(d, a))
        #expect(try place.ingestAgain("b.log").segments == 1)
        #expect(try Trail(reading: place.trail).catalog.unnotedSpans(atMost: 9) == [])
        #expect(try rebuild().lost == [])
        #expect(try place.givenBack("b.log") == place.content("b.log"))
        #expect(try place.faults() == [])
    }

    @Test func `what no segment tells is read again after a rebuild, and found again`() throws {
        place.write("a.log", text(a, b, c))
        try place.ingestAgain("a.log")
        place.write("b.log", text(a, c))
        try place.ingestAgain("b.log")
        #expect(try rebuild().lost == [])
        #expect(try Trail(reading: place.trail).catalog.sources().count == 1)
        #expect(try place.ingestAgain("b.log").counts.duplicate == 2)
        #expect(try place.givenBack("b.log") == place.content("b.log"))
        #expect(try place.storedLines() == [a, b, c])
        #expect(try place.faults() == [])
    }

    @Test func `a rebuild without the segment that told of them says what is lost`() throws {
        place.write("a.log", text(a, b, c))
        try place.ingestAgain("a.log")
        place.write("b.log", text(a, d))
        try place.ingestAgain("b.log")
        place.append("b.log", text(failure("e", 9)))
        try place.ingestAgain("b.log")
        let told = try Trail(reading: place.trail).catalog.segments()[1].file
        place.shell("rm trail/\(told)")
        let outcome = try rebuild()
        #expect(outcome.lost.map(\.duplicate) == [1] && outcome.lost.map(\.stored) == [1])
        #expect(try place.faults() == [])
    }

    @Test func `what was stored first and dropped is told as dropped, before and after a rebuild`() throws {
        let old = failure("x", 1, month: 3), young = failure("y", 1)
        place.write("a.log", text(old, young))
        place.write("b.log", text(young, old, a))
        try place.ingestAgain("a.log", "b.log")
        try place.prune("2026-04-01")
        for _ in 0..<2 {
            #expect(try place.faults() == [])
            #expect(try place.storedLines() == [a, young].sorted())
            let (dropped, again) = try dropped()
            #expect(dropped == [Int64(young.utf8.count + 1)])
            #expect(again == [2: 2])
            #expect(try place.ingestAgain("a.log", "b.log").counts.lines == 0)
            try rebuild()
        }
        // It is no event that is stored, so it is stored again.
        place.write("c.log", text(d, old, young))
        let late = try place.ingestAgain("c.log")
        #expect(late.counts.stored == 2 && late.counts.duplicate == 1)
        #expect(try place.givenBack("c.log") == place.content("c.log"))
        #expect(try place.faults() == [])
    }

    @Test func `a follower stores a line once that comes in two logs and in two rotations`() throws {
        place.write("a.log", text(a, b))
        var options = Follower.Options()
        options.deliveries = .atLeastOnce
        let followed = try Followed(place, "*.log", options: options)
        try followed.pass(seconds: 2)
        place.write("b.log", text(b, c))
        try followed.discover()
        try followed.pass(seconds: 2)
        for round in 0..<40 {
            place.append("a.log", text(c, failure("n\(round)", 100 + round)))
            place.append("b.log", text(failure("n\(round)", 100 + round), a))
            try followed.pass(seconds: 1)
        }
        place.shell("mv a.log a.log.1")
        place.write("a.log", text(a, d, failure("n3", 103)))
        try followed.discover()
        try followed.pass(seconds: 3)
        let summary = try followed.stop()
        let stored = [a, b, c, d] + (0..<40).map { failure("n\($0)", 100 + $0) }
        #expect(try place.storedLines() == stored.sorted())
        #expect(summary.counts.stored == 44 && summary.counts.lines == 2 + 2 + 160 + 3)
        #expect(summary.counts.duplicate == 167 - 44)
        for name in ["b.log", "a.log.1", "a.log"] { #expect(try place.givenBack(name) == place.content(name)) }
        #expect(try place.faults() == [])
    }

    @Test func `who is killed between two commits reads the rest again and finds the same`() throws {
        place.write("a.log", text(a, b))
        var options = Follower.Options()
        options.deliveries = .atLeastOnce
        let followed = try Followed(place, "*.log", options: options)
        try followed.pass(seconds: 2)
        place.append("a.log", text(a, c, b, c))
        try followed.poll()
        followed.kill()
        #expect(try place.counts("a.log").lines == 2)
        try followed.start()
        try followed.pass(seconds: 2)
        try followed.stop()
        #expect(try place.storedLines() == [a, b, c])
        #expect(try place.counts("a.log").duplicate == 3)
        #expect(try place.givenBack("a.log") == place.content("a.log"))
        #expect(try place.faults() == [])
    }

    @Test func `a trail of an older version goes on, and counts`() throws {
        place.write("a.log", text(a, b) + "not json\n")
        try place.ingest(place.path("a.log"))
        let before = try place.counts("a.log")
        try makeOlder()
        place.write("b.log", text(b, c))
        #expect(try place.ingestAgain("b.log").counts.duplicate == 1)
        #expect(try place.counts("a.log") == before)
        #expect(try place.faults() == [])
    }

    /// The catalog as the version before counted knew it: without what came with it and after it.
    private func makeOlder() throws {
        try TrailWriter(path: place.trail).close()
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        try DatabaseQueue(path: place.trail + "/catalog.sqlite", configuration: configuration).write { db in
            try db.execute(
                sql: """
                    DELETE FROM grdb_migrations WHERE identifier IN ('8 lines delivered again', '9 mapped sources');
                    DROP TABLE duplicate_spans;
                    DROP TABLE source_types;
                    DROP TABLE mappings;
                    DELETE FROM table_sums WHERE name IN ('duplicate_spans', 'source_types', 'mappings');
                    """)
            let later = ["duplicate", "skipped", "unmapped", "mapping", "frame"]
            for table in ["sources", "batches", "lost_lines"] {
                let sql = try #require(
                    try String.fetchOne(
                        db, sql: "SELECT sql FROM sqlite_master WHERE name = ?", arguments: [table]))
                let old = later.reduce(String(sql[sql.firstIndex(of: "(")!...])) { text, name in
                    text.replacing(" + \(name)", with: "")
                        .replacing(try! Regex(",\\n +\(name) +(INTEGER NOT NULL DEFAULT 0|TEXT)"), with: "")
                }
                let columns = try db.columns(in: table).map(\.name).filter { !later.contains($0) }
                try db.execute(
                    sql: """
                        CREATE TABLE older \(old);
                        INSERT INTO older SELECT \(columns.joined(separator: ", ")) FROM \(table);
                        DROP TABLE \(table);
                        ALTER TABLE older RENAME TO \(table);
                        """)
                for change in ["INSERT", "UPDATE", "DELETE"] {
                    let name = "\(table)_\(change == "INSERT" ? "inserted" : change.lowercased() + "d")"
                    try db.execute(sql: "CREATE TRIGGER \(name) AFTER \(change) ON \(table) BEGIN SELECT 1; END")
                }
            }
            #expect(try !db.columns(in: "sources").map(\.name).contains("duplicate"))
        }
    }
}
