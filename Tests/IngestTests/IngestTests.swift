import Catalog
import Columns
import Events
import Files
import Foundation
import Ingest
import Model
import Rollups
import Testing
import TestSupport
import Trail
import TrailSupport

struct ExactlyOnceTests {
    let place = Place()

    @Test func `the same file again stores nothing twice, a grown one only its new lines`() throws {
        place.write("a.ndjson", use("t1") + "\n" + use("t2") + "\n")
        #expect(try place.ingest(place.path("a.ndjson")).counts.stored == 2)
        let again = try place.ingest(place.path("a.ndjson"))
        #expect(again.counts.lines == 0)
        #expect(again.unchanged == 1)
        place.append("a.ndjson", use("t3") + "\n")
        #expect(try place.ingest(place.path("a.ndjson")).counts.lines == 1)
        #expect(try place.lines() == [use("t1"), use("t2"), use("t3")])
    }

    @Test func `a renamed log goes on where it was`() throws {
        place.write("a.ndjson", use("t1") + "\n")
        try place.ingest(place.path("a.ndjson"))
        place.shell("mv a.ndjson a.ndjson.1")
        place.append("a.ndjson.1", use("t2") + "\n")
        place.write("a.ndjson", use("t3") + "\n")
        let summary = try place.ingest(place.folder)
        #expect(summary.inputs == 2)
        #expect(summary.counts.lines == 2)
        #expect(try Set(place.lines()) == [use("t1"), use("t2"), use("t3")])
        #expect(try Trail(reading: place.trail).catalog.sources().map(\.counts.lines) == [2, 1])
    }

    @Test func `a compressed rotation and a copy of what was read are not read twice`() throws {
        let text = (0..<400).map { use("t\($0)", $0) + "\n" }.joined()
        place.write("a.ndjson", text)
        try place.ingest(place.path("a.ndjson"))
        place.shell("cp a.ndjson copy.ndjson && gzip a.ndjson")
        let summary = try place.ingest(place.path("copy.ndjson"), place.path("a.ndjson.gz"))
        #expect(summary.counts.lines == 0)
        #expect(summary.unchanged == 2)
        #expect(try place.lines().count == 400)
    }

    @Test func `a gzip file that holds more than was read gives only the rest`() throws {
        place.write("a.ndjson", use("t1") + "\n")
        try place.ingest(place.path("a.ndjson"))
        place.append("a.ndjson", use("t2") + "\n")
        place.shell("gzip a.ndjson")
        #expect(try place.ingest(place.path("a.ndjson.gz")).counts.stored == 1)
        #expect(try place.lines() == [use("t1"), use("t2")])
    }

    @Test func `a log that was truncated and written anew is a new source`() throws {
        place.write("a.ndjson", use("t1") + "\n" + use("t2") + "\n")
        try place.ingest(place.path("a.ndjson"))
        let handle = FileHandle(forWritingAtPath: place.path("a.ndjson"))!
        handle.truncateFile(atOffset: 0)
        handle.write(Data((use("t3") + "\n" + use("t4") + "\n" + use("t5") + "\n").utf8))
        try handle.close()
        #expect(try place.ingest(place.path("a.ndjson")).counts.stored == 3)
        #expect(try place.lines().count == 5)
        #expect(try Trail(reading: place.trail).catalog.sources().count == 2)
    }

    @Test func `logs that begin with the same 4 KiB are different sources`() throws {
        let head = (0..<70).map { use("same\($0)", $0) + "\n" }.joined()
        place.write("a.ndjson", head + use("a", 100) + "\n")
        place.write("b.ndjson", head + use("b", 100) + "\n")
        #expect(head.utf8.count > 4096)
        try place.ingest(place.path("a.ndjson"))
        #expect(try place.ingest(place.path("b.ndjson")).counts.stored == 71)
    }

