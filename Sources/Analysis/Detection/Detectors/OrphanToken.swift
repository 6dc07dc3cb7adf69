internal import Events
internal import Model
internal import Rollups

/// A token is accepted that nobody ever issued.
///
/// Either it was forged, or it came from an issuer that this log does not see. The log must cover the time: issuances
/// of the token's kind must have been logged for as long as such a token may live, or it may simply be older than the
/// log.
///
/// Not found: a forged token that carries the id of an issued one.
package struct OrphanToken: Detector {
    package static let card = DetectorCard(
        id: "orphan-token",
        title: "Token without an issue",
        question: "Which tokens were accepted that the log never saw issued, although it would have?",
        needs: [.ts, .event, .tokenID],
        defaultSeverity: .high,
        classes: [
            .init(
                "orphan_token", .high,
                "First used without an issuance, in a log that has seen issuances of its kind for longer than such a "
                    + "token may live.",
                advice: "Ask the admins who issued it; if none did, revoke {entity} and look for another way to "
                    + "make tokens."),
            .moreTokens(.high),
        ],
        references: ["T1606", "T1078"],
        knownGaps: [
            "A token that lives longer than the policy allows, and was issued before the log began, looks the same.",
            "`dormant-token-reactivation` tells of the same token as `unknown_origin` when the log reaches back so "
                + "far.",
        ],
        version: 1)

    private let policy: Policy

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        guard let coverage = try history.coverage else { return result }
        let begins = try history.begins ?? coverage.lowerBound
        let unnamed = try history.firstIssuance(ofKind: nil)
        var since: [String?: Int64?] = [:]
        var tooShort: Set<UInt32> = []
        let orphans = try LateUses(history: history, window: window).read { life in
            guard life.issuedAt == nil, !life.isAnonymous, let first = life.firstUse else { return nil }
            if since[life.kind] == nil {
                // A token that names no kind is taken for an API token.
                let kind = life.kind ?? "api_token"
                since[life.kind] = try .some([unnamed, history.firstIssuance(ofKind: kind)].compactMap { $0 }.min())
            }
            guard let begin = since[life.kind] ?? nil,
                first.minus(max(begin, begins)) >= policy.lifetimes.limit(ofKind: life.kind)
            else {
                tooShort.insert(life.number)
                return nil
            }
            return first.minus(1)
        }
        result.findings = orphans.cases.map { finding(verdict($0, $1), $1, asOf: window.asOf) }
        tell(orphans.more, "used, never issued", in: &result, asOf: window.asOf)
        result.counts.add("tokens", orphans.cases.count + orphans.more.count)
        result.counts.add("insufficient_history", tooShort.count)
        if !tooShort.isEmpty {
            result.coverage.append(
                CoverageNote(
                    kind: .insufficientHistory,
                    text:
                        "\(Wording.count(tooShort.count, "token")) without an issuance not judged: issuances of that "
                        + "kind have been logged for less than such a token may live before its first use"))
        }
        result.sort()
        return result
    }

    private func verdict(_ life: TokenLife, _ uses: Case) -> Verdict {
        let limit = policy.lifetimes.limit(ofKind: life.kind)
        var context = Context()
        context.add("principal", life.principal)
        context.add("kind", life.kind)
        return Verdict(
            class: "orphan_token", entity: .init("token", life.tokenID), fact: [life.tokenID],
            title: "Token \(life.tokenID) used, never issued",
            explanation: "The token was accepted \(Wording.count(uses.events, "time")) from "
                + "\(Timestamp.text(uses.first)) to \(Timestamp.text(uses.last)), and no event brought it into being, "
                + "although such events were logged for more than the \(Wording.width(limit)) that it may live before "
                + "its first use. It was forged, or its issuer does not log here.",
            confidence: .medium, context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token that was never issued is found when the log has seen issues for 90 days",
            asOf: Event.time(day: 96),
            events: [
                .issued("tok_1", at: Event.time()), .used("tok_1", at: Event.time(day: 80)),
                .used("tok_forged", at: Event.time(day: 95, hour: 1)),
            ],
            expected: [.init("orphan_token", "tok_forged", .high)]),
        DetectorExample(
            "a token from before the log stays quiet, and so does one in a log that knows no issues",
            asOf: Event.time(day: 61),
            events: [
                .issued("tok_1", at: Event.time()), .used("tok_1", at: Event.time(day: 50)),
                .used("tok_older", at: Event.time(day: 60, hour: 1)),
            ],
            expected: []),
    ]
}
