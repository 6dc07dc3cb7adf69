import Events
import Testing

@testable import Detection

/// How well a log can be judged, and what to add first.
struct DoctorTests {
    /// A server that logs all there is, for 91 days: the log that misses nothing.
    static let whole: [Event] = {
        var events: [Event] = []
        for day in 0..<92 as Range<Int64> {
            let at = Event.time(day: day, hour: 1), token = "tok_\(day)"
            var issued = Event.issued(token, at: at)
            issued.scopes = ["orders:read"]
            issued.texts[.kind] = "api_token"
            var used = Event.used(token, at: at + Timestamp.hour, scopes: ["orders:read"])
            used.texts[.kind] = "api_token"
            used.texts[.principal] = "partner:acme"
            var exchanged = Event.exchanged("at_\(day)", at: at, code: "c_\(day)")
            var refreshed = Event.refreshed("at_\(day)b", from: "at_\(day)", at: at + Timestamp.minute)
            for place in [0, 1] {
                var one = place == 0 ? exchanged : refreshed
                one.scopes = ["orders:read"]
                one.texts[.ip] = "203.0.113.7"
                if place == 0 { exchanged = one } else { refreshed = one }
            }
            events += [
                issued, used, exchanged, refreshed, .revoked(token, at: at + 2 * Timestamp.hour),
                .failed(at: at, ip: "198.51.100.9", presented: "c\(day)"),
            ]
        }
        return events
    }()

    private static let tools: Policy = {
        var policy = Policy()
        policy.tools = ["orders.status": .init(auth: ["api_token"], scopes: ["orders:read"])]
        return policy
    }()

    private func diagnose(
        _ events: [Event], policy: Policy = DoctorTests.tools, systems: [LogSystem] = [LogSystem()],
        asOf: Int64? = nil
    ) throws -> Diagnosis {
        var settings = DetectorSettings()
        settings.policy = policy
        let history = MemoryHistory(events.sourced, batchSize: 50)
        let end = try asOf ?? history.coverage?.upperBound ?? 0
        let window = DetectionWindow(from: try history.coverage?.lowerBound ?? 0, to: end, asOf: end)
        let results = try Detectors.all(settings).map { try $0.detect(in: window, of: history) }
        return try Diagnosis(settings, results, ranIn: window, systems, in: window, of: history)
    }

    private func changed(_ change: (inout Event) -> Void) -> [Event] {
        Self.whole.map {
            var event = $0
            change(&event)
            return event
        }
    }

    private func ids(_ diagnosis: Diagnosis, _ ability: Ability) -> [String] {
        diagnosis.rules.filter { $0.ability == ability }.map(\.id)
    }

    @Test func `every detector says what it needs`() {
        #expect(Set(Need.all(DetectorSettings()).keys) == Set(Detectors.all().map { $0.card.id }))
    }

    @Test(arguments: ExampleCase.all.filter { !$0.example.expected.isEmpty })
    func `a rule that finds something in a log is never said to judge nothing in it`(_ one: ExampleCase) throws {
        let diagnosis = try diagnose(one.example.events, policy: one.example.policy, asOf: one.example.asOf)
        let rule = try #require(diagnosis.rules.first { $0.id == one.detector.card.id })
        #expect(rule.ability > .none, "\(rule.shortcomings)")
    }

    @Test func `a log that says all, with tools in the policy, misses nothing`() throws {
        let diagnosis = try diagnose(Self.whole)
        #expect(ids(diagnosis, .part) == [] && ids(diagnosis, .none) == [])
        #expect(diagnosis.score == 100 && diagnosis.reachableScore == 100)
        #expect(diagnosis.remedies.isEmpty && diagnosis.outOfReach.isEmpty)
    }

    @Test func `without tools in the policy two rules judge less, and the policy is what to write`() throws {
        let diagnosis = try diagnose(Self.whole, policy: Policy())
        #expect(ids(diagnosis, .none) == ["tool-undeclared"])
        #expect(ids(diagnosis, .part) == ["auth-mode-violation"])
        #expect(diagnosis.remedies.map(\.gap) == [.tools])
        let remedy = try #require(diagnosis.remedies.first)
        #expect(remedy.raises.map(\.id) == ["auth-mode-violation", "tool-undeclared"])
        #expect(remedy.scoreAfter == 100 && remedy.helps.isEmpty)
    }

    @Test func `failures without a user agent cost one rule a part of what it finds`() throws {
        let diagnosis = try diagnose(changed { if $0.kind == .failed { $0.texts[.userAgent] = nil } })
        #expect(ids(diagnosis, .none) == [] && ids(diagnosis, .part) == ["failed-verification-by-ip"])
        let short = try #require(diagnosis.rules[1].shortcomings.first)
        #expect(diagnosis.rules[1].shortcomings.count == 1)
        #expect(short.gaps == [.fields(.failed, [.userAgent])] && !short.isEssential)
        #expect(short.loss == "distributed, credential_replay")
        #expect(diagnosis.remedies.map(\.gap) == [.fields(.failed, [.userAgent])])
    }

    @Test func `a log that shows no issuance of API tokens says which rules miss it`() throws {
        let diagnosis = try diagnose(Self.whole.filter { $0.kind != .issued })
        #expect(ids(diagnosis, .none).contains("never-used") && ids(diagnosis, .none).contains("mass-issuance"))
        let first = try #require(diagnosis.remedies.first)
        #expect(first.gap == .events(EventKinds(EventKind.issued)))
        #expect(first.raises.map(\.id).contains("self-issue"))
    }