    @Test func `one file named three ways is read once`() throws {
        place.write("a.ndjson", use("t1") + "\n")
        place.shell("ln -s a.ndjson link.ndjson; ln a.ndjson hard.ndjson")
        let summary = try place.ingest(place.folder, place.path("*.ndjson"), place.path("a.ndjson"))
        #expect(summary.counts.stored == 1)
        #expect(try place.lines() == [use("t1")])
    }

    @Test func `a file far larger than a chunk gives every line once, in order, with its offset`() throws {
        let lines = (0..<30_000).map { use("token-\($0)", $0) }
        place.write("a.ndjson", lines.joined(separator: "\n") + "\n")
        #expect(try place.ingest(place.path("a.ndjson")).counts.stored == 30_000)
        #expect(try place.lines() == lines)
        var expected: [Int64] = []
        var offset: Int64 = 0
        for line in lines {
            expected.append(offset)
            offset += Int64(line.utf8.count) + 1
        }
        var offsets: [Int64] = []
        try Trail(reading: place.trail).scan(EventScan(fields: EventFields(.sourceOffset))) {
            offsets += $0.sourceOffset
        }
        #expect(offsets == expected)
    }
}

struct LastLineTests {
    let place = Place()

    @Test func `a whole event without a newline is stored and flagged, and its newline later is not a line`() throws {
        place.write("a.ndjson", use("t1") + "\n" + use("t2"))
        let first = try place.ingest(place.path("a.ndjson"))
        #expect(first.counts.stored == 2)
        #expect(first.counts.flagged == 1)
        place.append("a.ndjson", "\n" + use("t3") + "\n")
        let second = try place.ingest(place.path("a.ndjson"))
        #expect(second.counts.lines == 1)
        #expect(try place.lines() == [use("t1"), use("t2"), use("t3")])
    }

    @Test func `half a line waits for the rest`() throws {
        place.write("a.ndjson", use("t1") + "\n" + use("t2").dropLast(7))
        let first = try place.ingest(place.path("a.ndjson"))
        #expect(first.counts.lines == 1)
        #expect(first.waiting.map(\.bytes) == [use("t2").utf8.count - 7])
        place.append("a.ndjson", String(use("t2").suffix(7)) + "\n")
        #expect(try place.ingest(place.path("a.ndjson")).counts.stored == 1)
        #expect(try place.lines() == [use("t1"), use("t2")])
    }

    @Test func `half a line of a file that is final goes to quarantine`() throws {
        place.write("a.ndjson", use("t1") + "\n{\"ts\":")
        let summary = try place.ingest(place.path("a.ndjson"), final: true)
        #expect(summary.counts.stored == 1)
        #expect(summary.counts.quarantined == 1)
        #expect(try Trail(reading: place.trail).catalog.quarantineByReason().map(\.reason) == ["unterminated"])
    }

    @Test func `CRLF, blank lines and an empty file are no events and no errors`() throws {
        place.write("a.ndjson", use("t1") + "\r\n\r\n   \n" + use("t2") + "\r\n")
        place.write("empty.ndjson", "")
        let summary = try place.ingest(place.path("a.ndjson"), place.path("empty.ndjson"))
        #expect(summary.counts.lines == 4)
        #expect(summary.counts.blank == 2)
        #expect(summary.counts.stored == 2)
        #expect(try place.lines() == [use("t1"), use("t2")])
    }
}

struct TroubleTests {
    let place = Place()

    @Test func `a word that names nothing is a problem of its own, and the others are read`() throws {
        place.write("a.ndjson", use("t1") + "\n")
        place.write("c.ndjson", use("t2") + "\n")
        let summary = try place.ingest(
            place.path("a.ndjson"), place.path("b.ndjson"), place.path("*.none"), place.path("c.ndjson"))
        #expect(try place.lines() == [use("t1"), use("t2")])
        #expect(summary.problems.map(\.input) == [place.path("b.ndjson"), place.path("*.none")])
        #expect(try place.problems() == [place.path("*.none"): .missing, place.path("b.ndjson"): .missing])
        place.write("b.ndjson", use("t3") + "\n")
        try place.ingest(place.path("b.ndjson"))
        #expect(try place.problems() == [place.path("*.none"): .missing])
    }

