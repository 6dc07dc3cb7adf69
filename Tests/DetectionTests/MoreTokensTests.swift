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
            events.append(.used("made-up-\(number)", at: Event.time(day: Int64(95 + number % 2), hour: 3) + Int64(number)))
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
    func `up to a thousand tokens are told one by one, and the rest by day`(count: Int) throws {
        let result = try OrphanToken().detect(in: window, of: MemoryHistory(flood(count)))
        let single = result.findings.filter { $0.class == "orphan_token" }
        let rest = result.findings.filter { $0.class == "more_tokens" }
        #expect(single.count == min(count + 1, 1000))
        #expect(single.contains { $0.entity.value == "zzz-heavy" && $0.context["events"] == .int(5) })
        #expect(rest.reduce(0) { sum, one in
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
            OrphanToken().detect(in: window, of: MemoryHistory(events.reversed())))
        #expect(forward.findings == backward.findings)
    }

    @Test func `the tokens of a flood that dormancy cannot place are told the same way`() throws {
        let result = try DormantTokenReactivation().detect(in: window, of: MemoryHistory(flood(1500)))
        #expect(result.findings.filter { $0.class == "unknown_origin" }.count == 1000)
        #expect(result.findings.filter { $0.class == "more_tokens" }.map(\.entity.type) == ["day", "day"])
        #expect(result.findings.contains { $0.entity.value == "zzz-heavy" })
        #expect(result.counts["unknown_origin"] == .int(1501))
    }
}