    @Test func `what the two main rules need comes before what others need`() throws {
        let diagnosis = try diagnose(
            changed {
                if $0.kind == .failed { $0.texts[.ip] = nil }
                if $0.kind == .issued { $0.texts[.actor] = nil }
            })
        #expect(diagnosis.remedies.map(\.gap) == [.fields(.failed, [.ip]), .fields(.issued, [.actor])])
        #expect(
            diagnosis.remedies.map { $0.raises.map(\.id) } == [
                ["failed-verification-by-ip", "failure-surge"], ["first-time-issuer", "mass-issuance", "self-issue"],
            ])
        // 95 points in all: 13 for the one, two each for the others.
        #expect(diagnosis.score == (95 - 13 - 6) * 100 / 95)
        #expect(diagnosis.remedies[0].scoreAfter == 89 * 100 / 95)
        #expect(diagnosis.remedies.last?.scoreAfter == 100)
    }

    @Test func `a young log cannot show a silence of ninety days`() throws {
        let start = Event.time(day: 85)
        let diagnosis = try diagnose(Self.whole.filter { $0.ts >= start })
        #expect(
            ids(diagnosis, .none) == [
                "dormant-token-reactivation", "new-surroundings", "campaign", "call-surge", "first-time-issuer",
                "never-used",
            ])
        #expect(diagnosis.historyWanted == 90 * Timestamp.day)
        #expect(diagnosis.remedies.first?.gap == .history)
    }

    @Test func `what a system can never say is out of reach, and lowers what can be reached`() throws {
        let okta = LogSystem(mapping: "okta", lacks: ["expires_at", "old_token_id"])
        let diagnosis = try diagnose(
            changed {
                $0.expiresAt = nil
                $0.texts[.oldTokenID] = nil
            }, systems: [okta])
        #expect(ids(diagnosis, .none) == ["use-after-expiry", "refresh-reuse", "lifetime-policy"])
        #expect(diagnosis.remedies.isEmpty && diagnosis.outOfReach.allSatisfy { $0.never == ["okta"] })
        // Two of 4 and one of 2 points.
        #expect(diagnosis.score == 85 * 100 / 95 && diagnosis.reachableScore == diagnosis.score)
    }

    @Test func `who gave no reason is not asked of a log that never has one`() throws {
        let silent = changed { event in if event.kind == .revoked { event.texts[.reason] = nil } }
        #expect(ids(try diagnose(silent), .part) == ["revoke-without-reason"])
        let okta = LogSystem(mapping: "okta", lacks: ["reason of revoked"])
        let diagnosis = try diagnose(silent, systems: [okta])
        #expect(ids(diagnosis, .part) == [] && ids(diagnosis, .none) == ["revoke-without-reason"])
        #expect(diagnosis.outOfReach.map(\.never) == [["okta"]])
    }

    @Test func `anonymous callers lack no token, and nobody logs out with an admin's word`() throws {
        var anonymous = Event.used("anonymous", at: Event.time(day: 90))
        anonymous.texts[.kind] = "anonymous"
        var nameless = anonymous
        (nameless.texts[.tokenID], nameless.texts[.kind]) = (nil, nil)
        var logout = Event.revoked("session:1", at: Event.time(day: 90), by: nil, reason: nil)
        logout.texts[.kind] = "session"
        let others = [Event](repeating: anonymous, count: 50) + [Event](repeating: nameless, count: 50)
        let diagnosis = try diagnose(Self.whole + others + [logout])
        #expect(ids(diagnosis, .part) == [] && ids(diagnosis, .none) == [])
        #expect(diagnosis.census.share([.tokenID], on: .used) == FieldShare(present: 92, all: 92))
        #expect(diagnosis.census.share([.reason], on: EventKinds(EventKind.revoked)).all == 92)
    }

    @Test func `a log whose uses never name a token lacks tokens, not callers`() throws {
        let diagnosis = try diagnose(
            changed { event in
                for field in [EventField.tokenID, .kind, .principal] where event.kind == .used {
                    event.texts[field] = nil
                }
            })
        #expect(diagnosis.census.share([.tokenID], on: .used) == FieldShare(present: 0, all: 92))
        #expect(ids(diagnosis, .none).contains("dormant-token-reactivation"))
    }

    @Test func `words of reasons without a class are named, and kept apart from addresses that are none`() throws {
        let diagnosis = try diagnose(
            changed {
                guard $0.kind == .failed else { return }
                $0.texts[.reason] = $0.ts > Event.time(day: 40) ? "wrong_sort" : "odd"
                $0.texts[.ip] = "unknown"
            })
        #expect(diagnosis.census.unknownReasons.map(\.word) == ["wrong_sort", "odd"])
        #expect(Set(diagnosis.remedies.map(\.gap)) == [.reasons, .fields(.failed, [.ip])])
        #expect(ids(diagnosis, .none) == ["failed-verification-by-ip", "failure-surge"])
    }

    @Test func `a log of logins alone has nothing for rules about tokens that admins issue`() throws {
        let logins = Self.whole.map {
            var event = $0
            if [.issued, .revoked].contains(event.kind) {
                event.texts[.kind] = "session"
                (event.texts[.actor], event.expiresAt, event.scopes) = (nil, nil, nil)
                event.texts[.ip] = "203.0.113.7"
            }
            return event
        }
        let diagnosis = try diagnose(logins)
        #expect(
            ids(diagnosis, .none) == [
                "use-after-expiry", "scope-bypass", "first-time-issuer", "mass-issuance", "revoke-storm",
                "revoke-without-reason", "self-issue",
            ])
        let (issued, revoked) = (EventKinds(EventKind.issued), EventKinds(EventKind.revoked))
        #expect(Set(diagnosis.remedies.map(\.gap)) == [.tokens(issued), .tokens(revoked)])
    }
}
