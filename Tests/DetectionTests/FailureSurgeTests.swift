import Events
import Model
import TestSupport
import Testing

@testable import Detection

/// Surges of failures, counted in the plainest way.
struct FailureSurgeTests {
    private func settings() -> FailureSurge.Settings {
        var settings = FailureSurge.Settings()
        settings.networks = 6
        settings.factor = 2
        return settings
    }

    /// A month of networks that fail now and then, of which some are let in.
    private func events(_ seed: UInt64) -> [Event] {
        var numbers = SeededRandom(seed)
        var events = [Event.used("tok_first", at: Event.time())]
        func ip() -> String {
            "100.64.\(Int.random(in: 0..<60, using: &numbers)).\(Int.random(in: 1..<4, using: &numbers))"
        }
        for day in 0..<34 as Range<Int64> {
            let count = [0, 2, 4, 9, 14].randomElement(using: &numbers)!
            let start = Event.time(day: day, hour: Int64.random(in: 0..<24, using: &numbers))
            for number in 0..<count {
                let at = start + Int64.random(in: 0..<(Timestamp.hour * 3 / 2), using: &numbers)
                var event = Event.failed(
                    at: at, ip: ip(), presented: "fp\(number)",
                    reason: ["hash_mismatch", "hash_mismatch", "unknown_token", "expired"].randomElement(
                        using: &numbers)!)
                if Int.random(in: 0..<6, using: &numbers) == 0 { event.texts[.tokenID] = "tok_first" }
                events.append(event)
            }
            if Int.random(in: 0..<3, using: &numbers) == 0 {
                var event = Event.used("tok_\(day)", at: Event.time(day: day, hour: 5), ip: ip())
                event.texts[.principal] = "partner:\(day)"
                events.append(event)
            }
        }
        return events.shuffled(using: &numbers).sourced
    }

    /// What the definition says, as days.
    private func expected(_ events: [Event], _ days: Range<Int32>) -> [String] {
        let settings = settings(), first = Timestamp.day(of: Event.time())
        func network(_ event: Event) -> String? {
            event[.ip].map { $0.split(separator: ".").prefix(3).joined(separator: ".") }
        }
        let tries = events.filter {
            $0.kind == .failed && $0[.reason] != "expired" && $0[.tokenID] == nil
        }
        let accepted = events.filter { $0.kind == .used }
        func isStranger(_ network: String, _ day: Int32) -> Bool {
            !accepted.contains { (day - 30..<day).contains(Timestamp.day(of: $0.ts)) && self.network($0) == network }
        }
        return days.filter { day in
            guard day - 8 >= first else { return false }
            let own = tries.filter { isStranger(network($0)!, day) }
            let windows = own.filter { Timestamp.day(of: $0.ts) == day }.map { last in
                own.filter { $0.ts <= last.ts && $0.ts > last.ts - Timestamp.hour }
            }
            let peak = windows.map { Set($0.compactMap(network)).count }.max() ?? 0
            let before = tries.filter {
                let other = Timestamp.day(of: $0.ts)
                return (day - 15..<day - 1).contains(other) && isStranger(network($0)!, other)
            }
            let hours = Dictionary(grouping: before) { $0.ts / Timestamp.hour }
            let most = hours.values.map { Set($0.compactMap(network)).count }.max() ?? 0
            guard peak >= settings.networks, peak >= settings.factor * most else { return false }
            let full = windows.filter { Set($0.compactMap(network)).count >= settings.networks }
            let strangers = Set(full.joined().compactMap(network))
            let letIn = strangers.filter { stranger in
                accepted.contains { Timestamp.day(of: $0.ts) == day && self.network($0) == stranger }
            }
            return 2 * letIn.count < strangers.count
        }.map { Timestamp.dayText($0) }
    }

    private func network(_ event: Event) -> String? {
        event[.ip].map { $0.split(separator: ".").prefix(3).joined(separator: ".") }
    }

