import Events
import Synchronization
import Testing

@testable import Parquet
@testable import Segments

/// What a scan need not look at, it does not read: here it would be unreadable.
struct ScanSkippingTests {
    /// A segment in which row groups have become unreadable; only some columns and pages of them, if given. Without
    /// pages, dictionaries too.
    private func damaged(
        _ bytes: [UInt8], _ rowGroups: [Int], columns: Set<EventField> = Set(EventField.allCases),
        pages: (Int) -> [ClosedRange<Int>]? = { _ in nil }
    ) throws -> [UInt8] {
        let file = try ParquetFile(bytes: bytes)
        var bytes = bytes
        for rowGroup in rowGroups {
            for column in columns.map({ Int($0.rawValue) }) {
                let chunk = file.groups[rowGroup].chunks[column]
                let places = try file.offsetIndex(column: column, rowGroup: rowGroup).pages.map(\.place)
                let whole = [Place(offset: chunk.start, length: chunk.storedBytes)]
                for place in pages(rowGroup).map({ $0.flatMap { places[$0] } }) ?? whole {
                    for at in place.offset..<(place.offset + place.length) { bytes[at] = 0 }
                }
            }
        }
        return bytes
    }

    private func rows(_ bytes: [UInt8], _ scan: EventScan) throws -> Int {
        var rows = 0
        try SegmentReader(bytes: bytes).scan(scan) { rows += $0.count }
        return rows
    }

    private func expectUnreadable(_ bytes: [UInt8], _ scan: EventScan) {
        #expect(throws: SegmentError.self) { try rows(bytes, scan) }
    }

    @Test func `a segment without a text or a time that is looked for is not even read`() throws {
        let wholly = try damaged(Scanned.alone[0], [0, 1, 2])
        expectUnreadable(wholly, EventScan())
        #expect(try rows(wholly, EventScan(texts: [.tokenID: .equals(["other_tok_7"])])) == 0)
        // Between the bounds, so that only the bloom filter knows.
        #expect(try rows(wholly, EventScan(texts: [.tokenID: .equals(["tok_3x"])])) == 0)
        expectUnreadable(wholly, EventScan(texts: [.tokenID: .equals(["tok_3"])]))
        let end = try #require(Scanned.batches[0].map(\.ts).max()) + 1
        #expect(try rows(wholly, EventScan(from: end)) == 0)
        expectUnreadable(wholly, EventScan(from: end - 1))
    }

    /// All columns of row groups, and of the one that holds several kinds all but the one that says which.
    private func damagedButKinds(_ rowGroups: [Int]) throws -> [UInt8] {
        let bytes = try damaged(Scanned.bytes, rowGroups.filter { $0 != 2 })
        let columns = Set(EventField.allCases).subtracting([.event])
        return rowGroups.contains(2) ? try damaged(bytes, [2], columns: columns) : bytes
    }

    @Test(arguments: [(0, EventKinds.used), (1, .failed), (2, .all.subtracting([.used, .failed]))])
    func `a scan for some kinds does not touch the row groups of the others`(group: Int, kinds: EventKinds) throws {
        let broken = try damagedButKinds([0, 1, 2].filter { $0 != group })
        let wanted = Scanned.stored.groups[group].count
        #expect(wanted > 1000)
        #expect(try rows(broken, EventScan(kinds: kinds)) == wanted)
        expectUnreadable(broken, EventScan())
        let own = try damagedButKinds([group])
        let rest = EventKinds.all.subtracting(kinds)
        #expect(try rows(own, EventScan(kinds: rest)) == Scanned.stored.count - wanted)
        for kind in EventKind.allCases {
            expectUnreadable(kinds.contains(kind) ? own : broken, EventScan(kinds: EventKinds(kind)))
            expectUnreadable(kinds.contains(kind) ? own : broken, EventScan(kinds: [kinds, EventKinds(kind)]))
        }
    }

    @Test func `a scan for uses does not even look which other kinds there are`() throws {
        let broken = try damaged(Scanned.bytes, [1, 2])
        #expect(try rows(broken, EventScan(kinds: .used)) == Scanned.stored.groups[0].count)
    }

    @Test func `where all events are of one kind, the column of kinds is not read`() throws {
        let fields = EventFields([.ts, .tokenID])
        let broken = try damaged(Scanned.bytes, [0, 1], columns: [.event])
        let (used, failed) = (Scanned.stored.groups[0].count, Scanned.stored.groups[1].count)
        #expect(try rows(broken, EventScan(kinds: [.used, .failed], fields: fields)) == used + failed)
        expectUnreadable(broken, EventScan(kinds: [.used, .failed], fields: EventFields([.event])))
        let mixed = try damaged(Scanned.bytes, [2], columns: [.event])
        expectUnreadable(mixed, EventScan(kinds: EventKinds(.revoked), fields: fields))
        // In the second batch only tokens were issued besides uses.
        let second = try damaged(Scanned.alone[1], [0, 1])
        #expect(try SegmentReader(bytes: second).rowGroupCount == 2)
        #expect(try rows(second, EventScan(kinds: [EventKinds(.revoked), .failed])) == 0)
        expectUnreadable(second, EventScan(kinds: EventKinds(.issued)))
    }

