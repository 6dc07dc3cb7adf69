package import Catalog
package import Console
package import Detection
internal import Events
internal import Model

/// The timeline of a token, principal or address, with the findings about it in their places.
package struct TraceReport {
    private let subject: String
    private let timeline: Timeline
    private let findings: [LedgerFinding]
    private let note: String?

    package init(_ subject: String, _ timeline: Timeline, findings: [LedgerFinding], note: String? = nil) {
        self.note = note
        self.subject = subject
        self.timeline = timeline
        self.findings = findings.sorted { $0.entry.firstSeen < $1.entry.firstSeen }
    }

    package func print(as format: Format, to output: Output) throws {
        try Console.print(format == .text && output.terminal.isTerminal ? story : table, as: format, to: output)
    }

    /// For eyes: what was done in one sentence a row, with whatever is not as it was the row before.
    private var story: Table {
        let table = table
        var story = Table(
            "trace", title: table.title,
            columns: [
                .init("from", .time), .init("what", .text, fit: .whole), .init("events", .integer),
                .init("story", .text, fit: .wrapped),
            ])
        story.notes = table.notes
        let places = Dictionary(uniqueKeysWithValues: table.columns.enumerated().map { ($1.name, $0) })
        func text(_ row: [Cell], _ name: String) -> String {
            guard let place = places[name] else { return "" }
            switch row[place] {
            case .text(let text): return text
            case .texts(let texts): return texts.joined(separator: ", ")
            default: return ""
            }
        }
        let names = [("token_id", "token "), ("principal", "for "), ("ip", "from "), ("user_agent", "with ")]
        var last: [String: String] = [:]
        for row in table.rows {
            var parts = [text(row, "tools"), text(row, "detail")].filter { !$0.isEmpty }
            for (name, word) in names where !subject.hasPrefix(name.prefix { $0 != "_" } + " ") {
                let value = text(row, name)
                if !value.isEmpty, last[name] != value { parts.append(word + value) }
                if !value.isEmpty { last[name] = value }
            }
            story.append([
                .text(text(row, "from")), .text(text(row, "what")), row[places["events"] ?? 0],
                .text(parts.joined(separator: "; ")),
            ])
        }
        return story
    }

    private var table: Table {
        var table = Table(
            "trace", title: "\(subject): \(Human.count(timeline.events)) event\(timeline.events == 1 ? "" : "s")",
            columns: [
                .init("from", .time), .init("to", .time), .init("what", .text), .init("events", .integer),
                .init("token_id", .text), .init("principal", .text), .init("ip", .text), .init("user_agent", .text),
                .init("tools", .text), .init("detail", .text),
            ])
        if timeline.rows.isEmpty, findings.isEmpty { table.notes = ["No event names it, and no finding."] }
        if let note { table.notes.append(note) }
        table.members = [.init("subject", .string(subject))]
        if let note { table.members.append(.init("note", .string(note))) }
        var told = findings[...]
        for row in timeline.rows {
            while let finding = told.first, finding.entry.firstSeen < row.first {
                table.append(cells(finding))
                told.removeFirst()
            }
            table.append(cells(row))
        }
        for finding in told { table.append(cells(finding)) }
        return table
    }

    private func cells(_ row: Timeline.Row) -> [Cell] {
        func text(_ field: EventField) -> Cell { row.shared[field].map { .text($0) } ?? .null }
        return [
            .text(Timestamp.text(row.first)), .text(Timestamp.text(row.last)), .text(row.what),
            .integer(Int64(row.events)), text(.tokenID), text(.principal), text(.ip), text(.userAgent),
            row.tools.isEmpty ? .null : .texts(row.tools), .text(detail(row)),
        ]
    }

    private func detail(_ row: Timeline.Row) -> String {
        if row.what == "silent" { return "for " + Human.duration(microseconds: row.last - row.first) }
        var parts: [String] = []
        if let reason = row.shared[.reason] { parts.append(reason) }
        if let actor = row.shared[.actor] { parts.append("by \(actor)") }
        if let old = row.shared[.oldTokenID] { parts.append("takes the place of \(old)") }
        if let expires = row.expiresAt { parts.append("expires \(Timestamp.text(expires))") }
        if !row.scopes.isEmpty { parts.append("may \(row.scopes.joined(separator: " "))") }
        if row.failedCalls > 0 { parts.append("\(row.failedCalls) call\(row.failedCalls == 1 ? "" : "s") failed") }
        return parts.joined(separator: ", ")
    }

    private func cells(_ finding: LedgerFinding) -> [Cell] {
        let entry = finding.entry
        return [
            .text(Timestamp.text(entry.firstSeen)), .text(Timestamp.text(entry.lastSeen)), .text("finding"),
            .integer(0), .null, .null, .null, .null, .null,
            .text(
                "\(entry.severity.name.uppercased()) \(entry.title) (\(entry.status.rawValue), \(entry.id.prefix(8)))"),
        ]
    }
}
