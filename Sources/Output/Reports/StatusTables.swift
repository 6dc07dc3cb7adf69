internal import Catalog
internal import Console
internal import Events
internal import Model

extension StatusReport {
    /// One row a source; `isFolded`: one row for all objects of a bucket, with how many they are.
    func sourceTable(isFolded: Bool) -> Table {
        let rows = isFolded ? foldedSources : sources.indices.map { SourceRow(self, $0) }
        let areFolded = rows.contains { $0.files > 1 }
        var table = Table(
            "sources", title: "Sources",
            columns: [.init("id", .integer), .init("path", .text)] + (areFolded ? [.init("files", .integer)] : []) + [
                .init("mapping", .text), .init("checkpoint", .bytes), .init("size", .bytes),
                .init("lines", .integer), .init("stored", .integer), .init("quarantined", .integer),
                .init("skipped", .integer), .init("unmapped", .integer), .init("blank", .integer),
                .init("duplicate", .integer),
                .init("flagged", .integer), .init("last_event", .time), .init("generation", .integer),
                .init("ended", .text), .init("bytes_lost", .bytes), .init("lag_bytes", .bytes),
                .init("lag_seconds", .decimal(digits: 1)),
            ])
        for row in rows { table.append(row.cells(withFiles: areFolded)) }
        return table
    }

    /// Objects of a bucket come in thousands; together they say what one log says.
    var foldedSources: [SourceRow] {
        var rows: [SourceRow] = []
        var places: [[UInt8]: Int] = [:]
        for place in sources.indices {
            let log = LogName(ofPath: Array(sources[place].path.utf8)[...])
            let row = SourceRow(self, place)
            if log.isObject, let known = places[log.apart], rows[known].mapping == row.mapping {
                rows[known].add(row, log)
            } else {
                if log.isObject { places[log.apart] = rows.count }
                rows.append(row)
            }
        }
        return rows
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

    /// So many types are shown; JSON has all.
    private static let shownTypes = 10

    /// The most frequent types of records that gave no event, and the rest in one row.
    var typeTable: Table {
        var table = Table(
            "record_types", title: "Records without events",
            columns: [
                .init("type", .text), .init("mapping", .text), .init("skipped", .integer), .init("unmapped", .integer),
            ])
        for type in types.prefix(Self.shownTypes) {
            table.append([.text(type.type), Cell(type.mapping), .integer(type.skipped), .integer(type.unmapped)])
        }
        let rest = types.dropFirst(Self.shownTypes)
        if !rest.isEmpty {
            table.append([
                .text("(\(rest.count) more types)"), .null, .integer(rest.reduce(0) { $0 + $1.skipped }),
                .integer(rest.reduce(0) { $0 + $1.unmapped }),
            ])
        }
        return table
    }

    static func type(_ type: RecordType) -> JSONValue {
        [
            "mapping": type.mapping.map { .string($0) } ?? .null, "type": .string(type.type),
            "skipped": .int(type.skipped), "unmapped": .int(type.unmapped),
        ]
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
