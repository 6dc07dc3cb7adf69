import Columns
import Events
import TestSupport
import Testing

@testable import Rollups

/// Who was let in from where with what, by day.
struct PrincipalDaysTests {
    private static let april = Timestamp.start(ofMonth: 675)

    private func event(
        _ kind: EventKind, day: Int, _ texts: [EventField: String], ip: String? = "203.0.113.7",
        agent: String? = "acme-sync/1.4"
    ) -> Event {
        var event = Event(ts: Self.april + Int64(day) * Timestamp.day, kind: kind, texts)
        (event.texts[.ip], event.texts[.userAgent]) = (ip, agent)
        return event
    }

    private func columns(_ events: [Event]) -> EventColumns {
        var columns = EventColumns()
        for event in events { columns.append(event) }
        return columns
    }

    private func rollup(_ events: [Event], batch: Int = 1000) throws -> PrincipalDays {
        var counter = PrincipalDayCounter()
        for start in stride(from: 0, to: events.count, by: batch) {
            counter.add(columns(Array(events[start..<min(start + batch, events.count)])))
        }
        return try #require(counter.finish())
    }

    /// `who network program days`, one for each row.
    private func rows(_ block: PrincipalDays) -> [String] {
        (0..<block.count).map { row in
            let who = Int(block.principal[row])
            let days = (0..<31).filter { block.days[row] >> UInt32($0) & 1 == 1 }
            return "\(block.isToken[who] ? "token " : "")\(block.principals.string(at: who)) "
                + "\(block.networks.string(at: Int(block.network[row]))) "
                + "\(block.programs.string(at: Int(block.program[row]))) \(days)"
        }
    }

