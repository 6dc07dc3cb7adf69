import Catalog
import Events
import Foundation
import GRDB
import Ingest
import Testing
import Trail
import TrailSupport

/// After `prune` nothing of what was dropped is found in any file of the trail, but for what is kept on purpose: ids of
/// tokens and what the log said of their lives.
struct NothingLeftTests {
    let place = Place()

    /// Words that stand in dropped lines alone: an address, an agent, a tool, an unknown field.
    private static let dropped = ["198.51.100.77", "spy-agent", "patients.read", "Alice-Example"]

    private func line(_ day: String, _ rest: String) -> String { #"{"ts":"\#(day)T10:00:00Z",\#(rest)}"# }

    /// Months with everything that a line may hold, in several segments, merged and not.
    private func grow() throws {
        for part in 0..<4 {
            let lines =
                (1...9).flatMap { month in
                    [
                        line(
                            "2024-0\(month)-0\(part + 1)",
                            #""event":"used","token_id":"t\#(month)","principal":"p","ip":"198.51.100.77","#
                                + #""user_agent":"spy-agent/\#(part)","tool":"patients.read","note":"Alice-Example \#(month)""#
                        ),
                        line(
                            "2024-0\(month)-1\(part)",
                            #""event":"failed","reason":"expired","ip":"198.51.100.77","presented":"x\#(part)""#),
                    ]
                } + [line("2026-05-0\(part + 1)", #""event":"used","token_id":"n","principal":"p","ip":"203.0.113.1""#)]
            place.write("a\(part).ndjson", lines.joined(separator: "\n") + "\n")
            try place.ingest(place.path("a\(part).ndjson"))
            if part == 1 { try compact() }
        }
    }

    private func compact() throws {
        var policy = CompactionPolicy()
        policy.takesAll = true
        let writer = try TrailWriter(path: place.trail)
        try Compaction(writer, policy: policy).run(now: { 5 })
        try writer.close()
    }

    @discardableResult
    private func prune() throws -> Pruning.Leftovers {
        let writer = try TrailWriter(path: place.trail)
        let cut = try #require(Timestamp.parse("2025-01-01T00:00:00Z"))
        let left = try Pruning(writer).run(PrunePlan(writer.catalog.segments(), olderThan: cut), now: 7)
        try writer.close()
        return left
    }

    /// The files of the trail in which any of the words stand.
    private func files(with words: [String]) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: place.trail).filter { path in
            guard let data = try? Data(contentsOf: URL(fileURLWithPath: place.trail + "/" + path)) else { return false }
            return words.contains { data.range(of: Data($0.utf8)) != nil }
        }.sorted()
    }

    @Test func `no word of what was dropped stands in any file, and no page of the catalog is free`() throws {
        try grow()
        let before = try files(with: Self.dropped)
        #expect(before.contains { $0.hasSuffix(".parquet") })
        #expect(try !prune().hasFreePages)
        #expect(try files(with: Self.dropped) == [])
        let free = try Trail(reading: place.trail).catalog.read("count") {
            try Int.fetchOne($0, sql: "PRAGMA freelist_count")
        }
        #expect(free == 0)
        // Kept on purpose: a token that slept must not look new.
        #expect(try files(with: ["t3"]).contains("pruned.sqlite"))
        #expect(try Trail(reading: place.trail).verify().problems == [])
    }

    @Test func `while somebody reads, what was dropped waits, and the next writer removes it`() throws {
        try grow()
        var reader: Trail? = try Trail(reading: place.trail)
        try prune()
        #expect(reader != nil)
        reader = nil
        try TrailWriter(path: place.trail).close()
        #expect(try files(with: Self.dropped) == [])
    }

    @Test func `orphans of dropped months go with them, and those of other months stay`() throws {
        try grow()
        let month = Timestamp.month(of: try #require(Timestamp.parse("2024-03-01T00:00:00Z")))
        place.shell("mkdir -p trail/orphans")
        let old = try #require(try Trail(reading: place.trail).catalog.segments().first { $0.month == month })
        place.shell("cp trail/\(old.file) trail/orphans/2024-03-00000900.parquet")
        place.shell("cp trail/\(old.file) trail/orphans/2026-05-00000901.parquet; echo x > trail/orphans/notes.txt")
        let orphans = try Trail(reading: place.trail).orphans()
        #expect(orphans.files == 3 && orphans.monthsText == "2024-03 to 2026-05")
        #expect(try prune().orphansRemoved == 1)
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: place.trail + "/orphans").sorted()
                == ["2026-05-00000901.parquet", "notes.txt"])
        // Nothing else is dropped the second time, and what came to lie there meanwhile goes.
        place.shell("cp trail/orphans/2026-05-00000901.parquet trail/orphans/2024-12-00000902.parquet")
        #expect(try prune().orphansRemoved == 1)
    }
}
