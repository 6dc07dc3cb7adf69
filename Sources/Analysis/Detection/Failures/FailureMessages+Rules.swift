internal import Events

/// Each class's rule with its numbers.
extension FailureMessages {
    /// The strongest window, and the rule that it meets.
    func rule(_ episode: Episode, _ details: FailureDetails) -> String {
        let facts = episode.peak
        let failures = Wording.count(facts.failures, "failed verification")
        let credentials = Wording.count(facts.credentials, "credential")
        let window = "within \(Wording.width(episode.peakWidth))"
        let who = episode.subject.text
        let mismatches =
            "\(Wording.percent(facts.mismatches, of: facts.failures)) of the failures were "
            + (settings.mismatchReasons.first ?? "mismatches") + (settings.mismatchReasons.count > 1 ? " or alike" : "")
        switch episode.kind {
        case .credentialStuffing, .successAfter:
            let rule = settings.stuffing
            return "\(who) had \(failures) on \(credentials) \(window); "
                + "\(Wording.percent(facts.few, of: facts.credentials)) of the credentials were tried at most "
                + "\(Wording.count(rule.fewAttempts, "time")), \(mismatches) (rule: \(rule.failures) failures on "
                + "\(rule.credentials) credentials, \(share(rule.fewShare)) and \(share(rule.mismatchShare)))."
        case .distributed:
            let rule = settings.distributed
            let each = Wording.number(Double(facts.failures) / Double(max(facts.keys, 1)), places: 1)
            return "\(who) had \(failures) on \(credentials) from \(facts.keys) addresses \(window), "
                + "\(each) for each; \(mismatches) (rule: \(rule.failures) failures on \(rule.credentials) credentials "
                + "from \(rule.keys) addresses, at most \(Wording.number(rule.failuresPerKey)) for each, "
                + "\(share(rule.mismatchShare)))."
        case .credentialReplay:
            return replay(episode, failures, details)
        case .scopeProbe:
            let rule = settings.scopeProbe
            let tools = episode.named?.tools ?? []
            return "Token \(named(episode.named?.tokens)) was refused \(Wording.count(facts.failures, "time")) from "
                + "\(who) for scopes that it does not hold, on \(Wording.count(tools.count, "tool")) "
                + "(\(named(tools))), at least \(rule.tools) of them within \(Wording.width(rule.width)) "
                + "(rule: \(rule.tools) tools). A program knows which tools it may use; this looks like somebody who "
                + "has the token and finds out what it opens."
        case .stuffingSlow:
            let rule = settings.slowStuffing
            return "\(who) had \(failures) on \(credentials) \(window), on \(rule.days) days or more and outside of "
                + "bursts; \(Wording.percent(facts.few, of: facts.credentials)) of the credentials were tried at most "
                + "\(Wording.count(settings.stuffing.fewAttempts, "time")), \(mismatches) (rule: \(rule.credentials) "
                + "credentials on \(rule.days) days, \(share(rule.fewShare)) and "
                + "\(share(settings.stuffing.mismatchShare)))."
        case .bruteForce:
            let rule = settings.bruteForce
            return "\(who) had \(failures) on \(credentials) \(window), \(rate(facts)), up to \(facts.most) on one "
                + "(rule: \(rule.failures) failures on at most \(rule.credentials) credentials, "
                + "\(Wording.number(rule.rate)) per second)."
        case .loginGuessing:
            let rule = settings.loginGuessing
            return "\(who) had \(failures) on \(credentials) \(window), refused logins as of somebody who guesses "
                + "passwords (rule: \(rule.failures) refused logins within \(Wording.width(rule.width)))."
        case .volume:
            let nameless = facts.failures - facts.known
            return "\(who) had \(failures) \(window), of which \(nameless) name no credential "
                + "(rule: \(settings.volume.failures)). The evidence is weak: without credentials nobody can tell "
                + "stuffing from a broken client."
        case .brokenClient:
            let rule = settings.brokenClient
            let distance = facts.failures > 1 ? (facts.last - facts.first) / Int64(facts.failures - 1) : 0
            return "\(who) had \(failures) \(window), all with one credential, one user agent and one reason, evenly "
                + "about every \(Wording.span(distance)) (rule: \(rule.failures) failures, variation at most "
                + "\(Wording.number(rule.variation))). The credential had worked from there before: most likely a "
                + "program whose token ran out."
        }
    }

    private func replay(_ episode: Episode, _ failures: String, _ details: FailureDetails) -> String {
        let reasons = FailureDetails.byFrequency(details.reasons).map(\.key)
        return "\(episode.subject.text) had \(failures) with \(Wording.count(episode.total.credentials, "token")) "
            + "(\(named(episode.named?.tokens))) refused as \(named(reasons)), with "
            + "\(named(episode.named?.agents)). Each had been used before, but never from this address and never with "
            + "this user agent: its owner tries it from where it always was, so this is a copy in other hands."
    }

    /// The first few of some names.
    func named(_ names: [String]?) -> String {
        let names = names ?? []
        let more = names.count > 3 ? " and \(names.count - 3) more" : ""
        return names.prefix(3).joined(separator: ", ") + more
    }

    private func share(_ value: Double) -> String { Wording.number(value * 100) + " %" }

    private func rate(_ facts: FailureFacts) -> String {
        let span = facts.last - facts.first
        guard span > 0 else { return "all at once" }
        return "\(Wording.number(Double(facts.known) * Double(Timestamp.second) / Double(span))) per second"
    }
}