    @Test func `a gzip file that was cut long ago is read as far as it goes, and is a problem of its own`() throws {
        let text = (0..<20_000).map { use("t\($0 &* 7919)", $0) + "\n" }.joined()
        place.write("a.ndjson", text)
        place.shell("gzip a.ndjson && head -c 60000 a.ndjson.gz > cut.ndjson.gz")
        place.write("b.ndjson", use("b") + "\n")
        place.clock = Place.farAhead
        let summary = try place.ingest(place.path("cut.ndjson.gz"), place.path("b.ndjson"))
        #expect(summary.problems.map(\.input) == [place.path("cut.ndjson.gz")])
        #expect(try place.problems() == [place.path("cut.ndjson.gz"): .damaged])
        #expect(summary.unchanged == 0)
        #expect(summary.counts.stored > 1000)
        #expect(try place.lines().last == use("b"))
        // The whole file, when it has arrived, gives exactly the rest.
        place.shell("mv a.ndjson.gz cut.ndjson.gz")
        try place.ingest(place.path("cut.ndjson.gz"))
        #expect(try place.lines().count == 20_001)
        #expect(try Set(place.lines()).count == 20_001)
        #expect(try place.problems() == [:])
    }

    @Test func `a gzip file that has no end yet waits, and is read once when it is whole`() throws {
        place.write("a.ndjson", (0..<2000).map { use("t\($0 &* 7919)", $0) + "\n" }.joined())
        place.shell("gzip a.ndjson && head -c 6000 a.ndjson.gz > new.ndjson.gz")
        let summary = try place.ingest(place.path("new.ndjson.gz"))
        #expect(summary.counts.lines == 0)
        #expect(summary.unchanged == 0)
        #expect(try place.problems() == [place.path("new.ndjson.gz"): .unfinished])
        place.shell("tail -c +6001 a.ndjson.gz >> new.ndjson.gz")
        #expect(try place.ingest(place.path("new.ndjson.gz")).counts.stored == 2000)
        #expect(try place.problems() == [:])
    }

    @Test func `a copy and an archive beside their log are one source each, however often they are read`() throws {
        let lines = (0..<50).map { use("t\($0 &* 7919)", $0) + "\n" }
        place.write("a.ndjson", lines.joined())
        place.shell("gzip -k a.ndjson; cp a.ndjson copy.ndjson")
        let paths = ["a.ndjson", "a.ndjson.gz", "copy.ndjson"].map { place.path($0) }
        func sources() throws -> [String] {
            try Trail(reading: place.trail).catalog.sources().map {
                "\($0.path.split(separator: "/").last!) \($0.generation)"
            }
        }
        place.clock = Place.farAhead
        for _ in 0..<3 { for path in paths { try place.ingest(path) } }
        #expect(try sources() == ["a.ndjson 1", "a.ndjson.gz 1", "copy.ndjson 1"])
        // The log goes on, and its copies do not.
        place.append("a.ndjson", use("more", 60) + "\n")
        for _ in 0..<3 { for path in paths.reversed() { try place.ingest(path) } }
        #expect(try sources() == ["a.ndjson 1", "a.ndjson.gz 1", "copy.ndjson 1"])
        #expect(try Trail(reading: place.trail).catalog.sources().map(\.counts.stored) == [51, 0, 0])
    }