    @Test(arguments: 0..<12 as Range<UInt64>)
    func `a surge is what the definition says, in windows of any width`(_ seed: UInt64) throws {
        let events = events(seed)
        let history = MemoryHistory(events, batchSize: 17)
        let first = Timestamp.day(of: Event.time())
        for width in [1, 3, 20, 34] as [Int32] {
            for end in [9, 16, 28, 34] as [Int32] {
                let days = max(first, first + end - width)..<(first + end)
                let window = DetectionWindow(
                    from: Timestamp.start(ofDay: days.lowerBound), to: Timestamp.start(ofDay: days.upperBound),
                    asOf: Event.time(day: 34))
                let result = try FailureSurge(settings()).detect(in: window, of: history)
                let told = result.findings.filter { $0.severity == .high }.map(\.entity.value)
                #expect(told.sorted() == expected(events, days), "\(width) days to \(end)")
            }
        }
    }

    @Test func `one account lets no eleven networks in`() throws {
        func told(_ networks: Int) throws -> Int {
            var events = [Event.used("tok_first", at: Event.time())]
            for number in 0..<30 {
                let ip = "100.64.\(number).1"
                events.append(.failed(at: Event.time(day: 20, minute: Int64(number)), ip: ip, presented: "x\(number)"))
                guard number < networks else { continue }
                var used = Event.used("tok_own", at: Event.time(day: 15), ip: ip)
                used.texts[.principal] = "user:thief"
                events.append(used)
            }
            let window = DetectionWindow(asOf: Event.time(day: 21))
            return try FailureSurge().detect(in: window, of: MemoryHistory(events.sourced)).findings.count
        }
        #expect(try told(5) == 1)
        #expect(try told(6) == 0)
        #expect(try told(11) == 1)
    }

    @Test func `what got in within a week makes the surge critical in the run that sees it`() throws {
        var events = [Event.used("tok_first", at: Event.time())]
        for number in 0..<30 {
            var event = Event.failed(
                at: Event.time(day: 20, minute: Int64(number)), ip: "100.64.\(number).1", presented: "x\(number)")
            event.texts[.principal] = "user:\(number)"
            events.append(event)
        }
        var used = Event.used("tok_7", at: Event.time(day: 25, hour: 3), ip: "100.64.9.200")
        used.texts[.principal] = "user:7"
        let history = MemoryHistory((events + [used]).sourced)
        func run(_ day: Int64) throws -> [Severity] {
            try FailureSurge().detect(in: DetectionWindow(asOf: Event.time(day: day)), of: history)
                .findings.map(\.severity)
        }
        #expect(try run(21) == [.high])
        #expect(try run(24) == [])
        #expect(try run(26) == [.critical])
        #expect(try run(27) == [])
    }

    @Test func `a flood of networks is counted in part, and says so`() {
        var failures = NetworkFailures()
        for number in 0..<300_000 as Range<UInt64> {
            failures.note(IPKey(family: .v6, bits: number << 8), at: Event.time(second: Int64(number % 3000)))
        }
        let held = failures.networks.count
        #expect(failures.oneIn > 1 && held < 1 << 18)
        #expect(abs(held * Int(failures.oneIn) - 300_000) < 10_000)
        #expect(failures.networks.allSatisfy(failures.holds))
    }

    @Test func `a campaign that is most of a surge is told once, and a surge that got in twice`() throws {
        func finding(_ name: String, _ entity: Finding.Entity, _ severity: Severity, _ count: String, _ number: Int)
            -> Finding
        {
            var context = Context()
            context.add(count, number)
            return Finding(
                id: name, detector: name, version: 1, class: name, severity: severity, confidence: .high,
                entity: entity,
                firstSeen: 10, lastSeen: 20, asOf: 30, title: "", explanation: "", evidence: [], context: context,
                references: [])
        }
        let surge = finding("failure_surge", .init("day", "2026-01-01"), .high, "all_networks", 30)
        let most = finding("distributed", .init("user_agent", "curl"), .high, "ips", 24)
        let few = finding("distributed", .init("user_agent", "curl"), .high, "ips", 23)
        #expect(OneFact.told([surge, most]).map(\.class) == ["distributed"])
        #expect(OneFact.told([surge, most])[0].context["also"] == .texts(["failure_surge"]))
        #expect(OneFact.told([surge, few]).count == 2)
        var worse = surge
        worse.severity = .critical
        #expect(OneFact.told([worse, most]).count == 2)
    }
}
