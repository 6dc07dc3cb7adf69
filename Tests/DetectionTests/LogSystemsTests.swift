import Events
import Testing

@testable import Detection

/// Logs of several systems in one history: what one says is not expected of another.
struct LogSystemsTests {
    private static let old = Int64(1)
    private static let young = Int64(2)

    private func event(_ event: Event, source: Int64, kind: String = "api_token") -> Event {
        var event = event
        event.sourceID = source
        event.texts[.source] = source == Self.old ? "old.log" : "young.log"
        event.texts[.kind] = kind
        return event
    }

    /// A gateway that logs from the first day on, and an identity provider whose log begins on the hundredth; both
    /// issue a token at once.
    private func history(
        _ more: [Event], lacks: Set<String> = [], own: Set<String> = [], gives: [EventKind: Set<EventField>]? = nil
    ) -> MemoryHistory {
        var endless = Event.issued("tok_young", at: Event.time(day: 100))
        endless.expiresAt = nil
        var history = MemoryHistory(
            [
                event(.issued("tok_old", at: Event.time()), source: Self.old),
                event(endless, source: Self.young),
            ] + more)
        var systems = [
            LogSystem(sources: [Self.old]), LogSystem(mapping: "idp", lacks: lacks, sources: [Self.young]),
        ]
        (systems[1].own, systems[1].gives) = (own, gives)
        systems[0].begins = Event.time()
        systems[1].begins = Event.time(day: 100)
        systems[0].issuances = ["api_token": Event.time()]
        systems[1].issuances = ["api_token": Event.time(day: 100)]
        history.systems = LogSystems(systems)
        return history
    }

    private func window(_ from: Int64, _ to: Int64) -> DetectionWindow {
        DetectionWindow(from: Event.time(day: from), to: Event.time(day: to), asOf: Event.time(day: to))
    }

    /// Two tokens that nobody issued, one in each log, on the same day.
    private func strangers(day: Int64) -> [Event] {
        [
            event(.used("forged", at: Event.time(day: day)), source: Self.old),
            event(.used("from_before", at: Event.time(day: day)), source: Self.young),
        ]
    }

    @Test func `a token of a younger log is not unknown because an older log is old`() throws {
        let result = try DormantTokenReactivation().detect(in: window(119, 121), of: history(strangers(day: 120)))
        #expect(result.findings.map(\.entity.value) == ["forged"])
        #expect(result.findings.map(\.class) == ["unknown_origin"])
        #expect(result.counts["insufficient_history"] == .int(1))
    }

    @Test func `when the younger log is old enough, its tokens are judged, too`() throws {
        let result = try DormantTokenReactivation().detect(in: window(189, 191), of: history(strangers(day: 190)))
        #expect(result.findings.map(\.entity.value).sorted() == ["forged", "from_before"])
    }

    @Test func `orphans are asked of the log that told of them`() throws {
        let early = try OrphanToken().detect(in: window(119, 121), of: history(strangers(day: 120)))
        #expect(early.findings.map(\.entity.value) == ["forged"])
        #expect(early.counts["insufficient_history"] == .int(1))
        let late = try OrphanToken().detect(in: window(199, 201), of: history(strangers(day: 200)))
        #expect(late.findings.map(\.entity.value).sorted() == ["forged", "from_before"])
    }

    @Test func `issuances of one log say nothing of the kinds of another`() throws {
        let session = event(.used("page", at: Event.time(day: 300)), source: Self.young, kind: "session")
        let login = event(.issued("login", at: Event.time()), source: Self.old, kind: "session")
        let result = try OrphanToken().detect(in: window(299, 301), of: history([login, session]))
        #expect(result.findings.isEmpty && result.counts["insufficient_history"] == .int(1))
    }

