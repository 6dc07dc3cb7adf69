internal import Columns
internal import Events
internal import Model

/// A tool answered a kind of caller that it must not answer.
///
/// What a tool allows is what the policy says. Without a policy one thing is wrong all the same: a caller without an
/// identity who uses a tool that needs a scope to write. One finding for each tool, kind and UTC day.
///
/// Not found: uses of a token whose kind nobody names.
package struct AuthModeViolation: Detector {
    package static let card = DetectorCard(
        id: "auth-mode-violation",
        title: "Tool used by the wrong kind of caller",
        question: "Which tools answered callers whose kind of credential they must not accept?",
        needs: [.ts, .event, .tool, .kind],
        judgesBy: [.events(.used, [.tool, .kind])],
        needsPast: false,
        defaultSeverity: .critical,
        classes: [
            .init(
                "anonymous_write", .critical,
                "A caller without an identity used a tool that writes.",
                advice: "Close the hole in the server that let it through, then undo what the calls wrote."),
            .init(
                "wrong_credential", .critical,
                "A tool was used with a kind of credential that the policy does not allow for it.",
                advice: "Close the hole in the server, or correct the policy if such credentials are meant to "
                    + "work."),
        ],
        references: ["T1190", "T1078"],
        knownGaps: ["Calls that failed are not looked at: the tool refused them."],
        version: 1)

    private let policy: Policy

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        let anonymous = try AnonymousUses(window, of: history)
        result.coverage = anonymous.coverage
        let search = DayCases(
            history: history, window: window, kinds: .used, conditions: [[.kind: .present]] + anonymous.ofNoKind,
            columns: [.tool, .kind, .scopes, .success])
        let cases = try search.read { uses, row in
            guard let tool = uses[.tool][row], !uses.isFailedCall(row) else { return nil }
            let kind = uses[.kind][row] ?? "anonymous"
            return violation(tool, kind, uses.scopes[row] ?? []).map { "\($0)\u{0}\(kind)\u{0}\(tool)" }
        }
        result.findings = cases.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("tools", Set(cases.map(\.what)).count)
        if policy.tools.isEmpty {
            result.coverage.append(
                CoverageNote(
                    kind: .notEvaluable,
                    text: "not evaluable: the class wrong_credential, because the policy declares no tools (authtrail "
                        + "policy suggest proposes them)", isPartial: true, about: .tools))
            result.isEvaluable = false
        }
        result.sort()
        return result
    }

    private func violation(_ tool: String, _ kind: String, _ scopes: [String]) -> String? {
        let declared = policy.tools[tool]
        let writes = declared?.writes ?? false || scopes.contains(where: policy.isWrite)
        if kind == "anonymous", writes { return "anonymous_write" }
        return declared.map { $0.auth.contains(kind) } ?? true ? nil : "wrong_credential"
    }

    private func verdict(_ one: DayCases.DayCase) -> Verdict {
        let parts = one.what.split(separator: "\u{0}", maxSplits: 2).map { String($0) }
        let (name, kind, tool) = (parts[0], parts[1], parts[2])
        let day = Timestamp.dayText(one.day)
        let allowed = policy.tools[tool].map { $0.auth.sorted().joined(separator: ", ") }
        var context = Context()
        context.add("tool", tool)
        context.add("kind", kind)
        context.add("allowed", allowed)
        let rule =
            name == "anonymous_write"
            ? "The tool changes something, and whoever called it has no identity."
            : "The policy allows \(allowed ?? "no caller") for it."
        return Verdict(
            class: name, entity: .init("tool", tool), fact: [name, tool, kind, day],
            title: "\(tool) answered \(kind) callers on \(day)",
            explanation: "On \(day), \(tool) was used successfully \(Wording.count(one.events.events, "time")) by "
                + "callers of the kind \(kind). \(rule)",
            context: context)
    }

    private static let policy: Policy = {
        var policy = Policy()
        policy.tools = [
            "orders.status": .init(auth: ["api_token", "oauth"], scopes: ["orders:read"]),
            "catalog.search": .init(auth: ["anonymous", "api_token", "oauth"]),
        ]
        return policy
    }()

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "an anonymous caller of a tool that writes is found even without a policy",
            asOf: Event.time(day: 1, hour: 12),
            events: [anonymous(at: Event.time(day: 1, hour: 1), tool: "orders.cancel", scopes: ["orders:write"])],
            expected: [.init("anonymous_write", "orders.cancel", .critical)]),
        DetectorExample(
            "a caller of whom the log names nothing has no identity", asOf: Event.time(day: 1, hour: 12),
            events: [
                .used("tok_1", at: Event.time(day: 1, hour: 0)),
                nameless(at: Event.time(day: 1, hour: 1), tool: "orders.cancel", scopes: ["orders:write"]),
            ],
            expected: [.init("anonymous_write", "orders.cancel", .critical)]),
        DetectorExample(
            "a log that never names a token says nothing by naming none", asOf: Event.time(day: 1, hour: 12),
            events: [nameless(at: Event.time(day: 1, hour: 1), tool: "orders.cancel", scopes: ["orders:write"])],
            expected: []),
        DetectorExample(
            "a tool for tokens that answers anonymous callers is found", asOf: Event.time(day: 1, hour: 12),
            events: [anonymous(at: Event.time(day: 1, hour: 1), tool: "orders.status")],
            expected: [.init("wrong_credential", "orders.status", .critical)], policy: policy),
        DetectorExample(
            "the kinds that a tool allows stay quiet", asOf: Event.time(day: 1, hour: 12),
            events: [anonymous(at: Event.time(day: 1, hour: 1), tool: "catalog.search")],
            expected: [], policy: policy),
    ]

    /// A use that names neither token nor kind.
    private static func nameless(at ts: Int64, tool: String, scopes: [String]) -> Event {
        var event = Event.used("", at: ts, ip: "unknown", tool: tool, scopes: scopes)
        event.texts[.tokenID] = nil
        return event
    }

    private static func anonymous(at ts: Int64, tool: String, scopes: [String]? = nil) -> Event {
        var event = Event.used("anonymous", at: ts, tool: tool, scopes: scopes)
        event.texts[.kind] = "anonymous"
        return event
    }
}
