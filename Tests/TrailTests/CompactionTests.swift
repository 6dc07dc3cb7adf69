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

/// Segments are merged, and nobody can tell from what a trail says.
struct CompactionTests {
    let place = Place()

    /// Odd lines, in an order that the seed says, over two months, with other spellings and keys from run to run.
    private func lines(_ run: Int, _ count: Int) -> [String] {
        var state = UInt64(run) &* 0x9E37_79B9_7F4A_7C15 &+ 7
        func next(_ below: Int) -> Int {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int(state >> 33) % below
        }
        return (0..<count).map { _ in
            let time = Timestamp.text(
                1_777_593_600_000_000 + Int64(next(40 * 86400)) * 1_000_000 + Int64(next(3)) * 1000)
            let token = "t\(next(50))"
            switch next(9) {
            case 0:
                return
                    #"{"ts":"\#(time)","event":"issued","token_id":"\#(token)","principal":"p\#(next(9))","scopes":["a","b\#(next(4))"]}"#
            case 1:
                return #"{"ts": "\#(time)", "event": "used", "token_id": "\#(token)", "latency_ms": \#(next(9)).50}"#
            case 2:
                return
                    #"{"event":"failed","ts":"\#(time)","reason":"expired","ip":"10.0.0.\#(next(20))","user_agent":null}"#
            case 3:
                return
                    #"{"ts":"\#(time)","event":"used","token_id":"\#(token)","tool":"x\#(run % 4)","zone\#(run % 3)":{"a":[1, \#(next(5))]}}"#
            case 4:
                return #"{"ts":"\#(time)","event":"revoked","token_id":"\#(token)","admin":"b\u00f6b","reason":"é"}"#
            case 5:
                return
                    #"{"ts":"\#(time)","event":"refreshed","token_id":"n\#(next(99))","old_token_id":"\#(token)","principal":"p"}"#
            case 6: return next(2) == 0 ? "not json" : "  \t"
            case 7:
                return
                    #"{"ts":"\#(time)","event":"used","token_id":"\#(token)","ip":"10.1.0.\#(next(9))","success":true}"#
            default:
                return
                    #"{"ts":"\#(time)","event":"used","token_id":"\#(token)","ip":"10.1.0.\#(next(9))","tool":"y","success":false}"#
            }
        }
    }

    /// A trail of many runs over two logs; returns what the logs hold.
    @discardableResult
    private func grow(runs: Int, lines count: Int = 40) throws -> [String: String] {
        var texts: [String: String] = [:]
        for name in ["a.ndjson", "b.ndjson"] { place.write(name, "") }
        for run in 0..<runs {
            let name = run % 3 == 0 ? "b.ndjson" : "a.ndjson"
            let text = lines(run, count).joined(separator: "\n") + "\n"
            place.append(name, text)
            texts[name, default: ""] += text
            try place.ingest(place.path("a.ndjson"), place.path("b.ndjson"))
        }
        return texts
    }

    @Test func `merged segments hold the same events, lines and rollups, in the same order`() throws {
        let texts = try grow(runs: 30)
        // By month, not by place: a merged segment stands where its first one stood, so that others come behind it.
        func known() throws -> [String] { try place.facts().sorted() }
        let before = try known(), segments = try Trail(reading: place.trail).catalog.segments()
        #expect(segments.count == 60)
        let writer = try TrailWriter(path: place.trail)
        var steps = 0
        try Compaction(writer).run(now: { 5 }) { step in
            steps += 1
            #expect(step.into.rows == step.merged.reduce(0) { $0 + $1.rows })
            #expect(step.into.rank == step.merged[0].rank)
            return true
        }
        #expect(steps == 2)
        let after = try Trail(reading: place.trail)
        #expect(try after.catalog.segments().count == 2)
        #expect(try after.catalog.segments().map(\.rowGroups) == [3, 3])
        #expect(try known() == before)
        #expect(try after.verify().problems.isEmpty)
        for source in try after.catalog.sources() {
            var lines = try SourceLines(of: source, in: after), all: [UInt8] = []
            while let bytes = try lines.next() { all += bytes }
            #expect(String(decoding: all, as: UTF8.self) == texts[(source.path as NSString).lastPathComponent])
        }
    }

