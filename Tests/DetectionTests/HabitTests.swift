import Events
import Rollups
import TestSupport
import Testing

@testable import Detection

/// Who comes from where with what, counted in the plainest way.
struct HabitTests {
    private static let first = Timestamp.day(of: Event.time())

    /// Five months of principals with few and with many habits, silences, and now and then something new.
    private func events(_ seed: UInt64) -> [Event] {
        var numbers = SeededRandom(seed)
        var events: [Event] = []
        for person in 0..<25 {
            let networks = (0..<[1, 1, 2, 3, 4, 6].randomElement(using: &numbers)!).map { "203.0.\($0 + person)" }
            let programs = ["sync", "web", "cli"].prefix([1, 2, 3].randomElement(using: &numbers)!)
            let start = Int64.random(in: 0..<100, using: &numbers), end = Int64.random(in: start...150, using: &numbers)
            for _ in 0..<[5, 19, 40, 90].randomElement(using: &numbers)! {
                let isNew = Int.random(in: 0..<12, using: &numbers) == 0
                let network =
                    isNew
                    ? "198.51.\(Int.random(in: 0..<200, using: &numbers))" : networks.randomElement(using: &numbers)!
                let program =
                    isNew
                    ? ["curl", "wget", "go"].randomElement(using: &numbers)! : programs.randomElement(using: &numbers)!
                var event = Event.used(
                    "tok_\(person)_\(Int.random(in: 0..<3, using: &numbers))",
                    at: Event.time(day: Int64.random(in: start...end, using: &numbers))
                        + Int64.random(in: 0..<Timestamp.day, using: &numbers),
                    ip: "\(network).\(Int.random(in: 1..<250, using: &numbers))",
                    agent: "\(program)/\(Int.random(in: 1...9, using: &numbers)).0",
                    tool: Int.random(in: 0..<30, using: &numbers) == 0 ? "rare" : "usual")
                event.texts[.principal] = person % 8 == 0 ? nil : "user:\(person)"
                if Int.random(in: 0..<20, using: &numbers) == 0 { event.texts[.userAgent] = nil }
                events.append(event)
            }
        }
        return events.shuffled(using: &numbers).sourced
    }

    private func who(_ event: Event) -> String { event[.principal] ?? event[.tokenID]! }
    private func day(_ event: Event) -> Int32 { Timestamp.day(of: event.ts) }
    private func network(_ event: Event) -> Substring? { event[.ip].map { $0[..<$0.lastIndex(of: ".")!] } }
    private func program(_ event: Event) -> Substring? { event[.userAgent].map { $0.prefix { $0 != "/" } } }

    /// The uses from networks that are not told apart, because the month had shown six others by then.
    private func folded(_ uses: [Event]) -> [Event] {
        Dictionary(grouping: uses) { Timestamp.month(of: $0.ts) }.values.flatMap { month -> [Event] in
            let firsts = Dictionary(grouping: month.filter { network($0) != nil }) { network($0)! }.mapValues {
                $0.map(day).min()!
            }
            guard firsts.count > 6 else { return [] }
            let limit = firsts.values.sorted()[6]
            return month.filter { use in network(use).map { firsts[$0]! >= limit } ?? false }
        }
    }

