internal import Events
internal import Model
internal import Rollups

/// An expired token is still accepted.
///
/// Not found: a token whose issuance named no expiry (see `lifetime-policy`).
package struct UseAfterExpiry: Detector {
    package static let card = DetectorCard(
        id: "use-after-expiry",
        title: "Token used after its expiry",
        question: "Which tokens were accepted although they had expired?",
        needs: [.ts, .event, .tokenID, .expiresAt],
        judgesBy: [.tokens([.issuance, .expiry])],
        defaultSeverity: .critical,
        classes: [
            .init(
                "use_after_expiry", .critical,
                "Accepted later than the grace after its expiry.",
                advice: "Make the server refuse {entity} now (its clock, a cache, a missing check); then see what "
                    + "was done with it."),
            .moreTokens(.critical),
        ],
        references: ["T1078", "T1550.001"],
        knownGaps: [
            "The expiry is the one that the earliest issuance names; an expiry that was moved later is not known."
        ],
        version: 1)

    /// How far clocks may differ, in microseconds.
    package var grace: Int64

    package init(grace: Int64 = Timestamp.minute) { self.grace = grace }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(grace >= 0, "grace", Wording.span(grace), want: "a length of time that is not negative")
        var result = emptyResult
        let late = try LateUses(history: history, window: window).read { $0.expiresAt?.plus(grace) }
        result.findings = late.cases.compactMap { life, uses in
            life.expiresAt.map { finding(verdict(life, expired: $0, uses), uses, asOf: window.asOf) }
        }
        tell(late.more, "used after their expiry", in: &result, asOf: window.asOf)
        result.counts.add("tokens", late.cases.count + late.more.count)
        result.sort()
        return result
    }

    private func verdict(_ life: TokenLife, expired: Int64, _ uses: Case) -> Verdict {
        let delay = Wording.span(uses.first.minus(expired))
        var context = Context()
        context.add("principal", life.principal)
        context.add("issued_at", time: life.issuedAt)
        context.add("expires_at", time: expired)
        return Verdict(
            class: "use_after_expiry", entity: .init("token", life.tokenID), fact: [life.tokenID, String(expired)],
            title: "Token \(life.tokenID) used \(delay) after its expiry",
            explanation: "Expired at \(Timestamp.text(expired)), the token was accepted "
                + "\(Wording.count(uses.events, "time")) more, from \(delay) after that until "
                + "\(Timestamp.text(uses.last)). The rule allows \(Wording.width(grace)) for clocks that differ. "
                + "Some server does not check the expiry.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token used on the day after its expiry is found", asOf: Event.time(day: 91, hour: 12),
            events: [
                .issued("tok_1", at: Event.time()), .used("tok_1", at: Event.time(day: 89)),
                .used("tok_1", at: Event.time(day: 91, hour: 1)),
            ],
            expected: [.init("use_after_expiry", "tok_1", .critical)]),
        DetectorExample(
            "uses up to a minute after the expiry stay quiet, and so does a refusal", asOf: Event.time(day: 91),
            events: [
                .issued("tok_1", at: Event.time()), .used("tok_1", at: Event.time(day: 90, minute: 1)),
                .failed(at: Event.time(day: 90, hour: 2), ip: "203.0.113.7", token: "tok_1", reason: "expired"),
            ],
            expected: []),
    ]
}
