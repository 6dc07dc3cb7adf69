package import Catalog
package import Console
internal import Detection
internal import Events
internal import Model

/// The findings of the ledger, with what became of them.
package struct FindingsReport {
    private let findings: [LedgerFinding]

    package init(_ findings: [LedgerFinding]) { self.findings = findings }

    package func print(as format: Format, to output: Output) throws {
        try Console.print(table, as: format, to: output)
    }

    private var table: Table {
        var table = Table(
            "findings", title: title,
            columns: [
                .init("status", .text, fit: .whole, minor: 3), .init("severity", .severity), .init("last_seen", .time),
                .init("detector", .text, fit: .whole, minor: 6), .init("class", .text, minor: 8),
                .init("entity_type", .text, minor: 7), .init("entity", .text, fit: .whole, minor: 4),
                .init("title", .text, fit: .wrapped), .init("first_seen", .time, minor: 9),
                .init("note", .text, fit: .wrapped, minor: 2), .init("changed_by", .text, minor: 5),
                .init("id", .text, fit: .beginning(8)),
            ])
        for one in findings {
            let entry = one.entry
            table.append([
                .text(entry.status.rawValue), .text(entry.severity.name), .text(Timestamp.text(entry.lastSeen)),
                .text(entry.detector), .text(entry.class), .text(entry.entityType), .text(entry.entity),
                .text(entry.title), .text(Timestamp.text(entry.firstSeen)), cell(one.changes.last?.note),
                cell(one.changes.last?.by), .text(entry.id),
            ])
        }
        return table
    }

    /// `37 findings of the ledger: 2 critical, 9 high, 26 low`.
    private var title: String {
        let counts = countsText(findings.map(\.entry.severity))
        let all = "\(Human.count(findings.count)) finding\(findings.count == 1 ? "" : "s") of the ledger"
        return counts.isEmpty ? all : all + ": " + counts
    }

    private func cell(_ text: String?) -> Cell { text.map { .text($0) } ?? .null }
}
