import Events
import Testing

@testable import Parquet
@testable import Segments

/// A scan delivers what looking at every event would deliver.
struct ScanTests {
    private static let groups: [[Event]] = {
        var made = Made(seed: 5)
        // The first row group has three pages; the second only two kinds, the third tokens of its own.
        let first = made.events(40_000)
        let mixed = made.events(2000, from: Made.start + Timestamp.hour)
        let second = mixed.filter { $0.kind == .used || $0.kind == .issued }
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
        for group in Self.groups {
            let (first, last) = (group.map(\.ts).min() ?? 0, group.map(\.ts).max() ?? 0)
            try expectExact(EventScan(from: last, to: last + 1))
            try expectExact(EventScan(from: first, to: first + 1))
        }
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

    @Test func `row groups and pages that cannot match are not even read`() throws {
        let file = try ParquetFile(bytes: Self.bytes)
        let firstGroup = file.groups[0].chunks, secondGroup = file.groups[1].chunks
        // All pages of the first row group become unreadable, or all but the first page of each column.
        var wholly = Self.bytes, partly = Self.bytes
        for at in 4..<secondGroup[0].start { wholly[at] = 0 }
        for column in firstGroup.indices {
            let pages = try file.offsetIndex(column: column, rowGroup: 0).pages
            let end = pages[2].place.offset + pages[2].place.length
            for at in pages[1].place.offset..<end { partly[at] = 0 }
        }
        func rows(_ bytes: [UInt8], _ scan: EventScan) throws -> Int {
            var rows = 0
            try SegmentReader(bytes: bytes).scan(scan) { rows += $0.count }
            return rows
        }
        #expect(throws: SegmentError.self) { try rows(wholly, EventScan()) }
        #expect(throws: SegmentError.self) { try rows(partly, EventScan()) }
        let byBloom = EventScan(texts: [.tokenID: .equals(["other_tok_7"])])
        #expect(try rows(wholly, byBloom) == rows(Self.bytes, byBloom))
        #expect(try rows(wholly, byBloom) > 0)
        let byTime = EventScan(from: Self.groups[0].map(\.ts).max().map { $0 + 1 } ?? 0)
        #expect(try rows(wholly, byTime) == Self.groups[1].count + Self.groups[2].count)
        let byPage = EventScan(from: Made.start, to: Made.start + Timestamp.minute)
        #expect(try rows(partly, byPage) == rows(Self.bytes, byPage))
        #expect(try rows(partly, byPage) > 0)
        // The second row group has only two kinds of event.
        var second = Self.bytes
        let ofKinds = secondGroup[Int(EventField.event.rawValue)]
        for at in ofKinds.dataPages..<(ofKinds.start + ofKinds.storedBytes) { second[at] = 0 }
        #expect(throws: SegmentError.self) { try rows(second, EventScan(kinds: .used)) }
        #expect(try rows(second, EventScan(kinds: .failed)) == rows(Self.bytes, EventScan(kinds: .failed)))
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
        if made.below(2) == 0 {
            scan.texts[.tokenID] = .equals(["tok_\(made.below(70))", "other_tok_\(made.below(70))"])
        }
        if made.below(3) == 0 { scan.texts[.ip] = .equals(["203.0.113.7", "198.51.100.\(made.below(120))"]) }
        if made.below(3) == 0 { scan.texts[.principal] = .matching { $0.hasSuffix("1") } }
        scan.fields = EventFields(EventField.allCases.filter { _ in made.below(4) == 0 })
        try expectExact(scan)
    }
}
