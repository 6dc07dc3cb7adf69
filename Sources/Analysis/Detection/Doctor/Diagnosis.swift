package import Events
internal import Model

/// How well a log can be judged: by which rules, by which not and why, and what to add first.
package struct Diagnosis: Sendable {
    package struct Rule: Sendable {
        package var id: String
        package var title: String
        /// How much it counts in the score.
        package var weight: Int
        package var ability: Ability
        package var shortcomings: [Shortcoming]
        /// What it would be able to do if all was added that the systems can say.
        package var reachable = Ability.full
    }

    package let census: LogCensus
    /// In the order of the detectors.
    package private(set) var rules: [Rule] = []
    /// What to add, the best first.
    package private(set) var remedies: [Remedy] = []
    /// What none of the systems can ever say, the worst first.
    package private(set) var outOfReach: [Remedy] = []
    /// From 0 to 100: what the rules that can judge weigh of all; one that can in part counts half.
    package private(set) var score = 0
    /// The score if all was added that the systems can say.
    package private(set) var reachableScore = 0
    /// How far back the log would have to reach for all rules, if it does not, in microseconds.
    package private(set) var historyWanted: Int64?
    /// Where the log begins, and how far it reaches back from the end of the window.
    package let begins: Int64
    package let window: DetectionWindow
    /// The part of it over which the rules ran.
    package let ran: DetectionWindow

    /// - Parameters:
    ///   - results: what detectors said, without what `FieldCoverage` adds; all of them, or those that ran.
    ///   - ran: what they looked at: the window, or its end.
    ///   - systems: whose logs lie in the history.
    package init(
        _ settings: DetectorSettings, _ results: [DetectionResult], ranIn ran: DetectionWindow, _ systems: [LogSystem],
        in window: DetectionWindow, of history: any History
    ) throws {
        let needs = Need.all(settings)
        let cards = Detectors.all(settings).map { $0.card }
        let asked = cards.flatMap { needs[$0.id] ?? [] }
        (self.window, self.ran) = (window, ran)
        begins = try history.begins ?? window.from
        census = try LogCensus(asked, systems, in: window, of: history, settings.failedVerificationByIP)
        let facts = Set(asked.flatMap(\.anyOf).compactMap { if case .tokens(let fact) = $0 { fact } else { nil } })
        let judge = NeedJudge(
            census: census, tokens: try FieldCoverage.tokens(facts, ran, history),
            hasTools: !settings.policy.tools.isEmpty, reach: window.to.minus(begins))
        for card in cards {
            let result = results.first { $0.detector == card.id }
            let short = judge.shortcomings(of: needs[card.id] ?? [], result)
            rules.append(
                Rule(
                    id: card.id, title: card.title, weight: card.weight, ability: Self.ability(short),
                    shortcomings: short))
        }
        historyWanted = rules.flatMap(\.shortcomings).compactMap { shortcoming in
            if case .history(_, let wants) = shortcoming.what { wants } else { nil }
        }.max()
        plan()
    }

    private static func ability(_ short: [Shortcoming]) -> Ability {
        short.isEmpty ? .full : short.contains(where: \.isBlocking) ? .none : .part
    }

    private mutating func plan() {
        let plan = RemedyPlan(rules, census.systems.map(\.system), census)
        score = plan.score(after: [])
        (remedies, outOfReach, reachableScore) = plan.make()
        for place in rules.indices { rules[place].reachable = plan.ability(of: rules[place], after: plan.within) }
    }
}

extension DetectorCard {
    /// How much the rule counts in the score: by how bad what it finds is, the two main rules most.
    package var weight: Int {
        if [DormantTokenReactivation.card.id, FailedVerificationByIP.card.id].contains(id) { return 10 }
        return switch defaultSeverity {
        case .critical: 4
        case .high: 3
        case .medium: 2
        case .low, .info: 1
        }
    }
}
