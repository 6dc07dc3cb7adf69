import Model
import TestSupport
import Events
import Testing

@testable import Detection

struct FindingTests {
    @Test func `an id is SHA-256 over parts with their lengths, 32 digits of it`() {
        // printf '\0\0\0\0\0\0\0\1d\0\0\0\0\0\0\0\0011\0\0\0\0\0\0\0\3tok\0\0\0\0\0\0\0\00242' | sha256sum
        #expect(FindingID.make(detector: "d", version: 1, ["tok", "42"]) == "c7786a6e9228d6ebc7d1585671d798be")
    }

    @Test func `parts that run together give other ids`() {
        let ids = [
            FindingID.make(detector: "d", version: 1, ["ab", "c"]),
            FindingID.make(detector: "d", version: 1, ["a", "bc"]),
            FindingID.make(detector: "d", version: 1, ["abc"]),
            FindingID.make(detector: "d", version: 1, ["abc", ""]),
            FindingID.make(detector: "d", version: 2, ["abc"]),
        ]
        #expect(Set(ids).count == 5)
    }

    @Test func `severities are ordered, named and stay on their scale`() {
        #expect(Severity.allCases.map { $0.name } == ["info", "low", "medium", "high", "critical"])
        #expect(Severity.info < .low && .high < .critical)
        #expect(Severity.medium.raised(by: 1) == .high)
        #expect(Severity.medium.raised(by: 5) == .critical)
        #expect(Severity.medium.raised(by: -9) == .info)
        #expect(Severity.medium.raised(by: .max) == .critical)
        #expect(Severity(name: "high") == .high)
        #expect(Severity(name: "HIGH") == nil)
    }

    @Test func `context keeps the order in which names came`() {
        var context = Context()
        context["b"] = .int(1)
        context["a"] = .text("x")
        context["b"] = .int(2)
        #expect(context.entries.map { $0.name } == ["b", "a"])
        #expect(context["b"] == .int(2))
        context["b"] = nil
        #expect(context.entries.map { $0.name } == ["a"])
    }

    @Test(
        arguments: [
            (90 * Timestamp.day, "90 days"), (Timestamp.day, "24 h"),
            (103 * Timestamp.day + 10 * Timestamp.hour, "103.4 days"),
            (90 * Timestamp.minute, "90 min"), (61 * Timestamp.second, "61 s"), (1500, "1.5 ms"), (0, "0 ms"),
            (90 * Timestamp.day - 1, "89.9 days"),
        ] as [(Int64, String)])
    func `a length of time is said in one unit and never rounded up`(_ micros: Int64, _ text: String) {
        #expect(Wording.span(micros) == text)
    }

    @Test func `edge evidence keeps the first and the last ten, whatever the order`() {
        var numbers = SeededRandom(1)
        let all = (0..<100).map { Evidence(source: "s", offset: Int64($0), eventID: nil, ts: Int64($0 / 3)) }
        for _ in 0..<20 {
            var edge = EdgeEvidence()
            for one in all.shuffled(using: &numbers) { edge.add(one) }
            #expect(edge.all.map { $0.offset } == Array(0..<10) + Array(90..<100))
            #expect(edge.latest(3).map { $0.offset } == [97, 98, 99])
        }
        var few = EdgeEvidence()
        for one in all.prefix(13).shuffled(using: &numbers) { few.add(one) }
        #expect(few.all.map { $0.offset } == Array(0..<13))
    }
}
