import Events
import Testing

@testable import Segments

/// Three batches in one segment.
enum Scanned {
    static let batches: [[Event]] = {
        var made = Made(seed: 5)
        // The first batch has several pages of other kinds; the second only two kinds, the third tokens of its own.
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
    static let bytes = (try? sealed(batches).bytes) ?? []
    static let alone = batches.map { (try? sealed([$0]).bytes) ?? [] }
    /// The events in the order in which the segment gives them back.
    static let stored = batches.flatMap(\.self).asStored
}

/// A scan delivers what looking at every event would deliver.
struct ScanTests {
    private func expectExact(
        _ scan: EventScan, _ reader: SegmentReader? = nil, bytes: Int = Limits.scanBytes, count: Int? = nil
    ) throws {
        let reader = try reader ?? SegmentReader(bytes: Scanned.bytes)
        var found: [Event] = []
        var rows = SegmentScan(scan, of: reader, bytes: bytes)
        while let batch = try rows.next() {
            #expect(batch.fields == scan.fields)
            #expect(batch.count > 0)
            found += batch.events
        }
        let want = Scanned.stored.filter { $0.matches(scan) }.map { $0.only(scan.fields) }
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
        let times = Scanned.batches[0].map(\.ts).sorted()
        let low = times[20_000], high = times[20_500]
        try expectExact(EventScan(from: low, to: high))
        try expectExact(EventScan(from: low, to: low + 1, fields: EventFields([.eventID])))
        try expectExact(EventScan(from: low, to: low), count: 0)
        try expectExact(EventScan(to: times[0]), count: 0)
        for events in Scanned.batches {
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
        let japanese = TextCondition.matching { String(decoding: $0, as: UTF8.self).contains("日本") }
        try expectExact(EventScan(texts: [.userAgent: japanese], fields: EventFields([.ip])))
        try expectExact(EventScan(texts: [.clientID: .matching { _ in true }]), count: 0)
        try expectExact(
            EventScan(texts: [.clientID: .absent, .tokenID: .absent], fields: EventFields([.ip, .tokenID])))
        try expectExact(EventScan(texts: [.presented: .absent, .reason: .present], fields: EventFields([.ts])))
        let id = try #require(Scanned.batches[0][33_000].texts[.eventID])
        try expectExact(EventScan(texts: [.eventID: .equals([id])]), count: 1)
    }

    @Test func `a text is looked for byte for byte, however it is composed`() throws {
        let tokens = ["\u{e9}", "e\u{301}", "\u{e9}", "e", "e\u{301}"]
        let events = tokens.enumerated().map { number, token in
            var event = Event(ts: Made.start + Int64(number), kind: .used)
            event.texts[.tokenID] = token
            return event
        }
        let reader = try SegmentReader(bytes: sealed([events]).bytes)
        func places(_ texts: [String]) throws -> [Int64] {
            var places: [Int64] = []
            let scan = EventScan(texts: [.tokenID: .equals(texts)], fields: EventFields([.ts]))
            try reader.scan(scan) { places += $0.ts.map { $0 - Made.start } }
            return places
        }
        #expect(try places(["\u{e9}"]) == [0, 2])
        #expect(try places(["e\u{301}"]) == [1, 4])
        #expect(try places(["e\u{301}", "\u{e9}"]) == [0, 1, 2, 4])
        // More texts than are looked for one by one.
        #expect(try places(["e\u{301}", "\u{e9}", "a", "b", "c", "d"]) == [0, 1, 2, 4])
    }

    @Test func `a reader that stays open answers the next scan like a new one`() throws {
        let reader = try SegmentReader(bytes: Scanned.bytes)
        #expect(reader.memory == 0)
        let byToken = EventScan(texts: [.tokenID: .equals(["tok_7"])])
        try expectExact(byToken, reader)
        let memory = reader.memory
        #expect(memory > 0)
        for scan in [EventScan(kinds: .failed), EventScan(texts: [.tokenID: .equals(["tok_8"])]), EventScan(), byToken]
        {
            try expectExact(scan, reader)
        }
        #expect(reader.memory >= memory)
        let all = reader.memory
        try expectExact(EventScan(), reader)
        #expect(reader.memory == all)
    }

    @Test(arguments: 1...60)
    func `random scans by one reader are exact`(seed: Int) throws {
        var made = Made(seed: UInt64(seed) + 1000)
        let reader = try SegmentReader(bytes: Scanned.bytes)
        for _ in 0..<3 {
            let scan = Self.scan(&made)
            try expectExact(scan, reader)
            // However little is held at a time.
            try expectExact(scan, reader, bytes: 1)
            try expectExact(scan, reader, bytes: 1 << (16 + made.below(6)))
        }
    }

    @Test func `of texts that do not repeat little is held at a time, and of others all`() throws {
        let reader = try SegmentReader(bytes: Scanned.bytes)
        let all = Scanned.stored.count { $0.kind == .used }
        func batches(_ fields: [EventField]) throws -> [Int] {
            var counts: [Int] = []
            var rows = SegmentScan(EventScan(kinds: .used, fields: EventFields(fields)), of: reader, bytes: all * 10)
            while let batch = try rows.next() { counts.append(batch.count) }
            return counts
        }
        let tokens = try batches([.tokenID]), ids = try batches([.eventID])
        #expect(tokens == [all])
        #expect(ids.reduce(0, +) == all && ids.count > 1)
        // A page is the least that is read.
        #expect(ids.allSatisfy { $0 <= max(Limits.rowsPerPage, all) })
    }

    private static func scan(_ made: inout Made) -> EventScan {
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
        if made.below(6) == 0 {
            scan.texts[[.principal, .reason, .presented, .clientID, .tool, .extra][made.below(6)]] = .absent
        }
        if made.below(4) == 0 { scan.texts[.extra] = .matching { $0.contains(0x37) } }
        scan.fields = EventFields(EventField.allCases.filter { _ in made.below(4) == 0 })
        return scan
    }
}
