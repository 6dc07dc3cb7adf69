import Model
import Events
import Testing

@testable import Detection

/// The rule at its edges, to the microsecond.
struct DormantTokenTests {
    private let limit = 90 * Timestamp.day
    private let t0 = Event.time(hour: 7, minute: 13, second: 5)
    /// Keeps the log's coverage long, so that origins can be judged.
    private let background = Event.issued("tok_background", at: Event.time(day: -200))

    private func detect(
        _ events: [Event], from: Int64, to: Int64, asOf: Int64? = nil,
        _ change: (inout DormantTokenReactivation.Settings) -> Void = { _ in }
    ) throws -> DetectionResult {
        var settings = DormantTokenReactivation.Settings()
        change(&settings)
        return try DormantTokenReactivation(settings).detect(
            in: DetectionWindow(from: from, to: to, asOf: asOf ?? to),
            of: MemoryHistory(events.sourced, batchSize: 2))
    }

    @Test func `a silence of exactly 90 days is dormant, one microsecond less is not`() throws {
        for (gap, classes) in [(limit, ["dormant_reactivated"]), (limit - 1, [])] {
            let u = t0 + gap
            let found = try detect([background, .used("t", at: t0), .used("t", at: u)], from: u - 5, to: u + 5)
            #expect(found.findings.map { $0.class } == classes)
        }
    }

    @Test func `a first use 90 days after the issue is dormant from issuance, one microsecond less is not`() throws {
        for (age, classes, firstUses) in [(limit, ["dormant_from_birth"], 0), (limit - 1, [], 1)] {
            let u = t0 + age
            let found = try detect([background, .issued("t", at: t0), .used("t", at: u)], from: u - 5, to: u + 5)
            #expect(found.findings.map { $0.class } == classes)
            #expect(found.counts["first_use"] == .int(firstUses))
        }
    }

    @Test func `an unknown token is a finding only if the log reaches back 90 days before its use`() throws {
        for (reach, classes, counted) in [(limit, ["unknown_origin"], 0), (limit - 1, [], 1)] {
            let u = t0 + reach
            let found = try detect([.issued("other", at: t0), .used("t", at: u)], from: u - 5, to: u + 5)
            #expect(found.findings.map { $0.class } == classes)
            #expect(found.counts["insufficient_history"] == .int(counted))
            #expect(found.coverage.contains { $0.text.hasPrefix("1 token without issue") } == (counted == 1))
        }
    }

    @Test func `the window holds its first microsecond and not its end`() throws {
        let u = t0 + limit
        let events: [Event] = [background, .used("t", at: t0), .used("t", at: u)]
        #expect(try detect(events, from: u, to: u + 1).findings.count == 1)
        #expect(try detect(events, from: u - 5, to: u).findings.isEmpty)
        #expect(try detect(events, from: u + 1, to: u + 5).findings.isEmpty)
        // Nothing at or after `as_of` is seen, whatever the window says.
        #expect(try detect(events, from: u - 5, to: u + 5, asOf: u).findings.isEmpty)
    }

    @Test func `a use just before the window on the same day is the previous use`() throws {
        let u = t0 + limit
        let events: [Event] = [background, .used("t", at: t0), .used("t", at: u), .used("t", at: u + 1)]
        #expect(try detect(events, from: u + 1, to: u + 5).findings.isEmpty)
        let literal = try detect(events, from: u + 1, to: u + 5) { $0.semantics = .literal }
        #expect(literal.findings.isEmpty)
    }

    @Test func `a refused call counts as a use, a failed verification does not`() throws {
        let u = t0 + limit
        var call = Event.used("t", at: t0 + Timestamp.day)
        call.success = false
        let refused = try detect([background, .used("t", at: t0), call, .used("t", at: u)], from: u, to: u + 5)
        #expect(refused.findings.isEmpty)
        let failed = Event.failed(at: t0 + Timestamp.day, ip: "203.0.113.7", token: "t")
        let quiet = try detect([background, .used("t", at: t0), failed, .used("t", at: u)], from: u, to: u + 5)
        #expect(quiet.findings.count == 1)
    }

