import Events
import Testing

@testable import Detection

/// The rules of failed verifications at their edges.
struct FailedVerificationTests {
    private let t0 = Event.time(day: 40, hour: 3)
    private let minute = Timestamp.minute
    private let attacker = "198.51.100.23"

    private func detect(
        _ events: [Event], from: Int64? = nil, to: Int64? = nil, asOf: Int64? = nil
    ) throws -> DetectionResult {
        let end = asOf ?? t0 + 3 * Timestamp.day
        return try FailedVerificationByIP().detect(
            in: DetectionWindow(from: from ?? t0 - Timestamp.day, to: to ?? end, asOf: end),
            of: MemoryHistory(events.sourced, batchSize: 11))
    }

    /// One failure at each time, on the credentials in turn.
    private func failures(
        at times: [Int64], credentials: Int, ip: String = "198.51.100.23", reason: String = "hash_mismatch",
        agent: String? = "curl/8.5"
    ) -> [Event] {
        times.enumerated().map { place, time in
            .failed(at: time, ip: ip, presented: "fp\(place % credentials)", reason: reason, agent: agent)
        }
    }

    private func times(_ count: Int, every distance: Int64) -> [Int64] { (0..<count).map { t0 + Int64($0) * distance } }

    private func classes(_ events: [Event]) throws -> [String] { try detect(events).findings.map { $0.class } }

    // MARK: Stuffing

    @Test func `the widest window holds what is a microsecond less than a day apart, and not a day`() throws {
        for (last, expected) in [(Timestamp.day - 1, ["credential_stuffing"]), (Timestamp.day, [])] {
            let times = times(24, every: 30 * minute) + [t0 + last]
            #expect(try classes(failures(at: times, credentials: 25)) == expected)
        }
    }

    @Test(arguments: [
        (25, 15, ["credential_stuffing"]), (24, 15, []), (25, 14, []), (30, 15, ["credential_stuffing"]),
    ])
    func `stuffing needs 25 failures on 15 credentials, most of them tried twice at most`(
        _ count: Int, _ credentials: Int, _ expected: [String]
    ) throws {
        #expect(try classes(failures(at: times(count, every: 2_100_000), credentials: credentials)) == expected)
    }

    @Test(arguments: [(12, ["credential_stuffing"]), (11, [])])
    func `four of five credentials must have few attempts`(_ few: Int, _ expected: [String]) throws {
        // 15 credentials: `few` of them once, the others five times.
        let names =
            (0..<few).map { "once\($0)" }
            + (0..<(15 - few)).flatMap { number in
                (0..<5).map { _ in "often\(number)" }
            }
        let events = names.enumerated().map { place, name in
            // All at once, so that no smaller window holds a part of them.
            Event.failed(at: t0, ip: "198.51.100.23", presented: name, agent: "curl/\(place)")
        }
        #expect(events.count >= 25)
        #expect(try classes(events) == expected)
    }

    @Test(arguments: [(20, ["credential_stuffing"]), (19, [])])
    func `four of five failures must be mismatches`(_ mismatches: Int, _ expected: [String]) throws {
        let events =
            failures(at: times(mismatches, every: 1000), credentials: 25)
            + (mismatches..<25).map { place in
                Event.failed(at: t0 + Int64(place) * 1000, ip: attacker, presented: "other\(place)", reason: "expired")
            }
        #expect(try classes(events) == expected)
    }

    @Test func `an episode begins with its burst, not with a stray failure of the day before`() throws {
        let stray = failures(at: [t0 - 20 * Timestamp.hour, t0 - 9 * Timestamp.hour], credentials: 2)
        let found = try detect(stray + failures(at: times(40, every: Timestamp.second), credentials: 40)).findings
        #expect(found.map { $0.firstSeen } == [t0])
        #expect(found.map { $0.context["window"] } == [.text("1 min")])
        #expect(found.map { $0.context["failures"] } == [.int(40)])
    }

    @Test func `bursts less than 30 minutes apart are one episode, 30 minutes apart are two`() throws {
        for (gap, count) in [(30 * minute - 1, 1), (30 * minute, 2)] {
            let first = times(30, every: Timestamp.second)
            let second = (0..<30).map { first[29] + gap + Int64($0) * Timestamp.second }
            let found = try detect(failures(at: first + second, credentials: 60)).findings
            #expect(found.map { $0.class } == Array(repeating: "credential_stuffing", count: count))
            #expect(found.first?.firstSeen == t0)
            #expect(found.last?.lastSeen == second[29])
        }
    }

