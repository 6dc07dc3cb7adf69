internal import Events
internal import Model

/// Somebody tries credentials: one client many, many clients a few each, or one client the same one over and over.
///
/// A count of failures by address is a report. This detector gives verdicts: credential stuffing is many credentials
/// with one or two attempts each; brute force is few credentials with many attempts; a broken client is a program that
/// goes on with a token that used to work. What comes after counts most: an accepted use from an address that has just
/// been trying credentials is critical.
///
/// Windows slide over event time; none is a bucket. The key is an IPv4 address or the /64 of an IPv6 address. Failures
/// whose address is absent or no address never make a finding.
package struct FailedVerificationByIP: Detector {
    package static let card = DetectorCard(
        id: "failed-verification-by-ip",
        title: "Failed verifications by IP",
        question: "Which addresses try credentials, how, and did one of them get in?",
        needs: [.ts, .event, .ip, .reason, .presented],
        needsPast: false,
        defaultSeverity: .high,
        classes: [
            .init(
                "success_after", .critical,
                "Accepted, with a credential new to the address, up to 6 h after one of the others (not after "
                    + "broken_client).",
                advice: "Revoke {tokens} now and block {entity}; then see what was done with it, and tell its "
                    + "owner."),
            .init(
                "credential_stuffing", .high,
                "Many credentials, one or two attempts each, most of them unknown.",
                advice: "Block {entity} or slow it down."),
            .init(
                "distributed", .high,
                "One user agent on many addresses, few failures on each, many credentials; five of the addresses "
                    + "without a success in 30 days, and many times those of any hour before.",
                advice: "Block the program or ask it for a challenge, since its addresses change."),
            .init(
                "credential_replay", .high,
                "Credentials that are revoked, expired or superseded, from an address and with a user agent from "
                    + "which they were never accepted.",
                advice: "Block {entity} and let the owners change their tokens: where the old ones leaked, valid "
                    + "ones may too."),
            .init(
                "scope_probe", .high,
                "One valid token refused for its scopes on five tools in ten minutes.",
                advice: "Ask the owner of {tokens} whether this was them; if they do not say so at once, revoke "
                    + "it."),
            .init(
                "brute_force", .medium,
                "Few credentials, many attempts, fast.",
                advice: "Block {entity} or slow it down, and let the owners of what it tried change it."),
            .init(
                "stuffing_slow", .medium,
                "Stuffing spread over a week: 30 credentials on three days or more.",
                advice: "Block {entity}; it stays under limits of an hour, so a limit over days is wanted."),
            .init(
                "login_guessing", .low,
                "Ten logins refused in five minutes, whatever name was tried.",
                advice: "Slow {entity} down or block it; where a name is one of yours, see if it logged in after."),
            .init(
                "volume", .low,
                "Many failures that name no credential: the evidence is weak.",
                advice: "See which program it is before anything is blocked; slow it down if it does harm."),
            .init(
                "broken_client", .info,
                "One credential that worked before, tried evenly again and again, also over a week.",
                advice: "Tell the owner of the program that its token has run out; nothing need be blocked."),
        ],
        references: ["T1110", "T1110.001", "T1110.004", "T1078"],
        knownGaps: [
            "An address from which ten principals or more were let in within 30 days is shared: there, stuffing and "
                + "volume are reported only if half of the calls fail, on three times the credentials that nearly all "
                + "windows of those days had. What is left out is counted as shared_egress.",
            "`stuffing_slow` asks for 80 % mismatches as stuffing does: expired access tokens, whose names change "
                + "hourly, would make every OAuth client one. What lies in a burst that is stuffing does not count.",
            "`credential_replay` needs token_id and user_agent on the failure, a reason that says that the token is "
                + "over, and an earlier use of the token; a thief with the owner's user agent is not seen.",
            "Between brute force (at most 3 credentials) and stuffing (at least 15) lies no class: 500 failures on 10 "
                + "credentials are no verdict, and stand only in the report failed-by-ip.",
            "A credential counts as unknown to the server for reasons of the classes mismatch and unknown, in whatever "
                + "case; a producer with other words gets no stuffing verdict, and is told to give them a class "
                + "(reasons in the policy).",
            "`distributed` asks for 80 % mismatches as stuffing does: expired tokens behind one popular browser on "
                + "many addresses would look like a campaign otherwise.",
            "An address is known to `distributed` by a success there on an earlier day, by a principal that was let in "
                + "from at most ten of those that fail: this costs an attacker an account for ten addresses. A program "
                + "is judged by its own habit of 14 days: who fails with it every day from a fifth as many hides it.",
            "`brute_force` counts failures that name a credential, `volume` those that name none.",
            "`success_after` of a distributed campaign looks at the addresses that failed; one that only comes to use "
                + "what they found is not seen.",
            "`success_after` does not follow `broken_client`: a client that works again with a new token was "
                + "repaired. OAuth tokens, whose names change hourly, are known by their principal.",
            "A /56 or /48 of IPv6 is one client where eight of its /64, or /56, fail within a window; `stuffing_slow`, "
                + "`credential_replay` and `scope_probe` look at each /64 by itself.",
            "Of more than three million failures in a run, the largest groups are read in part, which is said.",
            "A wider window counts only where no narrower one does, so that an episode begins with its burst and two "
                + "bursts of a day are two episodes.",
            "An earlier success is looked for in the 30 days before (broken_client) and 90 days before "
                + "(success_after).",
        ],
        version: 1)

    package var settings: Settings

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try settings.check()
        var result = DetectionResult(detector: Self.card.id)
        if !window.isEmpty, let coverage = try history.coverage {
            let search = FailureSearch(history: history, settings: settings, window: window, coverage: coverage)
            let outcome = try search.run()
            let others = try search.others(around: outcome.episodes)
            result.findings = try findings(outcome.episodes + others, in: window, of: history)
            result.coverage = notes(outcome)
            result.counts.add("failures", outcome.census.failures)
            result.counts.add("without_ip", outcome.census.withoutAddress)
            result.counts.add("unreadable_ip", outcome.census.badAddress)
            result.counts.add("shared_egress", outcome.sharedEgress)
        } else {
            for name in ["failures", "without_ip", "unreadable_ip", "shared_egress"] { result.counts.add(name, 0) }
        }
        for kind in FailureClass.allCases {
            result.counts.add(kind.rawValue, result.findings.count { $0.class == kind.rawValue })
        }
        result.sort()
        return result
    }

    private func findings(
        _ episodes: [Episode], in window: DetectionWindow, of history: any History
    ) throws -> [Finding] {
        let accepted = AcceptedUseReader(history: history, settings: settings, asOf: window.asOf)
        let all = try accepted.successes(after: episodes)
        let gotIn = Set(all.map { episodes[$0.episode].id })
        let successes = all.filter { success in
            window.touches(first: success.firsts[0].ts, last: success.firsts[success.firsts.count - 1].ts)
        }
        let followed = Set(successes.map { $0.episode })
        let told = episodes.indices.filter { place in
            followed.contains(place) || window.touches(first: episodes[place].first, last: episodes[place].last)
        }
        let reader = FailureDetailsReader(history: history, settings: settings)
        let details = Dictionary(uniqueKeysWithValues: zip(told, try reader.read(told.map { episodes[$0] })))
        let messages = FailureMessages(settings: settings, asOf: window.asOf, gotIn: gotIn)
        let own = told.filter { window.touches(first: episodes[$0].first, last: episodes[$0].last) }.map { place in
            messages.finding(episodes[place], details[place] ?? FailureDetails())
        }
        let after = successes.map { success in
            messages.finding(success, after: episodes[success.episode], details[success.episode] ?? FailureDetails())
        }
        return own + after
    }

    private func notes(_ outcome: FailureSearch.Outcome) -> [CoverageNote] {
        let census = outcome.census
        let missing: [(String, EventField, Int, Int, String, Bool)] = [
            ("`ip` absent", .ip, census.withoutAddress, census.failures, "`failed`", false),
            ("`ip` not an address", .ip, census.badAddress, census.failures, "`failed`", false),
            ("`user_agent` absent", .userAgent, census.withoutAgent, census.failures, "`failed`", true),
            (
                "`presented` and `token_id` absent", .presented, outcome.withoutCredential, outcome.closely,
                "`failed` of clients with several failures", true
            ),
            (
                "`token_id` absent", .tokenID, outcome.overUnnamed, outcome.over,
                "`failed` whose credential is over (class credential_replay)", true
            ),
        ]
        var notes = missing.filter { $0.2 > 0 }.map { what, field, count, all, whose, isOfOneClass in
            CoverageNote(
                kind: .notEvaluable, text: "not evaluable: \(what) on \(Wording.percent(count, of: all)) of \(whose)",
                isPartial: isOfOneClass || count < all, about: .field(.failed, field))
        }
        if let note = census.unknownReasons.note(of: census.failures) { notes.append(note) }
        guard outcome.oneIn > 1 else { return notes }
        return notes + [
            CoverageNote(
                kind: .notEvaluable,
                text:
                    "more failures than fit in memory: of the clients, agents and networks with most of them as few as "
                    + "one in \(outcome.oneIn) was read, and their numbers are of those", isPartial: true)
        ]
    }
}