    /// Whoever has news on a day, as "who day class".
    private func expected(_ events: [Event], _ days: Range<Int32>) -> [String] {
        var news: [String] = []
        for (name, uses) in Dictionary(grouping: events, by: who) {
            let folded = folded(uses), many = Set(folded.map(day)), ofMany = Set(folded.map(\.ts))
            for day in days {
                let before = uses.filter { ((day - 120)..<day).contains(self.day($0)) }
                let recent = before.filter { self.day($0) >= day - 60 }
                let active = Set(before.map(self.day)).sorted()
                guard let first = active.first, first <= day - 7, active.count(where: { $0 >= day - 60 }) >= 3,
                    Set(before.filter { self.day($0) >= day - 14 && !ofMany.contains($0.ts) }.compactMap(network))
                        .count + (many.contains { ((day - 14)..<day).contains($0) } ? 6 : 0) < 4,
                    !many.contains(where: { ((day - 60)..<day).contains($0) })
                else { continue }
                let strange = uses.filter { use in
                    self.day(use) == day && network(use) != nil && program(use) != nil && !ofMany.contains(use.ts)
                        && !recent.contains { network($0) == network(use) }
                        && !recent.contains { program($0) == program(use) }
                }
                guard !strange.isEmpty else { continue }
                let tools = Set(uses.filter { ((day - 60)..<day).contains(self.day($0)) }.compactMap { $0[.tool] })
                let isNewTool = !tools.isEmpty && strange.contains { !tools.contains($0[.tool]!) }
                let silence = day - active.last! - 1
                let longest = zip(active, active.dropFirst()).map { $1 - $0 - 1 }.max() ?? 0
                let kind =
                    isNewTool ? "all_new" : silence >= 14 && silence >= 3 * longest ? "new_after_silence" : "two_new"
                news.append("\(name) \(Timestamp.dayText(day)) \(kind)")
            }
        }
        return news.sorted()
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `what is new for a principal is what none of the 60 days before showed, in windows of any width`(
        _ seed: UInt64
    ) throws {
        let events = events(seed)
        let history = MemoryHistory(events, batchSize: 97)
        var found: Set<String> = []
        for width in [1, 8, 30, 151] as [Int32] {
            for end in [20, 45, 80, 110, 151] as [Int32] {
                let days = max(Self.first, Self.first + end - width)..<(Self.first + end)
                let window = DetectionWindow(
                    from: Timestamp.start(ofDay: days.lowerBound), to: Timestamp.start(ofDay: days.upperBound),
                    asOf: Timestamp.start(ofDay: days.upperBound))
                let told = try NewSurroundings().detect(in: window, of: history).findings.map {
                    "\($0.entity.value) \(Timestamp.dayText(Timestamp.day(of: $0.firstSeen))) \($0.class)"
                }
                #expect(told.sorted() == expected(events, days))
                found.formUnion(told)
            }
        }
        #expect(found.count > 3)
    }

    @Test func `habits of very many principals are held in parts, and say the same`() throws {
        let history = MemoryHistory(events(3), batchSize: 97)
        func news(_ atOnce: Int) throws -> Set<PrincipalHabits.News> {
            let habits = PrincipalHabits(
                history: history, days: Self.first...(Self.first + 150), memory: 120, principalsAtOnce: atOnce)
            return Set(try habits.news(unseen: 60, networksWithin: 14) { _ in true }.map(\.news))
        }
        let all = try news(50_000)
        #expect(all.count > 20)
        #expect(try news(4) == all)
    }

    @Test func `a thousand cases are told, and the others counted`() throws {
        var events: [Event] = []
        for person in 0..<1003 {
            for day in [0, 3, 6, 9, 12] as [Int64] {
                var event = Event.used(
                    "t", at: Event.time(day: day), ip: day == 12 ? "198.51.100.1" : "203.0.113.1",
                    agent: day == 12 ? "curl" : "sync")
                event.texts[.principal] = "user:\(person)"
                events.append(event)
            }
        }
        let window = DetectionWindow(
            from: Event.time(day: 12), to: Event.time(day: 13), asOf: Event.time(day: 13))
        let result = try NewSurroundings().detect(in: window, of: MemoryHistory(events.sourced))
        #expect(result.findings.count == 1000)
        #expect(
            result.coverage.map(\.text) == [
                "1003 principals in new surroundings; the first 1000 are reported one by one"
            ])
    }

    @Test func `days are held as bits, also over months`() {
        var days = DaySet()
        days.insert(month: 0b1011, at: -1)
        days.insert(month: 1 << 30, at: 60)
        days.insert(200)
        #expect(days.days(in: 0..<300) == [0, 2, 90, 200])
        #expect(days.hasAny(in: 91..<201) && !days.hasAny(in: 3..<90) && !days.contains(-1) && !days.contains(9999))
    }
}
