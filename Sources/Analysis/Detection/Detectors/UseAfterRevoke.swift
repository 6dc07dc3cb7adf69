internal import Events
internal import Model
internal import Rollups

/// A revoked token is still accepted.
///
/// Whoever revoked it believes that the door is shut. An OAuth access token that resource servers check without asking
/// the issuer lives on until it expires: that is a gap to know of, not a broken check, and a class of its own.
///
/// Not found: a revocation that no event tells of.
package struct UseAfterRevoke: Detector {
    package static let card = DetectorCard(
        id: "use-after-revoke",
        title: "Token used after its revocation",
        question: "Which tokens were accepted although they had been revoked?",
        needs: [.ts, .event, .tokenID],
        judgesBy: [.events(EventKinds(.revoked), [.tokenID])],
        defaultSeverity: .critical,
        classes: [
            .init(
                "use_after_revoke", .critical,
                "Accepted later than the grace after its revocation.",
                advice: "Make the server refuse {entity} now (a cache, a replica, a missing check); then see what "
                    + "was done with it."),
            .init(
                "revocation_gap", .high,
                "An OAuth access token, accepted between its revocation and its expiry.",
                advice: "See what was done with {entity} since; it ends with its expiry, so shorter ones close the "
                    + "gap."),
            .moreTokens(.critical),
        ],
        references: ["T1078", "T1550.001"],
        knownGaps: [
            "Of several revocations the earliest counts; a token id that was given out anew after it is not told "
                + "apart.",
            "Clocks that differ by more than the grace look like use after revocation.",
        ],
        version: 1)

    /// How long a revocation may take to reach every server, in microseconds.
    package var grace: Int64

    package init(grace: Int64 = Timestamp.minute) { self.grace = grace }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(grace >= 0, "grace", Wording.span(grace), want: "a length of time that is not negative")
        var result = emptyResult
        let late = try LateUses(history: history, window: window).read { $0.revokedAt?.plus(grace) }
        result.findings = late.cases.compactMap { life, uses in
            life.revokedAt.map { finding(verdict(life, revoked: $0, uses), uses, asOf: window.asOf) }
        }
        tell(late.more, "used after their revocation", in: &result, asOf: window.asOf)
        result.counts.add("tokens", late.cases.count + late.more.count)
        result.sort()
        return result
    }

    private func verdict(_ life: TokenLife, revoked: Int64, _ uses: Case) -> Verdict {
        let isGap = life.kind == "oauth" && life.expiresAt.map { uses.last <= $0 } ?? false
        let delay = Wording.span(uses.first.minus(revoked))
        var context = Context()
        context.add("principal", life.principal)
        context.add("revoked_at", time: revoked)
        context.add("expires_at", time: life.expiresAt)
        let rule =
            "Revoked at \(Timestamp.text(revoked)), the token was accepted "
            + "\(Wording.count(uses.events, "time")) "
            + "more, from \(delay) after that until \(Timestamp.text(uses.last)). "
            + "The rule allows \(Wording.width(grace)) for a revocation to arrive. "
        let advice =
            isGap
            ? "It is an OAuth access token that had not expired: servers that check it on their own accept it until "
                + "then. Shorten its life, or let them ask the issuer."
            : "Some server does not look at revocations. Find out which from the lines, and treat what was done with "
                + "the token as done by whoever made it necessary to revoke it."
        return Verdict(
            class: isGap ? "revocation_gap" : "use_after_revoke", entity: .init("token", life.tokenID),
            fact: [life.tokenID, String(revoked)],
            title: "Token \(life.tokenID) used \(delay) after its revocation", explanation: rule + advice,
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token used two minutes after it was revoked is found, once for all such uses",
            asOf: Event.time(day: 10, hour: 12),
            events: [
                .issued("tok_1", at: Event.time()), .revoked("tok_1", at: Event.time(day: 10, hour: 1)),
                .used("tok_1", at: Event.time(day: 10, hour: 1, minute: 2)),
                .used("tok_1", at: Event.time(day: 10, hour: 9)),
            ],
            expected: [.init("use_after_revoke", "tok_1", .critical)]),
        DetectorExample(
            "an access token that was revoked but has not expired is a gap", asOf: Event.time(day: 1, hour: 2),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                .revoked("at_1", at: Event.time(day: 1, hour: 1, minute: 10)),
                .used("at_1", at: Event.time(day: 1, hour: 1, minute: 30)),
            ],
            expected: [.init("revocation_gap", "at_1", .high)]),
        DetectorExample(
            "uses before the revocation, and within the minute after it, stay "
                + "quiet", asOf: Event.time(day: 10, hour: 12),
            events: [
                .issued("tok_1", at: Event.time()), .used("tok_1", at: Event.time(day: 10)),
                .revoked("tok_1", at: Event.time(day: 10, hour: 1)),
                .used("tok_1", at: Event.time(day: 10, hour: 1, minute: 1)),
            ],
            expected: []),
    ]
}