    @Test func `only the pages whose time can match are read`() throws {
        let counts = Scanned.batches.map(\.count), groups = Scanned.batches.map { $0.groups.map(\.count) }
        let reader = try SegmentReader(bytes: Scanned.bytes)
        #expect(try reader.pages(rowGroup: 0).map(\.count) == groups.map { $0[0] })
        #expect(try reader.pages(rowGroup: 1).map(\.count) == [groups[0][1], groups[2][1]])
        let large = groups[0][2] - 4 * 8192
        #expect(
            try reader.pages(rowGroup: 2).map(\.count) == [8192, 8192, 8192, 8192, large, groups[1][2], groups[2][2]])
        // The pages of the first batch, and all but the first of each row group.
        let early = try damaged(Scanned.bytes, [0, 1, 2]) { [[0...0], [0...0], [0...4]][$0] }
        let late = try damaged(Scanned.bytes, [0, 1, 2]) { [[1...2], [1...1], [1...6]][$0] }
        expectUnreadable(early, EventScan())
        expectUnreadable(late, EventScan())
        let byBatch = EventScan(from: Scanned.batches[0].map(\.ts).max().map { $0 + 1 } ?? 0)
        #expect(try rows(early, byBatch) == counts[1] + counts[2])
        let byPage = EventScan(from: Made.start, to: Made.start + Timestamp.minute)
        #expect(try rows(late, byPage) == Scanned.stored.count { $0.matches(byPage) })
        #expect(try rows(late, byPage) > 1000)
        expectUnreadable(early, byPage)
        expectUnreadable(late, byBatch)
    }

    @Test func `once a condition has left few pages, other columns are read on these alone`() throws {
        // The page of one event among those that are neither uses nor failures: the fourth of its row group.
        let event = Scanned.stored.groups[2][8192 * 3 + 40]
        let id = try #require(event.texts[.eventID]), ip = event.texts[.ip]
        let byID = EventScan(texts: [.eventID: .equals([id])])
        let byBoth = EventScan(texts: [
            .eventID: .equals([id]), .ip: .matching { $0 == ip.map { Array($0.utf8)[...] } },
        ])
        let others = Set(EventField.allCases).subtracting([.eventID])
        let spared = try damaged(Scanned.bytes, [2], columns: others) { _ in [0...2, 4...6] }
        for scan in [byID, byBoth] {
            var found: [Event] = []
            try SegmentReader(bytes: spared).scan(scan) { found += $0.events }
            #expect(found == (ip == nil && scan.texts.count == 2 ? [] : [event]))
        }
        for field in [EventField.ts, .ip, .scopes, .expiresAt, .sourceOffset] {
            let hit = try damaged(Scanned.bytes, [2], columns: [field]) { _ in [3...3] }
            expectUnreadable(hit, byBoth)
            let missed = try damaged(Scanned.bytes, [2], columns: [field]) { _ in [2...2] }
            #expect(try rows(missed, byBoth) == 1)
        }
        expectUnreadable(try damaged(Scanned.bytes, [2], columns: [.eventID]) { _ in [0...0] }, byID)
    }

    @Test func `a text that the dictionary does not have needs no page`() throws {
        // Without bloom filter, and between the bounds.
        let absent = EventScan(texts: [.tool: .equals(["nobody.knows"])])
        let pages = { (group: Int) in [0...[2, 1, 6][group]] }
        let broken = try damaged(Scanned.bytes, [0, 1, 2], pages: pages)
        #expect(try rows(broken, absent) == 0)
        expectUnreadable(broken, EventScan(texts: [.tool: .equals(["orders.status"])]))
        expectUnreadable(try damaged(Scanned.bytes, [0, 1, 2], columns: [.tool]), absent)
    }

    /// What a condition was asked.
    private final class Asked: Sendable {
        let texts = Mutex<[String]>([])

        var condition: TextCondition {
            .matching { text in
                self.texts.withLock { $0.append(String(decoding: text, as: UTF8.self)) }
                return true
            }
        }
    }

    @Test func `a function is asked once for each text, and only for texts of rows that are left`() throws {
        let tools = Asked()
        #expect(try rows(Scanned.bytes, EventScan(kinds: .used, texts: [.tool: tools.condition])) > 100)
        #expect(tools.texts.withLock { $0.sorted() } == ["inventory.check", "orders.status"])
        // `actor` is said by the same text everywhere, but not of this event; what is looked for exactly comes first.
        let event = try #require(Scanned.stored.first { $0.texts[.actor] == nil && $0.texts[.eventID] != nil })
        let actors = Asked(), id = try #require(event.texts[.eventID])
        let both = EventScan(texts: [.eventID: .equals([id]), .actor: actors.condition])
        #expect(try rows(Scanned.bytes, both) == 0)
        #expect(actors.texts.withLock { $0 } == [])
    }
}
