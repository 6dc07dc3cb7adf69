import Events
import Model
import TestSupport
import Testing

@testable import Detection

/// Who issues for the first time, judged in the plainest way.
struct FirstTimeIssuerTests {
    private static let learning: Int32 = 5, silence: Int32 = 60

    private func detector() -> FirstTimeIssuer {
        var settings = FirstTimeIssuer.Settings()
        settings.learning = Int64(Self.learning) * Timestamp.day
        settings.silence = Self.silence
        settings.issuers = ["admin:boss*"]
        return FirstTimeIssuer(settings)
    }

    /// Some months of admins who issue now and then, for one of few partners, so that many tokens replace others.
    private func events(_ seed: UInt64) -> [Event] {
        var numbers = SeededRandom(seed)
        let actors = (0..<9).map { "admin:\($0)" } + ["admin:boss7", "user:4", nil]
        var events = [Event.used("tok_first", at: Event.time())]
        for number in 0..<70 {
            let at =
                Event.time(day: Int64.random(in: 0..<140, using: &numbers))
                + Int64.random(in: 0..<Timestamp.day, using: &numbers)
            let principal = ["partner:a", "partner:b", "user:4"].randomElement(using: &numbers)!
            var event = Event.issued("tok_\(number)", at: at, to: principal)
            event.texts[.actor] = actors.randomElement(using: &numbers)!
            event.texts[.kind] = [nil, "api_token", "api_token", "session", "oauth"].randomElement(using: &numbers)!
            event.scopes = [nil, ["orders:read"]].randomElement(using: &numbers)!
            let life = [Timestamp.hour, 30 * Timestamp.day, 40 * Timestamp.day].randomElement(using: &numbers)!
            event.expiresAt = at + life
            events.append(event)
        }
        return events.shuffled(using: &numbers).sourced
    }

    /// What the definition says, as "actor day".
    private func expected(_ events: [Event], _ days: Range<Int32>) -> [String] {
        let made = events.filter { event in
            guard event.kind == .issued, let actor = event[.actor], let principal = event[.principal] else {
                return false
            }
            return !["oauth", "session"].contains(event[.kind] ?? "") && !SelfIssue.isOne(actor, principal)
                && !actor.hasPrefix("admin:boss") && event.expiresAt! - event.ts > Timestamp.hour + Timestamp.minute
        }
        let first = Timestamp.day(of: Event.time())
        let replacing = replacing(events)
        var told: Set<String> = []
        for one in made {
            let day = Timestamp.day(of: one.ts)
            guard days.contains(day), day >= first + Self.learning, !replacing.contains(one[.tokenID]!) else {
                continue
            }
            let isKnown = made.contains { other in
                let before = Timestamp.day(of: other.ts)
                guard other[.actor] == one[.actor], before < day, before >= day - Self.silence else { return false }
                return before < first + Self.learning || before <= day - 30
                    || !replacing.contains(other[.tokenID]!)
            }
            if !isKnown { told.insert("\(one[.actor]!) \(Timestamp.dayText(day))") }
        }
        return told.sorted()
    }

