import Catalog
import Events
import Foundation
import GRDB
import Ingest
import Model
import Testing
import Trail
import TrailSupport

/// What is delivered at least once is stored once, and every file comes back as it was.
struct DeliveryTests {
    let place = Place()
    private let a = failure("a", 1), b = failure("b", 2), c = failure("c", 3), d = failure("d", 4)

    private func expectSound(_ names: String..., stored: [String]) throws {
        #expect(try place.storedLines() == stored.sorted())
        for name in names { #expect(try place.givenBack(name) == place.content(name)) }
        #expect(try place.faults() == [])
    }

    @Test func `a line twice in one file is stored once, and the counters say so`() throws {
        place.write("a.log", text(a, b, a, c, a, b))
        let summary = try place.ingestAgain("a.log")
        #expect(summary.counts.lines == 6 && summary.counts.stored == 3 && summary.counts.duplicate == 3)
        #expect(summary.counts.flagged == 0 && summary.reused == 0)
        #expect(try place.counts("a.log") == summary.counts)
        try expectSound("a.log", stored: [a, b, c])
        #expect(try Trail(reading: place.trail).catalog.duplicateSpans(ofSource: 1, behind: 0, atMost: 9).count == 2)
    }

    @Test func `without the option both are kept`() throws {
        place.write("a.log", text(a, b, a))
        #expect(try place.ingest(place.path("a.log")).counts.stored == 3)
        try expectSound("a.log", stored: [a, a, b])
    }

    @Test(arguments: [2, 1 << 20])
    func `a file that holds what another one holds is one span, in one run`(batch: Int) throws {
        place.write("a.log", text(a, b, c))
        place.write("b.log", text(d, a, b, c))
        var limits = IngestLimits()
        limits.batchRows = batch
        limits.rowsPerBatch = min(batch, limits.rowsPerBatch)
        let summary = try place.ingestAgain("a.log", "b.log", limits: limits)
        #expect(summary.counts.stored == 4 && summary.counts.duplicate == 3)
        let spans = try Trail(reading: place.trail).catalog.duplicateSpans(ofSource: 2, behind: 0, atMost: 9)
        let line = Int64(a.utf8.count + 1)
        #expect(
            spans == [
                DuplicateSpan(
                    sourceID: 2, from: line, to: 4 * line - 1, lines: 3, originalID: 1, originalOffset: 0)
            ])
        try expectSound("a.log", "b.log", stored: [a, b, c, d])
    }

    @Test func `what comes in a later run is known, and once more in a third one`() throws {
        place.write("a.log", text(a, b, c))
        try place.ingestAgain("a.log")
        place.write("b.log", text(d, b, c))
        #expect(try place.ingestAgain("b.log").counts.duplicate == 2)
        place.write("c.log", text(c, d))
        let third = try place.ingestAgain("c.log")
        #expect(third.counts.duplicate == 2 && third.counts.stored == 0 && third.segments == 0)
        try expectSound("a.log", "b.log", "c.log", stored: [a, b, c, d])
        #expect(try place.ingestAgain("a.log", "b.log", "c.log").counts.lines == 0)
    }

    @Test func `what was read as delivered once is known to what is delivered again`() throws {
        place.write("a.log", text(a, b, a))
        try place.ingest(place.path("a.log"))
        place.write("b.log", text(b, a))
        #expect(try place.ingestAgain("b.log").counts.duplicate == 2)
        try expectSound("a.log", "b.log", stored: [a, a, b])
    }

    @Test func `merging changes nothing that is known`() throws {
        for (name, lines) in [("a.log", text(a, b)), ("b.log", text(c, a)), ("c.log", text(d, c, b))] {
            place.write(name, lines)
            try place.ingestAgain(name)
        }
        try place.merge()
        #expect(try Trail(reading: place.trail).catalog.segments().count == 1)
        try expectSound("a.log", "b.log", "c.log", stored: [a, b, c, d])
        place.write("d.log", text(b, d))
        #expect(try place.ingestAgain("d.log").counts.duplicate == 2)
        try expectSound("a.log", "b.log", "c.log", "d.log", stored: [a, b, c, d])
    }

    @Test func `kind, time and id must be alike: other words under one id are stored and flagged`() throws {
        let other = failure("a", 1, rest: ",\"x\":1"), later = failure("a", 2)
        let used = #"{"ts":"2026-05-01T00:00:01Z","event":"used","token_id":"t","event_id":"a"}"#
        place.write("a.log", text(a, other, later, used, other, a))
        let summary = try place.ingestAgain("a.log")
        #expect(summary.counts.stored == 4 && summary.counts.duplicate == 2)
        #expect(summary.reused == 1 && summary.counts.flagged == 1)
        try expectSound("a.log", stored: [a, other, later, used])
        place.write("b.log", text(later, other, failure("a", 1, rest: ",\"x\":2"), a))
        let again = try place.ingestAgain("b.log")
        #expect(again.counts.duplicate == 3 && again.counts.stored == 1 && again.reused == 1)
        #expect(try place.counts("b.log").flagged == 1)
        #expect(try place.faults() == [])
    }

