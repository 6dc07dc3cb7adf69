internal import Columns
internal import Events
internal import Model
internal import Rollups

/// A tool answered a token that does not hold the scopes which the tool requires.
///
/// What a tool requires is what the policy says of it, or else what the use itself says. What a token holds is what its
/// issuance granted. A scope that ends in `:*` grants all that begin as it does.
///
/// Not found: a token whose issuance names no scopes, and a call that failed.
package struct ScopeBypass: Detector {
    package static let card = DetectorCard(
        id: "scope-bypass",
        title: "Tool used without its scope",
        question: "Which tokens used a tool successfully whose scopes they do not hold?",
        needs: [.ts, .event, .tokenID, .tool, .scopes, .success],
        judgesBy: [.events(.used, [.tool]), .tokens([.issuance, .scopes])],
        defaultSeverity: .critical,
        classes: [
            .init(
                "scope_bypass", .critical,
                "A successful use of a tool by a token that lacks its scope.",
                advice: "Let the server check scopes before this tool; then see what the calls did.")
        ],
        references: ["T1548", "T1078"],
        knownGaps: [
            "A refresh that names no scopes is not followed back to the token that it replaced.",
            "Scopes that imply others by the server's own rules are found, unless they end in `:*`.",
        ],
        version: 1)

    private let policy: Policy

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        let search = RefusedUses(history: history, window: window, columns: [.tool, .scopes, .success])
        let refused = try search.read { life, uses, row in
            guard let held = life.scopes, !uses.isFailedCall(row), let tool = uses[.tool][row] else { return nil }
            let required = policy.tools[tool]?.scopes ?? uses.scopes[row] ?? []
            return required.allSatisfy { Self.isHeld($0, held) } ? nil : tool
        }
        result.findings = refused.map { finding(verdict($0), $0.uses, asOf: window.asOf) }
        result.counts.add("tokens", Set(refused.map(\.life.number)).count)
        result.sort()
        return result
    }

    /// Whether one of the scopes grants another.
    static func isHeld(_ scope: String, _ held: [String]) -> Bool {
        held.contains { $0 == scope || ($0.hasSuffix(":*") && scope.hasPrefix($0.dropLast())) }
    }

    private func verdict(_ one: RefusedUses.Refused) -> Verdict {
        let held = one.life.scopes ?? []
        var context = Context()
        context.add("principal", one.life.principal)
        context.add("held_scopes", held)
        context.add("required_scopes", policy.tools[one.what]?.scopes ?? [])
        let holds = held.isEmpty ? "no scope" : held.joined(separator: ", ")
        let source = policy.tools[one.what] == nil ? "the uses say" : "the policy says"
        return Verdict(
            class: "scope_bypass", entity: .init("token", one.life.tokenID), fact: [one.life.tokenID, one.what],
            title: "Token \(one.life.tokenID) used \(one.what) without its scope",
            explanation: "The token was issued with \(holds). It used \(one.what) successfully "
                + "\(Wording.count(one.uses.events, "time")) from \(Timestamp.text(one.uses.first)) to "
                + "\(Timestamp.text(one.uses.last)), a tool that requires more, as \(source). "
                + "The tool does not check scopes, or checks the wrong one: mend it, and look at what was done.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token that may read and cancels an order is found", asOf: Event.time(day: 2),
            events: [
                issue("tok_1", ["orders:read"]),
                .used("tok_1", at: Event.time(day: 1, hour: 1), tool: "orders.status", scopes: ["orders:read"]),
                .used("tok_1", at: Event.time(day: 1, hour: 2), tool: "orders.cancel", scopes: ["orders:write"]),
            ],
            expected: [.init("scope_bypass", "tok_1", .critical)]),
        DetectorExample(
            "a failed call, a scope with a star and a token without known scopes stay quiet", asOf: Event.time(day: 2),
            events: [
                issue("tok_1", ["orders:read"]), issue("tok_2", ["orders:*"]), .issued("tok_3", at: Event.time()),
                failedCall("tok_1", at: Event.time(day: 1, hour: 1)),
                .used("tok_2", at: Event.time(day: 1, hour: 2), tool: "orders.cancel", scopes: ["orders:write"]),
                .used("tok_3", at: Event.time(day: 1, hour: 3), tool: "orders.cancel", scopes: ["orders:write"]),
            ],
            expected: []),
    ]

    private static func issue(_ token: String, _ scopes: [String]) -> Event {
        var event = Event.issued(token, at: Event.time())
        event.scopes = scopes
        return event
    }

    private static func failedCall(_ token: String, at ts: Int64) -> Event {
        var event = Event.used(token, at: ts, tool: "orders.cancel", scopes: ["orders:write"])
        event.success = false
        return event
    }
}