    @Test func `many short runs leave few segments, and nobody can tell that they were merged`() throws {
        var texts: [String] = [], most = 0
        place.write("a.ndjson", "")
        for run in 0..<150 {
            let text = lines(run, 12).joined(separator: "\n") + "\n"
            place.append("a.ndjson", text)
            texts.append(text)
            let summary = try place.ingest(place.path("a.ndjson"))
            #expect(summary.unmerged == nil)
            let months = Dictionary(grouping: try Trail(reading: place.trail).catalog.segments(), by: \.month)
            most = max(most, months.values.map(\.count).max() ?? 0)
        }
        #expect(most == 32)
        let trail = try Trail(reading: place.trail)
        #expect(try trail.verify().problems.isEmpty)
        let source = try #require(try trail.catalog.sources().first)
        var back = try SourceLines(of: source, in: trail), all: [UInt8] = []
        while let bytes = try back.next() { all += bytes }
        #expect(String(decoding: all, as: UTF8.self) == texts.joined())
        // The same lines in one run.
        let other = Place()
        other.write("a.ndjson", texts.joined())
        try other.ingest(other.path("a.ndjson"))
        func known(_ place: Place) throws -> [String] {
            try place.facts(withLines: false).filter { !$0.contains(place.folder) }.sorted()
        }
        #expect(try known(place) == known(other))
    }

    @Test func `a run whose neighbors cannot be merged has stored its lines all the same`() throws {
        try grow(runs: 31)
        let segment = try #require(try Trail(reading: place.trail).catalog.segments().first)
        place.write("trail/" + segment.file, "damaged")
        place.append("a.ndjson", lines(99, 40).joined(separator: "\n") + "\n")
        let summary = try place.ingest(place.path("a.ndjson"))
        #expect(summary.counts.stored > 0 && summary.unmerged != nil)
        place.append("a.ndjson", #"{"ts":"2026-05-03T00:00:00Z","event":"used","token_id":"last"}"# + "\n")
        #expect(try place.ingest(place.path("a.ndjson")).counts.stored == 1)
    }

    @Test func `merging goes on where it was, and lines that come later are merged behind the earlier ones`() throws {
        var policy = CompactionPolicy()
        policy.takesAll = true
        var expected = ""
        place.write("a.ndjson", "")
        for run in 0..<12 {
            let text = lines(run, 30).joined(separator: "\n") + "\n"
            expected += text
            place.append("a.ndjson", text)
            try place.ingest(place.path("a.ndjson"))
            // After a different number of runs each time, so that merged ones lie between others.
            if run % 4 != 1 { try Compaction(TrailWriter(path: place.trail), policy: policy).run(now: { 5 }) }
        }
        let trail = try Trail(reading: place.trail)
        #expect(try trail.catalog.segments().count == 2)
        var lines = try SourceLines(of: trail.catalog.sources()[0], in: trail), all: [UInt8] = []
        while let bytes = try lines.next() { all += bytes }
        #expect(String(decoding: all, as: UTF8.self) == expected)
        #expect(try trail.verify().problems.isEmpty)
    }

    @Test func `one time finer than a millisecond makes the merged segment finer, and no time changes`() throws {
        for run in 0..<8 {
            place.write("\(run).ndjson", use("t", run, micros: run == 5 ? 7 : 0) + "\n")
            try place.ingest(place.path("\(run).ndjson"))
        }
        let before = try place.lines()
        try Compaction(TrailWriter(path: place.trail)).run(now: { 5 })
        #expect(try place.lines() == before)
        #expect(before[5].contains("00:00:05.000007Z"))
        #expect(try Trail(reading: place.trail).catalog.segments().count == 1)
    }

    @Test func `a damaged segment is named and nothing is merged`() throws {
        try grow(runs: 8)
        let segment = try Trail(reading: place.trail).catalog.segments()[3]
        let path = place.trail + "/" + segment.file
        var bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        bytes[60] ^= 0x10
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        let writer = try TrailWriter(path: place.trail)
        let error = #expect(throws: (any Error).self) {
            while try Compaction(writer).step(now: 5) != nil {}
        }
        #expect("\(error.map { "\($0)" } ?? "")".contains(segment.file))
        #expect(try writer.catalog.segments().contains { $0.id == segment.id })
    }
}

