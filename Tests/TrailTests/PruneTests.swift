import Catalog
import Events
import Files
import Foundation
import Ingest
import Model
import Rollups
import Testing
import Trail
import TrailSupport

/// Months are dropped, and what is left still adds up.
struct PruneTests {
    let place = Place()

    /// `{"ts":…,"event":…}` on a day of 2026.
    private func line(_ day: String, _ event: String, _ rest: String) -> String {
        #"{"ts":"2026-\#(day)T08:00:00Z","event":"\#(event)",\#(rest)}"#
    }

    private func used(_ day: String, _ token: String) -> String { line(day, "used", #""token_id":"\#(token)""#) }

    private func prune(_ cut: String) throws -> [Int32] {
        let writer = try TrailWriter(path: place.trail)
        let plan = PrunePlan(try writer.catalog.segments(), olderThan: Timestamp.parse(cut + "T00:00:00Z")!)
        try Pruning(writer).run(plan, now: 7)
        return plan.months.map(\.month)
    }

    /// Two logs over January to April, with a line in between that is no event.
    private func grow() throws {
        place.write(
            "a.ndjson",
            [
                line("01-05", "issued", #""token_id":"old","principal":"p","actor":"maria","scopes":["a"]"#),
                used("01-06", "old"), used("01-06", "old"), used("02-03", "old"), "not json",
                used("02-04", "gone"), used("03-01", "other"), used("04-20", "old"),
            ].joined(separator: "\n") + "\n")
        place.write(
            "b.ndjson", [used("02-10", "b"), used("01-31", "b"), "", used("04-02", "b")].joined(separator: "\n"))
        try place.ingest(place.path("a.ndjson"), place.path("b.ndjson"))
    }

    @Test func `only whole months that end before the cut go, with their files`() throws {
        try grow()
        #expect(try prune("2026-01-31") == [])
        #expect(try prune("2026-02-28") == [672])
        #expect(try prune("2026-03-01") == [673])
        let trail = try Trail(reading: place.trail)
        #expect(try trail.catalog.segments().map(\.month) == [674, 675])
        #expect(try place.lines().count == 3)
        #expect(try names(inFolder: place.trail + "/segments") == ["month=2026-03", "month=2026-04"])
        #expect(try trail.verify().problems.isEmpty)
        #expect(try trail.catalog.pruned()?.events == 7)
    }

    @Test func `what was dropped is not read again, and the counters tell where it went`() throws {
        try grow()
        let before = try Trail(reading: place.trail).catalog.sources()
        _ = try prune("2026-03-01")
        let again = try place.ingest(place.path("a.ndjson"), place.path("b.ndjson"))
        #expect(again.counts.lines == 0)
        let catalog = try Trail(reading: place.trail).catalog
        #expect(try catalog.sources() == before)
        #expect(try catalog.prunedLines() == [1: 5, 2: 2])
        // In a.ndjson the line that is none stands between two stretches.
        let spans = try catalog.prunedSpans(ofSource: 1)
        #expect(spans.map(\.lines) == [4, 1])
        #expect(spans[0].from == 0 && spans[1].from == spans[0].to + 1 + 9)
        #expect(try catalog.quarantineByReason().map(\.lines) == [1])
    }

    @Test func `of a token is still known when it was issued, and when it was used last`() throws {
        try grow()
        let number = try #require(try Trail(reading: place.trail).catalog.number(ofToken: "old"))
        let life = try Trail(reading: place.trail).catalog.life(ofToken: number)
        _ = try prune("2026-03-01")
        let catalog = try Trail(reading: place.trail).catalog
        #expect(try catalog.life(ofToken: number) == life)
        let february = try #require(Timestamp.parse("2026-02-03T08:00:00Z"))
        #expect(try catalog.lastUse(ofToken: number, beforeDay: Timestamp.day(of: february) + 20) == february)
        // Of its dropped days the last one is kept, of the others nothing.
        #expect(try catalog.tokenDays(on: Timestamp.day(of: february)).map(\.uses) == [[1]])
        let january = try #require(Timestamp.parse("2026-01-06T08:00:00Z"))
        #expect(try catalog.tokenDays(on: Timestamp.day(of: january)).isEmpty)
        #expect(try catalog.coverage()?.lowerBound == Timestamp.parse("2026-03-01T08:00:00Z"))
    }

    @Test func `dropping month by month ends as dropping all at once`() throws {
        try grow()
        place.shell("cp -r trail once")
        for cut in ["2026-02-01", "2026-03-01", "2026-04-01"] { _ = try prune(cut) }
        let slowly = try Trail(reading: place.trail)
        let writer = try TrailWriter(path: place.path("once"))
        try Pruning(writer).run(
            PrunePlan(writer.catalog.segments(), olderThan: Timestamp.parse("2026-04-01T00:00:00Z")!), now: 7)
        let atOnce = try Trail(reading: place.path("once"))
        for source in [Int64(1), 2] {
            #expect(try slowly.catalog.prunedSpans(ofSource: source) == atOnce.catalog.prunedSpans(ofSource: source))
        }
        for day in try slowly.catalog.daysWithUses() {
            #expect(try slowly.catalog.tokenDays(on: day) == atOnce.catalog.tokenDays(on: day))
        }
        #expect(try slowly.catalog.daysWithUses() == atOnce.catalog.daysWithUses())
        #expect(try slowly.catalog.coverage() == atOnce.catalog.coverage())
    }

    @Test func `old lines that come later are stored, and do not make the log status longer`() throws {
        try grow()
        _ = try prune("2026-03-01")
        place.write("late.ndjson", used("01-20", "old") + "\n" + used("02-20", "old") + "\n")
        #expect(try place.ingest(place.path("late.ndjson")).counts.stored == 2)
        let trail = try Trail(reading: place.trail)
        #expect(try place.lines().count == 5)
        #expect(try trail.catalog.coverage()?.lowerBound == Timestamp.parse("2026-03-01T00:00:00Z"))
        #expect(try trail.verify().problems.isEmpty)
        #expect(try prune("2026-03-01") == [672, 673])
        #expect(try Trail(reading: place.trail).catalog.prunedLines() == [1: 5, 2: 2, 3: 2])
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `files stay as long as somebody reads them, and their names are not used again`() throws {
        try grow()
        var reader: Trail? = try Trail(reading: place.trail)
        let files = try reader!.catalog.segments().map(\.file)
        _ = try prune("2026-05-01")
        #expect(try place.lines().isEmpty)
        #expect(files.allSatisfy { FileManager.default.fileExists(atPath: place.trail + "/" + $0) })
        place.write("late.ndjson", used("04-02", "late") + "\n")
        try place.ingest(place.path("late.ndjson"))
        var seen = 0
        try reader!.scan(EventScan(fields: EventFields(.ts))) { seen += $0.count }
        #expect(seen == 10)
        reader = nil
        _ = try TrailWriter(path: place.trail)
        #expect(!files.contains { FileManager.default.fileExists(atPath: place.trail + "/" + $0) })
        #expect(try Trail(reading: place.trail).catalog.segments().map(\.id) == [5])
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `while segments are read once more, others may write to the ledger`() throws {
        try grow()
        let writer = try TrailWriter(path: place.trail)
        let plan = PrunePlan(try writer.catalog.segments(), olderThan: Timestamp.parse("2026-03-01T00:00:00Z")!)
        var runs = 0
        try Pruning(writer).run(plan, now: 7) { _, _ in
            let ledger = try? Catalog.ledger(path: place.trail + "/catalog.sqlite")
            let run = RunRecord(startedAt: 1, asOf: 2, windowFrom: 0, detectors: ["d"], count: 0) { _ in
                fatalError("it has none")
            }
            if (try? ledger?.record(run, told: [:])) != nil { runs += 1 }
        }
        #expect(runs == 2)
        #expect(try Trail(reading: place.trail).catalog.lastRun()?.runs == 2)
    }

    @Test func `a segment that cannot be read is named, and nothing is dropped`() throws {
        try grow()
        let segment = try Trail(reading: place.trail).catalog.segments()[1]
        try Data([1, 2, 3]).write(to: URL(fileURLWithPath: place.trail + "/" + segment.file))
        let error = #expect(throws: (any Error).self) { try prune("2026-04-01") }
        #expect("\(error.map { "\($0)" } ?? "")".contains(segment.file))
        #expect(try Trail(reading: place.trail).catalog.segments().count == 4)
        #expect(try Trail(reading: place.trail).catalog.prunedLines().isEmpty)
    }
}
