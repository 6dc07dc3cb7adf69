internal import Events
internal import Model
internal import Rollups

/// A refresh token, or a code, that is spent is presented again.
///
/// With rotation each refresh token is good for one refresh. If it comes a second time, two hold it, and one of them
/// stole it (RFC 9700, 4.14.2). A client that lost the answer tries again: within a minute, from where it was and with
/// the same program, or while nobody uses what it was to get.
///
/// Not found: a log whose `refreshed` events do not name the old token, and that does not say why it refuses.
package struct RefreshReuse: Detector {
    package static let card = DetectorCard(
        id: "refresh-reuse",
        title: "Spent token presented again",
        question: "Which tokens were refreshed again, or tried again, after another had taken their place?",
        needs: [.ts, .event, .tokenID, .oldTokenID],
        judgesBy: [.events(EventKinds(.refreshed), [.oldTokenID])],
        needsPast: false,
        defaultSeverity: .critical,
        classes: [
            .init(
                "refresh_reuse", .critical,
                "A superseded token was refreshed again, and accepted.",
                advice: "Revoke {tokens} and all that came of them, and make the user sign in again: one of two copies "
                    + "is stolen."),
            .init(
                "refused_reuse", .high,
                "A spent refresh token or code was presented again, and refused.",
                advice: "Revoke what came of {entity} and make the user sign in again: the copy that was accepted may "
                    + "be the stolen one."),
            .init(
                "refresh_retry", .info,
                "The same, by a client that lost the answer to its refresh.",
                advice: "Nothing; if it goes on, see why answers get lost."),
        ],
        references: ["T1528", "T1550.001"],
        knownGaps: [
            "A thief who refreshes first and an owner who comes second look the same as the reverse.",
            "A thief on the owner's network with the owner's program has the grace that its client has.",
            "A refusal that names neither token nor code is held against its principal, client or address.",
        ],
        version: 1)

    /// How long after a refresh the same caller may repeat it, in microseconds.
    package var grace: Int64
    /// Reasons of refusals that say: this was spent before.
    private let reasons: [String]

    package init(
        grace: Int64 = Timestamp.minute, _ failures: FailedVerificationByIP.Settings = FailedVerificationByIP.Settings()
    ) {
        (self.grace, reasons) = (grace, failures.reuseReasons)
    }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(grace >= 0, "grace", Wording.span(grace), want: "a length of time that is not negative")
        var result = emptyResult
        guard !window.isEmpty else { return result }
        let accepted = try AcceptedReuses(history: history, window: window, grace: grace).read()
        let refused = try RefusedReuses(history: history, window: window, grace: grace, reasons: reasons).read()
        result.findings =
            accepted.map { finding(verdict($0), $0.events, asOf: window.asOf) }
            + refused.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("tokens", accepted.count)
        result.counts.add("refused", refused.count)
        result.sort()
        return result
    }

    private func verdict(_ one: AcceptedReuses.Reuse) -> Verdict {
        var context = Context()
        context.add("owner", one.life.principal)
        context.add("superseded_at", time: one.replacedAt)
        context.add("superseded_by", one.replacedBy)
        context.add("successor_superseded_at", time: one.successorReplacedAt)
        context.add("tokens", [one.replacedBy] + one.gained.all.filter { $0 != one.replacedBy })
        let from =
            one.events[.ip].isEmpty
            ? ""
            : " It came from \(one.events[.ip].joined(separator: ", ")), and "
                + "\(one.gained.all.joined(separator: ", ")) was given out for it."
        let delay = Wording.span(one.events.first.minus(one.replacedAt))
        return Verdict(
            class: "refresh_reuse", entity: .init("token", one.life.tokenID), fact: [one.life.tokenID],
            title: "Token \(one.life.tokenID) refreshed again \(delay) after it was replaced",
            explanation: "\(one.replacedBy) took the token's place at \(Timestamp.text(one.replacedAt)). It was "
                + "refreshed \(Wording.count(one.events.events, "time")) more, first \(delay) after that; the rule "
                + "allows \(Wording.span(grace)) for a client that lost the answer, from the same network and with "
                + "the same program.\(from) Two parties hold the refresh token.",
            context: context)
    }

    private func verdict(_ one: RefusedReuses.Refusal) -> Verdict {
        var context = Context()
        context.add("superseded_by", one.successor)
        let day = Timestamp.dayText(one.day)
        let what = "\(one.subject.type) \(one.subject.value)"
        let times = Wording.count(one.events.events, "time")
        let whose = ["token", "code"].contains(one.subject.type) ? "" : " Which one it was, the log does not say."
        let place = one.successor.map { " \($0) had taken its place." } ?? ""
        let from = one.events[.ip].isEmpty ? "" : " from \(one.events[.ip].joined(separator: ", "))"
        return Verdict(
            class: one.isRetry ? "refresh_retry" : "refused_reuse", entity: one.subject,
            fact: ["refused", one.subject.type, one.subject.value, day],
            title: one.isRetry ? "Refresh of \(what) tried again" : "Spent credential of \(what) presented again",
            explanation: "On \(day) a credential that had been spent was presented \(times)\(from), and refused."
                + "\(whose)\(place) "
                + (one.isRetry
                    ? "Nobody had used what took its place, or it came at once from the caller that had spent it: a "
                        + "client that lost the answer tries again."
                    : "What is good for one use came twice: two parties hold it, and the one that came first was let "
                        + "in. It may be the thief."),
            confidence: one.isRetry ? .medium : .high, context: context)
    }
}
