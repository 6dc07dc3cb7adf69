import TestSupport
import Events
import Testing

@testable import Detection

/// A flood of tokens is no flood of findings, and hides none that stands out.
struct MoreTokensTests {
    /// 90 days of a log that knows issues, then so many tokens that nobody issued, each used once; one of them, late in
    /// the alphabet, is used more often than the others.
    private func flood(_ count: Int) -> [Event] {
        var events: [Event] = [.issued("tok_1", at: Event.time())]
        for day in 0..<95 { events.append(.used("tok_1", at: Event.time(day: Int64(day), hour: 2))) }
        for number in 0..<count {
            events.append(
                .used("made-up-\(number)", at: Event.time(day: Int64(95 + number % 2), hour: 3) + Int64(number)))
        }
        for minute in 0..<5 {
            events.append(.used("zzz-heavy", at: Event.time(day: 95, hour: 4) + Int64(minute) * Timestamp.minute))
        }
        return events
    }

    private var window: DetectionWindow {
        DetectionWindow(from: 0, to: Event.time(day: 98), asOf: Event.time(day: 98))
    }

    @Test(arguments: [10, 999, 1500])
    func `up to a thousand tokens are reported one by one, and the rest by day`(count: Int) throws {
        let result = try OrphanToken().detect(in: window, of: MemoryHistory(flood(count)))
        let single = result.findings.filter { $0.class == "orphan_token" }
        let rest = result.findings.filter { $0.class == "more_tokens" }
        #expect(single.count == min(count + 1, 1000))
        #expect(single.contains { $0.entity.value == "zzz-heavy" && $0.context["events"] == .int(5) })
        #expect(
            rest.reduce(0) { sum, one in
                if case .int(let tokens)? = one.context["tokens"] { sum + tokens } else { sum }
            } == max(0, count + 1 - 1000))
        #expect(rest.count == (count > 1000 ? 2 : 0))
        #expect(result.counts["tokens"] == .int(count + 1))
        #expect(result.isCut == (count > 1000))
        #expect(Set(result.findings.map(\.id)).count == result.findings.count)
    }

    @Test func `which are told does not depend on the order of the log`() throws {
        let events = flood(1200)
        let (forward, backward) = try (
            OrphanToken().detect(in: window, of: MemoryHistory(events)),
            OrphanToken().detect(in: window, of: MemoryHistory(events.reversed()))
        )
        #expect(forward.findings == backward.findings)
    }

    @Test func `the tokens of a flood that dormancy cannot place are told the same way`() throws {
        let result = try DormantTokenReactivation().detect(in: window, of: MemoryHistory(flood(1500)))
        #expect(result.findings.filter { $0.class == "unknown_origin" }.count == 1000)
        #expect(result.findings.filter { $0.class == "more_tokens" }.map(\.entity.type) == ["day", "day"])
        #expect(result.findings.contains { $0.entity.value == "zzz-heavy" })
        #expect(result.counts["unknown_origin"] == .int(1501))
    }

    @Test func `a flood of made-up tokens hides no stolen one that is used once`() throws {
        var events = flood(1500)
        // Issued and used long ago, and now once again.
        events.append(.issued("thief", at: Event.time()))
        events.append(.used("thief", at: Event.time(hour: 1)))
        events.append(.used("thief", at: Event.time(day: 95, hour: 5)))
        for order in [events, events.reversed()] {
            let result = try DormantTokenReactivation().detect(in: window, of: MemoryHistory(order))
            #expect(result.findings.contains { $0.entity.value == "thief" && $0.class == "dormant_reactivated" })
            #expect(result.findings.filter { $0.class == "unknown_origin" }.count == 1000)
        }
    }

    @Test func `of however many the most used are kept, and all are counted`() {
        var generator = SeededRandom(7)
        for count in [0, 1, 1000, 1001, 3999, 4000, 4001, 12_345] {
            let uses = (0..<count).map { _ in Int64.random(in: 0..<50, using: &generator) }
            let names = (0..<count).map { String($0) }
            var most = MostUsed<Int>()
            for place in 0..<count {
                most.add(place, uses: uses[place], name: names[place], at: Event.time(day: Int64(place % 3)))
            }
            var more = MoreTokens()
            let told = most.told(others: &more)
            let order: [Int] = (0..<count).sorted { (left: Int, right: Int) -> Bool in
                if uses[left] != uses[right] { return uses[left] > uses[right] }
                return names[left] < names[right]
            }
            #expect(told == order.prefix(1000).sorted())
            #expect(more.count == max(0, count - 1000))
            let usesOfOthers = order.dropFirst(1000).reduce(Int64(0)) { $0 + uses[$1] }
            #expect(more.days.values.reduce(Int64(0)) { $0 + $1.uses } == usesOfOthers)
        }
    }
}
