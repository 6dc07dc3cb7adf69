internal import Columns
internal import Events
internal import Model

/// A principal gets a scope to change something that it has not held for half a year.
///
/// Not found: the first tokens of a principal, of which every scope is new; issuances that name no scopes.
package struct ScopeEscalation: Detector {
    package static let card = DetectorCard(
        id: "scope-escalation",
        title: "New scopes for a principal",
        question: "Who got scopes to write that they had not held before?",
        needs: [.ts, .event, .tokenID, .principal, .scopes],
        judgesBy: [.events(.issuances, [.principal, .scopes])],
        defaultSeverity: .high,
        classes: [
            .init(
                "scope_escalation", .high,
                "A token brought its principal scopes beyond all that it held, one of which writes.",
                advice: "Ask who allowed it; if nobody did, revoke {entity} and lock the account that issued it.")
        ],
        references: ["T1098", "T1548"],
        knownGaps: ["What a principal held before the log began is not known."],
        version: 1)

    private let policy: Policy
    /// How far back a scope counts as held, in microseconds.
    private static let memory = 180 * Timestamp.day

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        let grants = window.isEmpty ? [] : try read(window, history)
        let escalations = grants.chunked(by: \.principal).flatMap { self.escalations(Array(grants[$0]), window) }
        result.findings = try findings(escalations, window, history)
        result.counts.add("births", grants.filter { window.contains($0.ts) }.count)
        result.sort()
        return result
    }

    /// An issuance with its scopes.
    private struct Grant {
        var principal: String
        var ts: Int64
        var token: String
        var scopes: [String]
    }

    private struct Escalation {
        var grant: Grant
        var added: [String]
        var held: [String]
    }

    /// The issuances of all principals that got a token in the window, by principal and time.
    private func read(_ window: DetectionWindow, _ history: any History) throws -> [Grant] {
        var principals: Set<[UInt8]> = []
        let inWindow = EventScan(
            from: window.from, to: window.to, kinds: .issuances, fields: EventFields([.principal, .scopes]))
        try history.scan(inWindow) { batch in
            for row in batch.distinctRows(by: [.principal, .scopes]) {
                guard let scopes = batch.scopes[row], scopes.contains(where: policy.isWrite) else { continue }
                if let principal = batch[.principal].bytes(at: row) { principals.insert(Array(principal)) }
            }
        }
        guard !principals.isEmpty else { return [] }
        var grants: [Grant] = []
        let all = EventScan(
            from: window.from.minus(Self.memory), to: window.to, kinds: .issuances,
            texts: [.principal: .anyOf(principals)], fields: EventFields([.ts, .principal, .tokenID, .scopes]))
        try history.scan(all) { batch in
            for row in 0..<batch.count {
                guard let principal = batch[.principal][row], let token = batch[.tokenID][row],
                    let scopes = batch.scopes[row]
                else { continue }
                grants.append(Grant(principal: principal, ts: batch.ts[row], token: token, scopes: scopes))
            }
        }
        return grants.sorted { ($0.principal, $0.ts, $0.token) < ($1.principal, $1.ts, $1.token) }
    }

    /// What the issuances of one principal brought, in order of time. Issuances of one instant do not vouch for each
    /// other.
    private func escalations(_ grants: [Grant], _ window: DetectionWindow) -> [Escalation] {
        var heldUntil: [String: Int64] = [:]
        var escalations: [Escalation] = []
        for instant in grants.chunked(by: \.ts) {
            let held = heldUntil.filter { $0.value >= grants[instant.lowerBound].ts }.keys.sorted()
            for grant in grants[instant] {
                let added = grant.scopes.filter { !ScopeBypass.isHeld($0, held) }
                guard !held.isEmpty, window.contains(grant.ts), added.contains(where: policy.isWrite) else { continue }
                escalations.append(Escalation(grant: grant, added: added, held: held))
            }
            for grant in grants[instant] {
                for scope in grant.scopes { heldUntil[scope] = grant.ts.plus(Self.memory) }
            }
        }
        return escalations
    }

    private func findings(
        _ escalations: [Escalation], _ window: DetectionWindow, _ history: any History
    ) throws -> [Finding] {
        guard !escalations.isEmpty else { return [] }
        var cases = escalations.map { _ in Case() }
        let places = Dictionary(grouping: escalations.indices) { Array(escalations[$0].grant.token.utf8) }
        let scan = EventScan(
            from: window.from, to: window.to, kinds: .issuances, texts: [.tokenID: .anyOf(Set(places.keys))],
            fields: Case.fields.union(EventFields(.tokenID)))
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                for place in places[batch.tokenBytes(at: row)] ?? []
                where escalations[place].grant.ts == batch.ts[row] { cases[place].add(batch, row, window) }
            }
        }
        return zip(escalations, cases).map { finding(verdict($0, $1), $1, asOf: window.asOf) }
    }

    private func verdict(_ one: Escalation, _ issuance: Case) -> Verdict {
        let (token, principal) = (one.grant.token, one.grant.principal)
        let by = issuance[.actor].first.map { " by \($0)" } ?? ""
        var context = Context()
        context.add("new_scopes", one.added.sorted())
        context.add("held_scopes", one.held)
        return Verdict(
            class: "scope_escalation", entity: .init("token", token), fact: [token, String(one.grant.ts)],
            title: "\(principal) got \(one.added.sorted().joined(separator: ", "))",
            explanation: "Token \(token), given to \(principal)\(by), carries "
                + "\(one.added.sorted().joined(separator: ", ")). In the \(Wording.width(Self.memory)) before, "
                + "\(principal) held \(one.held.joined(separator: ", ")) and nothing more.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a partner that could read and now may write is found", asOf: Event.time(day: 40),
            events: [
                issued("tok_1", Event.time(), ["orders:read"]),
                issued("tok_2", Event.time(day: 39, hour: 1), ["orders:read", "orders:write"]),
            ],
            expected: [.init("scope_escalation", "tok_2", .high)]),
        DetectorExample(
            "a first token, the same scopes again and one more scope to read stay quiet", asOf: Event.time(day: 40),
            events: [
                issued("tok_1", Event.time(), ["orders:write"]),
                issued("tok_2", Event.time(day: 39, hour: 1), ["orders:write", "stock:read"]),
                issued("tok_3", Event.time(day: 39, hour: 2), ["orders:admin"], to: "partner:globex"),
            ],
            expected: []),
    ]

    private static func issued(
        _ token: String, _ ts: Int64, _ scopes: [String], to principal: String = "partner:acme"
    ) -> Event {
        var event = Event.issued(token, at: ts, to: principal)
        event.scopes = scopes
        return event
    }
}