/// Files that are merged away stay as long as somebody reads.
struct ReaderTests {
    let place = Place()

    private func grow() throws {
        for run in 0..<8 {
            place.write("\(run).ndjson", use("t\(run)", run) + "\n")
            try place.ingest(place.path("\(run).ndjson"))
        }
    }

    private func count(_ trail: Trail) throws -> Int {
        var count = 0
        try trail.scan(EventScan(fields: EventFields(.ts))) { count += $0.count }
        return count
    }

    @Test func `a reader that was there first sees its files to the end; the next writer removes them`() throws {
        try grow()
        var old: Trail? = try Trail(reading: place.trail)
        let listed = try old!.catalog.segments().map(\.file)
        do {
            let writer = try TrailWriter(path: place.trail)
            try Compaction(writer).run(now: { 5 })
            #expect(try writer.removeFiles() == (0, 8))
            #expect(try writer.catalog.removedSegments().map(\.file) == listed)
        }
        // The old one reads as before, also what it had not opened; a new one reads the merged segment.
        #expect(try count(old!) == 8)
        #expect(try old!.catalog.segments().map(\.file) == listed)
        #expect(try count(Trail(reading: place.trail)) == 8)
        // Waiting files are no strays, and no orphans for a writer.
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
        _ = try TrailWriter(path: place.trail)
        #expect(listed.allSatisfy { FileManager.default.fileExists(atPath: place.trail + "/" + $0) })
        #expect(!FileManager.default.fileExists(atPath: place.trail + "/orphans"))
        old = nil
        let writer = try TrailWriter(path: place.trail)
        #expect(try writer.catalog.removedSegments().isEmpty)
        #expect(!listed.contains { FileManager.default.fileExists(atPath: place.trail + "/" + $0) })
        #expect(try count(Trail(reading: place.trail)) == 8)
    }

    @Test func `a reader sees one moment: neither lines nor merges of later come in between`() throws {
        try grow()
        let reader = try Trail(reading: place.trail)
        #expect(try count(reader) == 8)
        place.write("late.ndjson", use("late", 9) + "\n")
        try place.ingest(place.path("late.ndjson"))
        try Compaction(TrailWriter(path: place.trail)).run(now: { 5 })
        #expect(try count(reader) == 8)
        #expect(try reader.catalog.sources().count == 8)
        #expect(try reader.verify().problems.isEmpty)
        #expect(try count(Trail(reading: place.trail)) == 9)
    }

    @Test func `a number is never given twice, so that an old list never opens a new file`() throws {
        try grow()
        let reader = try Trail(reading: place.trail)
        try Compaction(TrailWriter(path: place.trail)).run(now: { 5 })
        place.write("late.ndjson", use("late", 9) + "\n")
        try place.ingest(place.path("late.ndjson"))
        #expect(try Trail(reading: place.trail).catalog.segments().map(\.id) == [9, 10])
        #expect(try count(reader) == 8)
    }

    @Test func `a trail that nobody may write to is read without a lock`() throws {
        try grow()
        place.shell("rm -f trail/readers.lock && chmod 500 trail")
        defer { place.shell("chmod 700 trail") }
        #expect(try count(Trail(reading: place.trail)) == 8)
    }
}