    @Test func `a line without an id, or with an empty one, is an event of its own`() throws {
        let none = #"{"ts":"2026-05-01T00:00:01Z","event":"used","token_id":"t"}"#
        let empty = #"{"ts":"2026-05-01T00:00:01Z","event":"used","token_id":"t","event_id":""}"#
        place.write("a.log", text(none, empty, none, empty))
        #expect(try place.ingestAgain("a.log").counts.stored == 4)
        try expectSound("a.log", stored: [none, none, empty, empty])
    }

    @Test func `what is odd about a line that is not stored again is not counted again`() throws {
        let odd = failure("o", 5, rest: ",\"latency_ms\":\"x\"")
        let future = #"{"ts":"2027-05-01T00:00:01Z","event":"used","token_id":"t","event_id":"f"}"#
        place.write("a.log", text(odd, future, odd, future) + future)
        let writer = try TrailWriter(path: place.trail)
        let summary = try Ingestor(
            writer, deliveries: .atLeastOnce, takesUnfinishedLines: true, now: { [place] in place.clock }
        ).ingest(Inputs.resolve([place.path("a.log")]))
        #expect(summary.counts.duplicate == 3 && summary.counts.flagged == 2 && summary.future == 1)
        try expectSound("a.log", stored: [odd, future])
    }

    @Test func `months, blank lines, quarantine and duplicates stand side by side`() throws {
        let lines = [failure("x", 1, month: 3), "", "not json", failure("y", 1, month: 4), " ", failure("z", 1)]
        place.write("a.log", lines.joined(separator: "\n") + "\n")
        place.write("b.log", (["no"] + lines.reversed()).joined(separator: "\n"))
        try place.ingestAgain("a.log")
        let summary = try place.ingestAgain("b.log")
        #expect(summary.counts.lines == 7 && summary.counts.duplicate == 3 && summary.counts.quarantined == 2)
        try expectSound("a.log", "b.log", stored: [lines[0], lines[3], lines[5]])
    }

    @Test func `credentials are replaced first, and compared as they are stored`() throws {
        let secret = failure("s", 7, rest: ",\"user_agent\":\"Bearer abcdefghijklmnopqrstuvwxyz0123456789\"")
        let other = failure("s", 7, rest: ",\"user_agent\":\"Bearer abcdefghijklmnopqrstuvwxyz0123456780\"")
        place.write("a.log", text(secret, a, secret))
        let summary = try place.ingestAgain("a.log")
        #expect(summary.counts.duplicate == 1 && summary.counts.redacted == 1)
        place.write("b.log", text(b, secret, a, other))
        let again = try place.ingestAgain("b.log")
        #expect(again.counts.duplicate == 2 && again.reused == 1 && again.counts.redacted == 1)
        let back = try place.givenBack("b.log").split(separator: "\n").map(String.init)
        #expect(back.count == 4 && back[0] == b && back[2] == a && back[1].contains("bearer"))
        #expect(back[1] == (try place.givenBack("a.log").split(separator: "\n").map(String.init))[2])
        #expect(!back.joined().contains("abcdefghij") && back[1] != back[3])
        #expect(try place.faults() == [])
    }

    @Test func `a copy of a file whose lines are stored as those of others is not read`() throws {
        place.write("a.log", text(a, b, c, d))
        try place.ingestAgain("a.log")
        place.write("b.log", text(d, c, b, a))
        try place.ingestAgain("b.log")
        place.shell("cp b.log copy.log; gzip -c b.log > packed.log.gz")
        let summary = try place.ingestAgain("copy.log", "packed.log.gz")
        #expect(summary.counts.lines == 0)
        place.append("b.log", text(failure("e", 9)))
        #expect(try place.ingestAgain("b.log").counts.lines == 1)
        try expectSound("b.log", stored: [a, b, c, d, failure("e", 9)])
    }

    @Test func `a segment that is damaged is told, and costs no more than what it holds`() throws {
        place.write("a.log", text(a, b))
        try place.ingestAgain("a.log")
        place.write("c.log", text(c))
        try place.ingestAgain("c.log")
        place.shell("f=$(ls trail/segments/*/*.parquet | head -1); head -c 100 /dev/zero | dd of=$f conv=notrunc")
        place.shell("f=$(ls trail/segments/*/*.parquet | head -1); truncate -s 100 $f")
        place.write("b.log", text(a, c))
        let summary = try place.ingestAgain("b.log")
        #expect(summary.counts.duplicate == 1 && summary.counts.stored == 1 && summary.uncompared != nil)
    }

    @Test func `a span that points at nothing is named`() throws {
        place.write("a.log", text(a, b))
        place.write("b.log", text(c, b))
        try place.ingestAgain("a.log", "b.log")
        try TrailWriter(path: place.trail).catalog.write("point elsewhere") { db in
            try db.execute(sql: "UPDATE duplicate_spans SET original_offset = original_offset + 1")
        }
        let problems = try place.faults()
        #expect(problems.count == 1 && problems[0].object == "source" && problems[0].name == place.path("b.log"))
        #expect(problems.first?.what.contains("a line from byte \(c.utf8.count + 1)") ?? false)
        #expect(throws: MissingOriginal.self) { try place.givenBack("b.log") }
    }
}
