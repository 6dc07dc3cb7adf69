internal import Columns
internal import Events
internal import Model

/// Somebody issued a token to their own account.
///
/// Two names are one when what follows their colon is: `admin:maria` and `user:maria`.
///
/// Not found: an admin who goes by another name as a user.
package struct SelfIssue: Detector {
    package static let card = DetectorCard(
        id: "self-issue",
        title: "Token issued to one's own account",
        question: "Who issued tokens to their own account?",
        needs: [.ts, .event, .tokenID, .actor, .principal],
        judgesBy: [.events(EventKinds(.issued), [.actor, .principal])],
        needsPast: false,
        defaultSeverity: .medium,
        classes: [
            .init(
                "self_issue", .medium,
                "Actor and principal of an issue are one.",
                advice: "Let a second admin look at it; revoke the token if nobody asked for it.")
        ],
        references: ["T1098.001"],
        knownGaps: [
            "Small teams do this every day; name those who may in the allowlist.",
            "Tokens of a kind that people make for themselves in a system, as its mapping says (`own`), are not "
                + "reported.",
        ],
        version: 1)

    package init() {}

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        guard !window.isEmpty else { return result }
        let scan = EventScan(
            from: window.from, to: window.to, kinds: EventKinds(.issued),
            fields: Case.fields.union(EventFields([.tokenID, .scopes, .kind, .sourceID])))
        let systems = try history.systems
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                guard let actor = batch[.actor][row],
                    let principal = batch[.principal][row], Self.isOne(actor, principal)
                else { continue }
                let system = systems?.system(ofSource: batch.sourceID[row])
                if system?.own.contains(batch[.kind][row] ?? "api_token") ?? false { continue }
                var one = Case()
                one.add(batch, row, window)
                let verdict = verdict(
                    batch[.tokenID][row], actor, principal, batch.scopes[row] ?? [], at: batch.ts[row])
                result.findings.append(finding(verdict, one, asOf: window.asOf))
            }
        }
        result.counts.add("tokens", result.findings.count)
        result.sort()
        return result
    }

    /// Whether two names are those of one person.
    static func isOne(_ actor: String, _ principal: String) -> Bool {
        func name(_ text: String) -> Substring { text.drop { $0 != ":" }.dropFirst() }
        return actor == principal || (!name(actor).isEmpty && name(actor) == name(principal))
    }

    private func verdict(
        _ token: String?, _ actor: String, _ principal: String, _ scopes: [String], at ts: Int64
    ) -> Verdict {
        var context = Context()
        context.add("scopes", scopes)
        let what = token.map { "token \($0)" } ?? "a token"
        let rights = scopes.isEmpty ? "" : " with \(scopes.joined(separator: ", "))"
        return Verdict(
            class: "self_issue", entity: .init("actor", actor), fact: [token ?? principal, String(ts)],
            title: "\(actor) issued \(what) to their own account",
            explanation: "At \(Timestamp.text(ts)), \(actor) issued \(what) to \(principal)\(rights). Nobody "
                + "else "
                + "has looked at it.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "an admin who issues a token to her own user is found", asOf: Event.time(day: 1, hour: 12),
            events: [.issued("tok_1", at: Event.time(day: 1, hour: 1), to: "user:maria")],
            expected: [.init("self_issue", "admin:maria", .medium)]),
        DetectorExample(
            "a token for a partner stays quiet", asOf: Event.time(day: 1, hour: 12),
            events: [.issued("tok_1", at: Event.time(day: 1, hour: 1))], expected: []),
    ]
}
