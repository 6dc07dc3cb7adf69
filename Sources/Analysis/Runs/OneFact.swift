internal import Detection

/// Two classes of findings that are one fact: whoever is told both has two lines to follow up and one thing to do.
private struct OneFact {
    var classes: [String]

    static let all = [
        // A token that nobody issued is used for the first time: one rule asks when, the other by whom.
        OneFact(classes: ["orphan_token", "unknown_origin"])
    ]
}

extension DetectionReport {
    /// Of findings that are one fact keeps the worst, of equals the one whose class is named first above. It names the
    /// other classes under `also`. What an allowance hides replaces nothing.
    mutating func tellFactsOnce() {
        for fact in OneFact.all {
            let told = Dictionary(grouping: findings.filter { fact.classes.contains($0.class) }, by: \.entity)
            for same in told.values where same.count > 1 {
                let order = same.sorted { left, right in
                    if left.severity != right.severity { return left.severity > right.severity }
                    let places = [left, right].map { fact.classes.firstIndex(of: $0.class) ?? 0 }
                    return places[0] != places[1] ? places[0] < places[1] : left.firstSeen < right.firstSeen
                }
                // Two findings of one class are two facts.
                let others = order.dropFirst().filter { $0.class != order[0].class }
                replace(others, by: order[0])
            }
        }
    }

    private mutating func replace(_ others: [Finding], by kept: Finding) {
        guard !others.isEmpty else { return }
        let ids = Set(others.map(\.id))
        for place in results.indices {
            results[place].findings.removeAll { ids.contains($0.id) }
            for finding in results[place].findings.indices where results[place].findings[finding].id == kept.id {
                results[place].findings[finding].context["also"] = .texts(Set(others.map(\.class)).sorted())
            }
        }
    }
}
