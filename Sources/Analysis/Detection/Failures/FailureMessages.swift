internal import Events

/// What findings about failures say.
struct FailureMessages {
    let settings: FailedVerificationByIP.Settings
    let asOf: Int64
    /// The ids of the episodes after which something new was accepted from one of their clients.
    let gotIn: Set<String>

    // MARK: Episodes

    func finding(_ episode: Episode, _ details: FailureDetails) -> Finding {
        let card = FailedVerificationByIP.card
        return Finding(
            id: episode.id, detector: card.id, version: card.version, class: episode.kind.rawValue,
            severity: episode.kind.severity, confidence: confidence(episode.kind), entity: episode.subject.entity,
            firstSeen: episode.first, lastSeen: episode.last, asOf: asOf,
            title: title(episode),
            explanation: [rule(episode, details), whole(episode), also(episode), outcome(episode)].compactMap { $0 }
                .joined(separator: " "),
            evidence: details.evidence.all, context: context(episode, details),
            references: references(episode.kind))
    }

    private func title(_ episode: Episode) -> String {
        let who = episode.subject.text
        return switch episode.kind {
        case .credentialStuffing, .successAfter: "Credential stuffing from \(who)"
        case .distributed: "Distributed credential stuffing by \(who) from \(episode.total.keys) addresses"
        case .credentialReplay:
            "\(Wording.count(episode.total.credentials, "spent credential")) tried from \(who), where none belongs"
        case .scopeProbe: "Token \(named(episode.named?.tokens)) probed for scopes from \(who)"
        case .bruteForce: "Brute force from \(who)"
        case .stuffingSlow: "Slow credential stuffing from \(who)"
        case .loginGuessing: "Logins guessed from \(who)"
        case .volume: "Many failed verifications from \(who)"
        case .brokenClient: "Broken client at \(who)"
        }
    }

    private func whole(_ episode: Episode) -> String? {
        let total = episode.total
        guard total.failures > episode.peak.failures else { return nil }
        let credentials = Wording.count(total.credentials, "credential")
        return "In all \(Wording.count(total.failures, "failure")) on \(credentials) "
            + "from \(Timestamp.text(episode.first)) to \(Timestamp.text(episode.last))."
    }

    private func also(_ episode: Episode) -> String? {
        guard !episode.also.isEmpty else { return nil }
        let names = Self.distinct(episode.also.map { $0.kind.rawValue })
        return "At the same time: \(names.joined(separator: ", "))."
    }

    /// The first question of whoever reads of an attack.
    private func outcome(_ episode: Episode) -> String? {
        guard episode.kind.mayEndInSuccess else { return nil }
        if gotIn.contains(episode.id) { return "It got in: see the success_after of the same time." }
        let end = min(asOf, episode.last.plus(settings.successWithin))
        return "Up to \(Timestamp.text(end)), nothing was accepted from there that was new to it."
    }

    private func context(_ episode: Episode, _ details: FailureDetails) -> Context {
        var context = Context()
        context.add("window", Wording.width(episode.peakWidth))
        context.add("window_start", time: episode.peak.first)
        context.add("window_end", time: episode.peak.last)
        context.add("failures", episode.peak.failures)
        context.add("credentials", episode.peak.credentials)
        context.add("most_attempts", episode.peak.most)
        context.add("few_attempts_credentials", episode.peak.few)
        context.add("mismatches", episode.peak.mismatches)
        context.add("total_failures", episode.total.failures)
        context.add("total_credentials", episode.total.credentials)
        if case .agent = episode.subject {
            context.add("ips", episode.total.keys)
            context.add("busiest_ips", episode.busiest.map { $0.text })
        }
        if case .key(let key) = episode.subject, key.family.isNetwork {
            context.add("busiest_ips", episode.busiest.map { $0.text })
        }
        context.add("reasons", FailureDetails.ranked(details.reasons, most: 5))
        if case .key = episode.subject {
            context.add("user_agents", episode.total.agents)
            context.add("user_agent_names", FailureDetails.ranked(details.agents, most: 5))
        }
        if let named = episode.named {
            context.add("tokens", Array(named.tokens.prefix(Evidence.limit)))
            context.add("tools", Array(named.tools.prefix(Evidence.limit)))
        }
        context.add("also", Self.distinct(episode.also.map { $0.kind.rawValue }))
        return context
    }

    // MARK: Success after failures

