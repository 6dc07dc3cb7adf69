internal import Catalog
internal import Console
internal import Events
internal import Model

extension StatusReport {
    var sourceTable: Table {
        var table = Table(
            "sources", title: "Sources",
            columns: [
                .init("id", .integer), .init("path", .text), .init("mapping", .text), .init("checkpoint", .bytes),
                .init("size", .bytes),
                .init("lines", .integer), .init("stored", .integer), .init("quarantined", .integer),
                .init("skipped", .integer), .init("unmapped", .integer), .init("blank", .integer),
                .init("duplicate", .integer),
                .init("flagged", .integer), .init("last_event", .time), .init("generation", .integer),
                .init("ended", .text), .init("bytes_lost", .bytes), .init("lag_bytes", .bytes),
                .init("lag_seconds", .decimal(digits: 1)),
            ])
        for (place, source) in sources.enumerated() {
            table.append([
                .integer(source.id), .text(source.path), .text(source.mapping ?? "native"), .integer(source.checkpoint),
                .integer(source.size),
                .integer(source.counts.lines), .integer(source.counts.stored), .integer(source.counts.quarantined),
                .integer(source.counts.skipped), .integer(source.counts.unmapped), .integer(source.counts.blank),
                .integer(source.counts.duplicate), .integer(source.counts.flagged),
                Cell(source.lastEvent.map { Timestamp.text($0) }), .integer(source.generation),
                Cell(source.ended?.rawValue), .integer(source.lost), unread[place].map { .integer($0) } ?? .null,
                lag(place).map { .decimal(Double($0) / 1_000_000) } ?? .null,
            ])
        }
        return table
    }

    /// A source as JSON has it.
    func source(_ place: Int) -> JSONValue {
        let source = sources[place]
        return .object([
            .init("id", .int(source.id)), .init("path", .string(source.path)),
            .init("compressed", .bool(source.isCompressed)),
            .init("device", source.device.map { .int($0) } ?? .null),
            .init("inode", source.inode.map { .int($0) } ?? .null),
            .init("checkpoint", .int(source.checkpoint)), .init("size", .int(source.size)),
            .init("lines", .int(source.counts.lines)), .init("stored", .int(source.counts.stored)),
            .init("quarantined", .int(source.counts.quarantined)), .init("skipped", .int(source.counts.skipped)),
            .init("unmapped", .int(source.counts.unmapped)), .init("blank", .int(source.counts.blank)),
            .init("duplicate", .int(source.counts.duplicate)),
            .init("flagged", .int(source.counts.flagged)), .init("redacted", .int(source.counts.redacted)),
            .init("last_event", time(source.lastEvent)), .init("pruned", .int(prunedLines[source.id] ?? 0)),
            .init("mapping", source.mapping.map { .string($0) } ?? .null),
            .init("log", .string(source.log)), .init("generation", .int(source.generation)),
            .init("read_at", time(source.readAt)),
            .init("ended", source.ended.map { .string($0.rawValue) } ?? .null),
            .init("ended_at", time(source.endedAt)), .init("bytes_lost", .int(source.lost)),
            .init("lag_bytes", unread[place].map { .int($0) } ?? .null),
            .init("lag_seconds", lag(place).map { .double(Double($0 / 1000) / 1000) } ?? .null),
        ])
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
