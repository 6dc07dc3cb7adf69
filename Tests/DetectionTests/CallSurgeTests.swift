import Events
import TestSupport
import Testing

@testable import Detection

/// Surges, counted in the plainest way.
struct CallSurgeTests {
    /// Six weeks of callers, of which some are busy at times.
    private func events(_ seed: UInt64) -> [Event] {
        var numbers = SeededRandom(seed)
        var events: [Event] = []
        for caller in 0..<12 {
            let usual = [1, 3, 6, 12].randomElement(using: &numbers)!
            for day in 0..<44 as Range<Int64> where Int.random(in: 0..<3, using: &numbers) > 0 {
                let isBusy = Int.random(in: 0..<15, using: &numbers) == 0
                let count = isBusy ? usual * [7, 8, 9, 20].randomElement(using: &numbers)! : usual
                let hour = Event.time(day: day, hour: Int64.random(in: 0..<24, using: &numbers))
                for _ in 0..<count {
                    let at = hour + Int64.random(in: 0..<(Timestamp.hour * 5 / 4), using: &numbers)
                    var event = Event.used("tok_\(caller)", at: at)
                    event.texts[.principal] = "user:\(caller)"
                    event.texts[.kind] = [nil, "api_token", "oauth", "session"][caller % 4]
                    events.append(event)
                }
            }
        }
        return events.shuffled(using: &numbers).sourced
    }

    private func settings() -> CallSurge.Settings {
        var settings = CallSurge.Settings()
        settings.calls = 24
        settings.memory = 20
        return settings
    }

    /// What the definition says, as "entity day".
    private func expected(_ events: [Event], _ days: Range<Int32>) -> [String] {
        let settings = settings()
        let callers = Dictionary(grouping: events) { event in
            ["oauth", "session"].contains(event[.kind] ?? "") ? event[.principal]! : event[.tokenID]!
        }
        return callers.flatMap { name, calls -> [String] in
            let times = calls.map(\.ts).sorted()
            return days.filter { day in
                let peak =
                    times.filter { Timestamp.day(of: $0) == day }.map { last in
                        times.count { $0 <= last && $0 > last - Timestamp.hour }
                    }.max() ?? 0
                let before = times.filter { ((day - settings.memory)..<day).contains(Timestamp.day(of: $0)) }
                let hours = Dictionary(grouping: before) { $0 / Timestamp.hour }.values.map(\.count).max() ?? 0
                let active = Set(before.map { Timestamp.day(of: $0) }).count
                return peak >= settings.calls && peak >= settings.factor * hours && active >= settings.activeDays
            }.map { "\(name) \(Timestamp.dayText($0))" }
        }.sorted()
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `a surge is eight times the busiest hour before, in windows of any width`(_ seed: UInt64) throws {
        let events = events(seed)
        let history = MemoryHistory(events, batchSize: 61)
        let first = Timestamp.day(of: Event.time())
        var found = 0
        for width in [1, 2, 3, 9, 44] as [Int32] {
            for end in [21, 30, 31, 44] as [Int32] {
                let days = max(first, first + end - width)..<(first + end)
                let window = DetectionWindow(
                    from: Timestamp.start(ofDay: days.lowerBound), to: Timestamp.start(ofDay: days.upperBound),
                    asOf: Timestamp.start(ofDay: days.upperBound))
                let result = try CallSurge(settings()).detect(in: window, of: history)
                let told = result.findings.map { finding in
                    "\(finding.entity.value) \(Timestamp.dayText(Timestamp.day(of: finding.lastSeen)))"
                }
                #expect(told.sorted() == expected(events, days))
                found += told.count
            }
        }
        #expect(found > 0)
    }

    @Test func `a caller of a few days is counted and not judged`() throws {
        let calls = (0..<200).map { Event.used("tok_1", at: Event.time(day: 3, second: Int64($0))) }
        let window = DetectionWindow(from: Event.time(), to: Event.time(day: 4), asOf: Event.time(day: 4))
        let result = try CallSurge().detect(in: window, of: MemoryHistory(calls.sourced))
        #expect(result.findings.isEmpty && result.counts["insufficient_history"] == .int(1))
        #expect(result.coverage.map(\.text).first?.hasPrefix("1 busy hour of callers that had called") == true)
    }
}
