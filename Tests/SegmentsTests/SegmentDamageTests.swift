import Events
import Testing

@testable import Segments

/// A damaged segment gives an error or the right rows, also where a scan could pass over the damaged part.
struct SegmentDamageTests {
    private func matches(_ bytes: [UInt8], _ scan: EventScan) throws -> [Event] {
        var found: [Event] = []
        try SegmentReader(bytes: bytes).scan(scan) { found += $0.events }
        return found
    }

    @Test func `a flipped bit never makes a scan silently wrong`() throws {
        var made = Made(seed: 9)
        let events = made.events(12)
        let bytes = try sealed([events]).bytes
        let token = try #require(events.compactMap { $0.texts[.tokenID] }.first)
        let narrow = EventFields([.ts])
        let scans = [
            EventScan(from: events[3].ts, to: events[3].ts + 1, fields: narrow),
            EventScan(texts: [.tokenID: .equals([token])], fields: narrow), EventScan(kinds: .used, fields: narrow),
        ]
        let right = try scans.map { try matches(bytes, $0) }
        #expect(right.allSatisfy { !$0.isEmpty })
        var errors = 0
        for at in bytes.indices {
            var damaged = bytes
            damaged[at] ^= UInt8(1) << UInt8(at % 8)
            do {
                for (scan, want) in zip(scans, right) {
                    let isRight = try matches(damaged, scan) == want
                    #expect(isRight, "byte \(at)")
                }
            } catch is SegmentError {
                errors += 1
            }
        }
        // The footer alone is more than half of so small a file; columns that no scan reads may be damaged unseen.
        #expect(errors > bytes.count / 2)
    }
}
