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
            "Where `dormant-token-reactivation` would tell of the same token as `unknown_origin`, one of the two does, "
                + "and names the other under `also`.",
            "Tokens of systems whose log does not say when they are issued, or when they end, are not judged.",
        ],
        version: 1)

    private let policy: Policy

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        guard let coverage = try history.coverage else { return result }
        let begins = try history.begins ?? coverage.lowerBound
        let systems = try systems(window, history)
        var issuances = Issuances(history: history)
        var tooShort: Set<UInt32> = [], unsaid: [UInt32: LogSystem] = [:]
        let orphans = try LateUses(history: history, window: window).read { life in
            guard isSuspect(life), let first = life.firstUse else { return nil }
            let system = systems[Array(life.tokenID.utf8)]
            if let system, system.lacksIssuances(ofKind: life.kind) || system.lacksExpiries(ofKind: life.kind) {
                unsaid[life.number] = system
                return nil
            }
            guard let since = try issuances.since(ofKind: life.kind, in: system),
                first.minus(max(since, system?.begins ?? begins, begins)) >= policy.lifetimes.limit(ofKind: life.kind)
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
        result.coverage = notes(tooShort.count, Array(unsaid.values))
        result.sort()
        return result
    }

    /// Whether nobody is known to have issued a token.
    private func isSuspect(_ life: TokenLife) -> Bool { life.issuedAt == nil && !life.isAnonymous }

    /// Which systems tell of the suspects.
    private func systems(
        _ window: DetectionWindow, _ history: any History
    ) throws -> [[UInt8]: LogSystem] {
        guard try history.systems != nil else { return [:] }
        let suspects = try ActiveTokens(history: history, window: window).read().map(\.life).filter(isSuspect)
        return try history.systems(
            ofTokens: suspects.map { Array($0.tokenID.utf8) }, usedIn: window.wholeDays)
    }

    private func notes(_ tooShort: Int, _ unsaid: [LogSystem]) -> [CoverageNote] {
        var notes: [CoverageNote] = [], tokens = UnsaidTokens()
        for system in unsaid { tokens.add(system) }
        if let note = tokens.note("tokens without an issuance", for: "when such tokens are issued, or when they end") {
            notes.append(note)
        }
        guard tooShort > 0 else { return notes }
        return notes + [
            CoverageNote(
                kind: .insufficientHistory,
                text: "\(Wording.count(tooShort, "token")) without an issuance not judged: issuances of that kind have "
                    + "been logged for less than such a token may live before its first use")
        ]
    }

    /// Since when issuances of each kind are logged.
    private struct Issuances {
        let history: any History
        private var known: [String?: Int64?] = [:]

        init(history: any History) { self.history = history }

        /// By one system, or by all of them. A token that names no kind is taken for an API token, and so is an
        /// issuance that names none taken for one of any kind.
        mutating func since(ofKind kind: String?, in system: LogSystem?) throws -> Int64? {
            if let system {
                return [system.issuances[nil], system.issuances[kind ?? "api_token"]].compactMap { $0 }.min()
            }
            if let known = known[kind] { return known }
            let since = try [history.firstIssuance(ofKind: nil), history.firstIssuance(ofKind: kind ?? "api_token")]
                .compactMap { $0 }.min()
            known[kind] = .some(since)
            return since
        }
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