    @Test func `an episode is told whole by every window that it touches, and by no other`() throws {
        let events = failures(at: times(400, every: minute), credentials: 400)
        let whole = try detect(events).findings
        #expect(whole.count == 1)
        let last = t0 + 399 * minute
        for (from, to, count) in [
            (last, last + 1, 1), (last + 1, last + minute, 0), (t0 - minute, t0, 0), (t0 - minute, t0 + 1, 1),
            (t0 + 200 * minute, t0 + 200 * minute + 1, 1),
        ] {
            #expect(try detect(events, from: from, to: to).findings == Array(whole.prefix(count)))
        }
    }

    @Test func `an episode of many days keeps its start, however late the run`() throws {
        // Twenty days of stuffing, one attempt every ten minutes; the run sees the last hour.
        let events = failures(at: times(20 * 144, every: 10 * minute), credentials: 20 * 144)
        let end = t0 + 20 * Timestamp.day
        let found = try detect(events, from: end - Timestamp.hour, to: end, asOf: end).findings
        #expect(found.map { $0.firstSeen } == [t0])
        #expect(found.map { $0.context["total_failures"] } == [.int(2880)])
        #expect(found.map { $0.evidence.count } == [20])
    }

    // MARK: Brute force and broken clients

    @Test(arguments: [(300_000_000, ["brute_force"]), (300_000_001, []), (0, ["brute_force"])] as [(Int64, [String])])
    func `brute force is a tenth of a failure per second, ends included`(_ span: Int64, _ expected: [String]) throws {
        let times = (0..<29).map { t0 + Int64($0) * span / 30 } + [t0 + span]
        #expect(try classes(failures(at: times, credentials: 1)) == expected)
    }

    @Test(arguments: [(3, ["brute_force"]), (4, [])])
    func `brute force is on three credentials at most`(_ credentials: Int, _ expected: [String]) throws {
        #expect(try classes(failures(at: times(60, every: Timestamp.second), credentials: credentials)) == expected)
    }

    private func broken(_ times: [Int64], worked: Int64?, from ip: String = "203.0.113.7") -> [Event] {
        (worked.map { [Event.used("tok_worn", at: $0, ip: ip)] } ?? [])
            + times.map {
                .failed(at: $0, ip: "203.0.113.7", token: "tok_worn", reason: "expired", agent: "acme-sync/1.4")
            }
    }

    @Test func `a broken client had worked from the same client in the 30 days before`() throws {
        let even = times(40, every: 5 * Timestamp.second)
        let reach = 30 * Timestamp.day
        #expect(try classes(broken(even, worked: t0 - reach)) == ["broken_client"])
        #expect(try classes(broken(even, worked: t0 - reach - 1)) == ["brute_force"])
        #expect(try classes(broken(even, worked: t0 - 1)) == ["broken_client"])
        #expect(try classes(broken(even, worked: t0)) == ["brute_force"])
        #expect(try classes(broken(even, worked: t0 - 1, from: "203.0.113.8")) == ["brute_force"])
        #expect(try classes(broken(even, worked: t0 - 1, from: "::ffff:203.0.113.7")) == ["broken_client"])
        #expect(try classes(broken(even, worked: nil)) == ["brute_force"])
    }

    @Test func `a broken client fails evenly: a variation of one half, and no more`() throws {
        // Distances a, b, a, b have the variation (b - a) / (a + b): 1 and 3 give exactly one half.
        for (b, expected) in [(3000, ["broken_client"]), (3001, [])] as [(Int64, [String])] {
            let times = [t0, t0 + 1000, t0 + 1000 + b, t0 + 2000 + b, t0 + 2000 + 2 * b]
            #expect(try classes(broken(times, worked: t0 - 1)) == expected)
        }
    }

    @Test func `a pause does not turn a broken client into brute force`() throws {
        let first = times(300, every: Timestamp.second)
        let second = (0..<300).map { first[299] + 90 * Timestamp.second + Int64($0) * Timestamp.second }
        #expect(try classes(broken(first + second, worked: t0 - 1)) == ["broken_client"])
    }

    @Test func `two agents or two reasons are no broken client`() throws {
        let even = broken(times(10, every: minute), worked: t0 - 1)
        for field in [EventField.userAgent, .reason] {
            var mixed = even
            for place in stride(from: 1, to: mixed.count, by: 2) { mixed[place].texts[field] = "another" }
            #expect(try classes(mixed).isEmpty)
        }
    }

