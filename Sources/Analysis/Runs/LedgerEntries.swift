package import Catalog
internal import Console
package import Detection
internal import Model

extension Finding {
    /// The finding in the words that make it worth telling again when they change.
    package var words: String { "\(severity.name): \(title)" }

    /// The finding as the ledger keeps it.
    package var ledgerEntry: LedgerEntry {
        LedgerEntry(
            id: id, detector: detector, class: `class`, severity: severity, entityType: entity.type,
            entity: entity.value, firstSeen: firstSeen, lastSeen: lastSeen, title: title, body: json.json(),
            status: status == .suppressed ? .suppressed : .open)
    }
}
