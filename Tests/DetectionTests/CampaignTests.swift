import Events
import TestSupport
import Testing

@testable import Detection

/// Campaigns among principals who come as they always do.
struct CampaignTests {
    private static let days: Int64 = 100

    private func use(
        _ person: Int, day: Int64, ip: String, agent: String, tool: String = "orders.status", second: Int64 = 0
    ) -> Event {
        var event = Event.used(
            "tok_\(person)", at: Event.time(day: day, hour: 10, second: second), ip: ip, agent: agent, tool: tool)
        event.texts[.principal] = "user:\(person)"
        return event
    }

    /// People at home and at work, each with one program.
    private func people(_ count: Int) -> [Event] {
        (0..<count).flatMap { person in
            (0..<Self.days).map { day in
                use(
                    person, day: day, ip: "203.0.\(person * 2 + Int(day % 2)).7",
                    agent: "app-\(Self.word(person))/\(day)")
            }
        }
    }

    /// A name of letters alone: digits of a program are its version.
    private static func word(_ number: Int) -> String {
        let letters = Array("abcdefghij")
        return String([letters[number / 10 % 10], letters[number % 10]])
    }

    private func found(_ events: [Event], day: Int64 = days) throws -> [Finding] {
        let window = DetectionWindow(
            from: Event.time(day: day - 1), to: Event.time(day: day), asOf: Event.time(day: day))
        return try Campaign().detect(in: window, of: MemoryHistory(events.sourced, batchSize: 997)).findings
    }

    /// Each of many comes with a new phone on a new network of the same carrier, on days of their own.
    @Test func `what comes alike by chance again and again is no campaign until more come`() throws {
        var events = people(40)
        for step in 0..<20 as Range<Int64> {
            for person in 0..<3 {
                events.append(
                    use(
                        (Int(step) * 3 + person) % 40, day: 35 + step * 3, ip: "198.51.\(step).4",
                        agent: "phone-\(Self.word(Int(step) + 30))/1"))
            }
        }
        let usual = (0..<3).map {
            use(33 + $0, day: 99, ip: "192.0.2.9", agent: "tablet/1")
        }
        #expect(try found(events + usual).isEmpty)
        let more = (0..<7).map { use(31 + $0, day: 99, ip: "192.0.2.9", agent: "tablet/1") }
        #expect(try found(events + more).map(\.class) == ["campaign"])
        #expect(try found(people(40) + usual).map(\.class) == ["campaign"])
    }

    @Test func `a campaign is one finding as it goes on, whatever day is asked`() throws {
        let visits = (0..<6).map { use(5 + $0, day: 90 + Int64($0), ip: "192.0.2.9", agent: "curl/8") }
        let events = people(20) + visits
        let findings = try [93, 95, 96, 97].map { try found(events, day: $0) }
        #expect(findings.map { $0.map(\.context["victims"]) } == [[.int(3)], [.int(5)], [.int(6)], []])
        #expect(Set(findings.joined().map(\.id)).count == 1)
    }

    @Test func `one thief is told once, by what says most`() throws {
        let visits = (0..<4).map { use(5 + $0, day: 99, ip: "192.0.2.9", agent: "curl/8") }
        let more = [
            use(11, day: 99, ip: "192.0.2.77", agent: "wget/1"), use(12, day: 99, ip: "198.51.100.9", agent: "curl/8"),
        ]
        let both = try found(people(20) + visits)
        #expect(
            both.map(\.title) == ["4 principals reached from 192.0.2.0/24 with curl, which nobody had come with before"]
        )
        let wider = try found(people(20) + visits + more)
        #expect(
            wider.map(\.title).sorted() == [
                "5 principals reached from 192.0.2.0/24, which nobody had come with before",
                "5 principals reached with curl, which nobody had come with before",
            ])
    }

    @Test func `in a log of less than a month nobody knows what is new to everybody`() throws {
        let visits = (0..<4).map { use(5 + $0, day: 25, ip: "192.0.2.9", agent: "curl/8") }
        let events = people(20).filter { $0.ts < Event.time(day: 26) } + visits
        let window = DetectionWindow(from: Event.time(day: 25), to: Event.time(day: 26), asOf: Event.time(day: 26))
        let result = try Campaign().detect(in: window, of: MemoryHistory(events.sourced))
        #expect(result.findings.isEmpty)
        #expect(
            result.coverage.map(\.text) == [
                "the log begins 25 days before: what is new to everybody is known after 30"
            ])
    }
}
