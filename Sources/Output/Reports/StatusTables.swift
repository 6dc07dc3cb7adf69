internal import Catalog
internal import Console
internal import Events
internal import Model

extension StatusReport {
    var sourceTable: Table {
        var table = Table(
            "sources", title: "Sources",
            columns: [
                .init("id", .integer), .init("path", .text), .init("checkpoint", .bytes), .init("size", .bytes),
                .init("lines", .integer), .init("stored", .integer), .init("quarantined", .integer),
                .init("blank", .integer), .init("duplicate", .integer),
                .init("flagged", .integer), .init("last_event", .time), .init("generation", .integer),
                .init("ended", .text), .init("bytes_lost", .bytes), .init("lag_bytes", .bytes),
                .init("lag_seconds", .decimal(digits: 1)),
            ])
        for (place, source) in sources.enumerated() {
            table.append([
                .integer(source.id), .text(source.path), .integer(source.checkpoint), .integer(source.size),
                .integer(source.counts.lines), .integer(source.counts.stored), .integer(source.counts.quarantined),
                .integer(source.counts.blank), .integer(source.counts.duplicate), .integer(source.counts.flagged),
                Cell(source.lastEvent.map { Timestamp.text($0) }), .integer(source.generation),
                Cell(source.ended?.rawValue), .integer(source.lost), unread[place].map { .integer($0) } ?? .null,
                lag(place).map { .decimal(Double($0) / 1_000_000) } ?? .null,
            ])
        }
        return table
    }

    var quarantineTable: Table {
        var table = Table(
            "quarantine", title: "Quarantine",
            columns: [
                .init("reason", .text, fit: .whole), .init("lines", .integer), .init("meaning", .text, fit: .wrapped),
            ])
        for (reason, lines) in quarantine {
            let meaning = QuarantineReason(rawValue: reason)?.explanation ?? ""
            let named = fields.filter { $0.reason == reason }.map { "`\($0.field)` in \(Human.count($0.lines))" }
            table.append([
                .text(reason), .integer(lines),
                .text(named.isEmpty ? meaning : "\(meaning) Here: \(named.joined(separator: ", "))."),
            ])
        }
        return table
    }
}
