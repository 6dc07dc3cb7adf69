package import Catalog
package import Console
internal import Events

/// The findings of the ledger, with what became of them.
package struct FindingsReport {
    private let findings: [LedgerFinding]

    package init(_ findings: [LedgerFinding]) { self.findings = findings }

    package func print(as format: Format, to output: Output) throws(ConsoleError) {
        try Console.print(table, as: format, to: output)
    }

    private var table: Table {
        var table = Table(
            "findings", title: "\(findings.count) finding\(findings.count == 1 ? "" : "s") of the ledger",
            columns: [
                .init("status", .text, fit: .whole), .init("severity", .severity), .init("last_seen", .time),
                .init("detector", .text, fit: .whole), .init("class", .text), .init("entity_type", .text),
                .init("entity", .text, fit: .whole), .init("title", .text, fit: .wrapped), .init("first_seen", .time),
                .init("note", .text, fit: .wrapped), .init("changed_by", .text), .init("id", .text, fit: .whole),
            ])
        for one in findings {
            let entry = one.entry
            table.append([
                .text(entry.status), .text(entry.severity), .text(Timestamp.text(entry.lastSeen)),
                .text(entry.detector), .text(entry.class), .text(entry.entityType), .text(entry.entity),
                .text(entry.title), .text(Timestamp.text(entry.firstSeen)), cell(one.changes.last?.note),
                cell(one.changes.last?.by), .text(entry.id),
            ])
        }
        return table
    }

    private func cell(_ text: String?) -> Cell { text.map { .text($0) } ?? .null }
}
