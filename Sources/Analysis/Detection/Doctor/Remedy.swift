package import Events

/// One thing to add, and what comes of it.
package struct Remedy: Sendable {
    package var gap: Gap
    /// The systems whose events lack it, by name of their mapping; nil is our own format. Of a policy none.
    package var systems: [String?]
    /// Those of them that can never say it.
    package var never: [String?]
    /// The rules that it lets judge, or judge more, once what stands before it is added.
    package var raises: [(id: String, ability: Ability)] = []
    /// Other rules that need it and something else.
    package var helps: [String] = []
    /// The score once it and what stands before it are added.
    package var scoreAfter = 0
}

/// In which order what is missing is worth adding.
struct RemedyPlan {
    private let rules: [Diagnosis.Rule]
    private let remedies: [Gap: Remedy]
    /// What at least one system can say.
    let within: Set<Gap>

    init(_ rules: [Diagnosis.Rule], _ systems: [LogSystem], _ census: LogCensus) {
        self.rules = rules
        let gaps = Set(rules.flatMap(\.shortcomings).flatMap(\.gaps))
        remedies = Dictionary(uniqueKeysWithValues: gaps.map { ($0, Self.remedy($0, census)) })
        let known = remedies
        within = gaps.filter { known[$0].map { $0.never.isEmpty || $0.never.count < $0.systems.count } ?? true }
    }

    private static func remedy(_ gap: Gap, _ census: LogCensus) -> Remedy {
        let (lacking, never): ([LogCensus.System], (LogSystem) -> Bool) =
            switch gap {
            case .events(let kinds): (census.systems, { $0.lacks(kinds) })
            case .tokens(let kinds): (census.systems, { $0.lacksTokens(kinds) })
            case .fields(let kind, let fields):
                (
                    census.systems.filter { !($0.kinds[kind]?.shares[fields]?.isNearlyAll ?? true) },
                    { $0.lacks(fields, on: kind) }
                )
            case .issuances: (census.systems, { $0.lacks(.issuances) })
            case .reasons: (census.systems.filter { $0.kinds[.failed] != nil }, { _ in false })
            case .tools, .history: ([], { _ in false })
            }
        return Remedy(
            gap: gap, systems: lacking.map(\.system.mapping),
            never: lacking.map(\.system).filter(never).map(\.mapping))
    }

    /// What a rule can do once some things are added. What one of several systems never says, it still does not say.
    func ability(of rule: Diagnosis.Rule, after added: Set<Gap>) -> Ability {
        rule.shortcomings.reduce(.full) { worst, one in
            guard one.gaps.isEmpty || !one.gaps.allSatisfy(added.contains) else {
                let isWhole = one.gaps.allSatisfy { remedies[$0]?.never.isEmpty ?? true }
                return min(worst, isWhole ? .full : .part)
            }
            return min(worst, one.isBlocking ? .none : .part)
        }
    }

    /// Of 100, rounded down.
    func score(after added: Set<Gap>) -> Int {
        let all = rules.reduce(0) { $0 + $1.weight } * 2
        return all == 0 ? 0 : rules.reduce(0) { $0 + points($1, added) } * 100 / all
    }

    /// Twice the weight for a rule that can judge, once for one that can in part.
    private func points(_ rule: Diagnosis.Rule, _ added: Set<Gap>) -> Int {
        rule.weight * ability(of: rule, after: added).rawValue
    }

    /// What can be added, the best first, and what cannot.
    func make() -> (remedies: [Remedy], outOfReach: [Remedy], reachable: Int) {
        var left = within, added: Set<Gap> = [], made: [Remedy] = []
        while let best = left.max(by: { isWorse($0, $1, added) }) {
            left.remove(best)
            if let remedy = remedy(best, added) { made.append(remedy) }
            added.insert(best)
        }
        let beyond = remedies.keys.filter { !within.contains($0) }.sorted { isWorse($1, $0, []) }
        return (made, beyond.compactMap { remedy($0, []) }, score(after: within))
    }

    private func isWorse(_ left: Gap, _ right: Gap, _ added: Set<Gap>) -> Bool {
        let (a, b) = (worth(left, added), worth(right, added))
        return (a.gain, a.share) == (b.gain, b.share)
            ? right.rank.lexicographicallyPrecedes(left.rank) : (a.gain, a.share) < (b.gain, b.share)
    }

    /// What it gains by itself, and what it has part in.
    private func worth(_ gap: Gap, _ added: Set<Gap>) -> (gain: Int, share: Double) {
        var gain = 0, share = 0.0
        for rule in rules where rule.shortcomings.contains(where: { $0.gaps.contains(gap) }) {
            let now = points(rule, added)
            gain += points(rule, added.union([gap])) - now
            let open = Set(rule.shortcomings.flatMap(\.gaps)).subtracting(added)
            share += Double(2 * rule.weight - now) / Double(max(1, open.count))
        }
        return (gain, share)
    }

    /// What adding something brings to rules that can ever judge; nil if there is none. Of what nobody can add: which
    /// rules miss it.
    private func remedy(_ gap: Gap, _ added: Set<Gap>) -> Remedy? {
        guard var remedy = remedies[gap] else { return nil }
        let after = added.union([gap]), isBeyond = !within.contains(gap)
        for rule in rules where rule.shortcomings.contains(where: { $0.gaps.contains(gap) }) {
            guard isBeyond || ability(of: rule, after: within) > .none else { continue }
            let ability = ability(of: rule, after: after)
            if ability > self.ability(of: rule, after: added) {
                remedy.raises.append((rule.id, ability))
            } else {
                remedy.helps.append(rule.id)
            }
        }
        remedy.scoreAfter = score(after: after)
        return remedy.raises.isEmpty && remedy.helps.isEmpty ? nil : remedy
    }
}
