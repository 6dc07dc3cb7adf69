package import Events

/// What somebody has looked at and decided to live with, for a time.
///
/// An entry has an owner, a reason and an end. What it hides is counted all the same, and it never hides a success
/// after an attack.
package struct Allowlist: Sendable, Equatable {
    package var entries: [Entry] = []

    package init() {}

    package struct Entry: Sendable, Equatable {
        /// What a finding must be about.
        package enum Subject: Sendable, Equatable {
            case token(String), principal(String), actor(String), agent(String), tool(String), network(IPNetwork)
        }

        package var subject: Subject
        /// Ids of the detectors whose findings are hidden; empty means all.
        package var detectors: [String]
        package var owner: String
        package var reason: String
        /// Findings with events at or after this time are not hidden. Microseconds since the epoch.
        package var until: Int64

        package init(_ subject: Subject, detectors: [String] = [], owner: String, reason: String, until: Int64) {
            self.subject = subject
            self.detectors = detectors
            self.owner = owner
            self.reason = reason
            self.until = until
        }
    }

    /// Classes that no entry hides.
    package static let neverHidden: Set = ["success_after"]

    /// The first entry that hides a finding, or nil.
    package func entry(hiding finding: Finding) -> Entry? {
        guard !Self.neverHidden.contains(finding.class) else { return nil }
        return entries.first { entry in
            finding.lastSeen < entry.until
                && (entry.detectors.isEmpty || entry.detectors.contains(finding.detector))
                && entry.subject.covers(finding)
        }
    }
}

extension Allowlist.Entry.Subject {
    /// How a policy file and a message name it.
    package var text: String {
        switch self {
        case .token(let name): "token \(name)"
        case .principal(let name): "principal \(name)"
        case .actor(let name): "actor \(name)"
        case .agent(let name): "agent \(name)"
        case .tool(let name): "tool \(name)"
        case .network(let network): "cidr \(network.text)"
        }
    }

    /// Whether a finding is about this and nothing else: one that also concerns others must be seen.
    fileprivate func covers(_ finding: Finding) -> Bool {
        switch self {
        case .token(let name): finding.entity == .init("token", name)
        case .principal(let name): finding.isAll(name, "principal", ["principals", "principal", "owner"])
        case .actor(let name): finding.isAll(name, "actor", ["actors", "actor"])
        case .agent(let name): finding.isAll(name, "user_agent", ["user_agents", "user_agent"])
        case .tool(let name): finding.isAll(name, "tool", ["tools", "tool"])
        case .network(let network):
            if finding.entity.type == "ip" {
                network.contains(finding.entity.value)
            } else {
                finding.names(["addresses", "ip"]).map { $0.allSatisfy(network.contains) } ?? false
            }
        }
    }
}

extension Finding {
    /// Whether a name is all that the finding says of a kind of thing: as its entity, or else in its context.
    fileprivate func isAll(_ name: String, _ type: String, _ keys: [String]) -> Bool {
        if entity.type == type { return entity.value == name }
        return names(keys) == [name]
    }

    /// The names under the first of some keys of the context; nil if there are none, or if the list was cut.
    fileprivate func names(_ keys: [String]) -> [String]? {
        for key in keys {
            guard context["more_\(key)"] == nil else { return nil }
            switch context[key] {
            case .text(let name): return [name]
            case .texts(let names): return names
            default: continue
            }
        }
        return nil
    }
}
