import Catalog
import Columns
import Events
import Ingest
import Mappings
import Model
import TestSupport
import Testing
import Trail
import TrailSupport

/// Records of other systems of which only the fields of their events are kept.
struct KeptPartTests {
    let place = Place()

    private static func record(_ number: Int, extra: String = "") -> String {
        #"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/u","#
            + #""accessKeyId":"AKIA\#(number)"},"eventTime":"2026-04-26T00:00:\#(10 + number % 50)Z","#
            + #""eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceIPAddress":"203.0.113.7","#
            + #""requestParameters":{"key":"\#(extra)"},"eventID":"e-\#(number)"}"#
    }

    private func object(_ name: String, _ numbers: Range<Int>, extra: String = "") -> String {
        place.write(
            name, #"{"Records":["# + numbers.map { Self.record($0, extra: extra) }.joined(separator: ",") + "]}")
        return place.path(name)
    }

    private func ingest(_ kept: KeptPart, _ words: String...) throws -> IngestSummary {
        try Ingestor(TrailWriter(path: place.trail), choice: .recognized, kept: kept, now: { 1_780_272_000_000_000 })
            .ingest(Inputs.resolve(words))
    }

    private func records() throws -> [String?] {
        var found: [String?] = []
        try Trail(reading: place.trail).scan(EventScan(fields: .all)) { columns in
            found += (0..<columns.count).map { columns[.raw][$0] }
        }
        return found
    }

    @Test func `only fields are stored, and the events are the same`() throws {
        let path = object("a.json", 0..<5)
        #expect(try ingest(.fields, path).counts.stored == 5)
        #expect(try records() == [nil, nil, nil, nil, nil])
        #expect(try place.tokens() == (0..<5).map { "AKIA\($0)" })
        let other = Place()
        other.write("a.json", #"{"Records":["# + (0..<5).map { Self.record($0) }.joined(separator: ",") + "]}")
        _ = try other.ingest(other.path("a.json"), choice: .recognized)
        #expect(try place.lines() == other.lines())
    }

    @Test(arguments: [
        [KeptPart.fields, .fields], [.record, .fields], [.fields, .record], [.record, .record],
    ])
    func `what is delivered again counts once, whatever of it was kept`(_ kept: [KeptPart]) throws {
        #expect(try ingest(kept[0], object("a.json", 0..<10)).counts.stored == 10)
        let second = try ingest(kept[1], object("b.json", 5..<15), object("c.json", 8..<20)).counts
        #expect((second.stored, second.duplicate) == (10, 12))
        // Once more when small segments were merged.
        var policy = CompactionPolicy()
        policy.takesAll = true
        try Compaction(TrailWriter(path: place.trail), policy: policy).run(now: { 5 })
        let third = try ingest(kept[0], object("d.json", 0..<22)).counts
        #expect((third.stored, third.duplicate) == (2, 20))
        #expect(try place.tokens().count == 22)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `in one run, too, before anything of it is committed`() throws {
        let counts = try ingest(.fields, object("a.json", 0..<10), object("b.json", 0..<12)).counts
        #expect((counts.stored, counts.duplicate) == (12, 10))
    }

    @Test func `another event under the same id is stored and flagged`() throws {
        #expect(try ingest(.record, object("a.json", 0..<1)).counts.stored == 1)
        place.write("b.json", #"{"Records":["# + Self.record(0).replacing("203.0.113.7", with: "203.0.113.8") + "]}")
        let summary = try ingest(.fields, place.path("b.json"))
        #expect((summary.counts.stored, summary.counts.duplicate, summary.reused) == (1, 0, 1))
    }

    @Test func `a record that differs in what no field holds is the same event where fields are kept`() throws {
        #expect(try ingest(.fields, object("a.json", 0..<1)).counts.stored == 1)
        #expect(try ingest(.fields, object("b.json", 0..<1, extra: "other")).counts.duplicate == 1)
        // Where both have their record, it decides, as ever.
        let other = Place()
        for (name, extra) in [("a.json", ""), ("b.json", "other")] {
            other.write(name, #"{"Records":["# + Self.record(0, extra: extra) + "]}")
            _ = try other.ingest(other.path(name), choice: .recognized)
        }
        #expect(try other.tokens().count == 2)
    }

    @Test func `a line of our own format is never taken for an event of which only fields are kept`() throws {
        _ = try ingest(.fields, object("a.json", 0..<1))
        let line = try place.lines()[0]
        place.write("own.ndjson", line + "\n" + line + "\n")
        let summary = try Ingestor(
            TrailWriter(path: place.trail), deliveries: .atLeastOnce, choice: .native, kept: .fields,
            now: { 1_780_272_000_000_000 }
        ).ingest(Inputs.resolve([place.path("own.ndjson")]))
        #expect((summary.counts.stored, summary.counts.duplicate) == (1, 1))
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `a rebuilt trail knows what is delivered again`() throws {
        _ = try ingest(.fields, object("a.json", 0..<10))
        place.shell("rm trail/catalog.sqlite*")
        _ = try Rebuild(path: place.trail, force: false, skipsDamaged: false).run(now: 9)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
        #expect(try ingest(.record, object("b.json", 0..<11)).counts.duplicate == 10)
    }

    @Test func `a log that is followed keeps fields alone, before and after a kill`() throws {
        place.write("a.json", Self.record(1) + "\n")
        var options = Follower.Options()
        options.kept = .fields
        let followed = try Followed(place, "a.json", options: options)
        try followed.pass(seconds: 8)
        followed.kill()
        place.append("a.json", Self.record(2) + "\n" + Self.record(1) + "\n")
        try followed.start()
        try followed.pass(seconds: 8)
        try followed.stop()
        #expect(try records() == [nil, nil])
        #expect(try place.tokens() == ["AKIA1", "AKIA2"])
    }
}
