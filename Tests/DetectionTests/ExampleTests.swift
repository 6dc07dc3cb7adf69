import Model
import Events
import Testing

@testable import Detection

/// One example of one detector.
struct ExampleCase: CustomTestStringConvertible {
    var detector: any Detector
    var example: DetectorExample

    var testDescription: String { "\(detector.card.id): \(example.name)" }

    /// The same detector, judging by the policy of an example.
    private static func under(_ policy: Policy, _ detector: any Detector) -> any Detector {
        var settings = DetectorSettings()
        settings.policy = policy
        return Detectors.all(settings).first { $0.card.id == detector.card.id } ?? detector
    }

    static let all: [ExampleCase] = Detectors.all().flatMap { detector in
        type(of: detector).examples.map { ExampleCase(detector: under($0.policy, detector), example: $0) }
    }
}

struct ExampleTests {
    @Test(arguments: ExampleCase.all)
    func `an example gives exactly the findings that it names`(_ one: ExampleCase) throws {
        var history = MemoryHistory(one.example.events.sourced, batchSize: 7)
        history.aheadFrom = one.example.asOf
        let result = try one.detector.detect(in: DetectionWindow(asOf: one.example.asOf), of: history)
        let found = result.findings.map {
            DetectorExample.Expectation($0.class, $0.entity.value, $0.severity)
        }
        #expect(found == one.example.expected)
    }

    @Test(arguments: ExampleCase.all)
    func `a log whose lines were delivered twice gives no finding twice`(_ one: ExampleCase) throws {
        var history = MemoryHistory((one.example.events + one.example.events).sourced, batchSize: 7)
        history.aheadFrom = one.example.asOf
        let found = try one.detector.detect(in: DetectionWindow(asOf: one.example.asOf), of: history).findings
        #expect(Set(found.map(\.id)).count == found.count)
    }

    @Test func `every detector has examples that fire and examples that stay quiet`() {
        for detector in Detectors.all() {
            let examples = type(of: detector).examples
            #expect(examples.contains { !$0.expected.isEmpty }, "\(detector.card.id)")
            #expect(examples.contains { $0.expected.isEmpty }, "\(detector.card.id)")
        }
    }

    @Test func `every class that fires by default has an example, and its severity is the card's or a sum`() {
        for detector in Detectors.all() {
            let shown = Set(type(of: detector).examples.flatMap { $0.expected }.map { $0.class })
            // Two are told with literal semantics only, and more than a thousand tokens are no example: MoreTokensTests.
            // Examples are events; others are about lines that are none (BlindJobTests).
            let listed: Set = [
                "first_use", "insufficient_history", MoreTokens.class, "nothing_read", "all_quarantined",
            ]
            let carded = Set(detector.card.classes.map { $0.name }).subtracting(listed)
            #expect(shown == carded, "\(detector.card.id)")
        }
    }

    @Test func `every finding of the examples carries evidence, an explanation and an id of 32 digits`() throws {
        for one in ExampleCase.all {
            let history = MemoryHistory(one.example.events.sourced)
            for finding in try one.detector.detect(in: DetectionWindow(asOf: one.example.asOf), of: history).findings {
                #expect((1...Evidence.limit).contains(finding.evidence.count))
                #expect(finding.evidence == finding.evidence.sorted())
                #expect(finding.explanation.count > 60)
                #expect(finding.id.count == 32 && finding.id.allSatisfy { $0.isHexDigit })
                #expect(finding.asOf == one.example.asOf)
                #expect(finding.status == .new)
            }
        }
    }

    @Test func `the ids of detectors are unique and select them`() throws {
        #expect(
            Detectors.all().map { $0.card.id } == [
                "dormant-token-reactivation", "failed-verification-by-ip", "use-after-revoke", "use-after-expiry",
                "refresh-reuse", "code-replay", "principal-mismatch", "scope-bypass", "auth-mode-violation",
                "plaintext-token", "orphan-token", "scope-escalation", "tool-undeclared", "source-silence",
                "blind-spot", "clock-ahead", "new-surroundings", "campaign", "call-surge", "failure-surge",
                "lifetime-policy", "rotation-overlap",
                "rate-limit-breach", "first-time-issuer", "mass-issuance",
                "revoke-storm", "revoke-without-reason", "self-issue", "never-used",
            ])
        #expect(try Detectors.named(["failed-verification-by-ip"]).map { $0.card.id } == ["failed-verification-by-ip"])
        #expect(try Detectors.named([]).count == 29)
        let error = #expect(throws: DetectionError.self) { try Detectors.named(["dormant-tokens"]) }
        #expect(
            error?.description.hasPrefix(
                "unknown detector `dormant-tokens`; there are dormant-token-reactivation, failed-verification-by-ip, ")
                == true)
    }
}
