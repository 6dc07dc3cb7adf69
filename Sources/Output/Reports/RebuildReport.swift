internal import Catalog
package import Console
internal import Runs
package import Trail

/// What `rebuild` made, and what it could not bring back.
package struct RebuildReport: Sendable {
    private let outcome: Rebuild.Outcome

    package init(_ outcome: Rebuild.Outcome) { self.outcome = outcome }

    /// JSON: see Docs/json.md; NDJSON and CSV: one row a source of which something is lost.
    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .json:
            let lists: [JSONValue.Member] = [
                .init(
                    "skipped", .array(outcome.skipped.map { ["file": .string($0.file), "why": .string($0.reason)] })),
                .init("lost", .array(outcome.lost.map(json))),
                .init("traced_sources", .array(outcome.traced.map { .string(path(of: $0)) })),
            ]
            try output.line(JSONValue.object([.init("schema_version", 1)] + members + lists).json(.pretty))
        case .ndjson, .csv: try Console.print(lostTable, as: format, to: output)
        case .text, .markdown:
            try Console.print(Table(record: "rebuild", members, ["bytes": .bytes]), as: format, to: output)
            if !outcome.lost.isEmpty {
                try output.line()
                try Console.print(lostTable, as: format, to: output)
            }
            for remark in remarks {
                let text = format == .markdown ? SafeText.markdownItem(remark) : SafeText.visible(remark)
                try output.line("\n" + output.terminal.paint(text, .yellow))
            }
        }
    }

    private var members: [JSONValue.Member] {
        [
            .init("segments", .int(Int64(outcome.segments))), .init("events", .int(outcome.events)),
            .init("bytes", .int(outcome.bytes)), .init("sources", .int(Int64(outcome.sources.count))),
            .init("files_skipped", .int(Int64(outcome.skipped.count))),
            .init("files_dead", .int(Int64(outcome.dead.count))),
            .init("old_catalog", outcome.oldCatalog.map { .string($0) } ?? .null),
        ]
    }

    private func json(_ lost: LostLines) -> JSONValue {
        [
            "source": .string(path(of: lost.sourceID)), "before": .int(lost.before), "stored": .int(lost.stored),
            "quarantined": .int(lost.quarantined), "blank": .int(lost.blank),
            "duplicate": .int(lost.duplicate), "refused": .bool(lost.isUnplaced),
        ]
    }

    private var lostTable: Table {
        var table = Table(
            "lost", title: "Lines that could not be brought back",
            columns: [
                .init("source", .text), .init("before", .integer), .init("stored", .integer),
                .init("quarantined", .integer), .init("blank", .integer), .init("duplicate", .integer),
                .init("refused", .bool),
            ])
        for lost in outcome.lost {
            table.append([
                .text(path(of: lost.sourceID)), .integer(lost.before), .integer(lost.stored),
                .integer(lost.quarantined), .integer(lost.blank), .integer(lost.duplicate),
                .bool(lost.isUnplaced),
            ])
        }
        return table
    }

    private var remarks: [String] {
        var remarks = [
            "Quarantined and blank lines, runs, findings and what was decided about them were only in the "
                + "old catalog" + (outcome.oldCatalog.map { ", which is kept as \($0)." } ?? ".")
        ]
        for file in outcome.skipped { remarks.append("Without \(file.file): \(file.reason)") }
        if !outcome.traced.isEmpty {
            remarks.append(
                "An older authtrail wrote the segments of "
                    + outcome.traced.map { path(of: $0) }.joined(separator: ", ")
                    + ": how far they are read was found from their last lines.")
        }
        for lost in outcome.lost where lost.isUnplaced {
            remarks.append(
                "\(path(of: lost.sourceID)) is not read any more: its first line is not "
                    + "stored, so that it cannot be told from a new file, and reading it would store its events twice. "
                    + "Give the file another name to have it read from its beginning all the same.")
        }
        return remarks
    }

    private func path(of source: Int64) -> String { outcome.sources.first { $0.id == source }?.path ?? "\(source)" }
}
