internal import Events
internal import Model
internal import Rollups

/// A principal has a new token and goes on using the old one.
///
/// A rotation gives both tokens some days side by side; then the old one should be gone. Two tokens are one rotation
/// when they have the same principal and the same scopes and the newer was not revoked.
///
/// Not found: a rotation that changes scopes, and OAuth tokens, which rotate by refresh.
package struct RotationOverlap: Detector {
    package static let card = DetectorCard(
        id: "rotation-overlap",
        title: "Old token used after its rotation",
        question: "Which tokens are still used though a newer one has long taken their place?",
        needs: [.ts, .event, .tokenID, .principal, .scopes],
        judgesBy: [.tokens([.issuance, .principal, .scopes])],
        defaultSeverity: .medium,
        classes: [
            .init(
                "rotation_overlap", .medium,
                "Used longer after the issue of its successor than allowed.",
                advice: "Let the owner change to the newer token, then revoke {entity}."),
            .moreTokens(.medium),
        ],
        references: ["T1550.001"],
        knownGaps: ["A principal that runs several programs with one token each, all with the same scopes, is found."],
        version: 1)

    private let policy: Policy

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(
            policy.rotationOverlap >= 0, "rotation_overlap", Wording.span(policy.rotationOverlap),
            want: "a length of time that is not negative")
        var result = emptyResult
        let active = try ActiveTokens(history: history, window: window).read().map(\.life).filter(isRotated)
        let known = try history.tokens(ofPrincipals: Set(active.compactMap(\.principal)))
            .map { $0.known(before: window.asOf) }.filter(isRotated)
        let byOwner = Dictionary(grouping: known, by: Owner.init).mapValues { lives in
            lives.sorted { ($0.issuedAt ?? 0, $0.tokenID) < ($1.issuedAt ?? 0, $1.tokenID) }
        }
        func successor(of life: TokenLife) -> TokenLife? {
            guard isRotated(life), let issued = life.issuedAt else { return nil }
            return byOwner[Owner(life)]?.first { other in
                guard let later = other.issuedAt, later > issued, other.tokenID != life.tokenID else { return false }
                return other.revokedAt.map { $0 > later.plus(policy.rotationOverlap) } ?? true
            }
        }
        let late = try LateUses(history: history, window: window).read { life in
            successor(of: life)?.issuedAt?.plus(policy.rotationOverlap)
        }
        result.findings = late.cases.compactMap { life, uses in
            successor(of: life).map { finding(verdict(life, $0, uses), uses, asOf: window.asOf) }
        }
        tell(late.more, "used after the rotation that replaced them", in: &result, asOf: window.asOf)
        result.counts.add("tokens", late.cases.count + late.more.count)
        result.sort()
        return result
    }

    private struct Owner: Hashable {
        var principal: String?
        var scopes: [String]

        init(_ life: TokenLife) {
            principal = life.principal
            scopes = (life.scopes ?? []).sorted()
        }
    }

    /// Whether a token is one that its owner rotates by hand.
    private func isRotated(_ life: TokenLife) -> Bool {
        guard life.principal != nil, let issued = life.issuedAt else { return false }
        guard life.kind == nil else { return life.kind == "api_token" }
        // Who names no kind: admins issue by hand, and an access token is soon over.
        let isLong = life.expiresAt.map { $0.minus(issued) > policy.lifetimes.accessToken } ?? false
        return life.issuedBy != nil || isLong
    }

    private func verdict(_ life: TokenLife, _ successor: TokenLife, _ uses: Case) -> Verdict {
        let issued = successor.issuedAt ?? 0
        var context = Context()
        context.add("owner", life.principal)
        context.add("issued_at", time: life.issuedAt)
        context.add("successor", successor.tokenID)
        context.add("successor_issued_at", time: issued)
        return Verdict(
            class: "rotation_overlap", entity: .init("token", life.tokenID), fact: [life.tokenID, successor.tokenID],
            title: "Token \(life.tokenID) still used \(Wording.span(uses.last.minus(issued))) after its successor's "
                + "issue",
            explanation: "\(successor.tokenID), of the same principal and scopes, was issued at "
                + "\(Timestamp.text(issued)). The older token was used \(Wording.count(uses.events, "time")) more "
                + "after "
                + "the \(Wording.width(policy.rotationOverlap)) that a rotation may take, last "
                + "\(Wording.span(uses.last.minus(issued))) after that issue. Some program was forgotten in the "
                + "rotation, or somebody else has the old token.",
            confidence: .medium, context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token used ten days after its successor's issue is found", asOf: Event.time(day: 41),
            events: [
                .issued("tok_old", at: Event.time()), .issued("tok_new", at: Event.time(day: 30)),
                .used("tok_old", at: Event.time(day: 40, hour: 1)), .used("tok_new", at: Event.time(day: 40, hour: 2)),
            ],
            expected: [.init("rotation_overlap", "tok_old", .medium)]),
        DetectorExample(
            "the week of the rotation, another owner, and a successor that was taken back stay quiet",
            asOf: Event.time(day: 41),
            events: [
                .issued("tok_1", at: Event.time()), .issued("tok_2", at: Event.time(day: 35)),
                .used("tok_1", at: Event.time(day: 40, hour: 1)),
                .issued("tok_3", at: Event.time(day: 1), to: "partner:globex"),
                .issued("tok_4", at: Event.time(day: 2), to: "partner:globex"),
                .revoked("tok_4", at: Event.time(day: 3)), .used("tok_3", at: Event.time(day: 40, hour: 2)),
            ],
            expected: []),
    ]
}
