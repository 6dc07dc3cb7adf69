import Catalog
import Events
import Foundation
import Ingest
import Testing
import Trail
import TrailSupport

/// The files beside the catalog that no segment can tell: any change of them is named.
struct KeptFileTests {
    let place = Place()

    private func grow() throws {
        place.write(
            "a.ndjson",
            """
            {"ts":"2025-01-01T10:00:00Z","event":"used","token_id":"old","principal":"p","ip":"10.0.0.1"}
            {"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"t","user_agent":"Bearer abcdefghijklmnop1234"}

            """)
        try place.ingest(place.path("a.ndjson"))
        try prune("2026-01-01")
    }

    private func prune(_ day: String) throws {
        let writer = try TrailWriter(path: place.trail)
        let cut = try #require(Timestamp.parse(day + "T00:00:00Z"))
        try Pruning(writer).run(PrunePlan(writer.catalog.segments(), olderThan: cut), now: 7)
        try writer.close()
    }

    private func verification() throws -> Verification { try Trail(reading: place.trail).verify() }

    private func bytes(_ name: String) throws -> [UInt8] {
        [UInt8](try Data(contentsOf: URL(fileURLWithPath: place.trail + "/" + name)))
    }

    private func write(_ name: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: place.trail + "/" + name))
        place.shell("chmod 600 trail/\(name)")
    }

    @Test(arguments: ["pruned.sqlite", "secret.key"])
    func `a flipped bit anywhere, a cut, or a missing file is named`(name: String) throws {
        try grow()
        #expect(try verification().problems == [])
        let sound = try bytes(name)
        var state = UInt64(11)
        for _ in 0..<60 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let at = Int(state >> 20) % sound.count, bit = UInt8(state >> 9 & 7)
            var damaged = sound
            damaged[at] ^= 1 << bit
            try write(name, damaged)
            #expect(try verification().problems.map(\.name) == [name], "bit \(bit) of byte \(at)")
        }
        try write(name, Array(sound.dropLast()))
        #expect(try verification().problems.map(\.name) == [name])
        place.shell("rm trail/\(name)")
        #expect(try verification().problems.map(\.name) == [name])
        try write(name, sound)
        #expect(try verification().problems == [])
    }

    @Test func `a damaged file of what was dropped is made anew by the next prune`() throws {
        try grow()
        var damaged = try bytes("pruned.sqlite")
        damaged[damaged.count - 5] ^= 4
        try write("pruned.sqlite", damaged)
        #expect(try verification().problems.map(\.name) == ["pruned.sqlite"])
        try prune("2026-01-01")
        #expect(try verification().problems == [])
    }

    @Test func `another key makes no marks, and is known for one also after a rebuild`() throws {
        try grow()
        let sound = try bytes("secret.key")
        try write("secret.key", sound.reversed())
        #expect(throws: TrailError.otherKey(path: place.trail)) { try TrailWriter(path: place.trail) }
        // Who makes no marks needs no key.
        try TrailWriter(path: place.trail, makesMarks: false).close()
        place.shell("rm trail/catalog.sqlite*")
        _ = try Rebuild(path: place.trail).run(now: 9)
        #expect(try verification().problems.map(\.name) == ["secret.key"])
        try write("secret.key", sound)
        #expect(try verification().problems == [])
        try TrailWriter(path: place.trail).close()
    }

    @Test func `a lost key is replaced, which is said, and the old one may come back`() throws {
        try grow()
        let sound = try bytes("secret.key")
        place.shell("rm trail/secret.key")
        do {
            let writer = try TrailWriter(path: place.trail)
            #expect(writer.lostKey)
            try writer.close()
        }
        #expect(try bytes("secret.key") != sound)
        let result = try verification()
        #expect(result.problems == [])
        #expect(result.remarks.map(\.name) == ["secret.key"])
        try write("secret.key", sound)
        let again = try TrailWriter(path: place.trail)
        #expect(!again.lostKey)
        try again.close()
    }

    @Test func `what a killed writer has left is a state that is told, not a fault`() throws {
        try grow()
        place.write("b.ndjson", (0..<30).map { use("late\($0)", $0) + "\n" }.joined())
        place.shell("cp -a trail before")
        try place.ingest(place.path("b.ndjson"))
        // As if the writer had been killed between the name of its segment and its commit, and while it wrote another.
        place.shell("cp -an trail/segments before/; touch before/segments/month=2026-05/00000077.parquet.tmp")
        place.shell("rm -r trail; mv before trail")
        let result = try verification()
        #expect(result.problems == [])
        #expect(result.remarks.count == 2)
        #expect(result.remarks.allSatisfy { $0.what == "was not yet listed when its writer ended" })
        try place.ingest(place.path("b.ndjson"))
        let after = try verification()
        #expect(after.problems == [])
        #expect(after.orphans?.files == 1)
        #expect(after.remarks.map(\.name) == ["orphans"])
    }
}