    @Test func `a log that never says that sessions are issued has none that nobody issued`() throws {
        let page = event(.used("page", at: Event.time(day: 300)), source: Self.young, kind: "session")
        let key = event(.used("key", at: Event.time(day: 300)), source: Self.young)
        let history = history([page, key], lacks: ["issued of session"])
        let dormant = try DormantTokenReactivation().detect(in: window(299, 301), of: history)
        #expect(dormant.findings.map(\.entity.value) == ["key"])
        #expect(
            dormant.coverage.map(\.text).contains(
                "not evaluable: unknown_origin in the logs of idp, which do not say when such tokens are issued "
                    + "(1 token in the window)"))
        #expect(try OrphanToken().detect(in: window(299, 301), of: history).findings.map(\.entity.value) == ["key"])
    }

    @Test func `keys that never end may be older than their log`() throws {
        let history = history(strangers(day: 300), lacks: ["expires_at of api_token"])
        let orphans = try OrphanToken().detect(in: window(299, 301), of: history)
        #expect(orphans.findings.map(\.entity.value) == ["forged"])
        #expect(
            orphans.coverage.map(\.text) == [
                "not evaluable: tokens without an issuance in the logs of idp, which do not say when such tokens are "
                    + "issued, or when they end (1 token in the window)"
            ])
        let whole = window(0, 301)
        let lifetimes = try LifetimePolicy().detect(in: whole, of: history)
        #expect(lifetimes.findings.isEmpty)
        #expect(lifetimes.coverage.map(\.text).contains { $0.contains("no_expiry in the logs of idp") })
    }

    @Test func `nobody misses uses that a log never has`() throws {
        let whole = window(0, 300)
        #expect(try NeverUsed().detect(in: whole, of: history([])).findings.map(\.entity.value) == ["tok_young"])
        let silent = try NeverUsed().detect(in: whole, of: history([], lacks: ["used of api_token"]))
        #expect(silent.findings.isEmpty)
        #expect(silent.coverage.map(\.text).contains { $0.contains("idp, which do not say when they are used") })
    }

    /// Of each log a revocation by one admin, at once and without a reason.
    private var revocations: [Event] {
        [Self.old, Self.young].map { source in
            event(.revoked("tok_\(source)", at: Event.time(day: 200), reason: nil), source: source)
        }
    }

    @Test func `nobody owes a reason to a log that never has one`() throws {
        let both = try RevokeWithoutReason().detect(in: window(200, 201), of: history(revocations))
        #expect(both.findings.map { $0.evidence.count } == [2] && both.coverage.isEmpty)
        let never: [MemoryHistory] = [
            history(revocations, lacks: ["reason of revoked"]), history(revocations, lacks: ["reason"]),
            history(revocations, gives: [.revoked: [.tokenID, .actor]]),
        ]
        for history in never {
            let one = try RevokeWithoutReason().detect(in: window(200, 201), of: history)
            #expect(one.findings.map { $0.evidence.count } == [1])
            #expect(one.findings.first?.evidence.map(\.source) == ["old.log"])
            #expect(
                one.coverage.map(\.text) == [
                    "not evaluable: who gave no reason in the logs of idp, which do not say why a token was revoked "
                        + "(1 revocation in the window)"
                ])
        }
        let other = history(revocations, lacks: ["reason of failed"])
        #expect(
            try RevokeWithoutReason().detect(in: window(200, 201), of: other).findings.map { $0.evidence.count } == [2])
    }

    @Test func `where people make keys for themselves it is no news that one did`() throws {
        let keys = [Self.old, Self.young].map { source in
            event(.issued("key_\(source)", at: Event.time(day: 200), to: "user:maria"), source: source)
        }
        let both = try SelfIssue().detect(in: window(200, 201), of: history(keys))
        #expect(both.findings.count == 2)
        let own = try SelfIssue().detect(in: window(200, 201), of: history(keys, own: ["api_token"]))
        #expect(own.findings.map(\.evidence).map { $0.map(\.source) } == [["old.log"]])
        let consents = try SelfIssue().detect(in: window(200, 201), of: history(keys, own: ["oauth"]))
        #expect(consents.findings.count == 2)
    }

    @Test func `in one system nothing is scanned to know whose a token is`() throws {
        var history = history([])
        let only = LogSystem(mapping: "idp", lacks: ["scopes"], sources: [Self.old, Self.young])
        history.systems = LogSystems([only])
        let found = try history.systems(ofTokens: [Array("any".utf8)], usedIn: 0..<1)
        #expect(found == [Array("any".utf8): only])
    }
}
