import Catalog
import Events
import Foundation
import GRDB
import Ingest
import Model
import Testing
import Trail
import TrailSupport

/// What quarantine costs, and that its lines are found.
struct QuarantineTests {
    let place = Place()
    private var catalog: String { place.trail + "/catalog.sqlite" }

    private func size() throws -> Int {
        try #require(try FileManager.default.attributesOfItem(atPath: catalog)[.size] as? Int)
    }

    private func number(_ sql: String) throws -> Int {
        try Trail(reading: place.trail).catalog.read("count") { db in try Int.fetchOne(db, sql: sql) ?? 0 }
    }

    private struct Dice {
        var state: UInt64
        mutating func below(_ limit: UInt64) -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (state >> 33) % limit
        }
        mutating func text(_ count: Int, of letters: String) -> String {
            let letters = Array(letters)
            return String((0..<count).map { _ in letters[Int(below(UInt64(letters.count)))] })
        }
    }

    private static let agent =
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/124.0.0.0 Safari/537.36"
    private static let hex = "0123456789abcdef"
    private static let letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    /// A line of about 300 bytes of a log that holds no events: times, addresses, ids and numbers differ.
    private static func line(_ kind: String, _ number: Int, _ dice: inout Dice) -> String {
        let ip = (0..<4).map { _ in String(1 + dice.below(254)) }.joined(separator: ".")
        let time =
            "2026-05-0\(1 + number / 80_000)T\(10 + number / 3600 % 13):\(10 + number / 60 % 50):\(10 + number % 50).\(100 + dice.below(900))Z"
        switch kind {
        case "access":
            return
                "\(ip) - user\(dice.below(5000)) [\(time)] \"GET /api/v1/items/\(dice.below(100_000))?page=\(dice.below(20))"
                + "&session=\(dice.text(12, of: letters)) HTTP/1.1\" \([200, 401, 403][Int(dice.below(3))]) \(dice.below(90_000)) "
                + "\"https://example.com/app/\(dice.below(1000))\" \"\(agent)\""
        case "other events":
            let id = [8, 4, 4, 4, 12].map { dice.text($0, of: hex) }.joined(separator: "-")
            return
                #"{"ts":"\#(time)","event":"login_attempt","event_id":"\#(id)","token_id":"tok_\#(dice.text(12, of: letters))","#
                + #""principal":"svc-\#(dice.below(300))","ip":"\#(ip)","latency_ms":\#(dice.below(900)),"success":true,"#
                + #""user_agent":"\#(agent)"}"#
        case "cut off":
            let whole =
                #"{"ts":"\#(time)","event":"used","token_id":"tok_\#(dice.below(20_000))","trace":"\#(dice.text(16, of: hex))","#
                + #""principal":"svc-\#(dice.below(300))","ip":"\#(ip)","latency_ms":\#(dice.below(900)),"user_agent":"\#(agent)","x":"y"}"#
            return String(whole.dropLast(1 + Int(dice.below(60))))
        default:
            return
                "May \(10 + number % 20) \(10 + number % 14):22:\(10 + number % 49) host\(dice.below(20)) sshd[\(1000 + dice.below(60_000))]: "
                + "Failed password for invalid user \(["root", "admin", "test"][Int(dice.below(3))]) from \(ip) port \(dice.below(65_535)) "
                + "ssh2 key=SHA256:abcdefghijklmnop trace=\(dice.text(32, of: hex)) "
                + String(repeating: "x", count: 90)
        }
    }

    private static let kinds = ["access", "other events", "cut off", "syslog"]

    @Test(arguments: kinds)
    func `lines of 300 bytes that look alike take 60 bytes of the catalog at most, everything included`(kind: String)
        throws
    {
        place.write("empty.ndjson", "\n")
        try place.ingest(place.path("empty.ndjson"))
        let before = try size()
        var dice = Dice(state: 7)
        let lines = (0..<6000).map { Self.line(kind, $0, &dice) }
        place.write("a.ndjson", lines.joined(separator: "\n") + "\n")
        #expect(try place.ingest(place.path("a.ndjson")).counts.quarantined == 6000)
        let cost = Double(try size() - before) / 6000
        #expect(cost <= 60, "\(kind): \(cost) bytes a line of \(lines.reduce(0) { $0 + $1.utf8.count } / 6000)")
        #expect(try Trail(reading: place.trail).verify().problems == [])
        let log = try Trail(reading: place.trail), source = try #require(try log.catalog.sources().last)
        var all: [UInt8] = [], read = try SourceLines(of: source, in: log)
        while let bytes = try read.next() { all += bytes }
        #expect(String(decoding: all, as: UTF8.self) == lines.joined(separator: "\n") + "\n")
    }

    /// Commits lines as somebody does who follows a log, some at a time. Returns the size of the catalog.
    private func follow(_ commits: Int, _ each: Int) throws -> Int {
        let path = place.path("a.ndjson")
        let writer = try TrailWriter(path: place.trail)
        var dice = Dice(state: 9)
        var source = SourceRecord(id: 1, path: path, isCompressed: false, device: nil, inode: nil)
        for number in 0..<commits {
            var batch = CatalogBatch(committedAt: 1_780_272_000_000_000 + Int64(number) * 1_000_321)
            for _ in 0..<each {
                let text = Array(Self.line("access", number, &dice).utf8)
                batch.quarantined.append(
                    QuarantinedLine(
                        sourceID: 1, source: path, offset: source.checkpoint, length: Int64(text.count),
                        reason: "not_json", detail: "at byte \(number % 17)", bytes: text))
                source.checkpoint += Int64(text.count) + 1
            }
            batch.counts.lines = Int64(each)
            batch.counts.quarantined = Int64(each)
            source.counts += batch.counts
            batch.sources = [source]
            _ = try writer.commit(batch, [])
        }
        try writer.close()
        return try size()
    }

    @Test(arguments: [(3000, 1), (600, 7)]) func `lines that come one by one cost no more, and leave no batch each`(
        commits: Int, each: Int
    ) throws {
        let before = try QuarantineTests().follow(1, 1), after = try follow(commits, each)
        let cost = Double(after - before) / Double(commits * each)
        #expect(cost <= 60, "\(cost) bytes a line")
        #expect(try number("SELECT count(*) FROM batches") == 2)
        #expect(try number("SELECT count(*) FROM quarantine_blocks") < 20)
        let intake = try Trail(reading: place.trail).catalog.intake()
        #expect(intake.quarantineBegan == 1_780_272_000_000_000)
        #expect(intake.quarantinedSinceStored == Int64(commits * each))
        #expect(intake.quarantinedSource == place.path("a.ndjson"))
        #expect(try Trail(reading: place.trail).verify().problems.filter { $0.object != "source" } == [])
    }

    private func change(_ statement: String) throws {
        let catalog = try Catalog.ledger(path: catalog)
        try catalog.write("change") { db in try db.execute(sql: statement) }
        try catalog.close()
    }

    @Test func `a line is found by its source and its offset, and by nothing else`() throws {
        var dice = Dice(state: 3)
        let lines = (0..<3000).map { Self.line("syslog", $0, &dice) }
        for name in ["a.ndjson", "b.ndjson"] { place.write(name, name + "\n" + lines.joined(separator: "\n") + "\n") }
        try place.ingest(place.path("a.ndjson"))
        try place.ingest(place.path("b.ndjson"))
        let catalog = try Trail(reading: place.trail).catalog
        var offset: Int64 = 9
        for (number, line) in lines.enumerated() {
            defer { offset += Int64(line.utf8.count) + 1 }
            guard number % 97 == 0 || number > 2990 else { continue }
            #expect(try catalog.quarantinedLine(source: place.path("a.ndjson"), offset: offset) == Array(line.utf8))
            #expect(try catalog.quarantinedLine(source: place.path("a.ndjson"), offset: offset + 1) == nil)
            #expect(try catalog.quarantinedLine(source: place.path("c.ndjson"), offset: offset) == nil)
            let near = try catalog.quarantinedLines(ofSource: 2, in: offset..<(offset + 1))
            #expect(near.map(\.bytes) == [Array(line.utf8)])
        }
        #expect(try catalog.quarantinedLines(ofSource: 2, in: 0..<offset).count == 3001)
        #expect(try catalog.quarantinedLines(ofSource: 2, in: offset..<(offset + 100)).isEmpty)
        #expect(try catalog.quarantinedLine(source: place.path("a.ndjson"), offset: 1 << 50) == nil)
    }

    @Test
    func
        `a damaged block is named with its source and place, gives no line, and keeps nothing else from being read or written`()
        throws
    {
        place.write("a.ndjson", "no event 1\nno event 2\n")
        place.write("b.ndjson", "no event 3\n" + use("t1") + "\n")
        try place.ingest(place.path("a.ndjson"))
        try place.ingest(place.path("b.ndjson"))
        try change(
            "UPDATE quarantine_blocks SET bytes = CAST(substr(bytes, 1, 12) || x'00' || substr(bytes, 14) AS BLOB) WHERE source_id = 1"
        )
        let what =
            "the 2 quarantined lines of \(place.path("a.ndjson")) that begin from byte 0 to byte 11 cannot be read: "
            + "the bytes of their block are not those that were written"
        for _ in 0..<2 {
            let trail = try Trail(reading: place.trail)
            let problems = try trail.verify().problems
            #expect(problems.filter { $0.name == "quarantine" }.map(\.what) == [what])
            #expect(problems.allSatisfy { ["quarantine", "quarantine_blocks"].contains($0.name) })
            let error = #expect(throws: CatalogError.self) {
                try trail.catalog.quarantinedLine(source: place.path("a.ndjson"), offset: 11)
            }
            #expect(error.map { "\($0)" }?.contains(what) == true)
            #expect(throws: CatalogError.self) { try trail.catalog.quarantinedLines(ofSource: 1, in: 0..<100) }
            #expect(throws: CatalogError.self) {
                _ = try SourceLines(of: trail.catalog.sources()[0], in: trail).first()
            }
            #expect(
                try trail.catalog.quarantinedLine(source: place.path("b.ndjson"), offset: 0) == Array("no event 3".utf8)
            )
            #expect(try trail.catalog.quarantineByReason().map(\.lines).reduce(0, +) >= 3)
            // What comes later stands in a block of its own.
            place.append("a.ndjson", "no event 4\n")
            #expect(try place.ingest(place.path("a.ndjson")).counts.quarantined == 1)
        }
        #expect(
            try Trail(reading: place.trail).catalog.quarantinedLine(source: place.path("a.ndjson"), offset: 33)
                == Array("no event 4".utf8))
        #expect(try number("SELECT count(*) FROM quarantine_blocks") == 3)
    }

    @Test(arguments: ["lines = 99999999", "counts = 'x'", "size = -1", "last_offset = -9", "source = 7"])
    func `a row that nothing can have written keeps no line from being read on`(change: String) throws {
        place.write("a.ndjson", "no event 1\nno event 2\n")
        try place.ingest(place.path("a.ndjson"))
        try self.change("UPDATE quarantine_blocks SET \(change)")
        place.append("a.ndjson", "no event 3\n")
        #expect(try place.ingest(place.path("a.ndjson")).counts.quarantined == 1)
        #expect(try Trail(reading: place.trail).verify().problems.contains { $0.name == "quarantine" })
        #expect(try number("SELECT count(*) FROM quarantine_blocks") == 2)
    }

    @Test func `a block that is joined to others keeps when each of its lines was read, and of which log`() throws {
        let secret = "Bearer abcdefghijklmnop1234567890"
        for run in 0..<5 {
            place.clock += 86_400_000_000
            if run == 0 { place.write("a.ndjson", "") }
            place.append("a.ndjson", "no event \(run) \(secret)\n")
            try place.ingest(place.path("a.ndjson"))
        }
        let found = try Trail(reading: place.trail).catalog.quarantinedSecrets().sorted { $0.offset < $1.offset }
        #expect(found.map { ($0.readAt - place.clock) / 86_400_000_000 } == [-4, -3, -2, -1, 0])
        #expect(try number("SELECT count(*) FROM quarantine_blocks") < 4)
        place.shell("mv a.ndjson b.ndjson; echo more >> b.ndjson")
        try place.ingest(place.path("b.ndjson"))
        let catalog = try Trail(reading: place.trail).catalog
        let end = Int64(found[4].offset) + Int64("no event 4 \(secret)\n".utf8.count)
        #expect(try catalog.quarantinedLine(source: place.path("a.ndjson"), offset: found[0].offset) != nil)
        #expect(try catalog.quarantinedLine(source: place.path("b.ndjson"), offset: found[0].offset) == nil)
        #expect(try catalog.quarantinedLine(source: place.path("b.ndjson"), offset: end) == Array("more".utf8))
    }
}

extension SourceLines {
    fileprivate func first() throws -> [UInt8]? {
        var lines = self
        return try lines.next()
    }
}
