internal import Columns
internal import Events
internal import Model
internal import Rollups

/// A token is given out for longer than the policy allows.
///
/// An admin issues each API token by hand, so each is a finding of its own. Access tokens are given out by the thousand
/// under one setting of the server: there is one finding for each client and UTC day.
///
/// Not found: access tokens whose issuance names no expiry (counted), and refresh tokens that were never used.
package struct LifetimePolicy: Detector {
    package static let card = DetectorCard(
        id: "lifetime-policy",
        title: "Token lives longer than the policy allows",
        question: "Which tokens were given out for too long, or forever?",
        needs: [.ts, .event, .tokenID, .expiresAt],
        judgesBy: [.events(.issuances, [.tokenID])],
        defaultSeverity: .medium,
        classes: [
            .init(
                "no_expiry", .high,
                "An API token was issued without an expiry.",
                advice: "Issue it anew with an expiry, and revoke {entity}."),
            .init(
                "api_token_too_long", .medium,
                "An API token was issued for longer than the limit.",
                advice: "Issue it anew for a shorter time, or allow the longer one in the policy if it was agreed "
                    + "upon."),
            .init(
                "access_token_too_long", .medium,
                "A client got access tokens that live longer than the limit.",
                advice: "Correct the lifetime that the server gives this client."),
            .init(
                "refresh_token_too_long", .medium,
                "A refresh token was used later than the limit after its issuance.",
                advice: "Revoke {entity}, and let the server check the age of refresh tokens."),
        ],
        references: ["T1550.001"],
        knownGaps: [
            "Events do not say when a refresh token expires: its age when it is used is judged, not its lifetime.",
            "`issued` events of kind `oauth` are judged as access tokens; those without a kind as API tokens.",
        ],
        version: 1)

    private let policy: Policy
    /// A lifetime that was cut from another clock may be so much longer.
    private static let tolerance = Timestamp.minute

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        guard !window.isEmpty else { return result }
        let issued = try issued(window, history, &result)
        result.findings = try issued + accessTokens(window, history) + refreshTokens(window, history)
        result.counts.add("findings", result.findings.count)
        result.sort()
        return result
    }

    // MARK: API tokens

    private func issued(
        _ window: DetectionWindow, _ history: any History, _ result: inout DetectionResult
    ) throws -> [Finding] {
        var findings: [Finding] = []
        var endless: [[UInt8]: [Finding]] = [:]
        let scan = EventScan(
            from: window.from, to: window.to, kinds: EventKinds(.issued),
            fields: Case.fields.union(EventFields([.tokenID, .kind, .expiresAt, .sourceID])))
        let systems = try history.systems
        var unsaid = UnsaidTokens()
        try history.scan(scan) { batch in
            for row in 0..<batch.count where !Self.otherKinds.contains(batch[.kind][row] ?? "") {
                guard let token = batch[.tokenID][row] else { continue }
                let expires = batch.expiresAt[row] == EventColumns.noTime ? nil : batch.expiresAt[row]
                let life = expires.map { $0.minus(batch.ts[row]) }
                guard life.map({ $0 > policy.lifetimes.apiToken.plus(Self.tolerance) }) ?? true else { continue }
                let system = systems?.system(ofSource: batch.sourceID[row])
                if life == nil, let system, system.lacksExpiries(ofKind: batch[.kind][row]) {
                    unsaid.add(system)
                    continue
                }
                var one = Case()
                one.add(batch, row, window)
                let found = finding(verdict(token, life, one), one, asOf: window.asOf)
                guard life == nil else {
                    findings.append(found)
                    continue
                }
                endless[LogName(ofPath: batch[.source].bytes(at: row) ?? []).bytes, default: []].append(found)
            }
        }
        if let note = unsaid.note("no_expiry", for: "when such tokens end") { result.coverage.append(note) }
        if endless.isEmpty { return findings }
        let telling = try logsWithExpiries(until: window.asOf, history)
        let silent = endless.filter { !telling.contains($0.key) }
        if !silent.isEmpty { result.coverage.append(Self.note(silent.mapValues(\.count))) }
        return findings + endless.filter { telling.contains($0.key) }.values.joined()
    }

    /// Which logs never say when a token ends: nobody knows whether theirs do.
    private static func note(_ tokens: [[UInt8]: Int]) -> CoverageNote {
        let names = Wording.list(tokens.keys.map { String(decoding: $0, as: UTF8.self) }, of: "log")
        return CoverageNote(
            kind: .notEvaluable,
            text: "not evaluable: no_expiry in \(names), where no line ever "
                + "says `expires_at` (\(Wording.count(tokens.values.reduce(0, +), "token")) in the window)",
            isPartial: true)
    }

    /// Kinds of credential that are no API tokens: OAuth has limits of its own, a session ends with its page.
    private static let otherKinds: Set = ["oauth", "anonymous", "session"]

    /// The logs of which any line has ever said when a token ends.
    private func logsWithExpiries(until asOf: Int64, _ history: any History) throws -> Set<[UInt8]> {
        var logs: Set<[UInt8]> = []
        let scan = EventScan(to: asOf, kinds: .issuances, fields: EventFields([.expiresAt, .source]))
        try history.scan(scan) { batch in
            var isSaid = [Bool](repeating: false, count: batch[.source].dictionary.count)
            let sources = batch[.source].indices
            for row in 0..<batch.count where batch.expiresAt[row] != EventColumns.noTime {
                if sources[row] != TextColumn.none { isSaid[Int(sources[row])] = true }
            }
            for place in isSaid.indices where isSaid[place] {
                logs.insert(LogName(ofPath: batch[.source].dictionary.slice(at: place)).bytes)
            }
        }
        return logs
    }

    private func verdict(_ token: String, _ life: Int64?, _ one: Case) -> Verdict {
        let limit = Wording.width(policy.lifetimes.apiToken)
        let who = one[.actor].first ?? "nobody who is named"
        let whom = one[.principal].first ?? "nobody who is named"
        let span = life.map { "for \(Wording.span($0))" } ?? "without an expiry"
        return Verdict(
            class: life == nil ? "no_expiry" : "api_token_too_long", entity: .init("token", token),
            fact: [token, String(one.first)], title: "Token \(token) issued \(span)",
            explanation: "\(who) issued the token to \(whom) \(span); the policy allows \(limit). "
                + (life == nil
                    ? "A token that never ends is what a thief keeps." : "A stolen one is good for as long."))
    }

    // MARK: Access tokens

    private func accessTokens(_ window: DetectionWindow, _ history: any History) throws -> [Finding] {
        var clients: [Key: (issuances: Case, longest: Int64)] = [:]
        let days = window.wholeDays
        let scan = EventScan(
            from: days.lowerBound, to: days.upperBound, kinds: [EventKinds(.exchanged), EventKinds(.refreshed)],
            fields: Case.fields.union(EventFields([.clientID, .expiresAt, .kind])))
        try history.scan(scan) { batch in
            // A session that an assertion was exchanged for is no access token.
            let isSession = batch[.kind].values(none: false) { $0.elementsEqual("session".utf8) }
            for row in 0..<batch.count where batch.expiresAt[row] != EventColumns.noTime && !isSession[row] {
                let life = batch.expiresAt[row].minus(batch.ts[row])
                guard life > policy.lifetimes.accessToken.plus(Self.tolerance) else { continue }
                let key = Key(client: batch[.clientID][row] ?? "", day: Timestamp.day(of: batch.ts[row]))
                clients[key, default: (Case(), 0)].issuances.add(batch, row, window)
                clients[key, default: (Case(), 0)].longest.grow(to: life)
            }
        }
        return clients.filter(\.value.issuances.isInWindow).map { key, one in
            finding(verdict(key, one.issuances, one.longest), one.issuances, asOf: window.asOf)
        }
    }

    private struct Key: Hashable {
        var client: String
        var day: Int32
    }

    private func verdict(_ key: Key, _ issuances: Case, _ longest: Int64) -> Verdict {
        let day = Timestamp.dayText(key.day)
        let client = key.client.isEmpty ? "a client that is not named" : "client \(key.client)"
        return Verdict(
            class: "access_token_too_long", entity: .init("client", key.client.isEmpty ? "unnamed" : key.client),
            fact: [key.client, day], title: "Access tokens of \(client) live \(Wording.span(longest))",
            explanation: "On \(day), \(client) got \(Wording.count(issuances.events, "access token")) that live up to "
                + "\(Wording.span(longest)); the policy allows \(Wording.width(policy.lifetimes.accessToken)). A "
                + "stolen one is good for as long. Shorten the life that the server gives them; refresh tokens carry "
                + "the session.")
    }

    // MARK: Refresh tokens

    private func refreshTokens(_ window: DetectionWindow, _ history: any History) throws -> [Finding] {
        var refreshed: [[UInt8]: Case] = [:]
        let scan = EventScan(
            from: window.from, to: window.to, kinds: EventKinds(.refreshed),
            fields: Case.fields.union(EventFields(.oldTokenID)))
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                guard let old = batch[.oldTokenID].bytes(at: row) else { continue }
                refreshed[Array(old), default: Case()].add(batch, row, window)
            }
        }
        return try history.lives(named: Set(refreshed.keys)).compactMap { life in
            guard let one = refreshed[Array(life.tokenID.utf8)], let issued = life.issuedAt,
                one.last.minus(issued) > policy.lifetimes.refreshToken.plus(Self.tolerance)
            else { return nil }
            return finding(verdict(life.tokenID, age: one.last.minus(issued)), one, asOf: window.asOf)
        }
    }

    private func verdict(_ token: String, age: Int64) -> Verdict {
        Verdict(
            class: "refresh_token_too_long", entity: .init("token", token), fact: ["refresh", token],
            title: "Refresh token of \(token) accepted after \(Wording.span(age))",
            explanation:
                "The refresh token that came with \(token) was accepted \(Wording.span(age)) after its issuance; "
                + "the policy allows \(Wording.width(policy.lifetimes.refreshToken)). Let refresh tokens expire, so "
                + "that a grant nobody uses any more ends.")
    }
}

extension Int64 {
    fileprivate mutating func grow(to other: Int64) { self = Swift.max(self, other) }
}
