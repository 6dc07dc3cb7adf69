import Catalog
import Testing
import Trail

/// Which segments are merged, over the sizes that a collector leaves behind in years.
struct CompactionPolicyTests {
    private func segment(_ id: Int64, _ rows: Int64, bytes: Int64? = nil) -> SegmentRecord {
        SegmentRecord(
            id: id, month: 0, file: "\(id)", rows: rows, rowGroups: 1, bytes: bytes ?? rows * 30 + 10_000, sha256: "",
            minTS: 0, maxTS: 0, counts: [])
    }

    private func sizes(_ run: [SegmentRecord]?) -> [Int64]? { run?.map(\.rows) }

    @Test func `seven small segments are left alone, eight are merged`() {
        let policy = CompactionPolicy()
        let small = (1...8).map { segment($0, 100) }
        #expect(policy.run(of: Array(small.prefix(7))) == nil)
        #expect(sizes(policy.run(of: small)) == [100, 100, 100, 100, 100, 100, 100, 100])
        #expect(policy.run(of: []) == nil)
    }

    @Test func `a large segment is not written again for the sake of a few small ones`() {
        let policy = CompactionPolicy()
        let few = [segment(1, 50_000)] + (2...8).map { segment($0, 10) }
        #expect(policy.run(of: few) == nil)
        let more = few + [segment(9, 10)]
        #expect(sizes(policy.run(of: more)) == [10, 10, 10, 10, 10, 10, 10, 10])
    }

    @Test func `full segments are left alone, and what would not fit a segment is not merged into one`() {
        let policy = CompactionPolicy()
        let limit = policy.rows
        #expect(policy.run(of: (1...40).map { segment($0, limit / 2 + 1) }) == nil)
        let halves = (1...3).map { segment($0, limit / 2) }
        #expect(sizes(policy.run(of: halves)) == [limit / 2, limit / 2])
        // As bytes go, six of these fill a segment.
        let heavy = (1...9).map { segment($0, 10, bytes: 8 << 20) }
        #expect(policy.run(of: heavy)?.count == 6)
    }

    @Test func `only neighbors are merged, also of uneven sizes, when there are very many`() {
        let policy = CompactionPolicy()
        let uneven = (1...32).map { segment($0, $0 == 16 ? 400_000 : 10) }
        #expect(policy.run(of: uneven)?.map(\.id) == Array(17...32) || policy.run(of: uneven)?.count == 32)
    }

    @Test func `all that fits together is merged on demand, and nothing is left to do then`() {
        var policy = CompactionPolicy()
        policy.takesAll = true
        let limit = policy.rows
        #expect(policy.run(of: [segment(1, 10)]) == nil)
        #expect(sizes(policy.run(of: [segment(1, limit - 10), segment(2, 10)])) == [limit - 10, 10])
        #expect(policy.run(of: [segment(1, limit - 10), segment(2, 11)]) == nil)
    }

    /// Sizes of commits: a busy and a quiet collector, one with days and nights, and random ones.
    @Test(
        arguments: [
            { _ in 1 }, { _ in 300 }, { $0 % 48 < 20 ? 3000 : 5 }, { Int64($0 &* 2_654_435_761 % 10_007) + 1 },
            { $0 % 97 == 0 ? 60_000 : 20 },
        ] as [@Sendable (Int64) -> Int64])
    func `a collector that runs for a month writes a row again a few times, and leaves few segments`(
        size: @Sendable (Int64) -> Int64
    ) {
        let policy = CompactionPolicy()
        var segments: [SegmentRecord] = [], written: Int64 = 0, rows: Int64 = 0, most = 0, next: Int64 = 1
        for commit in 0..<4320 {
            segments.append(segment(next, size(Int64(commit))))
            rows += segments[segments.count - 1].rows
            next += 1
            while let run = policy.run(of: segments) {
                let first = segments.firstIndex { $0.id == run[0].id }!
                // Neighbors, in their order.
                #expect(Array(segments[first..<first + run.count]) == run)
                let sum = run.reduce(0) { $0 + $1.rows }
                #expect(sum <= policy.rows)
                written += sum
                segments.replaceSubrange(first..<first + run.count, with: [segment(next, sum)])
                next += 1
            }
            most = max(most, segments.count)
        }
        let full = Int(rows / (policy.rows / 2))
        #expect(most <= 40 + full, "\(most) segments, \(full) full ones")
        #expect(written <= rows * 8, "each row was written \(Double(written) / Double(rows)) times")
        #expect(segments.reduce(0) { $0 + $1.rows } == rows)
    }
}
