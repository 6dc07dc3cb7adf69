import Events
import Testing

@testable import Segments

/// A scan delivers what looking at every event would deliver.
struct ScanTests {
    private static let groups: [[Event]] = {
        var made = Made(seed: 5)
        // The first row group has three pages; the second only two kinds, the third tokens of its own.
        let first = made.events(40_000)
        let second = made.events(2000, from: Made.start + Timestamp.hour).filter { $0.kind == .used || $0.kind == .issued }
        let third = made.events(1500, from: Made.start + 2 * Timestamp.hour).map { event in
            var event = event
            event.texts[.tokenID] = event.texts[.tokenID].map { "other_" + $0 }
            return event
        }
        return [first, second, third]
    }()

    private static let bytes: [UInt8] = {
        var writer = SegmentWriter(day: Made.day, level: 1)
        for group in groups { try? writer.add(batch(group)) }
        return writer.finish().bytes
    }()

    private func expectExact(_ scan: EventScan, count: Int? = nil) throws {
        let reader = try SegmentReader(bytes: Self.bytes)
        var found: [Event] = []
        try reader.scan(scan) { batch in
            #expect(batch.fields == scan.fields)
            #expect(batch.count > 0)
            found += batch.events
        }
        let want = Self.groups.flatMap { $0 }.filter { $0.matches(scan) }.map { $0.only(scan.fields) }
        let isExact = found == want
        #expect(isExact, "\(found.count) found, \(want.count) wanted")
        if let count { #expect(found.count == count) }
    }

    @Test func `a scan without conditions delivers everything`() throws {
        try expectExact(EventScan())
        try expectExact(EventScan(fields: EventFields([.ts, .tokenID])))
        try expectExact(EventScan(fields: []))
    }

    @Test func `spans of time are exact at their ends`() throws {
        let times = Self.groups[0].map(\.ts).sorted()
        let low = times[20_000], high = times[20_500]
        try expectExact(EventScan(from: low, to: high))
        try expectExact(EventScan(from: low, to: low + 1, fields: EventFields([.eventID])))
        try expectExact(EventScan(from: low, to: low), count: 0)
        try expectExact(EventScan(to: times[0]), count: 0)
        try expectExact(EventScan(from: Made.start + 3 * Timestamp.hour), count: 0)
        try expectExact(EventScan(from: Made.start + Timestamp.hour, fields: EventFields([.ts, .extra, .scopes])))
    }

    @Test func `kinds are exact, alone and together`() throws {
        for kind in EventKind.allCases {
            try expectExact(EventScan(kinds: EventKinds(kind), fields: EventFields([.event, .reason, .success])))
        }
        try expectExact(EventScan(kinds: [], fields: EventFields([.ts])), count: 0)
        try expectExact(EventScan(kinds: [EventKinds.used, EventKinds.failed], fields: EventFields([.latencyMS])))
    }

    @Test func `texts are exact, in columns with and without bloom filters`() throws {
        try expectExact(EventScan(texts: [.tokenID: .equals(["tok_7"])]))
        try expectExact(EventScan(texts: [.tokenID: .equals(["other_tok_7", "tok_8", "absent"])]))
        try expectExact(EventScan(texts: [.tokenID: .equals(["absent"])]), count: 0)
        try expectExact(EventScan(texts: [.tokenID: .equals([])]), count: 0)
        try expectExact(EventScan(texts: [.reason: .equals(["expired"]), .ip: .equals(["203.0.113.7"])]))
        try expectExact(EventScan(texts: [.userAgent: .matching { $0.contains("日本") }], fields: EventFields([.ip])))
        try expectExact(EventScan(texts: [.clientID: .matching { _ in true }]), count: 0)
        let id = try #require(Self.groups[0][33_000].texts[.eventID])
        try expectExact(EventScan(texts: [.eventID: .equals([id])]), count: 1)
    }

    @Test(arguments: 1...60)
    func `a random scan is exact`(seed: Int) throws {
        var made = Made(seed: UInt64(seed) + 1000)
        var scan = EventScan()
        if made.below(2) == 0 {
            scan.from = Made.start + Int64(made.below(130)) * Timestamp.minute
            scan.to = scan.from + Int64(made.below(4000)) * Timestamp.second
        }
        if made.below(2) == 0 { scan.kinds = EventKinds(rawValue: UInt8(made.below(64))) }
        if made.below(2) == 0 { scan.texts[.tokenID] = .equals(["tok_\(made.below(70))", "other_tok_\(made.below(70))"]) }
        if made.below(3) == 0 { scan.texts[.ip] = .equals(["203.0.113.7", "198.51.100.\(made.below(120))"]) }
        if made.below(3) == 0 { scan.texts[.principal] = .matching { $0.hasSuffix("1") } }
        scan.fields = EventFields(EventField.allCases.filter { _ in made.below(4) == 0 })
        try expectExact(scan)
    }
}