    func finding(_ success: SuccessAfter, after episode: Episode, _ details: FailureDetails) -> Finding {
        let card = FailedVerificationByIP.card
        let first = success.firsts[0]
        let last = success.firsts[success.firsts.count - 1]
        let accepted = success.firsts.prefix(Evidence.limit / 2).map { $0.evidence }
        let failures = details.evidence.latest(Evidence.limit / 2)
        return Finding(
            id: Episode.id(.successAfter, success.key.text, episode.first),
            detector: card.id, version: card.version, class: FailureClass.successAfter.rawValue,
            severity: FailureClass.successAfter.severity, confidence: confidence(.successAfter),
            entity: .init("ip", success.key.text), firstSeen: first.ts, lastSeen: last.ts, asOf: asOf,
            title: "Accepted from \(success.key.text) after \(name(episode.kind)): \(names(success))",
            explanation: story(success, after: episode),
            evidence: (accepted + failures).sorted(),
            context: context(success, after: episode), references: references(.successAfter))
    }

    private func story(_ success: SuccessAfter, after episode: Episode) -> String {
        let first = success.firsts[0]
        let failures = Wording.count(episode.total.failures, "failed verification")
        let credentials = Wording.count(episode.total.credentials, "credential")
        let from = "from \(Timestamp.text(episode.first)) to \(Timestamp.text(episode.last))"
        let when =
            first.ts > episode.last
            ? "\(Wording.span(first.ts - episode.last)) after the last failure" : "while it went on"
        let others =
            success.firsts.count > 1
            ? " \(Wording.count(success.firsts.count - 1, "more credential")) followed." : ""
        return "\(episode.subject.text) had \(failures) on \(credentials) \(from) (\(name(episode.kind))). "
            + "At \(Timestamp.text(first.ts)), \(when), \(subject(first)) from "
            + "\(success.key.text), where it had never been accepted in the \(Wording.width(settings.knownWithin)) "
            + "before (rule: within \(Wording.width(settings.successWithin))).\(others)"
    }

    private func context(_ success: SuccessAfter, after episode: Episode) -> Context {
        var context = Context()
        context.add("follows", episode.id)
        context.add("follows_class", episode.kind.rawValue)
        context.add("failures_from", time: episode.first)
        context.add("failures_to", time: episode.last)
        context.add("total_failures", episode.total.failures)
        context.add("accepted_credentials", success.firsts.count)
        let listed = success.firsts.prefix(Evidence.limit)
        context.add("tokens", Self.distinct(listed.compactMap { $0.credential.text(of: .tokenID) }))
        context.add("principals", Self.distinct(listed.compactMap { $0.principal }))
        return context
    }

    // MARK: Words

    private func name(_ kind: FailureClass) -> String {
        kind == .distributed
            ? "distributed stuffing" : kind.rawValue.split(separator: "_").joined(separator: " ")
    }

    private func names(_ success: SuccessAfter) -> String {
        let more = success.firsts.count - 1
        return name(success.firsts[0].credential) + (more > 0 ? " and \(more) more" : "")
    }

    private func name(_ credential: AcceptedUse.Name) -> String {
        if case .token(let token) = credential { "token \(token)" } else { credential.text }
    }

    /// What was let in, and how.
    private func subject(_ use: AcceptedUse) -> String {
        guard case .token = use.credential else {
            return "\(use.credential.text) \(use.kind == .issued ? "logged in" : "was let in")"
        }
        return name(use.credential) + (use.principal.map { " of \($0)" } ?? "") + " was \(verb(use.kind))"
    }

    private func verb(_ kind: EventKind) -> String {
        switch kind {
        case .exchanged: "given out in exchange for a code"
        case .refreshed: "given out by a refresh"
        case .issued: "given out by a login"
        default: "used"
        }
    }

    private func confidence(_ kind: FailureClass) -> Confidence {
        switch kind {
        case .successAfter, .credentialStuffing, .distributed, .scopeProbe: .high
        case .bruteForce, .brokenClient, .stuffingSlow, .credentialReplay: .medium
        case .volume, .loginGuessing: .low
        }
    }

    private func references(_ kind: FailureClass) -> [String] {
        switch kind {
        case .successAfter: ["T1078", "T1110.004"]
        case .credentialStuffing, .distributed, .stuffingSlow: ["T1110.004"]
        case .credentialReplay: ["T1550.001"]
        case .scopeProbe: ["T1078", "T1526"]
        case .bruteForce, .loginGuessing: ["T1110.001"]
        case .volume: ["T1110"]
        case .brokenClient: []
        }
    }

    private static func distinct(_ texts: [String]) -> [String] {
        var seen: Set<String> = []
        return texts.filter { seen.insert($0).inserted }
    }
}
