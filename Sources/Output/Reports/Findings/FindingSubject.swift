package import Catalog
internal import Console
package import Detection
package import Events
internal import Runs

/// Whom a finding is about: its entity, and the tokens, principals and addresses that its context names.
///
/// A token with which somebody came in after stuffing belongs to a finding about an address; whoever asks for the token
/// must see it.
package struct FindingSubject {
    /// `token`, `principal`, `actor` or `ip`.
    private let kind: String
    /// All texts as which its name is stored.
    private let names: Set<String>
    /// Of an address, its networks: findings name these where many of their addresses are one client.
    private let networks: [IPKey]
    private let clients: Clients

    package init(kind: String, names: [String], _ clients: Clients) {
        self.kind = kind
        self.names = Set(names)
        self.clients = clients
        let key = kind == "ip" ? names.first.flatMap { IPKey(named: $0) } : nil
        networks = key.map { $0.family == .v6 ? [$0, $0.widened(to: .v56), $0.widened(to: .v48)] : [$0] } ?? []
    }

    /// Whether a finding of the ledger is about it; the lines that any other shows. Throws for a body that is no JSON.
    package func look(at finding: LedgerFinding) throws -> (isOf: Bool, evidence: [(source: String, offset: Int64)]) {
        if isEntity(finding.entry.entityType, finding.entry.entity) { return (true, []) }
        let body = try JSONParser.parse(finding.entry.body)
        if isNamed(in: body["context"]) { return (true, []) }
        return (
            false,
            (body["evidence"]?.elements ?? []).map { one in
                (one["source"]?.text ?? "", one["offset"]?.integer ?? 0)
            }
        )
    }

    /// Whether a finding is about it.
    package func isOf(_ finding: Finding) -> Bool {
        isEntity(finding.entity.type, finding.entity.value) || isNamed(in: finding.context.json)
    }

    private func isEntity(_ type: String, _ value: String) -> Bool {
        type == kind && isName(value)
    }

    private func isNamed(in context: JSONValue?) -> Bool {
        let members = kind == "ip" ? ["ip", "addresses", "busiest_ips"] : [kind, kind + "s"]
        return members.contains { member in
            guard let value = context?[member] else { return false }
            let texts = (value.elements ?? [value]).compactMap(\.text)
            return texts.contains(where: isName)
        }
    }

    private func isName(_ text: String) -> Bool {
        if names.contains(text) { return true }
        guard !networks.isEmpty, let key = IPKey(named: text) ?? clients.key(of: text) else { return false }
        return networks.contains(key)
    }
}
