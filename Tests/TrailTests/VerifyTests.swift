import Catalog
import Events
import Foundation
import GRDB
import Ingest
import Model
import Testing
import Trail
import TrailSupport

/// A trail with some of everything: several months and sources, odd lines, a merge, a prune, a run with findings.
private func everything(in place: Place) throws {
    func line(_ day: String, _ event: String, _ rest: String) -> String {
        #"{"ts":"2026-\#(day)T08:00:00Z","event":"\#(event)",\#(rest)}"#
    }
    for run in 0..<3 {
        let lines = [
            line("01-0\(run + 1)", "issued", #""token_id":"t\#(run)","principal":"p","actor":"maria","scopes":["a"]"#),
            line("01-0\(run + 4)", "used", #""token_id":"t\#(run)","ip":"10.0.0.\#(run)","extra":[1]"#),
            run == 1 ? "not json \(run)" : line("02-0\(run + 2)", "failed", #""reason":"expired","ip":"10.1.0.1""#),
            run == 2 ? " \t" : line("02-1\(run)", "used", #""token_id":"t0","tool":"x","success":true"#),
            line("03-0\(run + 1)", "refreshed", #""token_id":"n\#(run)","old_token_id":"t0","principal":"p""#),
            line("03-0\(run + 5)", "used", #""token_id":"n\#(run)","latency_ms":1.5"#),
        ]
        let name = run == 2 ? "b.ndjson" : "a.ndjson"
        if run != 1 { place.write(name, "") }
        place.append(name, lines.joined(separator: "\n") + (run == 2 ? "\n\n\n" : "\n"))
        try place.ingest(place.path(name))
    }
    let writer = try TrailWriter(path: place.trail)
    var policy = CompactionPolicy()
    policy.takesAll = true
    var goesOn = true
    try Compaction(writer, policy: policy).run(now: { 5 }) { _ in
        defer { goesOn = false }
        return goesOn
    }
    try Pruning(writer).run(
        PrunePlan(writer.catalog.segments(), olderThan: Timestamp.parse("2026-02-01T00:00:00Z")!), now: 7)
    try writer.close()
    let ledger = try Catalog.ledger(path: place.trail + "/catalog.sqlite")
    let finding = LedgerEntry(
        id: "f1", detector: "d", class: "c", severity: .high, entityType: "token", entity: "t1", firstSeen: 1,
        lastSeen: 2, title: "a title", body: "{}")
    try ledger.record(
        RunRecord(startedAt: 1, asOf: 2, windowFrom: 0, detectors: ["d"], count: 1) { _ in finding },
        told: ["f1": "words"])
    try ledger.close()
}

private func bytes(_ path: String) throws -> [UInt8] { [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) }

struct VerifyTests {
    let place = Place()

    private func problems() throws -> [Verification.Problem] { try Trail(reading: place.trail).verify().problems }

    private func sql(_ statement: String) throws {
        let catalog = try Catalog.ledger(path: place.trail + "/catalog.sqlite")
        try catalog.write("change") { db in try db.execute(sql: statement) }
        try catalog.close()
    }

    @Test func `a sound trail has no problems, and neither has an empty one`() throws {
        try everything(in: place)
        #expect(try problems() == [])
        let empty = Place()
        empty.write("none.ndjson", "")
        try empty.ingest(empty.path("none.ndjson"))
        #expect(try Trail(reading: empty.trail).verify().problems == [])
        #expect(throws: TrailError.missing(path: empty.path("nothing"))) { try Trail(reading: empty.path("nothing")) }
    }

    /// What somebody with SQLite, or a fault of ours, could do to the catalog, and what must be said about it.
    @Test(arguments: [
        ("UPDATE tokens SET uses = uses + 1 WHERE token_id = 't0'", "tokens", "uses"),
        ("UPDATE tokens SET last_use = last_use - 1 WHERE token_id = 'n1'", "tokens", "last_use"),
        ("UPDATE tokens SET revoked_at = 5 WHERE token_id = 't1'", "tokens", "revoked_at 5, its events say NULL"),
        ("UPDATE tokens SET principal = 'q' WHERE token_id = 't1'", "tokens", "principal"),
        ("INSERT INTO tokens (token_id) VALUES ('made-up')", "tokens", "lists token made-up, of which no event tells"),
        ("DELETE FROM tokens WHERE token_id = 't1'", "tokens", "does not list token t1"),
        ("DELETE FROM token_day_blocks WHERE rowid = (SELECT min(rowid) FROM token_day_blocks)", "03/", "token_days"),
        ("DELETE FROM ip_hour_blocks", "02/", "ip_hours"),
        (
            "UPDATE principal_day_blocks SET block = (SELECT block FROM principal_day_blocks ORDER BY 1 DESC LIMIT 1)",
            "/", "principal_days"
        ),
        (
            "UPDATE event_counts SET events = events + 1 WHERE day = (SELECT max(day) FROM event_counts)", "03/",
            "counts by day"
        ),
        ("DELETE FROM kept_token_days", "kept_token_days", "pruned_tokens"),
        (
            "UPDATE segments SET min_ts = min_ts - 1 WHERE segment_id = (SELECT max(segment_id) FROM segments)", "/",
            "its first event"
        ),
        ("UPDATE segments SET sha256 = 'x' WHERE segment_id = (SELECT max(segment_id) FROM segments)", "/", "SHA-256"),
        ("UPDATE segments SET rank = 99 WHERE segment_id = (SELECT max(segment_id) FROM segments)", "/", "rank"),
        (
            "DELETE FROM segments WHERE segment_id = (SELECT max(segment_id) FROM segments)", "segments/",
            "no catalog row lists it"
        ),
        ("DELETE FROM quarantine_blocks", "catalog.sqlite", "counts 1 quarantined lines; 0 are there"),
        ("DELETE FROM quarantine_blocks", "a.ndjson", "bytes of it are in no line"),
        ("UPDATE quarantine_blocks SET first_offset = first_offset - 1", "quarantine", "a.ndjson that begin from byte"),
        ("UPDATE quarantine_blocks SET size = size + 1", "quarantine", "cannot be read"),
        ("UPDATE quarantine_blocks SET counts = '1 bad_ts'", "quarantine", "cannot be read"),
        ("UPDATE quarantine_blocks SET counts = 'x'", "quarantine", "cannot be read"),
        ("UPDATE quarantine_blocks SET bytes = zeroblob(length(bytes))", "quarantine", "cannot be read"),
        ("UPDATE quarantine_blocks SET source = 'b'", "quarantine", "lines of b that begin from byte"),
        ("DELETE FROM blank_lines", "b.ndjson", "bytes of it are in no line"),
        ("UPDATE pruned_spans SET to_offset = to_offset + 1 WHERE source_id = 2", "b.ndjson", "no newline between"),
        ("UPDATE pruned_spans SET lines = lines + 1 WHERE source_id = 2", "b.ndjson", "were dropped"),
        ("DELETE FROM pruned_spans WHERE source_id = 1", "a.ndjson", "0 were dropped"),
        ("UPDATE sources SET checkpoint = checkpoint + 100 WHERE source_id = 1", "a.ndjson", "empty lines were read"),
        ("UPDATE sources SET checkpoint = checkpoint - 50 WHERE source_id = 2", "b.ndjson", "was read up to byte"),
        ("UPDATE sources SET head_hash = 'x' WHERE source_id = 2", "b.ndjson", "would not be known again"),
        (
            "UPDATE sources SET lines = lines + 1, stored = stored + 1 WHERE source_id = 1", "a.ndjson",
            "lines in segments"
        ),
        (
            "UPDATE sources SET lines = lines + 1, blank = blank + 1 WHERE source_id = 2", "b.ndjson",
            "empty lines were read"
        ),
        ("DELETE FROM pruned_tokens", "pruned.sqlite", "has more pruned_tokens than the catalog"),
        ("DROP TRIGGER runs_deleted", "catalog.sqlite", "has no runs_deleted"),
        ("CREATE TABLE mine (x)", "catalog.sqlite", "has mine, which is none of its tables"),
    ]) func `what differs is named`(statement: String, name: String, what: String) throws {
        try everything(in: place)
        try sql(statement)
        let found = try problems()
        #expect(found.contains { $0.name.contains(name) && $0.what.contains(what) }, "\(found)")
        #expect(found.allSatisfy { !$0.advice.isEmpty })
    }

    /// What can happen to a file.
    @Test(arguments: ["torn", "empty", "missing", "garbage", "flipped", "swapped", "stray", "foreign", "pruned"])
    func `a damaged, missing, swapped or foreign file is named`(fault: String) throws {
        try everything(in: place)
        let segments = try Trail(reading: place.trail).catalog.segments().filter { $0.month == 674 }
        let (first, second) = (segments[0].file, segments[1].file)
        switch fault {
        case "torn": place.shell("truncate -s -7 trail/\(first)")
        case "empty": place.shell(": > trail/\(first)")
        case "missing": place.shell("rm trail/\(first)")
        case "garbage": place.shell("head -c 9000 /dev/urandom > trail/\(first)")
        case "flipped": place.shell("printf '\\377' | dd of=trail/\(first) bs=1 seek=99 conv=notrunc status=none")
        case "swapped": place.shell("mv trail/\(first) x; mv trail/\(second) trail/\(first); mv x trail/\(second)")
        case "foreign": place.shell("echo hello > trail/segments/month=2026-03/notes.txt")
        case "stray": place.shell("cp trail/\(first) trail/segments/month=2026-03/00000099.parquet")
        default: place.shell("rm trail/pruned.sqlite")
        }
        let found = try problems()
        switch fault {
        case "swapped":
            #expect(found.map(\.what) == ["has the content of \(second)", "has the content of \(first)"])
        case "stray": #expect(found.map(\.name) == ["segments/month=2026-03/00000099.parquet"])
        case "foreign": #expect(found.map(\.name) == ["segments/month=2026-03/notes.txt"])
        case "pruned": #expect(found.map(\.name) == ["pruned.sqlite"])
        default:
            #expect(found.map(\.name) == [first])
            #expect(found.map(\.object) == ["segment"])
        }
    }
}

/// Single bits and cut files: each is named, or nothing that anybody can ask is different.
struct TrailDamageTests {
    let place = Place()

    /// All that can be asked of a trail, quarantine and ledger included.
    private func answers() throws -> [String] {
        let trail = try Trail(reading: place.trail)
        var answers = try place.facts()
        answers += try trail.catalog.segments().map { "\($0)" }
        answers += try trail.catalog.quarantineByReason().map { "\($0)" }
        answers += try trail.catalog.states(of: trail.catalog.findings().map(\.entry.id)).sorted { $0.key < $1.key }.map
        { "\($0)" }
        answers += try trail.catalog.findingsByStatus().map { "\($0)" }
        answers.append(
            "\(String(describing: try trail.catalog.lastRun())) \(try trail.catalog.prunedLines().sorted { $0.key < $1.key })"
        )
        answers.append("\(String(describing: try trail.catalog.coverage())) \(try trail.catalog.lostLines())")
        return answers
    }

    private func restore(_ file: String, _ bytes: [UInt8]) throws {
        for suffix in ["-wal", "-shm", "-journal"] {
            try? FileManager.default.removeItem(atPath: place.trail + "/catalog.sqlite" + suffix)
        }
        try Data(bytes).write(to: URL(fileURLWithPath: place.trail + "/" + file))
    }

    /// Whether verify, or opening the trail, names something.
    private func isNamed() -> Bool {
        guard let found = try? Trail(reading: place.trail).verify().problems else { return true }
        return !found.isEmpty
    }

    private func damages(_ count: Int, of size: Int, seed: UInt64) -> [(place: Int, bit: UInt8)] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return (Int(state >> 20) % size, UInt8(state >> 9 & 7))
        }
    }

    @Test(arguments: [UInt64(1), 2]) func `a flipped bit in the catalog is named, or changes no answer`(seed: UInt64)
        throws
    {
        try everything(in: place)
        let sound = try bytes(place.trail + "/catalog.sqlite"), before = try answers()
        #expect(!isNamed())
        var harmless = 0
        for (at, bit) in damages(250, of: sound.count, seed: seed) {
            var damaged = sound
            damaged[at] ^= 1 << bit
            try restore("catalog.sqlite", damaged)
            if isNamed() { continue }
            harmless += 1
            let after = try? answers()
            #expect(after == before, "bit \(bit) of byte \(at): \((after ?? []).filter { !before.contains($0) })")
        }
        // Unused room of pages.
        #expect(harmless > 0 && harmless < 250)
        try restore("catalog.sqlite", sound)
        #expect(!isNamed())
    }

    @Test(arguments: ["start_hash", "row_groups", "checkpoint", "from_offset", "revoked_at", "tokens", "block"])
    func `a column that a flipped bit has renamed is named, and ends no program`(column: String) throws {
        try everything(in: place)
        var damaged = try bytes(place.trail + "/catalog.sqlite")
        // In definitions and nowhere else: rows do not hold names of columns.
        for at in damaged.indices where damaged[at...].starts(with: (column + " ").utf8) { damaged[at + 1] ^= 1 }
        try restore("catalog.sqlite", damaged)
        #expect(isNamed())
        #expect(throws: (any Error).self) { try answers() }
    }

    @Test func `a catalog that is cut anywhere is named, unless only zeros are gone, which SQLite reads all the same`()
        throws
    {
        try everything(in: place)
        let sound = try bytes(place.trail + "/catalog.sqlite"), before = try answers()
        var harmless = 0
        for (at, _) in damages(120, of: sound.count, seed: 3) {
            try restore("catalog.sqlite", Array(sound[..<at]))
            if isNamed() { continue }
            harmless += 1
            #expect(sound[at...].allSatisfy { $0 == 0 }, "cut at \(at)")
            #expect(try answers() == before, "cut at \(at)")
        }
        #expect(harmless < 10)
    }

    @Test func `a flipped bit in a segment, or a cut, is named`() throws {
        try everything(in: place)
        let file = try #require(try Trail(reading: place.trail).catalog.segments().first?.file)
        let sound = try bytes(place.trail + "/" + file)
        for (at, bit) in damages(150, of: sound.count, seed: 4) {
            var damaged = sound
            damaged[at] ^= 1 << bit
            try restore(file, damaged)
            #expect(try Trail(reading: place.trail).verify().problems.map(\.name).contains(file), "bit \(bit) of \(at)")
            try restore(file, Array(sound[..<at]))
            #expect(try Trail(reading: place.trail).verify().problems.map(\.name).contains(file), "cut at \(at)")
        }
        try restore(file, sound)
        #expect(!isNamed())
    }

    @Test func `a flipped bit in a WAL is named, or changes no answer`() throws {
        try everything(in: place)
        place.write("late.ndjson", (0..<40).map { use("late\($0)", $0) + "\n" }.joined() + "not json\n")
        // A writer that is killed leaves its WAL.
        do {
            let writer = try TrailWriter(path: place.trail)
            _ = try Ingestor(writer, now: { 1_780_272_000_000_000 }).ingest(Inputs.resolve([place.path("late.ndjson")]))
            place.shell("cp -r trail killed")
        }
        place.shell("rm -r trail; mv killed trail; rm -f trail/catalog.sqlite-shm")
        let wal = place.trail + "/catalog.sqlite-wal"
        let sound = try bytes(wal), main = try bytes(place.trail + "/catalog.sqlite")
        #expect(sound.count > 10_000)
        let before = try answers()
        var named = 0
        for (at, bit) in damages(150, of: sound.count, seed: 5) {
            try restore("catalog.sqlite", main)
            var damaged = sound
            damaged[at] ^= 1 << bit
            try Data(damaged).write(to: URL(fileURLWithPath: wal))
            if isNamed() { named += 1 } else { #expect((try? answers()) == before, "bit \(bit) of byte \(at)") }
        }
        #expect(named > 0)
    }
}
