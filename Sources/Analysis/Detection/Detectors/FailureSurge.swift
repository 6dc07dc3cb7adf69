internal import Events
internal import Model

/// Many networks that nobody knows fail at once, with credentials that nobody knows.
///
/// Who rents thousands of addresses tries each a few times, with another program each time; no address and no program
/// stands out. What stands out is that so many strangers come at once. One finding for each UTC day.
///
/// A stranger is a network (/24, /64) without a success in the 30 days before. A bad deployment, a rotated key or an
/// office that mistypes is none: these are let in otherwise. Nor is a wave of people who mistype and then get in.
///
/// Not found: tries that are spread over days, or over fewer networks; then other rules look at them.
package struct FailureSurge: Detector {
    package static let card = DetectorCard(
        id: "failure-surge",
        title: "Many strangers fail at once",
        question: "When did unusually many networks that nobody knows fail within an hour?",
        needs: [.ts, .event, .ip, .reason],
        defaultSeverity: .high,
        classes: [
            .init(
                "failure_surge", .high,
                "Within an hour 25 networks without a success in 30 days fail with credentials that were never "
                    + "accepted, and five times the most of any hour of 14 days.",
                advice: "Ask for a challenge or slow down whoever is not logged in, and look whom the failures name: "
                    + "force new credentials for those who got in.")
        ],
        references: ["T1110.004", "T1110.003"],
        knownGaps: [
            "To make a network known costs an attacker a success there on an earlier day, by an account that was let "
                + "in from at most ten of the networks that fail.",
            "To make a surge look usual, an attacker must fail with a fifth of its networks within one hour, two to "
                + "fifteen days before: this rule tells of 25 of them.",
            "Where half of the strangers are let in on the same day, they are taken for people who mistyped.",
            "In a log of less than a week before the last 24 hours nothing is told: what is usual is not known.",
            "Of more than a quarter of a million networks and minutes a part is counted, which the finding says.",
            "A campaign by one program that makes most of a surge is told as `distributed`, with this class under "
                + "`also`.",
        ],
        version: 1)

    package struct Settings: Sendable, Equatable {
        /// The fewest networks within `width` microseconds.
        package var networks = 25
        package var width = Timestamp.hour
        /// So many times the most of any hour before.
        package var factor = 5
        /// The fewest days of log that make a habit.
        package var leastDays: Int32 = 7

        package init() {}
    }

    package var settings: Settings
    private let failures: FailedVerificationByIP.Settings

    package init(
        _ settings: Settings = Settings(),
        _ failures: FailedVerificationByIP.Settings = FailedVerificationByIP.Settings()
    ) {
        (self.settings, self.failures) = (settings, failures)
    }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(settings.networks > 1, "networks", "\(settings.networks)", want: "a number of networks above 1")
        try require(settings.factor > 0, "factor", "\(settings.factor)", want: "a number above 0")
        try require(
            (1...SurgeSearch.habit).contains(settings.leastDays), "least_days", "\(settings.leastDays)",
            want: "a number of days from 1 to \(SurgeSearch.habit)")
        try require(
            settings.width > 0 && settings.width <= Timestamp.hour, "width", Wording.span(settings.width),
            want: "a length of time above 0, and an hour at most")
        var result = emptyResult
        let search = SurgeSearch(history: history, window: window, settings: settings, failures: failures)
        let outcome = try search.run()
        let successes = SurgeSuccesses(history: history, failures: failures, window: window)
        for surge in outcome.surges {
            let letIn = try successes.read(surge)
            guard surge.events.isInWindow || letIn.isInWindow else { continue }
            result.findings.append(finding(verdict(surge, letIn), surge.events, asOf: window.asOf))
        }
        result.counts.add("let_in", outcome.people)
        result.counts.add("insufficient_history", outcome.young)
        if outcome.young > 0 {
            result.coverage.append(
                CoverageNote(
                    kind: .insufficientHistory,
                    text:
                        "\(Wording.count(outcome.young, "day")) with \(settings.networks) unknown networks or more "
                        + "that failed within \(Wording.width(settings.width)): the log is too young to say whether "
                        + "that is much"))
        }
        result.sort()
        return result
    }

    private func verdict(_ surge: SurgeSearch.Surge, _ letIn: SurgeSuccesses.LetIn) -> Verdict {
        let day = Timestamp.dayText(surge.day), width = Wording.width(settings.width)
        var context = Context()
        context.add("networks", surge.peak)
        context.add("most_before", surge.most)
        context.add("all_networks", surge.strangers.count * surge.oneIn)
        if surge.oneIn > 1 { context.add("one_network_in", surge.oneIn) }
        context.add("got_in", letIn.fromSurge)
        context.add("let_in_elsewhere", letIn.fromElsewhere)
        let part = surge.oneIn > 1 ? " One network in \(surge.oneIn) was counted." : ""
        return Verdict(
            class: "failure_surge", entity: .init("day", day), fact: [day],
            title: "\(surge.peak) unknown networks failed within \(width)",
            explanation: "On \(day), up to \(surge.peak) networks without a success in the \(KnownNetworks.memory) "
                + "days before failed within \(width), with credentials that nobody knows; in no hour of the "
                + "\(SurgeSearch.habit) days up to the day before was it more than \(surge.most). The rule speaks at "
                + "\(settings.networks) networks and \(settings.factor) times the habit. "
                + "\(Wording.count(surge.events.events, "failure")) belong to it.\(part) So credentials are tried from "
                + "rented addresses, each a few times." + words(letIn),
            severity: letIn.fromSurge.isEmpty ? .high : .critical, context: context)
    }

    private func words(_ letIn: SurgeSuccesses.LetIn) -> String {
        func list(_ names: [String]) -> String {
            names.prefix(3).joined(separator: ", ") + (names.count > 3 ? " and others" : "")
        }
        var text = ""
        if !letIn.fromSurge.isEmpty {
            text +=
                " It got in: within \(Wording.width(SurgeSuccesses.reach)) \(list(letIn.fromSurge)), whom it had "
                + "tried, was let in from one of its networks."
        }
        if !letIn.fromElsewhere.isEmpty {
            text += " Look at \(list(letIn.fromElsewhere)), too: tried here, and let in from a network new to them."
        }
        return text
    }
}
