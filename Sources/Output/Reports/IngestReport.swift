internal import Catalog
package import Console
package import Ingest
internal import Model

/// The summary of a run of `ingest`.
package struct IngestReport: Sendable {
    private let summary: IngestSummary
    private let seconds: Double

    package init(_ summary: IngestSummary, seconds: Double) {
        self.summary = summary
        self.seconds = seconds
    }

    /// Writes the summary; the JSON has the same names, see Docs/json.md.
    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .json: try output.line(json.json(.pretty))
        case .ndjson: try output.line(json.json())
        case .text, .csv, .markdown: try Console.print(table, as: format, to: output)
        }
    }

    /// What a person should know beside the counts. With `onlyAlarms`, only what a scheduled job must not keep to
    /// itself: so much in quarantine that the format may have changed.
    package func printRemarks(onlyAlarms: Bool, to output: Output) throws {
        let counts = summary.counts
        let isAlarm = counts.quarantined * 100 >= max(1, counts.lines - counts.blank)
        if counts.quarantined > 0, isAlarm || !onlyAlarms {
            try output.line(
                "\(Self.count(counts.quarantined, "line")) of \(Human.count(counts.lines)) went to quarantine, "
                    + "being no events: authtrail report quarantine")
        }
        if counts.redacted > 0, !onlyAlarms {
            try output.line(
                "\(Self.count(counts.redacted, "line")) held credentials, which were replaced before anything was "
                    + "written: authtrail detect plaintext-token")
        }
        if !summary.foundNothing {
            for folder in summary.emptyFolders {
                try output.line("\(SafeText.visible(folder)): no log found; \(Inputs.folderRule)")
            }
        }
        if summary.future > 0 {
            try output.line(
                "\(Self.count(summary.future, "event")) with a time in the future; check the clock of the producer")
        }
        if summary.reused > 0 {
            try output.line(
                "\(Self.count(summary.reused, "line")) with kind, time and event_id of another event and other "
                    + "words: all are stored, and counted twice; ask the producer (id_reused)")
        }
        if let error = summary.uncompared {
            let text = SafeText.visible("\(error)")
            try output.line(
                "what was delivered again of a damaged segment is stored twice: \(text); run "
                    + "authtrail verify")
        }
        if !onlyAlarms { try printDetails(to: output) }
        try output.flush()
    }

    /// Why nothing of what was asked for can be judged, or nil: a job must not stay silent when it is blind.
    package var blindness: String? {
        if summary.foundNothing {
            let folders = summary.emptyFolders.map { " in " + SafeText.visible($0) }.joined(separator: " and")
            return "no log found\(folders): \(Inputs.folderRule)"
        }
        guard summary.isBlind else { return nil }
        let (lines, unmapped) = (Self.count(summary.counts.lines, "line"), summary.counts.unmapped)
        guard unmapped == 0 else {
            let named = summary.mapped.keys.contains("rename")
            let types = self.unmapped.prefix(3).map { SafeText.visible($0.type) }.joined(separator: ", ")
            return
                "none of the \(lines) read is an event, so nothing can be judged; the mapping does not know the type "
                + "of \(Human.count(unmapped)) (\(types)): "
                + (named
                    ? "say what they mean with --map event.TYPE=used or the like, and ingest into a new trail"
                    : "authtrail sources try MAPPING LOG shows what it makes of them")
        }
        return "none of the \(lines) read is an event, so nothing can be judged; "
            + "authtrail report quarantine says why"
    }

    /// Types of records that mappings do not know, the most frequent first.
    private var unmapped: [(type: String, records: Int64)] { summary.unmappedTypes }

    private func printDetails(to output: Output) throws {
        for (name, inputs) in summary.mapped.sorted(by: { $0.key < $1.key }) {
            try output.line("source: \(name) (\(Self.count(Int64(inputs), "input")))")
        }
        if !unmapped.isEmpty {
            let shown = unmapped.prefix(5).map { "\(SafeText.visible($0.type)) (\(Human.count($0.records)))" }
            let more = unmapped.count > 5 ? " and \(unmapped.count - 5) more types" : ""
            try output.line(
                "\(Self.count(summary.counts.unmapped, "record")) of types that the mapping does not know, counted and "
                    + "not kept: \(shown.joined(separator: ", "))\(more)")
        }
        if let error = summary.unmerged {
            let text = SafeText.visible("\(error)")
            try output.line("all is stored, but small segments could not be merged: \(text); run authtrail verify")
        }
        for waiting in summary.waiting {
            let name = SafeText.visible(waiting.input)
            try output.line(
                "\(name) ends in \(Self.count(Int64(waiting.bytes), "byte")) without a newline; they wait for the rest "
                    + "(--final takes them now)")
        }
        for path in summary.unfinished {
            try output.line("\(SafeText.visible(path)) is still being written; it is read when it is whole")
        }
        if summary.unchanged > 0, summary.unchanged == summary.inputs {
            try output.line(
                summary.empty == summary.inputs
                    ? "nothing to read: \(summary.inputs == 1 ? "the file is" : "the files are") empty"
                    : "nothing new: all of it was read before")
        }
    }

    private static func count(_ number: Int64, _ noun: String) -> String {
        "\(Human.count(number)) \(noun)\(number == 1 ? "" : "s")"
    }

    private var members: [JSONValue.Member] {
        let counts = summary.counts
        return [
            .init("read", .int(counts.lines)), .init("stored", .int(counts.stored)),
            .init("quarantined", .int(counts.quarantined)), .init("skipped", .int(counts.skipped)),
            .init("unmapped", .int(counts.unmapped)), .init("blank", .int(counts.blank)),
            .init("duplicate", .int(counts.duplicate)), .init("flagged", .int(counts.flagged)),
            .init("future", .int(summary.future)), .init("id_reused", .int(summary.reused)),
            .init("lines_redacted", .int(counts.redacted)),
            .init("segments", .int(Int64(summary.segments))), .init("bytes_in", .int(summary.bytesIn)),
            .init("bytes_stored", .int(summary.bytesStored)), .init("seconds", .double(rounded)),
            .init("inputs", .int(Int64(summary.inputs))), .init("unchanged_inputs", .int(Int64(summary.unchanged))),
        ]
    }

    private var rounded: Double { (seconds * 1000).rounded() / 1000 }

    private var json: JSONValue {
        .object(
            [.init("schema_version", 1)] + members + [
                .init(
                    "waiting",
                    .array(summary.waiting.map { ["input": .string($0.input), "bytes": .int(Int64($0.bytes))] })),
                .init(
                    "mappings",
                    .array(
                        summary.mapped.sorted { $0.key < $1.key }.map {
                            ["source": .string($0.key), "inputs": .int(Int64($0.value))]
                        })),
                .init(
                    "unmapped_types",
                    .array(unmapped.map { ["type": .string($0.type), "records": .int($0.records)] })),
                .init("unfinished", .array(summary.unfinished.map { .string($0) })),
                .init(
                    "problems",
                    .array(summary.problems.map { ["input": .string($0.input), "error": .string("\($0.error)")] })),
            ])
    }

    private var table: Table {
        let kinds: [String: Table.Kind] = [
            "bytes_in": .bytes, "bytes_stored": .bytes, "seconds": .decimal(digits: 3),
        ]
        var table = Table("ingest", columns: members.map { .init($0.key, kinds[$0.key] ?? .integer) })
        table.layout = .records
        table.append(
            members.map { member in
                switch member.value {
                case .int(let number): .integer(number)
                case .double(let number): .decimal(number)
                default: .null
                }
            })
        return table
    }
}
