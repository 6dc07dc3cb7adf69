internal import Model

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
        for (surge, campaign) in surges(findings) {
            also[campaign] = ["failure_surge"]
            replaced.insert(surge)
        }
        for classes in all {
            let same = Dictionary(grouping: findings.filter { classes.contains($0.class) }, by: \.entity)
            for group in same.values where Set(group.map(\.class)).count > 1 {
                let order = group.sorted { precedes($0, $1, classes) }
                // Two findings of one class are two facts.
                let others = order.filter { $0.class != order[0].class }
                also[order[0].id, default: []].formUnion(others.map(\.class))
                replaced.formUnion(others.map(\.id))
            }
        }
        return findings.filter { !replaced.contains($0.id) }.map { finding in
            var finding = finding
            finding.context.add("also", (also[finding.id] ?? []).sorted())
            return finding
        }
    }

    /// The ids of surges that are one campaign of one program, which names more, and that of the campaign: it lies in
    /// the time of the surge and has four in five of its networks. A surge that got in stays.
    private static func surges(_ findings: [Finding]) -> [(surge: String, campaign: String)] {
        let campaigns = findings.filter { $0.class == "distributed" }
        return findings.filter { $0.class == "failure_surge" && $0.severity == .high }.compactMap { surge in
            guard case .int(let networks) = surge.context["all_networks"] else { return nil }
            let own = campaigns.filter { campaign in
                guard case .int(let addresses) = campaign.context["ips"] else { return false }
                return 5 * addresses >= 4 * networks && campaign.firstSeen <= surge.lastSeen
                    && surge.firstSeen <= campaign.lastSeen
            }
            return own.min(by: Finding.precedes).map { (surge.id, $0.id) }
        }
    }

    private static func precedes(_ left: Finding, _ right: Finding, _ classes: [String]) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        let (first, second) = (classes.firstIndex(of: left.class), classes.firstIndex(of: right.class))
        if first != second { return (first ?? 0) < (second ?? 0) }
        return Finding.precedes(left, right)
    }
}
