/// Classes of findings that are one fact: whoever is told both has two lines to follow up, and one thing to do.
package enum OneFact {
    private static let all = [
        // A token that nobody issued is used for the first time: one rule asks by whom, the other when.
        ["orphan_token", "unknown_origin"]
    ]

    /// Of findings that are one fact leaves the worst, of equals the one whose class is named first above. It names the
    /// other classes under `also`.
    package static func told(_ findings: [Finding]) -> [Finding] {
        var also: [String: Set<String>] = [:], replaced: Set<String> = []
        for classes in all {
            let same = Dictionary(grouping: findings.filter { classes.contains($0.class) }, by: \.entity)
            for group in same.values where Set(group.map(\.class)).count > 1 {
                let order = group.sorted { precedes($0, $1, classes) }
                // Two findings of one class are two facts.
                let others = order.filter { $0.class != order[0].class }
                also[order[0].id] = Set(others.map(\.class))
                replaced.formUnion(others.map(\.id))
            }
        }
        return findings.filter { !replaced.contains($0.id) }.map { finding in
            var finding = finding
            finding.context.add("also", (also[finding.id] ?? []).sorted())
            return finding
        }
    }

    private static func precedes(_ left: Finding, _ right: Finding, _ classes: [String]) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        let (first, second) = (classes.firstIndex(of: left.class), classes.firstIndex(of: right.class))
        if first != second { return (first ?? 0) < (second ?? 0) }
        return Finding.precedes(left, right)
    }
}
