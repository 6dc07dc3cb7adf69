import Testing

import Demo

@Suite struct BenchmarkScenarioTests {
    static let log = Result { try GeneratedLog(.benchmark(events: 20_000, seed: 7)) }

    @Test func `the same seed gives the same bytes everywhere`() throws {
        let log = try Self.log.get()
        #expect(checksum(log.bytes) == 16_296_565_155_860_469_229)
        #expect(try GeneratedLog(.benchmark(events: 20_000, seed: 8)).bytes != log.bytes)
    }

    @Test func `the mix is about 88 percent used, 8 percent failed, and some of every other kind`() throws {
        let counts = try Dictionary(grouping: Self.log.get().events, by: \.event).mapValues(\.count)
        #expect((17_300...17_900).contains(counts["used"] ?? 0))
        #expect((1450...1800).contains(counts["failed"] ?? 0))
        #expect((140...260).contains(counts["issued"] ?? 0))
        #expect((60...140).contains(counts["revoked"] ?? 0))
        #expect((140...260).contains(counts["exchanged"] ?? 0))
        #expect((230...370).contains(counts["refreshed"] ?? 0))
    }

    @Test func `every line is an event of about 325 bytes, and there are as many as were asked for`() throws {
        let log = try Self.log.get()
        #expect(log.lines.count == 20_000)
        #expect(log.events.count == 20_000)
        #expect(log.summary.lines == 20_000)
        #expect(log.summary.bytes == log.bytes.count)
        #expect(log.summary.planted.isEmpty)
        #expect((315...335).contains(log.bytes.count / 20_000))
        #expect(log.lines.allSatisfy { $0.utf8.count <= 2048 })
    }

    @Test func `lines come in the order of time and span 120 days`() throws {
        let times = try Self.log.get().events.map(\.ms)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times[0] >= 1_735_689_600_000)
        #expect(times[19_999] < 1_735_689_600_000 + 120 * 86_400_000)
        #expect(times[19_999] - times[0] > 119 * 86_400_000)
    }

    @Test func `the time in an event id is the time of the event`() throws {
        let letters = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        var seen: Set<String> = []
        for event in try Self.log.get().events {
            let id = try #require(event["event_id"])
            #expect(id.count == 26)
            let time = try id.prefix(10).reduce(Int64(0)) { try $0 << 5 | Int64(#require(letters.firstIndex(of: $1))) }
            #expect(time == event.ms)
            #expect(id.allSatisfy { letters.contains($0) })
            seen.insert(id)
        }
        #expect(seen.count == 20_000)
    }

    @Test func `a few tokens do most of the work, and a token keeps its principal`() throws {
        let used = try Self.log.get().events.filter { $0.event == "used" }
        let byToken = Dictionary(grouping: used, by: \.token)
        let counts = byToken.values.map(\.count).sorted(by: >)
        // Zipf's law over 50,000: the first has 1 of 11.4, the first ten have 2.93 of 11.4.
        #expect((1350...1750).contains(counts[0]))
        #expect((4200...4900).contains(counts.prefix(10).reduce(0, +)))
        #expect(byToken.count > 5000)
        for uses in byToken.values {
            #expect(Set(uses.map { $0["principal"] }).count == 1)
        }
    }

    @Test func `days are busier than nights`() throws {
        let hours = try Self.log.get().events.map { $0.ms / 3_600_000 % 24 }
        let noon = hours.count { (9...14).contains($0) }
        let night = hours.count { (0...5).contains($0) }
        #expect(noon > night * 3 / 2)
    }

    @Test func `a piece ends at the end of a line, is about 1 MiB, and progress follows`() throws {
        var sizes: [Int] = []
        var progress: [Int] = []
        var endsAreNewlines = true
        let summary = try DemoGenerator(.benchmark(events: 10_000)).write(progress: { progress.append($1) }) { piece in
            sizes.append(piece.count)
            endsAreNewlines = endsAreNewlines && piece.last == 0x0A
        }
        #expect(sizes.count == 4)
        #expect(sizes.dropLast().allSatisfy { (1 << 20...1 << 20 + 1024).contains($0) })
        #expect(endsAreNewlines)
        #expect(progress.last == summary.bytes)
        #expect(sizes.reduce(0, +) == summary.bytes)
    }

    @Test func `an error of the sink ends the writing and comes out`() {
        struct Full: Error {}
        var pieces = 0
        #expect(throws: Full.self) {
            try DemoGenerator(.benchmark(events: 10_000)).write { _ in
                pieces += 1
                throw Full()
            }
        }
        #expect(pieces == 1)
    }

    @Test func `no events make no bytes`() throws {
        #expect(try GeneratedLog(.benchmark(events: 0)).bytes.isEmpty)
        #expect(try GeneratedLog(.benchmark(events: -5)).bytes.isEmpty)
        #expect(try GeneratedLog(.benchmark(events: 1)).events.count == 1)
    }
}
