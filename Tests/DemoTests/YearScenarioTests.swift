import Testing

import Demo

@Suite struct YearScenarioTests {
    /// 2026-01-01T00:00:00Z, in milliseconds.
    static let end: Int64 = 1_767_225_600_000
    static let day: Int64 = 86_400_000
    static let log = Result { try GeneratedLog(.year(events: 30_000, seed: 5, endingAt: end * 1000)) }

    static func planted(_ kinds: PlantedCase.Kind...) throws -> [PlantedCase] {
        try log.get().summary.planted.filter { kinds.contains($0.kind) }
    }

    @Test func `the same seed gives the same bytes everywhere`() throws {
        let log = try Self.log.get()
        #expect(checksum(log.bytes) == 18_140_563_928_500_904_061)
        let other = try GeneratedLog(.year(events: 30_000, seed: 6, endingAt: Self.end * 1000))
        #expect(other.bytes != log.bytes)
    }

    @Test func `there are as many lines as were asked for, and 21 of them are bad`() throws {
        let log = try Self.log.get()
        #expect(log.lines.count == 30_000)
        #expect(log.summary.lines == 30_000)
        #expect(log.summary.bytes == log.bytes.count)
        #expect(log.summary.badLines == 21)
        #expect(log.events.count == 30_000 - 21)
    }

    @Test func `a year is never smaller than its cases need`() throws {
        #expect(try GeneratedLog(.year(events: 10, seed: 5, endingAt: Self.end * 1000)).lines.count == 20_000)
    }

    @Test func `times outside the calendar are moved into it`() throws {
        let late = try GeneratedLog(.year(events: 0, seed: 1, endingAt: .max))
        #expect(late.events.last?["ts"]?.prefix(7) == "9998-12")
        let early = try GeneratedLog(.year(events: 0, seed: 1, endingAt: .min))
        #expect(early.events.first?["ts"]?.prefix(8) == "1971-01-")
    }

    @Test func `lines come in the order of time and fill the year before the end`() throws {
        let times = try Self.log.get().events.map(\.ms)
        #expect(zip(times, times.dropFirst()).allSatisfy { $0 <= $1 })
        #expect(times[0] >= Self.end - 365 * Self.day)
        #expect(times[0] < Self.end - 364 * Self.day)
        #expect(times[times.count - 1] < Self.end)
        #expect(times[times.count - 1] > Self.end - Self.day / 4)
    }

    @Test func `the planted reactivations are all that a search for gaps of 90 days finds`() throws {
        let events = try Self.log.get().events
        var issued: [String: Int64] = [:]
        var last: [String: Int64] = [:]
        var found: [String] = []
        for event in events {
            guard let token = event.token else { continue }
            if ["issued", "exchanged", "refreshed"].contains(event.event) { issued[token] = event.ms }
            guard event.event == "used" else { continue }
            let before = last.updateValue(event.ms, forKey: token)
            if event.ms - (before ?? issued[token] ?? events[0].ms) >= 90 * Self.day {
                let isIssued = issued[token] != nil
                let kind = before != nil ? "dormant_reactivated" : isIssued ? "dormant_from_birth" : "unknown_origin"
                found.append("\(kind) \(token) \(event.ms)")
            }
        }
        let planted = try Self.planted(.dormantReactivated, .dormantFromBirth, .unknownOrigin)
        #expect(found == planted.map { "\($0.kind.rawValue) \($0.entity) \($0.first / 1000)" })
        #expect(planted.count == 9)
        #expect(planted.count { $0.first >= (Self.end - Self.day) * 1000 } == 1)
    }

    @Test func `honest gaps are far below the planted ones`() throws {
        var last: [String: Int64] = [:]
        var longest: Int64 = 0
        for event in try Self.log.get().events where event.event == "used" {
            guard let token = event.token else { continue }
            if let before = last.updateValue(event.ms, forKey: token), event.ms - before < 90 * Self.day {
                longest = max(longest, event.ms - before)
            }
        }
        #expect(longest < 3 * Self.day)
    }