    /// The tokens that take the place of one in its last third, or of a week after it; each place is taken once.
    private func replacing(_ events: [Event]) -> Set<String> {
        let tokens = events.filter { $0.kind == .issued && !["oauth", "session"].contains($0[.kind] ?? "") }
            .sorted { $0.ts < $1.ts }
        var replaced: Set<String> = [], replacing: Set<String> = []
        for new in tokens {
            let old = tokens.filter { old in
                let end = old.expiresAt!
                return old[.principal] == new[.principal] && old.scopes == new.scopes && old.ts < new.ts
                    && !replaced.contains(old[.tokenID]!) && new.ts >= end - (end - old.ts) / 3
                    && new.ts <= end + 7 * Timestamp.day
            }.min { $0.expiresAt! < $1.expiresAt! }
            guard let old else { continue }
            replaced.insert(old[.tokenID]!)
            replacing.insert(new[.tokenID]!)
        }
        return replacing
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `who issues for the first time is told in windows of any width`(_ seed: UInt64) throws {
        let events = events(seed)
        let history = MemoryHistory(events, batchSize: 13)
        let first = Timestamp.day(of: Event.time())
        var found = 0
        for width in [1, 2, 9, 140] as [Int32] {
            for end in [4, 30, 75, 110, 140] as [Int32] {
                let days = max(first, first + end - width)..<(first + end)
                let window = DetectionWindow(
                    from: Timestamp.start(ofDay: days.lowerBound), to: Timestamp.start(ofDay: days.upperBound),
                    asOf: Event.time(day: 140))
                let result = try detector().detect(in: window, of: history)
                let told = result.findings.map { finding in
                    "\(finding.entity.value) \(Timestamp.dayText(Timestamp.day(of: finding.firstSeen)))"
                }
                #expect(told.sorted() == expected(events, days), "\(width) days to \(end)")
                found += told.count
            }
        }
        #expect(found > 0)
    }

    @Test func `a token from before the log is replaced once, and only for as long as it may live`() throws {
        func told(_ issues: [(actor: String, day: Int64)]) throws -> [String] {
            var old = Event.used("tok_older", at: Event.time())
            old.texts[.principal] = "partner:acme"
            let made = issues.enumerated().map { number, one in
                var event = Event.issued("tok_\(number)", at: Event.time(day: one.day))
                event.texts[.actor] = one.actor
                event.expiresAt = nil
                return event
            }
            let window = DetectionWindow(from: Event.time(), to: Event.time(day: 120), asOf: Event.time(day: 120))
            return try FirstTimeIssuer().detect(in: window, of: MemoryHistory(([old] + made).sourced))
                .findings.map(\.entity.value)
        }
        #expect(try told([("admin:a", 40)]) == [])
        #expect(try told([("admin:a", 40), ("admin:b", 41)]) == ["admin:b"])
        #expect(try told([("admin:a", 97)]) == [])
        #expect(try told([("admin:a", 98)]) == ["admin:a"])
    }

    @Test func `of a flood of made-up issuers a thousand are told, and all are counted`() throws {
        var events = [Event.issued("tok_old", at: Event.time())]
        for number in 0..<3000 {
            var event = Event.issued("tok_\(number)", at: Event.time(day: 50, second: Int64(number)))
            event.texts[.actor] = "admin:x\(number)"
            event.texts[.principal] = "partner:p\(number)"
            events.append(event)
        }
        let window = DetectionWindow(asOf: Event.time(day: 51))
        let result = try FirstTimeIssuer().detect(in: window, of: MemoryHistory(events.sourced))
        #expect(result.findings.count == FirstTimeIssuer.most && result.isCut)
        #expect(result.counts["actors"] == .int(3000) && result.counts["more"] == .int(2000))
        #expect(result.coverage.map(\.text).last?.hasPrefix("2000 more days of actors") == true)
    }

    @Test func `the log of a system that came later teaches for thirty days of its own`() throws {
        func made(_ token: String, day: Int64, source: Int64) -> Event {
            var event = Event.issued(token, at: Event.time(day: day))
            event.texts[.actor] = "admin:\(token)"
            event.sourceID = source
            return event
        }
        var history = MemoryHistory([
            made("old", day: 0, source: 1), made("b", day: 110, source: 2), made("c", day: 111, source: 1),
            made("d", day: 131, source: 2),
        ])
        var systems = [LogSystem(sources: [1]), LogSystem(mapping: "idp", sources: [2])]
        (systems[0].begins, systems[1].begins) = (Event.time(), Event.time(day: 100))
        history.systems = LogSystems(systems)
        let window = DetectionWindow(from: Event.time(day: 100), to: Event.time(day: 140), asOf: Event.time(day: 140))
        let result = try FirstTimeIssuer().detect(in: window, of: history)
        #expect(result.findings.map(\.entity.value) == ["admin:c", "admin:d"])
        #expect(result.counts["insufficient_history"] == .int(1))
        #expect(result.coverage.map(\.text).first?.hasPrefix("1 issue of the first 30 days of the log") == true)
    }

    @Test func `a network in which the actor came in yesterday is still new, and one who roams has none`() throws {
        func severity(_ logins: [(day: Int64, ip: String)]) throws -> String? {
            var events = [Event.issued("tok_old", at: Event.time())]
            for (number, login) in logins.enumerated() {
                var event = Event.issued("s_\(number)", at: Event.time(day: login.day), to: "admin:tomas")
                (event.texts[.kind], event.texts[.actor], event.texts[.ip]) = ("session", nil, login.ip)
                events.append(event)
            }
            var event = Event.issued("tok_1", at: Event.time(day: 70, hour: 1), to: "partner:globex")
            (event.texts[.actor], event.texts[.ip]) = ("admin:tomas", "192.0.2.9")
            let result = try FirstTimeIssuer().detect(
                in: DetectionWindow(asOf: Event.time(day: 71)), of: MemoryHistory((events + [event]).sourced))
            return result.findings.first?.severity.name
        }
        #expect(try severity([(20, "198.51.100.1"), (69, "192.0.2.8")]) == "high")
        #expect(try severity([(20, "198.51.100.1"), (60, "192.0.2.8")]) == "medium")
        #expect(try severity([(69, "198.51.100.1")]) == "medium")
        #expect(try severity((0..<5).map { (Int64(20 + $0), "198.51.\($0).1") }) == "medium")
    }

    @Test func `stars in a name stand for any characters`() {
        func fits(_ pattern: String, _ name: String) -> Bool { NamePattern(pattern).matches(Array(name.utf8)) }
        for name in ["admin:maria", "admin:m", "admin:"] { #expect(fits("admin:*", name)) }
        #expect(fits("*", "") && fits("*:*a*a", "x:banana") && fits("ab", "ab"))
        for name in ["user:admin:", "admin", ""] { #expect(!fits("admin:*", name)) }
        #expect(!fits("", "a") && !fits("a*b", "abc") && !fits("ab", "abc") && !fits("a**c", "ab"))
        let long = String(repeating: "a", count: 5000)
        #expect(!fits(String(repeating: "a*", count: 40) + "b", long))
    }
}