    @Test func `a gzip file that is made of a log beside it waits without a word`() throws {
        place.write("a.ndjson", (0..<2000).map { use("t\($0 &* 7919)", $0) + "\n" }.joined())
        place.shell("gzip -c a.ndjson > whole && head -c 6000 whole > a.ndjson.gz")
        let summary = try place.ingest(place.path("a.ndjson"), place.path("a.ndjson.gz"))
        #expect(summary.counts.stored == 2000)
        #expect(summary.problems.isEmpty)
        #expect(summary.unfinished == [place.path("a.ndjson.gz")])
        place.shell("mv whole a.ndjson.gz && rm a.ndjson")
        #expect(try place.ingest(place.path("a.ndjson.gz")).counts.lines == 0)
    }

    @Test(arguments: [500, 6000, 16_000, 23_000])
    func `a gzip file that was cut and is a copy of what was read gives nothing, then or later`(_ length: Int) throws {
        // Three of four lines are none, so that quarantine must tell too.
        let lines = (0..<2000).map { $0 % 4 == 0 ? use("t\($0 &* 7919)", $0) : "no event \($0 &* 7919)" }
        place.write("a.ndjson", lines.joined(separator: "\n") + "\n")
        try place.ingest(place.path("a.ndjson"))
        place.shell("mkdir elsewhere; gzip -c a.ndjson > whole; head -c \(length) whole > elsewhere/b.log.gz")
        place.clock = Place.farAhead
        #expect(try place.ingest(place.path("elsewhere/b.log.gz")).counts.lines == 0)
        place.shell("cat whole > elsewhere/b.log.gz")
        #expect(try place.ingest(place.path("elsewhere/b.log.gz")).counts.lines == 0)
        #expect(try place.ingest(place.path("a.ndjson"), place.path("elsewhere/b.log.gz")).counts.lines == 0)
    }

    @Test(arguments: [false, true])
    func `one long line without a newline is one line, plain and compressed, whichever comes first`(
        _ isGzipFirst: Bool
    ) throws {
        let line = use("t1").dropLast() + ",\"note\":\"" + String(repeating: "x", count: 5000) + "\"}"
        place.write("a.ndjson", String(line))
        place.shell("gzip -c a.ndjson > b.ndjson.gz")
        let words = [place.path("a.ndjson"), place.path("b.ndjson.gz")]
        for word in isGzipFirst ? words.reversed() : words { try place.ingest(word) }
        for word in words { #expect(try place.ingest(word).counts.lines == 0) }
        #expect(try place.lines().count == 1)
    }

    @Test func `names are bytes: spellings of one letter, other encodings, patterns that are names`() throws {
        let names = [
            "caf\u{e9}.log", "cafe\u{301}.log", "h\u{10F8F4}te.log", "*.log", "[a].log", "a.log", "\u{10F8F4}x.log",
        ]
        place.shell("mkdir odd; cd odd; printf '%s\n' '\(use("t0"))' > \"$(printf 'h\\364te.log')\"")
        for (number, name) in names.enumerated() where number != 2 && number != 6 {
            place.write("odd/" + name, use("t\(number + 1)") + "\n")
        }
        // A private character that really stands in a name is its own bytes.
        place.shell("printf '%s\n' '\(use("t9"))' > odd/\u{10F8F4}x.log")
        #expect(try place.ingest(place.path("odd")).inputs == 7)
        #expect(try place.tokens() == ["t0", "t1", "t2", "t4", "t5", "t6", "t9"])
        #expect(try place.ingest(place.path("odd"), place.path("odd/*.log")).unchanged == 7)
        let paths = try Trail(reading: place.trail).catalog.sources().map(\.path)
        #expect(paths.contains(place.path("odd/" + names[2])))
        #expect(paths.contains { $0.hasSuffix("x.log") && $0.unicodeScalars.count > place.path("odd/").count + 6 })
    }

    @Test func `a name in capitals is one of a gzip file too, and plain text is none`() throws {
        place.write("a.log", use("t1") + "\n")
        place.shell("mkdir logs; gzip -c a.log > logs/A.LOG.GZ; cp a.log logs/plain.log.gz")
        let summary = try place.ingest(place.path("logs"))
        #expect(try place.tokens() == ["t1"])
        #expect(summary.problems.map(\.input) == [place.path("logs/plain.log.gz")])
    }

    @Test func `lines of many months go to one partition a month`() throws {
        let times = ["2026-04-30T23:59:59.999999Z", "2026-05-01T00:00:00Z", "2025-01-01T00:00:00Z"]
        place.write("a.ndjson", times.map { "{\"ts\":\"\($0)\",\"event\":\"used\",\"token_id\":\"t\"}\n" }.joined())
        try place.ingest(place.path("a.ndjson"))
        let files = try Trail(reading: place.trail).catalog.segments().map(\.file)
        #expect(
            files.sorted() == [
                "segments/month=2025-01/00000001.parquet", "segments/month=2026-04/00000002.parquet",
                "segments/month=2026-05/00000003.parquet",
            ])
    }

