import Events
import Testing

@testable import Parquet
@testable import Segments

/// A scan delivers what looking at every event would deliver.
struct ScanTests {
    private static let batches: [[Event]] = {
        var made = Made(seed: 5)
        // The first batch has three pages; the second only two kinds, the third tokens of its own.
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

    /// All batches in one segment, and each in one of its own.
    private static let bytes = (try? sealed(batches).bytes) ?? []
    private static let alone = batches.map { (try? sealed([$0]).bytes) ?? [] }

    private func expectExact(_ scan: EventScan, count: Int? = nil) throws {
        let reader = try SegmentReader(bytes: Self.bytes)
        var found: [Event] = []
        try reader.scan(scan) { batch in
            #expect(batch.fields == scan.fields)
            #expect(batch.count > 0)
            found += batch.events
        }
        let want = Self.batches.flatMap { $0 }.filter { $0.matches(scan) }.map { $0.only(scan.fields) }
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
        let times = Self.batches[0].map(\.ts).sorted()
        let low = times[20_000], high = times[20_500]
        try expectExact(EventScan(from: low, to: high))
        try expectExact(EventScan(from: low, to: low + 1, fields: EventFields([.eventID])))
        try expectExact(EventScan(from: low, to: low), count: 0)
        try expectExact(EventScan(to: times[0]), count: 0)
        for events in Self.batches {
            let (first, last) = (events.map(\.ts).min() ?? 0, events.map(\.ts).max() ?? 0)
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
        try expectExact(EventScan(texts: [.userAgent: .matching { String(decoding: $0, as: UTF8.self).contains("日本") }], fields: EventFields([.ip])))
        try expectExact(EventScan(texts: [.clientID: .matching { _ in true }]), count: 0)
        let id = try #require(Self.batches[0][33_000].texts[.eventID])
        try expectExact(EventScan(texts: [.eventID: .equals([id])]), count: 1)
    }

    private func rows(_ bytes: [UInt8], _ scan: EventScan) throws -> Int {
        var rows = 0
        try SegmentReader(bytes: bytes).scan(scan) { rows += $0.count }
        return rows
    }

    /// A segment in which the columns of its row group have become unreadable, dictionaries too; only `damaged`, if
    /// given.
    private func damaged(_ bytes: [UInt8], only damaged: EventField? = nil) throws -> [UInt8] {
        let chunks = try ParquetFile(bytes: bytes).groups[0].chunks
        var bytes = bytes
        for (column, chunk) in chunks.enumerated() where damaged.map({ Int($0.rawValue) == column }) ?? true {
            let from = damaged == nil ? chunk.start : chunk.dataPages
            for at in from..<(chunk.start + chunk.storedBytes) { bytes[at] = 0 }
        }
        return bytes
    }

    @Test func `segments and pages that cannot match are not even read`() throws {
        let wholly = try damaged(Self.alone[0])
        #expect(throws: SegmentError.self) { try rows(wholly, EventScan()) }
        #expect(try rows(wholly, EventScan(texts: [.tokenID: .equals(["other_tok_7"])])) == 0)
        // Between the bounds, so that only the bloom filter knows.
        #expect(try rows(wholly, EventScan(texts: [.tokenID: .equals(["tok_3x"])])) == 0)
        #expect(throws: SegmentError.self) { try rows(wholly, EventScan(texts: [.tokenID: .equals(["tok_3"])])) }
        let end = try #require(Self.batches[0].map(\.ts).max()) + 1
        #expect(try rows(wholly, EventScan(from: end)) == 0)
        #expect(throws: SegmentError.self) { try rows(wholly, EventScan(from: end - 1)) }
        // The second batch has only two kinds of event.
        let second = try damaged(Self.alone[1], only: .event)
        #expect(throws: SegmentError.self) { try rows(second, EventScan(kinds: .used)) }
        #expect(try rows(second, EventScan(kinds: .failed)) == 0)
    }

    /// All batches in one segment, in which some pages have become unreadable.
    private func withoutPages(_ damaged: ClosedRange<Int>) throws -> [UInt8] {
        let file = try ParquetFile(bytes: Self.bytes)
        var bytes = Self.bytes
        for column in file.groups[0].chunks.indices {
            let pages = try file.offsetIndex(column: column, rowGroup: 0).pages
            let end = pages[damaged.upperBound].place.offset + pages[damaged.upperBound].place.length
            for at in pages[damaged.lowerBound].place.offset..<end { bytes[at] = 0 }
        }
        return bytes
    }

    @Test func `only the pages whose time can match are read`() throws {
        let counts = Self.batches.map(\.count)
        let pages = try SegmentReader(bytes: Self.bytes).pages(rowGroup: 0)
        #expect(pages.map(\.count) == [16_384, 16_384, 7232, counts[1], 1500])
        let early = try withoutPages(0...2), late = try withoutPages(1...4)
        #expect(throws: SegmentError.self) { try rows(early, EventScan()) }
        #expect(throws: SegmentError.self) { try rows(late, EventScan()) }
        let byBatch = EventScan(from: Self.batches[0].map(\.ts).max().map { $0 + 1 } ?? 0)
        #expect(try rows(early, byBatch) == counts[1] + counts[2])
        let byPage = EventScan(from: Made.start, to: Made.start + Timestamp.minute)
        #expect(try rows(late, byPage) == rows(Self.bytes, byPage))
        #expect(try rows(late, byPage) > 0)
        #expect(throws: SegmentError.self) { try rows(early, byPage) }
        #expect(throws: SegmentError.self) { try rows(late, byBatch) }
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
        if made.below(3) == 0 { scan.texts[.principal] = .matching { $0.last == 0x31 } }
        scan.fields = EventFields(EventField.allCases.filter { _ in made.below(4) == 0 })
        try expectExact(scan)
    }
}
