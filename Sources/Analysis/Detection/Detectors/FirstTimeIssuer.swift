internal import Events
internal import Model

/// Somebody issues tokens who has not done so for half a year.
///
/// An intruder with an account that may issue tokens makes himself one, whatever else he does: it outlives the account.
/// Who issues is learned from the first 30 days of the log, and from every issue that this rule told of or that nobody
/// took for new. One finding for each actor and UTC day.
///
/// Rotations are no news: a token of the same principal and scopes as one in the last third of its life, or just over.
/// Nor are tokens that people get by logging in, or issue to themselves (`self-issue`).
///
/// Not found: an intruder who has the account of somebody who issues anyway.
package struct FirstTimeIssuer: Detector {
    package static let card = DetectorCard(
        id: "first-time-issuer",
        title: "Somebody new issues tokens",
        question: "Who issued a token that had issued none for half a year?",
        needs: [.ts, .event, .tokenID, .actor, .principal],
        judgesBy: [.events(EventKinds(.issued), [.actor, .principal])],
        defaultSeverity: .medium,
        classes: [
            .init(
                "first_time_issuer", .medium,
                "Issues by an actor who had issued nothing for half a year, and no rotation; high from a network or "
                    + "with a program that is new for the actor.",
                advice: "Ask {entity}, not by mail, whether this was them; if not, lock the account and revoke "
                    + "{tokens}. Who may issue always goes into `issuers` of the policy.")
        ],
        references: ["T1098.001", "T1136"],
        knownGaps: [
            "Who issued in the first 30 days of the log, or of the log of a system that came later, is never told of.",
            "To be taken for an issuer costs an intruder one finding of this rule, or a rotation of a token that ends "
                + "(one for each such token) and 30 days of waiting.",
            "A network or program is new if the actor, who acted or was let in elsewhere in the 60 days before, was "
                + "not seen there up to a week before; an account that only issues has nothing to compare with.",
            "Of a token from before the log nobody knows when it ends: for as long as it may live, one token for its "
                + "principal may take its place.",
            "Tokens that live no longer than the policy's access tokens are taken for such.",
            "Of more than 1,000 actors and days in a run the others are counted.",
        ],
        version: 1)

    package struct Settings: Sendable, Equatable {
        /// Who may always issue: names, with `*` for any characters.
        package var issuers: [String] = []
        /// Days without an issue after which an actor is new again.
        package var silence: Int32 = 180
        /// How long the log teaches who issues, in microseconds.
        package var learning = 30 * Timestamp.day

        package init() {}
    }

    package var settings: Settings
    private let policy: Policy

    /// More actors and days are counted: a thousand are more than anybody reads.
    static let most = 1_000

    package init(_ settings: Settings = Settings(), _ policy: Policy = Policy()) {
        (self.settings, self.policy) = (settings, policy)
    }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(settings.silence > 0, "silence", "\(settings.silence)", want: "a number of days above 0")
        try require(
            settings.learning >= 0, "learning", Wording.span(settings.learning),
            want: "a length of time that is not negative")
        try require(!settings.issuers.contains(""), "issuers", "an empty name", want: "names of actors")
        var result = emptyResult
        let issues = MadeIssues(
            history: history, accessToken: policy.lifetimes.accessToken,
            exempt: settings.issuers.map(NamePattern.init))
        var days = IssueDays(issues, window, settings)
        try days.read()
        let open = days.open.sorted { left, right in
            left.day != right.day
                ? left.day < right.day
                : days.names[left.actor].lexicographicallyPrecedes(days.names[right.actor])
        }
        let replacements = Replacements(
            history: history, overlap: policy.rotationOverlap, lifetime: policy.lifetimes.apiToken)
        let found = try FirstIssues(issues: issues, window: window, replacements: replacements)
            .read(Array(open.prefix(Self.most)), days.names)
        let news = try ActorSurroundings(history: history, asOf: window.asOf).news(found)
        let begins = try history.begins ?? window.from
        result.findings = zip(found, news).map { one, news in
            finding(verdict(one, news, begins: begins), one.events, asOf: window.asOf)
        }
        result.counts.add("actors", days.actors)
        result.counts.add("insufficient_history", days.teaching)
        tell(days.teaching, more: open.count - Self.most, in: &result)
        result.sort()
        return result
    }

    private func tell(_ teaching: Int, more: Int, in result: inout DetectionResult) {
        if teaching > 0 {
            result.coverage.append(
                CoverageNote(
                    kind: .insufficientHistory,
                    text: "\(Wording.count(teaching, "issue")) of the first \(Wording.width(settings.learning)) of the "
                        + "log: it shows who issues, and nobody is new in it"))
        }
        guard more > 0 else { return }
        result.isCut = true
        result.counts.add("more", more)
        result.coverage.append(
            CoverageNote(
                kind: .more,
                text: "\(Wording.count(more, "more day")) of actors that are not known to issue; the first "
                    + "\(Self.most) were looked at", isPartial: true))
    }

    private func verdict(_ one: FirstIssues.Found, _ news: ActorSurroundings.News, begins: Int64) -> Verdict {
        let actor = String(decoding: one.actor, as: UTF8.self), day = Timestamp.dayText(one.day)
        let count = one.events.events, what = count == 1 ? "a token" : "\(count) tokens"
        var context = Context()
        context.add("tokens", one.tokens.all)
        context.add("scopes", one.scopes.all)
        context.add("new_networks", news.networks)
        context.add("new_programs", news.programs)
        let isYoung = Timestamp.start(ofDay: one.day - settings.silence) < begins
        let before =
            isYoung ? "since the log began at \(Timestamp.text(begins))" : "in the \(settings.silence) days before"
        return Verdict(
            class: "first_time_issuer", entity: .init("actor", actor), fact: [actor, day],
            title: "\(actor) issued \(what), and none \(isYoung ? "before" : "for \(settings.silence) days")",
            explanation: "On \(day), \(actor) issued \(what) to \(Self.list(one.events[.principal], "nobody named")) "
                + "with \(Self.list(one.scopes.all, "no scopes named")). \(actor) had made no token \(before), "
                + "rotations aside, and \(count == 1 ? "this one takes" : "these take") the place of none that ends."
                + words(news),
            severity: news.isEmpty ? .medium : .high, confidence: .medium, context: context)
    }

    private func words(_ news: ActorSurroundings.News) -> String {
        var parts: [String] = []
        if !news.networks.isEmpty { parts.append("network \(Self.list(news.networks, ""))") }
        if !news.programs.isEmpty { parts.append("program \(Self.list(news.programs, ""))") }
        return parts.isEmpty ? "" : " New for the actor: \(parts.joined(separator: "; "))."
    }

    private static func list(_ names: [String], _ none: String) -> String {
        guard names.count > 3 else { return names.isEmpty ? none : names.joined(separator: ", ") }
        return names.prefix(3).joined(separator: ", ") + " and others"
    }
}