    @Test func `times in the future are stored and told`() throws {
        place.write("a.ndjson", "{\"ts\":\"2026-06-01T00:05:00.000001Z\",\"event\":\"used\",\"token_id\":\"t\"}\n")
        let summary = try place.ingest(place.path("a.ndjson"))
        #expect(summary.counts.stored == 1)
        #expect(summary.counts.flagged == 1)
        #expect(summary.future == 1)
    }

    @Test func `a line over the limit is kept by its beginning and costs its neighbors nothing`() throws {
        let long = "{\"ts\":\"" + String(repeating: "x", count: 65 << 20) + "\"}"
        place.write("a.ndjson", use("t1") + "\n" + long + "\n" + use("t2") + "\n")
        let summary = try place.ingest(place.path("a.ndjson"))
        #expect(summary.counts.stored == 2)
        #expect(summary.counts.quarantined == 1)
        #expect(try Trail(reading: place.trail).catalog.quarantineByReason().map(\.reason) == ["line_too_long"])
        #expect(
            try Trail(reading: place.trail).catalog.sources().map(\.checkpoint)
                == [Int64(use("t1").utf8.count + 1 + long.utf8.count + 1 + use("t2").utf8.count + 1)])
    }
}

struct TrailTests {
    let place = Place()

    private func trailWithThreeMonths() throws {
        let lines = (0..<3000).map { number -> String in
            // From 1 March 2026, for 83 days.
            let time = Timestamp.text(1_772_323_200_000_000 + Int64(number) * 2400 * 1_000_000)
            let kind =
                number % 10 == 0
                ? "\"failed\",\"reason\":\"hash_mismatch\",\"ip\":\"198.51.100.\(number % 7)\",\"presented\":\"p\(number)\""
                : "\"used\",\"token_id\":\"t\(number % 50)\",\"ip\":\"203.0.113.\(number % 9)\""
            return "{\"ts\":\"\(time)\",\"event\":\(kind)}"
        }
        place.write("a.ndjson", lines.joined(separator: "\n") + "\n")
        try place.ingest(place.path("a.ndjson"))
    }

    @Test func `a fresh trail verifies, and says how much it looked at`() throws {
        try trailWithThreeMonths()
        let result = try Trail(reading: place.trail).verify()
        #expect(result.problems == [])
        #expect(result.segments == 3)
        #expect(result.events == 3000)
    }

    @Test func `every flipped byte of a segment is named`() throws {
        try trailWithThreeMonths()
        let trail = try Trail(reading: place.trail)
        let file = try trail.catalog.segments()[1].file
        let path = place.trail + "/" + file
        let good = try Data(contentsOf: URL(fileURLWithPath: path))
        for place in stride(from: 0, to: good.count, by: 97) {
            var bad = good
            bad[place] ^= 0x10
            try bad.write(to: URL(fileURLWithPath: path))
            #expect(try trail.verify().problems.map(\.name) == [file])
        }
    }