    @Test func `stuffing during the weeks of a broken client is told beside it`() throws {
        let weeks = broken(times(1000, every: 10 * minute), worked: t0 - 1)
        let burst = (0..<40).map { t0 + 3 * Timestamp.day + Int64($0) * Timestamp.second }
        let end = t0 + 8 * Timestamp.day
        let found = try detect(weeks + failures(at: burst, credentials: 40, ip: "203.0.113.7"), asOf: end).findings
        #expect(found.map { $0.class } == ["credential_stuffing", "broken_client"])
        #expect(found.map { $0.firstSeen } == [burst[0], t0])
        #expect(found.first?.context["also"] == .texts(["broken_client"]))
    }

    @Test func `a weaker class inside a stronger one is named in it and not reported by itself`() throws {
        let attempts = times(60, every: Timestamp.second)
        let nameless = times(30, every: 2 * Timestamp.second).map { Event.failed(at: $0 + 1, ip: attacker) }
        let found = try detect(failures(at: attempts, credentials: 60) + nameless).findings
        #expect(found.map { $0.class } == ["credential_stuffing"])
        #expect(found.first?.context["also"] == .texts(["volume"]))
    }

    // MARK: Volume and campaigns

    @Test(arguments: [(Timestamp.hour - 1, ["volume"]), (Timestamp.hour, [])])
    func `volume is twenty failures without a credential in an hour`(_ span: Int64, _ expected: [String]) throws {
        let events = (times(19, every: minute) + [t0 + span]).map { Event.failed(at: $0, ip: attacker) }
        #expect(try classes(events) == expected)
    }

    private func campaign(keys: Int, each: Int, within span: Int64, credentials: Int = 500) -> [Event] {
        let count = keys * each
        return (0..<count).map { place in
            .failed(
                at: t0 + Int64(place) * span / Int64(max(count - 1, 1)), ip: "198.51.100.\(place % keys)",
                presented: "fp\(place % credentials)", agent: "okhttp/4.12")
        }
    }

    @Test(arguments: [
        (5, 5, Timestamp.hour - 1, 500, ["distributed"]), (5, 5, Timestamp.hour, 500, []),
        (4, 7, Timestamp.hour - 1, 500, []), (5, 6, 0, 500, []),
        (5, 5, 0, 500, ["distributed"]),
        (25, 1, Timestamp.hour - 1, 15, ["distributed"]), (25, 1, Timestamp.hour - 1, 14, []),
    ])
    func `a campaign is one agent on five addresses, five failures each at most, within an hour`(
        _ keys: Int, _ each: Int, _ span: Int64, _ credentials: Int, _ expected: [String]
    ) throws {
        let found = try detect(campaign(keys: keys, each: each, within: span, credentials: credentials)).findings
        #expect(found.map { $0.class } == expected)
        #expect(found.allSatisfy { $0.entity == .init("user_agent", "okhttp/4.12") })
    }

    @Test func `failures without an agent are nobody's campaign`() throws {
        let events = campaign(keys: 10, each: 3, within: minute).map { event in
            var event = event
            event.texts[.userAgent] = nil
            return event
        }
        let result = try detect(events)
        #expect(result.findings.isEmpty)
        #expect(result.coverage.map { $0.text }.contains("not evaluable: `user_agent` absent on 100 % of `failed`"))
    }