    @Test func `uses from one network with one program on several days are one row`() throws {
        let acme: [EventField: String] = [.principal: "partner:acme", .tokenID: "tok_1"]
        let block = try rollup([
            event(.used, day: 3, acme), event(.used, day: 3, acme, ip: "203.0.113.200", agent: "acme-sync/2.0 (x)"),
            event(.used, day: 0, acme), event(.used, day: 29, acme, ip: "::ffff:203.0.113.9"),
            event(.used, day: 5, acme, ip: "2001:db8::7", agent: "curl/8"),
        ])
        #expect(block.firstDay == Timestamp.day(of: Self.april))
        #expect(
            rows(block) == ["partner:acme 2001:db8::/64 curl [5]", "partner:acme 203.0.113.0/24 acme-sync [0, 3, 29]"])
    }

    @Test func `who is let in counts: logins, exchanges and refreshes too, and no failure and no issue by an admin`()
        throws
    {
        let maria: [EventField: String] = [.principal: "user:maria"]
        let session = maria.merging([.kind: "session"]) { $1 }
        #expect(
            rows(
                try rollup([
                    event(.issued, day: 1, session), event(.issued, day: 2, maria), event(.exchanged, day: 3, maria),
                    event(.refreshed, day: 4, maria), event(.failed, day: 5, maria), event(.revoked, day: 6, maria),
                ])) == ["user:maria 203.0.113.0/24 acme-sync [1, 3, 4]"])
    }

    @Test func `callers without a credential are nobody, and without a principal the token stands for it`() throws {
        let block = try rollup([
            event(.used, day: 1, [.kind: "anonymous"]), event(.used, day: 1, [.tokenID: "anonymous"]),
            event(.used, day: 1, [.kind: "anonymous", .principal: "guest"]), event(.used, day: 1, [:]),
            event(.used, day: 1, [.tokenID: "x"]), event(.used, day: 2, [.principal: "x"], ip: nil, agent: nil),
            event(.used, day: 2, [.principal: "x"], ip: "203.0.113.7, 10.0.0.1", agent: nil),
        ])
        #expect(
            rows(block) == [
                "x   [2]", "x 203.0.113.7, 10.0.0.1  [2]", "token x 203.0.113.0/24 acme-sync [1]",
            ])
    }

    private func many(_ seed: UInt64, _ count: Int = 3000) -> [Event] {
        var random = SeededRandom(seed)
        return (0..<count).map { _ in
            var texts: [EventField: String] = [.tokenID: "tok_\(random.below(40))"]
            if random.below(4) > 0 {
                texts[.principal] = ["", "p", "ünï", "p\0q"][random.below(4)] + "\(random.below(20))"
            }
            return event(
                .used, day: random.below(30), texts,
                ip: random.below(9) == 0 ? nil : "198.51.\(random.below(30)).\(random.below(9))",
                agent: random.below(9) == 0 ? nil : "agent-\(["a", "b", "c"][random.below(3)])/\(random.below(9))")
        }
    }

    @Test(arguments: [1, 7, 500, 3000]) func `how events lie in batches makes no difference`(batch: Int) throws {
        let events = many(5)
        #expect(try rollup(events, batch: batch) == rollup(events))
        #expect(try rollup(events.reversed(), batch: batch) == rollup(events))
    }

    @Test(arguments: [UInt64(1), 2, 3, 4]) func `a block reads back as it was written`(seed: UInt64) throws {
        let block = try rollup(many(seed))
        #expect(block.count > 500)
        #expect(try PrincipalDays(firstDay: block.firstDay, encoded: block.encoded()) == block)
    }

    @Test func `a month in which nobody was let in has an empty block`() throws {
        let block = try rollup([event(.failed, day: 1, [:])])
        #expect(block.count == 0)
        #expect(try PrincipalDays(firstDay: block.firstDay, encoded: block.encoded()) == block)
    }

    @Test func `a damaged block is refused, or has columns of one length and places that exist`() throws {
        let block = try rollup(many(9, 60))
        let bytes = block.encoded()
        for cut in 0..<bytes.count {
            #expect(throws: DamagedRollup.self) {
                _ = try PrincipalDays(firstDay: block.firstDay, encoded: Array(bytes[..<cut]))
            }
        }
        let inner = try #require(BlockPacking.unpack(bytes))
        for place in inner.indices {
            for bit in [0x80, 0x01, 0x40] as [UInt8] {
                var flipped = inner
                flipped[place] ^= bit
                let packed = BlockPacking.pack(flipped)
                guard let read = try? PrincipalDays(firstDay: block.firstDay, encoded: packed) else { continue }
                #expect(Set([read.principal.count, read.network.count, read.program.count]) == [read.count])
                #expect(read.principal.allSatisfy { $0 < read.principals.count })
                #expect(read.network.allSatisfy { $0 < read.networks.count })
                #expect(read.program.allSatisfy { $0 < read.programs.count })
                #expect(read.isToken.count == read.principals.count)
            }
        }
    }

    @Test func `a block that stands for more text than a segment has is refused`() {
        var out = VarintWriter()
        out.put(1)
        out.put(1 << 20)
        out.put(0)
        out.put([UInt8](repeating: 0x61, count: 1 << 16)[...])
        for _ in 1..<(1 << 20) {
            out.put(1 << 16)
            out.put([])
        }
        let bytes = BlockPacking.pack(out.bytes)
        #expect(throws: DamagedRollup.self) { _ = try PrincipalDays(firstDay: 1, encoded: bytes) }
    }

    @Test func `of who comes from ever more networks the first days are told apart, and later ones folded`() throws {
        let maria: [EventField: String] = [.principal: "maria"]
        func visit(_ network: Int, day: Int, agent: String = "web") -> Event {
            event(.used, day: day, maria, ip: "198.51.\(network).7", agent: agent)
        }
        let six = (0..<6).map { visit($0, day: $0) }
        #expect(rows(try rollup(six)).allSatisfy { !$0.contains("*") })
        let more = [visit(6, day: 9), visit(7, day: 9), visit(0, day: 20), visit(8, day: 25, agent: "cli")]
        let all = rows(try rollup(six + more))
        #expect(
            all == [
                "maria * cli [25]", "maria * web [9]", "maria 198.51.0.0/24 web [0, 20]",
                "maria 198.51.1.0/24 web [1]", "maria 198.51.2.0/24 web [2]", "maria 198.51.3.0/24 web [3]",
                "maria 198.51.4.0/24 web [4]", "maria 198.51.5.0/24 web [5]",
            ])
        #expect(rows(try rollup((six + more).reversed(), batch: 2)) == all)
        // A day that brings several at once keeps none of them.
        let once = [visit(0, day: 0)] + (1..<8).map { visit($0, day: 3) }
        #expect(rows(try rollup(once)) == ["maria * web [3]", "maria 198.51.0.0/24 web [0]"])
    }

    @Test func `what later days bring changes nothing of the days before`() throws {
        let events = many(11)
        for day in [3, 9, 17, 25] {
            let now = Self.april + Int64(day) * Timestamp.day
            let until = try rows(rollup(events.filter { $0.ts < now }), before: day)
            #expect(try rows(rollup(events), before: day) == until)
        }
    }

    /// As `rows`, with the days before one alone.
    private func rows(_ block: PrincipalDays, before day: Int) throws -> [String] {
        var block = block
        for row in 0..<block.count { block.days[row] &= 1 << UInt32(day) - 1 }
        return rows(block).filter { !$0.hasSuffix("[]") }
    }

    @Test func `a set of combinations holds each once, with all its days`() {
        var random = SeededRandom(9)
        var set = CombinationDays()
        var known: [SIMD4<UInt32>: UInt32] = [:]
        for _ in 0..<50_000 {
            let key = SIMD4<UInt32>(UInt32(random.below(12)), UInt32(random.below(12)), UInt32(random.below(40)), 0)
            let day = UInt32(1) << UInt32(random.below(31))
            set.add(SIMD4(key[0], key[1], key[2], day))
            known[key, default: 0] |= day
        }
        var all: [SIMD4<UInt32>: UInt32] = [:]
        set.forEach { all[SIMD4($0[0], $0[1], $0[2], 0)] = $0[3] }
        #expect(all == known && set.count == known.count)
    }
}