    @Test func `a missing, a cut and an unlisted file are named`() throws {
        try trailWithThreeMonths()
        let trail = try Trail(reading: place.trail)
        let files = try trail.catalog.segments().map(\.file)
        place.shell(
            "rm 'trail/\(files[0])'; truncate -s -1 'trail/\(files[1])'; cp 'trail/\(files[2])' 'trail/segments/stray.parquet'"
        )
        let problems = try trail.verify().problems
        #expect(problems.map(\.object) == ["segment", "segment", "file"])
        #expect(problems.map(\.name) == [files[0], files[1], "segments/stray.parquet"])
    }

    @Test func `files without a row are moved out of the way when a writer opens the trail`() throws {
        try trailWithThreeMonths()
        let orphan = place.trail + "/segments/month=2026-05/00000099.parquet"
        place.shell("echo x > '\(orphan)'; echo y > '\(orphan).tmp'")
        _ = try TrailWriter(path: place.trail)
        #expect(!FileManager.default.fileExists(atPath: orphan))
        #expect(!FileManager.default.fileExists(atPath: orphan + ".tmp"))
        #expect(FileManager.default.fileExists(atPath: place.trail + "/orphans/2026-05-00000099.parquet"))
        #expect(try Trail(reading: place.trail).verify().problems == [])
    }

    @Test func `a trail whose catalog is gone is not taken for an empty one`() throws {
        try trailWithThreeMonths()
        for command in ["rm trail/catalog.sqlite*", ": > trail/catalog.sqlite"] {
            place.shell(command)
            #expect(throws: TrailError.catalogLost(path: place.trail, segments: 3)) {
                _ = try TrailWriter(path: place.trail)
            }
        }
        place.shell("rm trail/catalog.sqlite*")
        #expect(throws: TrailError.catalogLost(path: place.trail, segments: 3)) { _ = try Trail(reading: place.trail) }
        #expect(
            try FileManager.default.subpathsOfDirectory(atPath: place.trail).count { $0.hasSuffix(".parquet") } == 3)
    }

    @Test func `a trail that others may write to is refused`() throws {
        try trailWithThreeMonths()
        place.shell("chmod g+w trail")
        #expect(throws: FileError.self) { _ = try Trail(reading: place.trail) }
    }

    @Test func `a second writer is refused at once`() throws {
        let first = try TrailWriter(path: place.trail)
        #expect(throws: FileError.locked(path: place.trail, holder: " (process \(getpid()))")) {
            _ = try TrailWriter(path: place.trail)
        }
        withExtendedLifetime(first) {}
    }

    @Test func `a batch that cannot be committed is not there at all`() throws {
        try trailWithThreeMonths()
        // A folder in the way of the next segment's file makes its rename fail.
        place.shell("mkdir 'trail/segments/month=2026-06' && mkdir 'trail/segments/month=2026-06/00000004.parquet'")
        place.write("b.ndjson", "{\"ts\":\"2026-06-01T00:00:00Z\",\"event\":\"used\",\"token_id\":\"t\"}\n")
        #expect(throws: FileError.self) { try place.ingest(place.path("b.ndjson")) }
        #expect(try Trail(reading: place.trail).catalog.sources().count == 1)
        place.shell("rmdir trail/segments/month=2026-06/00000004.parquet")
        #expect(try place.ingest(place.path("b.ndjson")).counts.stored == 1)
        #expect(try Trail(reading: place.trail).verify().problems == [])
    }

    @Test func `rollups of the catalog answer what the events say`() throws {
        try trailWithThreeMonths()
        let trail = try Trail(reading: place.trail)
        var counted: [String: [Int32: (uses: UInt32, first: Int64, last: Int64)]] = [:]
        try trail.scan(EventScan(kinds: .used)) { columns in
            for row in 0..<columns.count {
                let day = Timestamp.day(of: columns.ts[row])
                let token = columns[.tokenID][row] ?? ""
                let known = counted[token]?[day] ?? (0, .max, .min)
                counted[token, default: [:]][day] = (
                    known.uses + 1, min(known.first, columns.ts[row]), max(known.last, columns.ts[row])
                )
            }
        }
        let names = try trail.catalog.tokenNames()
        var seen = 0
        for day in try trail.catalog.daysWithUses() {
            for piece in try trail.catalog.tokenDays(on: day) {
                for place in 0..<piece.count {
                    let token = String(decoding: names[Int(piece.tokens[place])], as: UTF8.self)
                    let want = try #require(counted[token]?[day])
                    #expect((piece.uses[place], piece.first[place], piece.last[place]) == want)
                    seen += 1
                }
            }
        }
        #expect(seen == counted.values.reduce(0) { $0 + $1.count })
        let number = try #require(try trail.catalog.number(ofToken: "t7"))
        let life = try #require(try trail.catalog.life(ofToken: number))
        #expect(life.firstUse == counted["t7"]?.values.map(\.first).min())
        #expect(life.lastUse == counted["t7"]?.values.map(\.last).max())
    }
}

