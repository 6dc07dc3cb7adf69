import Columns
import Events
import Testing

@testable import Detection

/// What rules remember of millions of events.
struct KeyTimesTests {
    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
    }

    /// The times of each key that lie in a window of the given width with more than the limit: written down plainly.
    private func crowded(_ events: [(key: UInt32, ts: Int64)], _ width: Int64, _ limit: Int) -> [UInt32: Set<Int64>] {
        Dictionary(grouping: events, by: \.key).compactMapValues { events in
            let times = events.map(\.ts).sorted()
            var inside: Set<Int64> = [], low = 0
            for high in times.indices {
                while times[low] <= times[high] - width { low += 1 }
                if high - low + 1 > limit { inside.formUnion(times[low...high]) }
            }
            return inside.isEmpty ? nil : inside
        }
    }

    @Test(arguments: [(3, 1), (3, 20), (3, 60), (3, 600), (1 << 18, 20)], UInt64(1)...4)
    func `what lies in a window that is too full is kept, however many events there are`(
        _ sizes: (most: Int, limit: Int), _ seed: UInt64
    ) {
        var random = Seeded(state: seed)
        let (width, limit) = (Timestamp.minute, sizes.limit)
        var events: [(key: UInt32, ts: Int64)] = (0..<20_000).map { _ in
            (UInt32.random(in: 0..<300, using: &random), Int64.random(in: -20 * width..<40 * width, using: &random))
        }
        // Some bursts, some of them just below the limit, over the border of two minutes.
        for burst in 0..<6 {
            let start = Int64.random(in: 0..<30 * width, using: &random)
            for place in 0..<(limit + burst % 2) {
                events.append((UInt32(300 + burst), start + Int64(place) * (width - 1) / Int64(limit)))
            }
        }
        events.shuffle(using: &random)
        var times = KeyTimes(width: width, limit: limit, mostKept: sizes.most)
        // In batches, as segments give them.
        var keys = TextNumbers()
        for key in 0..<400 { _ = keys.number(of: Array("\(key)".utf8)[...]) }
        let batches = stride(from: 0, to: events.count, by: 3000).map { start in
            let part = events[start..<min(start + 3000, events.count)]
            var column = TextColumn()
            for event in part { column.append("\(event.key)") }
            return (column: column, ts: part.map(\.ts))
        }
        for batch in batches { times.add(batch.column, batch.ts, &keys) }
        if times.isCrowded {
            times.beginAgain()
            for batch in batches { times.addSuspected(batch.column, batch.ts, &keys) }
        }
        #expect(times.isCrowded == (events.count > sizes.most))
        let kept = times.sorted
        #expect(crowded(kept, width, limit) == crowded(events, width, limit))
        #expect(!crowded(events, width, limit).isEmpty)
        // With counters for eight million and few events hardly any is kept in vain.
        if sizes.most == 3, limit >= 60 { #expect(kept.count < events.count / 4) }
    }

    @Test func `texts have numbers in the order in which they come, however they are looked up`() {
        var numbers = TextNumbers()
        let texts = (0..<5000).map { Array("text \($0 % 1000)".utf8) }
        for (place, text) in texts.enumerated() { #expect(numbers.number(of: text[...]) == UInt32(place % 1000)) }
        #expect(numbers.count == 1000 && numbers.string(7) == "text 7" && numbers[8] == Array("text 8".utf8))
        #expect(numbers.known(Array("text 999".utf8)[...]) == 999)
        #expect(numbers.known(Array("none".utf8)[...]) == nil)
    }
}