    @Test func `a wide window holds every reactivation of a token`() throws {
        let reactivations = [t0 + limit, t0 + 2 * limit, t0 + 4 * limit]
        let events = [background, .used("t", at: t0)] + reactivations.map { Event.used("t", at: $0) }
        let found = try detect(events, from: t0 + 1, to: t0 + 5 * limit).findings
        #expect(found.map { $0.firstSeen }.sorted() == reactivations)
        #expect(Set(found.map { $0.id }).count == 3)
    }

    @Test func `a silence of years is found, with the use before it`() throws {
        let u = t0 + 900 * Timestamp.day
        let found = try detect([background, .used("t", at: t0), .used("t", at: u)], from: u - 9, to: u + 9).findings
        #expect(found.map { $0.context["previous_use"] } == [.time(t0)])
        #expect(found.map { $0.context["idle_days"] } == [.double(900)])
        #expect(found.map { $0.evidence.map { $0.ts } } == [[t0, u]])
    }

    @Test func `an issue that stands in the log only after the use does not explain it`() throws {
        let u = t0 + limit, minute = Timestamp.minute
        var late = Event.issued("t", at: u + minute + 1)
        late.scopes = ["orders:read"]
        let found = try detect([background, .used("t", at: u), late], from: u - 5, to: u + 2 * minute).findings
        #expect(found.map { $0.class } == ["unknown_origin"])
        #expect(found.first?.context["scopes"] == nil)
        #expect(found.first?.context["principal"] == nil)
        // A minute is what clocks may differ by; but nobody knows yet of what is dated after the time of looking.
        late.ts = u + minute
        #expect(try detect([background, .used("t", at: u), late], from: u - 5, to: u + 2 * minute).findings.isEmpty)
        #expect(try detect([background, .used("t", at: u), late], from: u - 5, to: u + minute).findings.count == 1)
    }

    @Test func `literal semantics is the dashboard question word for word`() throws {
        let to = t0 + 200 * Timestamp.day
        let from = to - Timestamp.day
        let cases: [(previous: Int64?, use: Int64, isListed: Bool)] = [
            (from - limit - 1, to - 1, true),  // just before the 90 days
            (from - limit, to - 1, false),  // the first microsecond of the 90 days
            (from - 1, to - 1, false),  // the last microsecond of the 90 days
            (from - limit - 1, from, true),  // the first microsecond of the window
            (from - limit - 1, to, false),  // the end of the window
            (nil, from + 7, true),  // a new token
        ]
        for (previous, use, isListed) in cases {
            let events = [background] + (previous.map { [Event.used("t", at: $0)] } ?? []) + [Event.used("t", at: use)]
            let found = try detect(events, from: from, to: to) { $0.semantics = .literal }
            #expect(found.findings.map { $0.entity.value } == (isListed ? ["t"] : []), "\(use - from) \(previous ?? 0)")
        }
    }

    @Test func `literal semantics names a new token what it is and keeps it at info`() throws {
        let u = t0 + limit
        let events: [Event] = [background, .issued("new", at: u - 10), .used("new", at: u), .used("new", at: u + 3)]
        let found = try detect(events, from: u - Timestamp.day, to: u + 5) { $0.semantics = .literal }.findings
        #expect(found.map { $0.class } == ["first_use"])
        #expect(found.map { $0.severity } == [.info])
        #expect(found.map { $0.context["uses"] } == [.int(2)])
        #expect(found.map { $0.lastSeen } == [u + 3])
    }

    @Test func `gap and literal form give one reactivation the same id`() throws {
        let u = t0 + limit + Timestamp.day
        let events: [Event] = [background, .used("t", at: t0), .used("t", at: u)]
        let gap = try detect(events, from: u - Timestamp.hour, to: u + 5).findings
        let literal = try detect(events, from: u - Timestamp.hour, to: u + 5) { $0.semantics = .literal }.findings
        #expect(gap.count == 1)
        #expect(gap.map { $0.id } == literal.map { $0.id })
    }

