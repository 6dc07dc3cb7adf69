internal import Columns
internal import Events
internal import Model
internal import Rollups

/// A token is used for somebody else than the one it was issued to.
///
/// Not found: a use that names no principal.
package struct PrincipalMismatch: Detector {
    package static let card = DetectorCard(
        id: "principal-mismatch",
        title: "Token used for another principal",
        question: "Which tokens acted for a principal that they were not issued to?",
        needs: [.ts, .event, .tokenID, .principal],
        judgesBy: [.events(.used, [.principal]), .tokens([.issuance, .principal])],
        defaultSeverity: .critical,
        classes: [
            .init(
                "principal_mismatch", .critical,
                "The use names another principal than the token's issuance.",
                advice: "Revoke {entity}, and find out whether the server mixes up its callers or somebody forged "
                    + "this.")
        ],
        references: ["T1134", "T1078"],
        knownGaps: [
            "Names are compared letter by letter: a producer that writes one principal in two ways is found.",
            "Impersonation that the server allows looks the same.",
        ],
        version: 1)

    package init() {}

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        let refused = try RefusedUses(history: history, window: window, columns: [.principal]).read { life, uses, row in
            guard let owner = life.principal, let named = uses[.principal][row], named != owner else { return nil }
            return named
        }
        result.findings = refused.map { finding(verdict($0), $0.uses, asOf: window.asOf) }
        result.counts.add("tokens", Set(refused.map(\.life.number)).count)
        result.sort()
        return result
    }

    private func verdict(_ one: RefusedUses.Refused) -> Verdict {
        let owner = one.life.principal ?? ""
        var context = Context()
        context.add("issued_to", owner)
        context.add("issued_at", time: one.life.issuedAt)
        return Verdict(
            class: "principal_mismatch", entity: .init("token", one.life.tokenID), fact: [one.life.tokenID, one.what],
            title: "Token \(one.life.tokenID) of \(owner) used for \(one.what)",
            explanation: "The token was issued to \(owner). \(Wording.count(one.uses.events, "use")) from "
                + "\(Timestamp.text(one.uses.first)) to \(Timestamp.text(one.uses.last)) "
                + "\(one.uses.events == 1 ? "names" : "name") \(one.what) instead. The server lets its caller choose "
                + "for whom it acts: look at what was read or changed for \(one.what), and bind tokens to principals.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a partner's token that acts for another partner is found", asOf: Event.time(day: 2),
            events: [
                .issued("tok_1", at: Event.time(), to: "partner:acme"),
                use("tok_1", of: "partner:acme", at: Event.time(day: 1, hour: 1)),
                use("tok_1", of: "partner:globex", at: Event.time(day: 1, hour: 2)),
            ],
            expected: [.init("principal_mismatch", "tok_1", .critical)]),
        DetectorExample(
            "uses for the owner, and uses that name nobody, stay quiet", asOf: Event.time(day: 2),
            events: [
                .issued("tok_1", at: Event.time(), to: "partner:acme"),
                use("tok_1", of: "partner:acme", at: Event.time(day: 1, hour: 1)),
                .used("tok_1", at: Event.time(day: 1, hour: 2)),
            ],
            expected: []),
    ]

    private static func use(_ token: String, of principal: String, at ts: Int64) -> Event {
        var event = Event.used(token, at: ts)
        event.texts[.principal] = principal
        return event
    }
}
