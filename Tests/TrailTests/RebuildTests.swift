import Catalog
import Events
import Foundation
import GRDB
import Ingest
import Model
import Testing
import Trail
import TrailSupport

/// A catalog that is made anew says what the old one said.
struct RebuildTests {
    let place = Place()

    private func line(_ day: String, _ event: String, _ rest: String) -> String {
        #"{"ts":"2026-\#(day)T08:00:00Z","event":"\#(event)",\#(rest)}"#
    }

    private func used(_ day: String, _ token: String) -> String {
        line(day, "used", #""token_id":"\#(token)","principal":"p-\#(token)""#)
    }

    /// Three logs, one of them compressed, over several runs and months; without lines that are no events, unless asked.
    private func grow(withOddLines: Bool = false) throws {
        let first = [
            line("01-05", "issued", #""token_id":"t1","principal":"p","actor":"maria","scopes":["a","b"]"#),
            used("01-06", "t1"), used("02-03", "t2"), line("02-04", "revoked", #""token_id":"t2""#),
            line("02-05", "failed", #""reason":"expired","ip":"10.0.0.1","presented":"x""#),
        ]
        place.write("a.ndjson", (withOddLines ? first + ["not json", " "] : first).joined(separator: "\n") + "\n")
        place.write("b.ndjson", used("02-01", "t3") + "\n\n" + used("02-02", "t3") + "\n")
        place.shell("gzip -c b.ndjson > c.ndjson.gz; rm b.ndjson")
        try place.ingest(place.folder)
        place.append(
            "a.ndjson",
            [
                line("03-01", "refreshed", #""token_id":"t4","old_token_id":"t1","principal":"p""#),
                used("03-02", "t4"),
                used("01-02", "t2"), used("02-20", "t1"),
            ].joined(separator: "\n") + "\n" + used("03-03", "t4"))
        try place.ingest(place.folder)
    }

    @discardableResult
    private func rebuild(force: Bool = false, skip: Bool = false) throws -> Rebuild.Outcome {
        try Rebuild(path: place.trail, force: force, skipsDamaged: skip).run(now: 9)
    }

    private func compact() throws {
        var policy = CompactionPolicy()
        policy.takesAll = true
        try Compaction(TrailWriter(path: place.trail), policy: policy).run(now: { 5 })
    }

    private func prune(_ day: String) throws {
        let writer = try TrailWriter(path: place.trail)
        let cut = try #require(Timestamp.parse(day + "T00:00:00Z"))
        try Pruning(writer).run(PrunePlan(writer.catalog.segments(), olderThan: cut), now: 7)
    }

    private func segments() throws -> [SegmentRecord] { try Trail(reading: place.trail).catalog.segments() }

    @Test(arguments: ["lost", "empty", "garbage", "cut"])
    func `everything comes back, whatever befell the catalog, and nothing is read twice`(fault: String) throws {
        try grow()
        let facts = try place.facts(), segments = try segments()
        switch fault {
        case "lost": place.shell("rm trail/catalog.sqlite*")
        case "empty": place.shell("rm -f trail/catalog.sqlite-*; : > trail/catalog.sqlite")
        case "garbage": place.shell("rm -f trail/catalog.sqlite-*; head -c 90000 /dev/urandom > trail/catalog.sqlite")
        default: place.shell("rm -f trail/catalog.sqlite-*; truncate -s 20000 trail/catalog.sqlite")
        }
        #expect(throws: (any Error).self) { try TrailWriter(path: place.trail) }
        let outcome = try rebuild()
        #expect(outcome.segments == segments.count)
        #expect(outcome.lost.isEmpty && outcome.skipped.isEmpty && outcome.traced.isEmpty)
        #expect(outcome.oldCatalog == (fault == "lost" ? nil : "catalog.sqlite.before-rebuild-1"))
        #expect(try place.facts() == facts)
        #expect(try self.segments() == segments)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
        #expect(try place.ingest(place.folder).counts.lines == 0)
        // The newline of the last line is still to come, and no line of its own.
        place.append("a.ndjson", "\n" + used("03-04", "t4") + "\n")
        #expect(try place.ingest(place.folder).counts.lines == 1)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `a sound catalog is not replaced unless it must be, and then it is kept`() throws {
        try grow()
        #expect(throws: TrailError.catalogSound(path: place.trail)) { try rebuild() }
        let facts = try place.facts()
        #expect(try rebuild(force: true).oldCatalog == "catalog.sqlite.before-rebuild-1")
        #expect(try rebuild(force: true).oldCatalog == "catalog.sqlite.before-rebuild-2")
        #expect(try place.facts() == facts)
        let old = try Catalog.reading(path: place.trail + "/catalog.sqlite.before-rebuild-1")
        #expect(try old.segments() == segments())
    }

    @Test func `after merging and dropping, everything comes back too`() throws {
        try grow()
        try compact()
        try prune("2026-02-01")
        let facts = try place.facts(withLines: false), segments = try segments()
        #expect(segments.map(\.rank).contains { rank in !segments.map(\.id).contains(rank) })
        place.shell("rm trail/catalog.sqlite*")
        let outcome = try rebuild()
        #expect(outcome.lost.isEmpty)
        #expect(try place.facts(withLines: false) == facts)
        #expect(try self.segments() == segments)
        let catalog = try Trail(reading: place.trail).catalog
        #expect(try catalog.pruned()?.events == 3)
        #expect(try catalog.prunedLines() == [1: 3])
        #expect(try catalog.coverage()?.lowerBound == Timestamp.parse("2026-02-01T08:00:00Z"))
        #expect(try place.ingest(place.folder).counts.lines == 0)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `a trail of which all was dropped still knows how far its logs are read`() throws {
        try grow()
        try prune("2026-05-01")
        place.shell("rm trail/catalog.sqlite*")
        #expect(try rebuild().segments == 0)
        #expect(try place.ingest(place.folder).counts.lines == 0)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `files that were merged or dropped and wait for a reader do not come back`() throws {
        try grow()
        let reader = try Trail(reading: place.trail)
        try compact()
        try prune("2026-02-01")
        let facts = try place.facts(withLines: false)
        // The catalog is lost while somebody still reads; this one would be waited for.
        withExtendedLifetime(reader) { place.shell("cp -r trail copy; rm copy/catalog.sqlite*") }
        let outcome = try Rebuild(path: place.path("copy")).run(now: 9)
        #expect(outcome.dead.count == 5)
        place.shell("rm -r trail; mv copy trail")
        #expect(try place.facts(withLines: false) == facts)
        _ = try TrailWriter(path: place.trail)
        #expect(outcome.dead.allSatisfy { !FileManager.default.fileExists(atPath: place.trail + "/" + $0) })
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `lines that only the catalog had are counted as lost, and such a log is not given back with holes`()
        throws
    {
        try grow(withOddLines: true)
        // The last batch has nothing but a line that is no event: no segment tells of it, so it is read again.
        place.append("a.ndjson", "\nnot json either\n")
        #expect(try place.ingest(place.folder).counts.quarantined == 1)
        let stored = try place.lines()
        let outcome = try rebuild(force: true)
        #expect(outcome.lost.map(\.sourceID) == [1])
        #expect(outcome.lost[0].quarantined == 1 && outcome.lost[0].blank == 1 && outcome.lost[0].stored == 0)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
        let again = try place.ingest(place.folder)
        #expect(again.counts.stored == 0 && again.counts.quarantined == 1)
        #expect(try place.lines() == stored)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `a damaged segment is named, and left out only on demand`() throws {
        try grow()
        let segment = try #require(try segments().first { $0.month == 673 })
        let path = place.trail + "/" + segment.file
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[60] ^= 4
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        place.shell("rm trail/catalog.sqlite*")
        let error = #expect(throws: TrailError.self) { try rebuild() }
        #expect(error.map { "\($0)" }?.contains(segment.file) == true)
        #expect(!FileManager.default.fileExists(atPath: place.trail + "/catalog.sqlite"))
        let outcome = try rebuild(skip: true)
        #expect(outcome.skipped.map(\.file) == [segment.file])
        #expect(outcome.lost.reduce(0) { $0 + $1.stored } == segment.rows)
        #expect(try Trail(reading: place.trail).catalog.sources().map(\.counts.stored) == [10, 2])
        // Its lines were read, so they are not read again; its file is put aside.
        #expect(try place.ingest(place.folder).counts.lines == 0)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
        #expect(try FileManager.default.contentsOfDirectory(atPath: place.trail + "/orphans").count == 1)
    }

    @Test func `a damaged merged segment is done without while those that it was merged from are there`() throws {
        try grow()
        let facts = try place.facts().sorted()
        let reader = try Trail(reading: place.trail)
        try compact()
        let merged = try #require(try segments().first { $0.id != $0.rank })
        withExtendedLifetime(reader) { place.shell("cp -r trail copy; rm copy/catalog.sqlite*") }
        place.shell(
            "printf XXXX | dd of=copy/\(merged.file) bs=1 seek=60 conv=notrunc status=none; rm -r trail; mv copy trail")
        let outcome = try rebuild()
        #expect(outcome.skipped.map(\.file) == [merged.file])
        #expect(outcome.lost.isEmpty)
        #expect(try place.facts().sorted() == facts)
    }

    /// Segments as versions before this one wrote them: nothing in them tells of sources.
    private func old(_ text: String, name: String = "old.ndjson") throws {
        place.write(name, text)
        var reader = LineReader(), batch = EventBatch()
        let bytes = Array(text.utf8)
        _ = reader.read(bytes.span.bytes, at: 0, source: place.path(name), sourceID: 1, into: &batch)
        let builder = SegmentBuilder()
        for (month, columns) in batch.takeMonths() { try builder.add(columns, month: month) }
        let writer = try TrailWriter(path: place.trail)
        _ = try writer.commit(CatalogBatch(committedAt: 1), builder.take())
        place.shell("rm trail/catalog.sqlite*")
    }

    @Test func `of older segments the lines themselves tell which file they are from and how far it was read`() throws {
        let text = (1...60).map { used("0\($0 % 3 + 1)-0\($0 % 9 + 1)", "t\($0)") }.joined(separator: "\n") + "\n"
        try old(text)
        let outcome = try rebuild()
        #expect(outcome.traced == [1])
        #expect(outcome.lost.isEmpty)
        #expect(try place.ingest(place.path("old.ndjson")).counts.lines == 0)
        place.append("old.ndjson", used("03-09", "new") + "\n")
        #expect(try place.ingest(place.path("old.ndjson")).counts.stored == 1)
        #expect(try place.lines().count == 61)
        // Merged once, the segments tell it themselves.
        try compact()
        place.shell("rm trail/catalog.sqlite*")
        #expect(try rebuild().traced.isEmpty)
        #expect(try place.ingest(place.path("old.ndjson")).counts.lines == 0)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `an older log whose first line is not known is refused, not read a second time`() throws {
        try old("not json\n" + used("01-01", "t1") + "\n" + used("01-02", "t2") + "\n")
        let outcome = try rebuild()
        #expect(outcome.lost.map(\.isUnplaced) == [true])
        let again = try place.ingest(place.path("old.ndjson"))
        #expect(again.counts.lines == 0)
        #expect(again.problems.count == 1)
        #expect("\(again.problems.first.map { "\($0.error)" } ?? "")".contains("give it another name"))
        place.shell("mv old.ndjson other.ndjson")
        #expect(try place.ingest(place.path("other.ndjson")).counts.stored == 2)
    }

    @Test func `a damaged file of what was dropped is named, and done without only on demand`() throws {
        try grow()
        try prune("2026-02-01")
        place.shell("rm trail/catalog.sqlite*; truncate -s 5000 trail/pruned.sqlite")
        let error = #expect(throws: TrailError.self) { try rebuild() }
        #expect(error.map { "\($0)" }?.contains("pruned.sqlite") == true)
        let outcome = try rebuild(skip: true)
        #expect(outcome.lost.map(\.stored) == [3])
        #expect(try place.ingest(place.folder).counts.lines == 0)
    }

    @Test(arguments: [
        "DELETE FROM grdb_migrations WHERE identifier LIKE '3%'", "INSERT INTO grdb_migrations VALUES ('9 later')",
    ])
    func `the catalog of another version is not taken for a damaged one`(statement: String) throws {
        try grow()
        let catalog = try Catalog.ledger(path: place.trail + "/catalog.sqlite")
        try catalog.write("change") { db in try db.execute(sql: statement) }
        try catalog.close()
        for force in [false, true] {
            let error = #expect(throws: CatalogError.self) { try rebuild(force: force) }
            #expect(error.map { "\($0)" }?.contains("version") == true)
        }
    }

    @Test func `a folder without segments, or with a writer at work, is refused`() throws {
        #expect(throws: TrailError.missing(path: place.path("nothing"))) { try Rebuild(path: place.path("nothing")) }
        place.shell("mkdir -m 700 trail")
        #expect(throws: TrailError.noSegments(path: place.trail)) { try rebuild() }
        try grow()
        let writer = try TrailWriter(path: place.trail)
        withExtendedLifetime(writer) {
            _ = #expect(throws: (any Error).self) { try Rebuild(path: place.trail, force: true) }
        }
    }
}
