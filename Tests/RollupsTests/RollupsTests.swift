import TestSupport
import Columns
import Events
import Testing

@testable import Rollups

private let midnight = Timestamp.start(ofDay: 20_000)

private func used(_ token: String, at offset: Int64, ip: String = "203.0.113.7") -> Event {
    Event(ts: midnight + offset, kind: .used, [.tokenID: token, .ip: ip])
}

private func failed(_ reason: String, at offset: Int64, ip: String?, presented: String? = nil, token: String? = nil)
    -> Event
{
    var event = Event(ts: midnight + offset, kind: .failed, [.reason: reason])
    event.texts[.ip] = ip
    event.texts[.presented] = presented
    event.texts[.tokenID] = token
    event.texts[.userAgent] = "curl/8"
    return event
}

private func columns(_ events: [Event]) -> EventColumns {
    var columns = EventColumns()
    for event in events { columns.append(event) }
    return columns
}

struct TokenDaysTests {
    @Test func `uses of a token over several batches add up to first, last and count`() throws {
        var use = TokenUse()
        use.add(columns([used("b", at: 5_000), used("a", at: 1_000), used("b", at: 2_000)]))
        use.add(columns([used("b", at: 9_000), failed("expired", at: 1, ip: nil, token: "c")]))
        #expect(use.tokens.count == 2)
        // The catalog numbered "b" 7 and "a" 3.
        let pieces = use.numbered([7, 3])
        #expect(pieces.count == 1)
        let days = try #require(pieces.first)
        #expect(days.day == 20_000)
        #expect(days.tokens == [3, 7])
        #expect(days.uses == [1, 3])
        #expect(days.first == [midnight + 1_000, midnight + 2_000])
        #expect(days.last == [midnight + 1_000, midnight + 9_000])
        #expect(days.place(of: 7) == 1)
        #expect(days.place(of: 4) == nil)
    }

    @Test func `each day has its own piece, whatever the order of the uses`() throws {
        let day = Timestamp.day
        var use = TokenUse()
        use.add(columns([used("a", at: 3 * day), used("b", at: day - 1), used("a", at: 5), used("c", at: day)]))
        use.add(columns([used("d", at: 3 * day + 7), used("a", at: 2), used("c", at: -1), used("a", at: 3 * day - 1)]))
        #expect(use.tokens.count == 4)
        #expect(use.uses == [4, 1, 2, 1])
        #expect(use.first == [midnight + 2, midnight + day - 1, midnight - 1, midnight + 3 * day + 7])
        #expect(use.last == [midnight + 3 * day, midnight + day - 1, midnight + day, midnight + 3 * day + 7])
        func piece(_ number: Int32, _ rows: (token: UInt32, uses: UInt32, first: Int64, last: Int64)...) -> TokenDays {
            var piece = TokenDays(day: number)
            for row in rows {
                piece.tokens.append(row.token)
                piece.uses.append(row.uses)
                piece.first.append(midnight + row.first)
                piece.last.append(midnight + row.last)
            }
            return piece
        }
        // "a", "b", "c", "d" have the numbers 9, 2, 4, 1.
        #expect(
            use.numbered([9, 2, 4, 1]) == [
                piece(19_999, (4, 1, -1, -1)), piece(20_000, (2, 1, day - 1, day - 1), (9, 2, 2, 5)),
                piece(20_001, (4, 1, day, day)), piece(20_002, (9, 1, 3 * day - 1, 3 * day - 1)),
                piece(20_003, (1, 1, 3 * day + 7, 3 * day + 7), (9, 1, 3 * day, 3 * day)),
            ])
        for days in use.numbered([9, 2, 4, 1]) {
            #expect(try days.readBack() == days)
        }
    }

    @Test(arguments: [UInt64(1), 2, 3, 4, 5]) func `a block reads back as it was written`(seed: UInt64) throws {
        var random = SeededRandom(seed)
        let unit: Int64 = seed == 1 ? 1 : 1000
        var days = TokenDays(day: 20_000)
        var token: UInt32 = 0
        for _ in 0..<500 {
            token += UInt32(1 + random.below(seed == 2 ? 1_000_000 : 3))
            let first = midnight + Int64(random.below(86_400_000 - 10)) * unit * (seed == 1 ? 1000 : 1)
            days.tokens.append(token)
            days.uses.append(random.below(2) == 0 ? 1 : UInt32(2 + random.below(1000)))
            days.first.append(first)
            days.last.append(
                days.uses.last == 1
                    ? first : min(first + Int64(random.below(5_000)) * unit, midnight + Timestamp.day - unit))
        }
        #expect(try days.readBack() == days)
        #expect(try TokenSet(day: 20_000, encoded: days.encoded().tokens).numbers == days.tokens)
    }

    @Test func `a damaged block is refused, never misread as longer than it is`() throws {
        var use = TokenUse()
        use.add(columns((0..<50).map { used("t\($0)", at: Int64($0) * 1_000_000) }))
        let days = try #require(use.numbered((0..<50).map { UInt32($0) }).first)
        let (tokens, bytes) = days.encoded()
        for cut in 0..<bytes.count {
            #expect(throws: DamagedRollup.self) {
                _ = try TokenDays(day: 20_000, tokens: tokens, times: Array(bytes[..<cut]))
            }
        }
        for place in bytes.indices {
            var flipped = bytes
            flipped[place] ^= 0x80
            // The bytes are compressed behind a checksum: what is not refused says what it said.
            if let read = try? TokenDays(day: 20_000, tokens: tokens, times: flipped) { #expect(read == days) }
        }
        // The same below the compression, where no checksum helps.
        let inner = try #require(BlockPacking.unpack(bytes))
        for cut in 0..<inner.count {
            #expect(throws: DamagedRollup.self) {
                _ = try TokenDays(day: 20_000, tokens: tokens, times: BlockPacking.pack(Array(inner[..<cut])))
            }
        }
        for place in inner.indices {
            var flipped = inner
            flipped[place] ^= 0x80
            // Whatever it says then, it does not crash and has columns of one length.
            if let days = try? TokenDays(day: 20_000, tokens: tokens, times: BlockPacking.pack(flipped)) {
                #expect([days.uses.count, days.first.count, days.last.count] == [50, 50, 50])
            }
        }
    }
}

