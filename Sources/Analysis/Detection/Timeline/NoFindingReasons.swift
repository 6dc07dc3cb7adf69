internal import Columns
internal import Events
internal import Rollups

/// Why the rules say nothing of a token or an address: each rule with the numbers that it looked at.
package struct NoFindingReasons: Sendable {
    /// A rule, its answer in a sentence, and how near it came.
    package struct Answer: Sendable, Equatable {
        package var rule: String
        package var text: String
    }

    package private(set) var answers: [Answer] = []

    private mutating func add(_ rule: String, _ text: String) { answers.append(Answer(rule: rule, text: text)) }

    /// About a token, by all texts as which its id is stored, as of a time. Empty when the log does not know it.
    package init(token names: [String], asOf: Int64, _ settings: DetectorSettings, of history: any History) throws {
        let lives = try history.lives(named: Set(names.map { Array($0.utf8) }))
        guard let life = lives.first?.known(before: asOf) else { return }
        let line = try Timeline(.token(names), from: .min, to: asOf, of: history)
        let uses = line.rows.filter { $0.what == "used" }
        let strays = try history.strays
        addDormancy(
            uses.filter { strays?.contains($0.last) != true }, life, settings.dormantTokenReactivation.dormancy)
        guard let last = uses.map(\.last).max() else { return }
        addEnd("use-after-revoke", "revoked", life.revokedAt, last, settings.revokeGrace)
        let isOver = life.expiresAt.map { $0 < asOf } ?? true
        addEnd("use-after-expiry", isOver ? "expired" : "expires", life.expiresAt, last, settings.expiryGrace)
        add(
            "orphan-token",
            life.issuedAt.map { "issued at \(Timestamp.text($0))" } ?? "never issued as far as the log "
                + "tells; told when the log has seen issuances of its kind for longer than such a token may live")
        if let issued = life.issuedAt {
            let limit = settings.policy.lifetimes.limit(ofKind: life.kind)
            add(
                "lifetime-policy",
                life.expiresAt.map {
                    "issued for \(Wording.span($0.minus(issued))); the policy allows \(Wording.width(limit))"
                } ?? "issued without an expiry")
        }
        let named = Set(uses.compactMap { $0.shared[.principal] })
        add(
            "principal-mismatch",
            (life.issuedAt == nil
                ? "issued to nobody as far as the log tells" : "issued to \(life.principal ?? "nobody who is named")")
                + "; used for "
                + (named.isEmpty ? "nobody who is named" : named.sorted().joined(separator: ", ")))
        add("new-surroundings", try SurroundingsAnswer(settings.newSurroundings, history).text(life, uses, last))
    }

    private mutating func addDormancy(_ uses: [Timeline.Row], _ life: TokenLife, _ limit: Int64) {
        let rule = "dormant-token-reactivation", most = Wording.width(limit)
        guard let first = uses.first else { return add(rule, "never used; the rule looks at uses that end a silence") }
        var longest = (gap: life.issuedAt.map { first.first.minus($0) } ?? 0, from: life.issuedAt ?? first.first)
        for (before, after) in zip(uses, uses.dropFirst()) where after.first.minus(before.last) > longest.gap {
            longest = (after.first.minus(before.last), before.last)
        }
        // Uses of a day stand in one row, so a shorter silence may be longer than any between two rows.
        guard longest.gap >= Timestamp.day else {
            return add(rule, "never silent for a day; the rule speaks from \(most) on")
        }
        let share = Wording.percent(Int(clamping: longest.gap / Timestamp.second), of: Int(limit / Timestamp.second))
        add(
            rule,
            "its longest silence was \(Wording.span(longest.gap)), from \(Timestamp.text(longest.from)); the rule "
                + "speaks from \(most) on (\(share) of it)")
    }

    private mutating func addEnd(_ rule: String, _ word: String, _ end: Int64?, _ last: Int64, _ grace: Int64) {
        guard let end else { return add(rule, "never \(word) as far as the log tells") }
        let distance = last.minus(end)
        add(
            rule,
            "\(word) at \(Timestamp.text(end)), last used \(Wording.span(Int64(clamping: distance.magnitude))) "
                + (distance > 0 ? "after" : "before") + " that; the rule speaks after \(Wording.width(grace))")
    }

    /// About an address, as of a time. Empty when the log does not know it.
    package init(ip: String, asOf: Int64, _ settings: DetectorSettings, of history: any History) throws {
        guard let key = IPKey(named: ip) else { return }
        let rules = settings.failedVerificationByIP
        let all = try Self.failures(of: key, asOf, rules, history)
        guard !all.isEmpty else {
            try addPeace(key, asOf, history)
            return
        }
        let proxies = rules.trustedProxies.filter { $0.contains(key) }
        if let proxy = proxies.first { add("trusted_proxies", "\(proxy.text) is a proxy: nothing is held against it") }
        addNoTries(all)
        let failures = all.filter { $0.meaning == .unclear || $0.meaning == .mismatch }
        guard !failures.isEmpty else { return }
        for width in rules.windows {
            let (most, credentials) = Self.busiest(failures, width)
            let rule = "stuffing and brute force in \(Wording.width(width))"
            add(
                rule,
                "at most \(Wording.count(most, "failure")), and at most "
                    + "\(Wording.count(credentials, "credential")) in any such window; stuffing wants "
                    + "\(rules.stuffing.failures) with \(rules.stuffing.credentials) credentials, brute force "
                    + "\(rules.bruteForce.failures) with \(rules.bruteForce.credentials) or fewer")
        }
        let mismatches = failures.count { $0.meaning == .mismatch }
        add(
            "stuffing",
            "\(Wording.percent(mismatches, of: failures.count)) of its failures say that the credential is "
                + "unknown (reasons in the policy: mismatch, unknown); stuffing wants "
                + "\(Wording.number(rules.stuffing.mismatchShare * 100)) %")
        addLogins(failures.filter { $0.isLogin && $0.meaning == .mismatch }, rules.loginGuessing)
        let unnamed = failures.count { $0.credential == nil }
        add(
            "volume",
            "\(Wording.count(unnamed, "failure")) of \(failures.count) without a credential in all; volume "
                + "wants \(rules.volume.failures) in \(Wording.width(rules.volume.width))")
    }

    private mutating func addLogins(_ logins: [Failure], _ rule: FailedVerificationByIP.Settings.LoginGuessing) {
        guard !logins.isEmpty else { return }
        add(
            "login_guessing",
            "at most \(Wording.count(Self.busiest(logins, rule.width).0, "refused login")) in any "
                + "\(Wording.width(rule.width)); the rule wants \(rule.failures)")
    }

    /// A failure of an address, and what its reason says of the credential.
    private struct Failure {
        enum Meaning { case throttled, denied, mismatch, unclear }

        var ts: Int64
        var credential: [UInt8]?
        var meaning: Meaning
        var isLogin: Bool
    }

    /// The failures of an address, by time.
    private static func failures(
        of key: IPKey, _ asOf: Int64, _ rules: FailedVerificationByIP.Settings, _ history: any History
    ) throws -> [Failure] {
        let throttled = rules.throttledReasons.map(ReasonWords.folded)
        let noTries = rules.reasonsOfNoTry.map(ReasonWords.folded)
        let mismatches = rules.mismatchReasons.map(ReasonWords.folded)
        func meaning(_ reason: ArraySlice<UInt8>?) -> Failure.Meaning {
            guard let reason else { return .unclear }
            if ReasonWords.contains(throttled, reason) { return .throttled }
            if ReasonWords.contains(noTries, reason) { return .denied }
            return ReasonWords.contains(mismatches, reason) ? .mismatch : .unclear
        }
        var failures: [Failure] = []
        let scan = EventScan(
            to: asOf, kinds: .failed, texts: [.ip: history.clients.condition([key])],
            fields: EventFields([.ts, .presented, .tokenID, .ip, .reason, .kind]))
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                let credential = batch[.presented].bytes(at: row) ?? batch[.tokenID].bytes(at: row)
                failures.append(
                    Failure(
                        ts: batch.ts[row], credential: credential.map { Array($0) },
                        meaning: meaning(batch[.reason].bytes(at: row)),
                        isLogin: batch.isOfSession(at: row)))
            }
        }
        return failures.sorted { $0.ts < $1.ts }
    }

    /// How many failures are no tries of a credential, so that nobody takes them for steps towards a rule.
    private mutating func addNoTries(_ failures: [Failure]) {
        let throttled = failures.count { $0.meaning == .throttled }
        let denied = failures.count { $0.meaning == .denied }
        guard throttled + denied > 0 else { return }
        let rest = failures.count - throttled - denied
        var parts: [String] = []
        if throttled > 0 {
            parts.append("\(throttled) \(throttled == 1 ? "counts" : "count") for nothing (throttled: nobody looked)")
        }
        if denied > 0 {
            parts.append("\(Wording.count(denied, "is a denial", "are denials")) (a known credential: no try of one)")
        }
        let others =
            rest == 0 ? "none is left that a rule could count" : "the answers below are about the other \(rest)"
        add(
            "what counts",
            "of its \(Wording.count(failures.count, "failure")) \(parts.joined(separator: " and ")); \(others)")
    }

    /// Of an address that the log knows without failures.
    private mutating func addPeace(_ key: IPKey, _ asOf: Int64, _ history: any History) throws {
        var events = 0, last = Int64.min
        var tokens = TextNumbers()
        let scan = EventScan(
            to: asOf, texts: [.ip: history.clients.condition([key])], fields: EventFields([.ts, .tokenID]))
        try history.scan(scan) { batch in
            tokens.begin(batch[.tokenID])
            for row in 0..<batch.count {
                (events, last) = (events + 1, max(last, batch.ts[row]))
                _ = tokens.number(batch[.tokenID], row)
            }
        }
        guard events > 0 else { return }
        add(
            "failed-verification-by-ip",
            "no failures from it; \(Wording.count(events, "event")) with "
                + "\(Wording.count(tokens.count, "token")), the last at \(Timestamp.text(last))")
    }

    /// The most failures, and the most different credentials, in any window of a width.
    private static func busiest(
        _ failures: [Failure], _ width: Int64
    ) -> (Int, Int) {
        var low = 0, most = 0, mostCredentials = 0
        var counts: [[UInt8]: Int] = [:]
        for high in failures.indices {
            if let credential = failures[high].credential { counts[credential, default: 0] += 1 }
            while failures[low].ts <= failures[high].ts.minus(width) {
                if let credential = failures[low].credential {
                    counts[credential] = (counts[credential] ?? 1) - 1
                    if counts[credential] == 0 { counts[credential] = nil }
                }
                low += 1
            }
            most = max(most, high - low + 1)
            mostCredentials = max(mostCredentials, counts.count)
        }
        return (most, mostCredentials)
    }
}