struct BoundaryTests {
    /// Limits so small that every boundary is met many times.
    private static func tight(_ numbers: inout SeededRandom) -> IngestLimits {
        var limits = IngestLimits()
        limits.chunkBytes = 64 + numbers.below(400)
        limits.lineBytes = 2000
        limits.bufferedBytes = 500 + numbers.below(5000)
        limits.rowsPerBatch = 1 + numbers.below(20)
        limits.batchRows = 1 + numbers.below(60)
        limits.quarantinedBytes = 1 + numbers.below(2000)
        limits.batchMonths = 1 + numbers.below(4)
        limits.waitingBatches = 1 + numbers.below(4)
        return limits
    }

    @Test(arguments: 1...12) func `lines of every sort through tight limits are all there once`(seed: Int) throws {
        let place = Place()
        var numbers = SeededRandom(UInt64(seed))
        var text = ""
        var events: [String: Int] = [:]
        var expected = LineCounts()
        for number in 0..<400 {
            let end = numbers.below(8) == 0 ? "\r\n" : "\n"
            switch numbers.below(12) {
            case 0: expected.blank += 1
            case 1:
                text += "no event \(number)"
                expected.quarantined += 1
            case 2 where numbers.below(4) == 0:
                text += String(repeating: "x", count: 2500 + numbers.below(3000))
                expected.quarantined += 1
            default:
                // Months in no order, times that repeat, and some that are no whole milliseconds.
                let token = "t\(number)-" + String(repeating: "y", count: numbers.below(300))
                let micros = numbers.below(5) == 0 ? 1 + numbers.below(999) : 0
                let event = use(token, numbers.below(5) * -31 * 86_400, micros: micros)
                text += event
                events[event, default: 0] += 1
                expected.stored += 1
            }
            text += end
            expected.lines += 1
        }
        // The log grows by pieces that end anywhere, also inside a line, a CRLF or an event.
        let bytes = Array(text.utf8)
        var written = 0
        _ = place.write("a.ndjson", "")
        var counts = LineCounts()
        while written < bytes.count {
            let next = min(bytes.count, written + 1 + numbers.below(9000))
            place.append("a.ndjson", bytes: bytes[written..<next])
            written = next
            counts += try place.ingest(place.path("a.ndjson"), limits: Self.tight(&numbers)).counts
        }
        expected.flagged = counts.flagged
        #expect(counts == expected)
        var found: [String: Int] = [:]
        for line in try place.lines() { found[line, default: 0] += 1 }
        let missing = events.filter { found[$0.key] != $0.value }.map { $0.key.prefix(70) }
        let strange = found.filter { events[$0.key] != $0.value }.map { $0.key.prefix(70) }
        #expect(missing == [] && strange == [])
        #expect(try Trail(reading: place.trail).verify().problems == [])
        let source = try #require(try Trail(reading: place.trail).catalog.sources().first)
        #expect(source.checkpoint == Int64(bytes.count))
    }
}