    @Test func `failures without a readable address are counted and make no finding`() throws {
        let bad: [String?] = [nil, "010.0.0.1", "unknown"]
        let events = times(90, every: Timestamp.second).enumerated().map { place, time in
            Event.failed(at: time, ip: bad[place % 3], presented: "fp\(place)", agent: "okhttp/4.12")
        }
        let result = try detect(events)
        #expect(result.findings.isEmpty)
        #expect(result.counts["failures"] == .int(90))
        #expect(result.counts["without_ip"] == .int(30))
        #expect(result.counts["unreadable_ip"] == .int(60))
        #expect(
            result.coverage.map { $0.text } == [
                "not evaluable: `ip` absent on 33 % of `failed`",
                "not evaluable: `ip` not an address on 66 % of `failed`",
            ])
    }

    // MARK: Success

    private var stuffing: [Event] { failures(at: times(30, every: Timestamp.second), credentials: 30) }
    private var lastFailure: Int64 { t0 + 29 * Timestamp.second }

    private func after(_ events: [Event]) throws -> [Finding] {
        try detect(stuffing + events).findings.filter { $0.class == "success_after" }
    }

    @Test func `an accepted use counts until just before six hours after the last failure`() throws {
        let reach = 6 * Timestamp.hour
        #expect(try after([.used("tok", at: lastFailure + reach - 1, ip: attacker)]).count == 1)
        #expect(try after([.used("tok", at: lastFailure + reach, ip: attacker)]).isEmpty)
        #expect(try after([.used("tok", at: t0 + 1, ip: attacker)]).count == 1)
        #expect(try after([.used("tok", at: t0, ip: attacker)]).isEmpty)
        #expect(try after([.used("tok", at: lastFailure + 1, ip: "198.51.100.24")]).isEmpty)
        #expect(try after([.used("tok", at: lastFailure + 1, ip: "[::ffff:198.51.100.23]:9")]).count == 1)
    }

    @Test func `a credential that was accepted from the address before is no success of the attack`() throws {
        let use = Event.used("tok", at: lastFailure + minute, ip: attacker)
        let reach = 90 * Timestamp.day
        #expect(try after([.used("tok", at: use.ts - reach, ip: attacker), use]).isEmpty)
        #expect(try after([.used("tok", at: use.ts - reach - 1, ip: attacker), use]).count == 1)
        #expect(try after([.used("tok", at: t0 - minute, ip: "198.51.100.24"), use]).count == 1)
        #expect(try after([.used("another", at: t0 - minute, ip: attacker), use]).count == 1)
    }

    @Test func `an exchange or a refresh by somebody known at the address is no success of the attack`() throws {
        func exchanged(_ token: String, at ts: Int64, _ kind: EventKind = .exchanged, old: String? = nil) -> Event {
            var event = Event(ts: ts, kind: kind, [.tokenID: token, .principal: "user:4231", .ip: attacker])
            event.texts[.oldTokenID] = old
            return event
        }
        let later = lastFailure + minute
        #expect(try after([exchanged("at_2", at: later)]).map { $0.context["tokens"] } == [.texts(["at_2"])])
        #expect(try after([exchanged("at_1", at: t0 - minute), exchanged("at_2", at: later)]).isEmpty)
        #expect(try after([exchanged("at_2", at: later, .refreshed, old: "at_1")]).count == 1)
        let known = Event.used("at_1", at: t0 - minute, ip: attacker)
        #expect(try after([known, exchanged("at_2", at: later, .refreshed, old: "at_1")]).isEmpty)
    }

    @Test func `a login that names no session is a success of who logged in`() throws {
        func login(_ ts: Int64, from ip: String? = nil, kind: String = "session") -> Event {
            Event(ts: ts, kind: .issued, [.principal: "maria", .ip: ip ?? attacker, .kind: kind])
        }
        let found = try after([login(lastFailure + minute)])
        #expect(
            found.map(\.title) == ["Accepted from \(attacker) after credential stuffing: maria"])
        #expect(found.first?.explanation.contains("after the last failure, maria logged in from") == true)
        #expect(found.map { $0.context["principals"] } == [.texts(["maria"])])
        #expect(found.first?.evidence.contains { $0.ts == lastFailure + minute } == true)
        #expect(try after([login(t0 - minute), login(lastFailure + minute)]).isEmpty)
        #expect(try after([login(t0 - minute, from: "198.51.100.24"), login(lastFailure + minute)]).count == 1)
        // An admin who issues a token is not let in by that, and a caller without a credential is nobody.
        #expect(try after([login(lastFailure + minute, kind: "api_token")]).isEmpty)
        let anonymous = Event(
            ts: lastFailure + minute, kind: .used, [.principal: "guest", .ip: attacker, .kind: "anonymous"])
        #expect(try after([anonymous]).isEmpty)
        #expect(try detect(stuffing).findings.first?.explanation.contains("nothing was accepted from there") == true)
        let told = try detect(stuffing + [login(lastFailure + minute)]).findings
        #expect(told.map(\.class) == ["success_after", "credential_stuffing"])
        #expect(told.last?.explanation.contains("nothing was accepted from there") == false)
    }

    @Test func `a success names the episode that it follows, and its credentials`() throws {
        let found = try detect(
            stuffing + [
                .used("tok_b", at: lastFailure + 2 * minute, ip: attacker),
                .used("tok_a", at: lastFailure + minute, ip: attacker),
                .used("tok_a", at: lastFailure + 3 * minute, ip: attacker),
            ]
        ).findings
        #expect(found.map { $0.class } == ["success_after", "credential_stuffing"])
        #expect(found.first?.context["follows"] == .text(found.last?.id ?? ""))
        #expect(found.first?.context["tokens"] == .texts(["tok_a", "tok_b"]))
        #expect(found.first?.firstSeen == lastFailure + minute)
        #expect(found.first?.lastSeen == lastFailure + 2 * minute)
        #expect(found.first?.evidence.count == 12)
        #expect(
            found.first?.explanation == "198.51.100.23 had 30 failed verifications on 30 credentials from "
                + "2026-02-10T03:00:00Z to 2026-02-10T03:00:29Z (credential stuffing). At 2026-02-10T03:01:29Z, 60 s after "
                + "the last failure, token tok_a was used from 198.51.100.23, where it had never been accepted in the "
                + "90 days before (rule: within 6 h). 1 more credential followed.")
    }

    @Test func `a second success at or after the time of looking is not known yet`() throws {
        let second = lastFailure + 2 * minute
        let events =
            stuffing + [
                .used("tok_a", at: lastFailure + minute, ip: attacker), .used("tok_b", at: second, ip: attacker),
            ]
        for (asOf, tokens) in [(second, ["tok_a"]), (second + 1, ["tok_a", "tok_b"])] {
            let found = try detect(events, asOf: asOf).findings
            #expect(found.first?.context["tokens"] == .texts(tokens))
            #expect(found.first?.asOf == asOf)
        }
    }

    @Test func `a success from an address of a campaign, with its agent, is told by the address`() throws {
        let attack = campaign(keys: 10, each: 3, within: minute)
        let hit = Event.used("tok", at: t0 + Timestamp.hour, ip: "198.51.100.4", agent: "okhttp/4.12")
        let other = Event.used("tok_2", at: t0 + Timestamp.hour, ip: "198.51.100.5", agent: "acme-sync/1.4")
        let found = try detect(attack + [hit, other]).findings
        #expect(found.map { $0.class } == ["success_after", "distributed"])
        #expect(found.first?.entity == .init("ip", "198.51.100.4"))
        #expect(found.first?.context["tokens"] == .texts(["tok"]))
    }

    @Test func `a success hours after the attack is told by the window that holds the success`() throws {
        let use = lastFailure + 5 * Timestamp.hour
        let events = stuffing + [.used("tok", at: use, ip: attacker)]
        #expect(try detect(events, from: use, to: use + 1).findings.map { $0.class } == ["success_after"])
        #expect(try detect(events, from: t0, to: t0 + 1).findings.map { $0.class } == ["credential_stuffing"])
    }

    @Test func `stuffing is explained with its numbers`() throws {
        #expect(
            try detect(stuffing).findings.map { $0.explanation } == [
                "198.51.100.23 had 30 failed verifications on 30 credentials within 1 min; 100 % of the credentials were "
                    + "tried at most 2 times, 100 % of the failures were hash_mismatch or alike (rule: 25 failures on 15 "
                    + "credentials, 80 % and 80 %). Up to \(Timestamp.text(lastFailure + 6 * Timestamp.hour)), nothing was accepted from there that was "
                    + "new to it."
            ])
    }

    @Test func `stuffing says whether it got in`() throws {
        let events = stuffing + [.used("tok", at: lastFailure + 5 * Timestamp.hour, ip: attacker)]
        let told = try detect(events).findings.filter { $0.class == "credential_stuffing" }
        #expect(told.count == 1 && told[0].explanation.hasSuffix("It got in: see the success_after of the same time."))
    }

    @Test func `a reason is the same word in capitals, and one that nobody has named is said to be unknown`() throws {
        func attack(_ reason: String) -> [Event] {
            failures(at: times(30, every: Timestamp.second), credentials: 30, reason: reason)
        }
        #expect(try detect(attack("INVALID_TOKEN")).findings.map(\.class) == ["credential_stuffing"])
        let result = try detect(attack("no_such_luck"))
        #expect(result.findings.isEmpty)
        #expect(
            result.coverage.map(\.text) == [
                "not evaluable as tries of unknown credentials: the reason `no_such_luck` (100 % of `failed`) has no "
                    + "class; say in the policy what it means, such as reasons: {mismatch: [\"no_such_luck\"]}"
            ])
        let odd = try detect(attack("\"why\" not")).coverage.map(\.text)
        #expect(odd.count == 1 && odd[0].hasSuffix("such as reasons: {mismatch: [\"wrong_key\"]}"))
        #expect(try detect(attack("rate_limited")).coverage.isEmpty)
    }

    @Test func `settings that make no sense are refused by name`() {
        var settings = FailedVerificationByIP.Settings()
        settings.stuffing.fewShare = .nan
        let error = #expect(throws: DetectionError.self) {
            try FailedVerificationByIP(settings).detect(in: DetectionWindow(asOf: t0), of: MemoryHistory([]))
        }
        #expect(
            error?.description == "cannot run failed-verification-by-ip: the setting `stuffing.few_share` is nan; "
                + "want a share from 0 to 1")
    }
}