extension TokenDays {
    fileprivate func readBack() throws -> TokenDays {
        let (tokens, times) = encoded()
        return try TokenDays(day: day, tokens: tokens, times: times)
    }
}

struct TokenSetTests {
    @Test(
        arguments: [
            [], [0], [7], [UInt32.max], [0, UInt32.max], Array(100..<400), [5, 6, 7, 1_000_000],
            Array(stride(from: 3, to: 9000, by: 3)),
        ] as [[UInt32]])
    func `a set reads back as it was written and knows its members`(numbers: [UInt32]) throws {
        let set = try TokenSet(day: 1, encoded: TokenSet(numbers).encoded())
        #expect(set.numbers == numbers)
        #expect(numbers.allSatisfy(set.contains))
        for number in numbers where number < .max && !numbers.contains(number + 1) {
            #expect(!set.contains(number + 1))
        }
        for number in numbers where number > 0 && !numbers.contains(number - 1) { #expect(!set.contains(number - 1)) }
    }

    @Test func `a busy day takes a bit for each token, a quiet one about a byte for each that was used`() {
        #expect(TokenSet(Array(0..<8000)).encoded().count == 1 + 1 + 1000 + 4)
        #expect(TokenSet(Array(stride(from: 0, to: 8000, by: 100))).encoded().count == 1 + 80 + 4)
    }

    @Test func `a damaged set is refused`() {
        for numbers in [Array(0..<100), [3, 500, 70_000]] as [[UInt32]] {
            let bytes = TokenSet(numbers).encoded()
            for cut in 0..<bytes.count {
                #expect(throws: DamagedRollup.self) { _ = try TokenSet(day: 1, encoded: Array(bytes[..<cut])) }
            }
            for place in bytes.indices {
                var flipped = bytes
                flipped[place] ^= 0x10
                #expect(throws: DamagedRollup.self) { _ = try TokenSet(day: 1, encoded: flipped) }
            }
        }
    }
}

struct IPHoursTests {
    @Test func `failures are counted by address, hour and reason, with distinct credentials and agents`() throws {
        var counter = IPHourCounter()
        counter.add(
            columns([
                failed("hash_mismatch", at: 0, ip: "198.51.100.1", presented: "x"),
                failed("hash_mismatch", at: Timestamp.hour - 1, ip: "198.51.100.1", presented: "x"),
                failed("expired", at: Timestamp.hour, ip: "198.51.100.1", token: "tok"),
                failed("nonsense", at: 3, ip: nil, presented: "y"),
                used("tok", at: 4),
            ]))
        counter.add(columns([failed("missing_scope", at: 5, ip: "198.51.100.1", presented: "z")]))
        counter.add(
            columns([
                failed("expired", at: 2 * Timestamp.day, ip: "198.51.100.1"), failed("expired", at: -1, ip: "a"),
            ]))
        let days = counter.finish()
        #expect(days.map(\.day) == [19_999, 20_000, 20_002])
        #expect(days[0].ips == ["a"] && days[0].hours == [23] && days[0].credentials == [0])
        #expect(days[2].ips == ["198.51.100.1"] && days[2].hours == [0] && days[2].agents == [1])
        let hours = days[1]
        #expect(hours.ips == ["", "198.51.100.1", "198.51.100.1"])
        #expect(hours.hours == [0, 0, 1])
        #expect(hours.failures == [[0, 0, 1], [0, 1, 0], [0, 2, 0], [1, 0, 0]])
        #expect(hours.credentials == [1, 2, 1])
        #expect(hours.agents == [1, 1, 1])
        #expect(try IPHours(day: 20_000, encoded: hours.encoded()) == hours)
    }

    @Test func `a text that would end behind the last byte is refused, with its checksum right, too`() {
        for (bytes, text) in [
            ([2, 65, 66], [65, 66]), ([3, 65, 66], nil), ([2], nil), ([0x82, 0, 65], nil), ([], nil),
        ] as [([UInt8], [UInt8]?)] {
            var reader = VarintReader(bytes)
            #expect(reader.takeText().map(Array.init) == text, "\(bytes)")
        }
        // One row, whose address would be two bytes long and has one.
        #expect(throws: DamagedRollup.self) { try IPHours(day: 20_000, encoded: BlockPacking.pack([1, 1, 2, 65])) }
    }
}

struct TokenFactTests {
    @Test func `a refresh brings the new token into being and supersedes the old one`() {
        var refreshed = Event(
            ts: midnight, kind: .refreshed, [.tokenID: "new", .oldTokenID: "old", .principal: "user:1"])
        refreshed.expiresAt = midnight + Timestamp.hour
        let revoked = Event(ts: midnight + 1, kind: .revoked, [.tokenID: "new", .actor: "admin:maria"])
        let facts = TokenFact.facts(in: columns([refreshed, used("new", at: 2), revoked]))
        #expect(
            facts == [
                TokenFact(
                    tokenID: "new", time: midnight,
                    change: .issued(
                        by: nil, principal: "user:1", kind: nil, scopes: nil, expiresAt: midnight + Timestamp.hour)),
                TokenFact(tokenID: "old", time: midnight, change: .superseded(by: "new")),
                TokenFact(tokenID: "new", time: midnight + 1, change: .revoked),
            ])
    }
}
