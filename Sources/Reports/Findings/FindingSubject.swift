package import Catalog
package import Console
package import Detection

/// Whom a finding is about: its entity, and the tokens, principals and addresses that its context names.
///
/// A token with which somebody came in after stuffing belongs to a finding about an address; whoever asks for the token
/// must see it.
package struct FindingSubject {
    /// `token`, `principal` or `ip`.
    private let kind: String
    private let name: String

    package init(kind: String, name: String) {
        self.kind = kind
        self.name = name
    }

    /// Whether a finding of the ledger is about it. Throws for a body that is no JSON.
    package func isOf(_ finding: LedgerFinding) throws -> Bool {
        if isEntity(finding.entry.entityType, finding.entry.entity) { return true }
        return isNamed(in: try JSONParser.parse(finding.entry.body)["context"])
    }

    /// Whether a finding is about it.
    package func isOf(_ finding: Finding) -> Bool {
        isEntity(finding.entity.type, finding.entity.value) || isNamed(in: finding.context.json)
    }

    private func isEntity(_ type: String, _ value: String) -> Bool {
        type == kind && (value == name || (kind == "ip" && value == name + "/64"))
    }

    private func isNamed(in context: JSONValue?) -> Bool {
        let members = kind == "ip" ? ["ip", "ips", "addresses"] : [kind, kind + "s"]
        return members.contains { member in
            guard let value = context?[member] else { return false }
            return value.text == name || value.elements?.contains { $0.text == name } ?? false
        }
    }
}