    @Test func `the sum behind the severity is printed`() throws {
        let u = t0 + 2 * limit
        let events: [Event] = [
            background, .issued("t", at: t0 - 10), .used("t", at: t0),
            .failed(at: u - 100, ip: "::ffff:198.51.100.23"), .failed(at: u - 50, ip: "198.51.100.23"),
            .used("t", at: u, ip: "198.51.100.23", agent: "acme-sync/1.4"),
            .used("t", at: u + 15 * Timestamp.minute - 1, tool: "orders.cancel", scopes: ["orders:write"]),
        ]
        let found = try detect(events, from: u, to: u + Timestamp.hour).findings
        #expect(
            found.map { $0.context["severity_sum"] } == [
                .text(
                    "medium, +1 silent for 180 days or more, +1 orders.cancel, which needs a write scope, within 15 min, "
                        + "+1 address not seen in the 30 days to the last use, "
                        + "+1 2 failed verifications from the same address in the 24 h before, = critical")
            ])
        #expect(found.map { $0.severity } == [.critical])
        #expect(
            found.first?.explanation == "Token t of partner:acme was used at 2026-06-30T07:13:05Z after 180 days "
                + "without a use (previous use 2026-01-01T07:13:05Z; limit 90 days). It was a use of orders.status from "
                + "198.51.100.23 with acme-sync/1.4. 1 use followed up to 2026-06-30T08:13:05Z, of orders.cancel. Severity: medium, "
                + "+1 silent for 180 days or more, +1 orders.cancel, which needs a write scope, within 15 min, +1 address not seen in the 30 days "
                + "to the last use, +1 2 failed verifications from the same address in the 24 h before, = critical.")
    }

    @Test func `what lies just outside the reach of a reason does not count`() throws {
        let u = t0 + limit
        let events: [Event] = [
            background, .used("t", at: t0 - 30 * Timestamp.day, ip: "198.51.100.23", agent: "curl/8.5"),
            .used("t", at: t0),
            .failed(at: u - Timestamp.day - 1, ip: "198.51.100.23"), .failed(at: u, ip: "198.51.100.23"),
            .used("t", at: u, ip: "198.51.100.23", agent: "curl/8.5", scopes: ["orders:read"]),
            .used("t", at: u + 15 * Timestamp.minute, tool: "orders.cancel", scopes: ["orders:write"]),
        ]
        let found = try detect(events, from: u, to: u + Timestamp.hour).findings
        #expect(found.map { $0.context["severity_sum"] } == [.text("medium")])
        #expect(found.map { $0.context["new_address"] } == [.bool(false)])
    }

    @Test func `a rhythm of several active days is still a rhythm`() throws {
        var rounds: [Event] = []
        for round: Int64 in 0..<3 {
            for day: Int64 in 0..<4 { rounds.append(.used("t", at: t0 + (round * 100 + day) * Timestamp.day)) }
        }
        let u = t0 + 200 * Timestamp.day
        let found = try detect([background] + rounds, from: u, to: u + 5).findings
        #expect(found.map { $0.severity } == [.low])
        // Ten per cent and a little more is no rhythm: 97 days against 107.8.
        let other = [background] + rounds.prefix(8) + [.used("t", at: t0 + Int64(103 + 108) * Timestamp.day)]
        let u2 = t0 + Int64(211) * Timestamp.day
        #expect(try detect(other, from: u2, to: u2 + 5).findings.map { $0.severity } == [.medium])
    }

    @Test func `settings that make no sense are refused by name`() {
        let error = #expect(throws: DetectionError.self) {
            try detect([background], from: 0, to: 1) { $0.dormancy = Timestamp.day - 1 }
        }
        #expect(
            error?.description
                == "cannot run dormant-token-reactivation: the setting `dormancy` is 23.9 h; want one day or more")
    }

    @Test func `an empty history and an absurd window give nothing and do not hang`() throws {
        #expect(try detect([], from: 0, to: 10).findings.isEmpty)
        let found = try detect([background, .used("t", at: t0)], from: .min, to: .max)
        #expect(found.findings.map { $0.class } == ["unknown_origin"])
        #expect(try detect([background], from: 10, to: 5).findings.isEmpty)
    }

    // MARK: Tiers

    @Test func `a silence of a third of a token's life is told when the policy turns the relative limit on`() throws {
        // Issued for 90 days, so 30 days is a third of its life.
        for (gap, tiers) in [(30 * Timestamp.day, ["relative"]), (30 * Timestamp.day - 1, []), (limit, both)] {
            let u = t0 + gap
            let events: [Event] = [background, .issued("t", at: t0 - 5), .used("t", at: t0), .used("t", at: u)]
            let found = try detect(events, from: u - 5, to: u + 5) { $0.tierNames = ["absolute", "relative"] }
            #expect(found.findings.map { $0.context["tiers"] } == (tiers.isEmpty ? [] : [.texts(tiers)]))
            #expect(try detect(events, from: u - 5, to: u + 5).findings.count == (gap >= limit ? 1 : 0))
        }
    }

    private let both = ["absolute", "relative"]

    @Test func `a token that is used weekly is dormant after six weeks when limits adapt to habits`() throws {
        let week = 7 * Timestamp.day
        let habit = (0..<21).map { Event.used("t", at: t0 + Int64($0) * week) }
        let last = t0 + 20 * week
        for (gap, count) in [(6 * week, 1), (6 * week - 1, 0)] {
            let events = [background] + habit + [Event.used("t", at: last + gap)]
            let found = try detect(events, from: last + 1, to: last + gap + 5) { $0.tierNames = ["adaptive"] }
            #expect(found.findings.count == count)
            #expect(found.findings.allSatisfy { $0.explanation.contains("adaptive 42 days (6 times its usual gap") })
        }
        // Nineteen uses are no habit yet.
        let few = [background] + habit.suffix(19) + [Event.used("t", at: last + 6 * week)]
        #expect(try detect(few, from: last + 1, to: last + 7 * week) { $0.tierNames = ["adaptive"] }.findings.isEmpty)
    }

    @Test func `a usual gap of less than a day still needs two weeks of silence to be left`() throws {
        let habit = (0..<40).map { Event.used("t", at: t0 + Int64($0) * 6 * Timestamp.hour) }
        let last = t0 + 39 * 6 * Timestamp.hour
        for (gap, count) in [(14 * Timestamp.day, 1), (14 * Timestamp.day - 1, 0)] {
            let events = [background] + habit + [Event.used("t", at: last + gap)]
            let found = try detect(events, from: last + 1, to: last + gap + 5) { $0.tierNames = ["adaptive"] }
            #expect(found.findings.count == count)
        }
    }

    @Test func `days on which the log tells nothing lower the confidence, unless they are its habit`() throws {
        let u = t0 + limit
        // Events on every day but three in the middle of the silence, or but on every weekend.
        func log(_ isSilent: (Int64) -> Bool) -> [Event] {
            (-100..<95).filter { !isSilent($0) }.map { .used("other", at: t0 + $0 * Timestamp.day) }
                + [.used("t", at: t0), .used("t", at: u)]
        }
        for (isSilent, confidence, holes) in [
            ({ (40...42).contains($0) }, Confidence.medium, ["2026-02-10 to 2026-02-12"]),
            ({ ($0 + 700) % 7 < 2 }, .high, []), ({ _ in false }, .high, []),
        ] as [((Int64) -> Bool, Confidence, [String])] {
            let found = try detect(log(isSilent), from: u, to: u + 1).findings
            #expect(found.map(\.confidence) == [confidence])
            #expect(found.first?.context["holes"] == (holes.isEmpty ? nil : .texts(holes)))
        }
    }

    @Test func `an outage that the policy declares lowers the confidence of silences over it`() throws {
        let u = t0 + limit
        let events: [Event] =
            [background, .used("t", at: t0), .used("t", at: u)]
            + (-200..<100).map { .used("other", at: t0 + $0 * Timestamp.day) }
        for (from, confidence) in [(t0 + 5, Confidence.medium), (u, .high)] {
            let found = try detect(events, from: u, to: u + 1) {
                $0.outages = [.init(from: from, to: from + Timestamp.hour, reason: "the shipper was down")]
            }
            #expect(found.findings.map(\.confidence) == [confidence])
        }
    }

    @Test func `a token that wakes while its successor is in use is worse`() throws {
        let u = t0 + limit
        let events: [Event] = [
            background, .issued("t", at: t0 - 5), .used("t", at: t0), .issued("next", at: t0 + 60 * Timestamp.day),
            .used("t", at: u),
        ]
        for (use, severity) in [(u - 1, Severity.high), (u, .medium)] {
            let found = try detect(events + [.used("next", at: use)], from: u, to: u + 1)
            let one = found.findings.filter { $0.entity.value == "t" }
            #expect(one.map(\.severity) == [severity])
            #expect(one.first?.context["successor"] == (use < u ? .text("next") : nil))
        }
    }

    @Test func `a tier that does not exist is refused`() throws {
        #expect(throws: DetectionError.self) {
            try detect([background], from: t0, to: t0 + 1) { $0.tierNames = ["realtive"] }
        }
    }
}