    @Test func `the token of today wakes up on a tool that writes, at a new address`() throws {
        let wake = try #require(try Self.planted(.dormantReactivated).last)
        let uses = try Self.log.get().events.filter { $0.token == wake.entity && $0.event == "used" }
        let after = uses.filter { $0.ms * 1000 >= wake.first }
        let homes = Set(uses.filter { $0.ms * 1000 < wake.first }.map(\.ip))
        #expect(after.count == 4)
        #expect(after.contains { $0["tool"] == "orders.cancel" })
        #expect(homes == ["198.19.200.17"])
        #expect(Set(after.map(\.ip)) == ["203.0.113.41"])
    }

    @Test func `only planted addresses fail five times in seven days`() throws {
        let failures = Dictionary(grouping: try Self.log.get().events.filter { $0.event == "failed" }, by: \.network)
        var busy: Set<String?> = []
        for (network, events) in failures {
            var first = 0
            for (place, event) in events.enumerated() {
                while event.ms - events[first].ms >= 7 * Self.day { first += 1 }
                if place - first >= 4 { busy.insert(network) }
            }
        }
        let planted = try Self.planted(.credentialStuffing, .bruteForce, .brokenClient, .volume)
        #expect(busy == Set(planted.map(\.entity)))
        #expect(planted.count == 7)
    }

    @Test func `the planted bursts are what their kind says`() throws {
        let failed = try Self.log.get().events.filter { $0.event == "failed" }
        for burst in try Self.planted(.credentialStuffing, .bruteForce, .brokenClient, .volume) {
            let events = failed.filter { $0.network == burst.entity }
            let credentials = Set(events.compactMap { $0.presented ?? $0.token }).count
            #expect(events.first?.ms == burst.first / 1000)
            #expect(events.last?.ms == burst.last / 1000)
            switch burst.kind {
            case .credentialStuffing:
                #expect(events.count >= 180)
                #expect(credentials >= 150)
            case .bruteForce:
                #expect(events.count == 240)
                #expect(credentials == 2)
                #expect((burst.last - burst.first) / 240 < 5_000_000)
            case .brokenClient:
                #expect(events.count == 240)
                #expect(credentials == 1)
                #expect(Set(events.map(\.agent)).count == 1)
                #expect(zip(events, events.dropFirst()).allSatisfy { (59_000...61_000).contains($1.ms - $0.ms) })
            default:
                #expect(events.count == 150)
                #expect(credentials == 0)
            }
        }
    }

    @Test func `one program fails from many addresses that each fail little`() throws {
        let planted = try #require(try Self.planted(.distributed).first)
        let events = try Self.log.get().events.filter { $0.agent == planted.entity && $0.event == "failed" }
        #expect(events.count == 160)
        #expect(Set(events.map(\.presented)).count == 160)
        let byNetwork = Dictionary(grouping: events, by: \.network)
        #expect(byNetwork.count == 48)
        #expect(byNetwork.values.allSatisfy { $0.count <= 4 })
        #expect(planted.last - planted.first < 3_600_000_000)
    }

    @Test func `a burst in the last 24 hours is followed by an accepted use from the same address`() throws {
        let success = try #require(try Self.planted(.successAfter).first)
        #expect(success.first > (Self.end - Self.day) * 1000)
        let events = try Self.log.get().events.filter { $0.ip == success.entity }
        let use = try #require(events.first { $0.event == "used" })
        let lastFailure = try #require(events.last { $0.event == "failed" })
        #expect(use.ms == success.first / 1000)
        #expect((1...6 * 3_600_000).contains(use.ms - lastFailure.ms))
        let uses = try Self.log.get().events.filter { $0.token == use.token && $0.event == "used" }
        #expect(uses.count { $0.ip != use.ip } > 20)
    }

    @Test func `no token is used before it is issued, after it is revoked or after it expires`() throws {
        let events = try Self.log.get().events
        var limits: [String: (from: Int64, to: Int64)] = [:]
        for event in events {
            guard let token = event.token else { continue }
            if let expires = event["expires_at"].flatMap(ReadEvent.milliseconds) {
                limits[token] = (event.ms, expires)
            }
        }
        for event in events where event.event == "revoked" {
            guard let token = event.token else { continue }
            limits[token] = (limits[token]?.from ?? 0, min(event.ms, limits[token]?.to ?? .max))
        }
        let wrong = events.filter { event in
            guard event.event == "used", let token = event.token, let limit = limits[token] else { return false }
            return event.ms < limit.from || event.ms > limit.to
        }
        #expect(wrong.isEmpty)
        #expect(limits.count > 50)
    }
}
