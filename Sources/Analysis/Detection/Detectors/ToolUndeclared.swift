internal import Columns
internal import Events
internal import Model

/// A tool was used that the policy does not name.
///
/// Nobody decided what it needs, so nobody checks it. One finding for each tool and UTC day.
///
/// Not found: anything, while the policy declares no tools.
package struct ToolUndeclared: Detector {
    package static let card = DetectorCard(
        id: "tool-undeclared",
        title: "Undeclared tool in use",
        question: "Which tools are used that the policy does not name?",
        needs: [.ts, .event, .tool],
        judgesBy: [.events(.used, [.tool])],
        needsPast: false,
        defaultSeverity: .high,
        classes: [
            .init(
                "tool_undeclared", .high,
                "A tool was used that the policy does not name.",
                advice: "Declare it in the policy with what it needs, or take it off the server.")
        ],
        references: ["T1190"],
        knownGaps: ["Names are compared letter by letter."],
        version: 1)

    private let policy: Policy

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        guard !policy.tools.isEmpty else {
            result.coverage = [.noTools]
            result.isEvaluable = false
            return result
        }
        let cases = try DayCases(history: history, window: window, kinds: .used, columns: [.tool]).read { uses, row in
            uses[.tool][row].flatMap { policy.tools[$0] == nil ? $0 : nil }
        }
        result.findings = cases.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("tools", Set(cases.map(\.what)).count)
        result.sort()
        return result
    }

    private func verdict(_ one: DayCases.DayCase) -> Verdict {
        let day = Timestamp.dayText(one.day)
        return Verdict(
            class: "tool_undeclared", entity: .init("tool", one.what), fact: [one.what, day],
            title: "Undeclared tool \(one.what) used on \(day)",
            explanation: "On \(day), \(one.what) was used \(Wording.count(one.events.events, "time")). The policy "
                + "names "
                + "\(Wording.count(policy.tools.count, "tool")), and not this one: nobody said which callers and "
                + "scopes "
                + "it needs.")
    }

    /// A policy with two tools.
    private static let policy: Policy = {
        var policy = Policy()
        policy.tools = ["orders.status": .init(auth: ["api_token"]), "orders.list": .init(auth: ["api_token"])]
        return policy
    }()

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a tool beside the declared ones is found once a day", asOf: Event.time(day: 1, hour: 12),
            events: [
                .used("tok_1", at: Event.time(day: 1, hour: 1)),
                .used("tok_1", at: Event.time(day: 1, hour: 2), tool: "debug.dump"),
                .used("tok_2", at: Event.time(day: 1, hour: 3), tool: "debug.dump"),
            ],
            expected: [.init("tool_undeclared", "debug.dump", .high)], policy: policy),
        DetectorExample(
            "declared tools stay quiet", asOf: Event.time(day: 1, hour: 12),
            events: [.used("tok_1", at: Event.time(day: 1, hour: 1))], expected: [], policy: policy),
        DetectorExample(
            "without declared tools nothing is found", asOf: Event.time(day: 1, hour: 12),
            events: [.used("tok_1", at: Event.time(day: 1, hour: 1), tool: "debug.dump")], expected: []),
    ]
}

extension CoverageNote {
    /// For rules about tools.
    static let noTools = CoverageNote(
        kind: .notEvaluable,
        text: "not evaluable: the policy declares no tools (authtrail policy suggest proposes "
            + "them)", about: .tools)
}
