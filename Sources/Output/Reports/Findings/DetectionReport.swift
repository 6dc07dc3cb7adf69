internal import Catalog
package import Console
internal import Detection
internal import Events
internal import Model
package import Runs

extension DetectionReport {
    /// What no detector saw, a sentence each.
    var unseen: [String] {
        let inputs = notRead.map { $0.reason.contains($0.input) ? $0.reason : "\($0.input): \($0.reason)" }
        let strays = strays.map { strays in
            "\(Human.count(strays.events)) event\(strays.events == 1 ? " lies" : "s lie") more than a year before the "
                + "rest, at \(Timestamp.text(strays.first)): a clock that was not set. The log is not taken to begin "
                + "there"
        }
        return inputs + [strays, aheadText].compactMap { $0 }
    }

    private var aheadText: String? {
        guard let ahead else { return nil }
        let (count, last) = (ahead.events, Timestamp.text(ahead.last))
        return "\(Human.count(count)) event\(count == 1 ? " is" : "s are") dated ahead of the clock, up to "
            + "\(last): the clock of a producer is wrong. Rules that need no past judge them now, the others when "
            + "their time has come, or by authtrail detect --as-of \(Timestamp.text(ahead.last.plus(1)))"
    }

    /// Writes the report in a format.
    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .text: try DetectionText(self, output).print()
        case .json: try printJSON(to: output)
        case .ndjson: for finding in findings { try output.line(finding.line.json()) }
        case .csv, .markdown: try Console.print(table, as: format, to: output)
        }
    }

    /// The JSON document, schema version 1; see Docs/json.md. A flood may make tens of thousands of findings.
    private func printJSON(to output: Output) throws {
        var document = JSONObjectStream(output)
        try document.member("schema_version", 1)
        try document.member("as_of", .string(Timestamp.text(window.asOf)))
        try document.member(
            "window", ["from": .string(Timestamp.text(window.from)), "to": .string(Timestamp.text(window.to))])
        try document.list("detectors", results) { $0.json }
        try document.list("findings", findings) { $0.json }
        try document.list("suppressed", hidden) { Self.json($0) }
        try document.member("lines_read", .int(lines))
        try document.member("lines_quarantined", .int(quarantined))
        try document.list("not_read", notRead) {
            .object([.init("input", .string($0.input)), .init("reason", .string($0.reason))])
        }
        try document.member("events_ahead", .int(Int64(ahead?.events ?? 0)))
        try document.finish()
    }

    private static func json(_ hidden: (finding: Finding, entry: Allowlist.Entry)) -> JSONValue {
        .object([
            .init("id", .string(hidden.finding.id)),
            .init("detector", .string(hidden.finding.detector)),
            .init("class", .string(hidden.finding.class)),
            .init("severity", .string(hidden.finding.severity.name)),
            .init("title", .string(hidden.finding.title)),
            .init("allowance", .string(hidden.entry.subject.text)),
            .init("owner", .string(hidden.entry.owner)),
            .init("reason", .string(hidden.entry.reason)),
            .init("until", .string(Timestamp.text(hidden.entry.until))),
        ])
    }

    private var table: Table {
        var table = Table(
            "findings", title: "Findings as of \(Timestamp.text(window.asOf))",
            columns: [
                .init("severity", .severity), .init("detector", .text), .init("class", .text),
                .init("entity_type", .text),
                .init("entity", .text, fit: .whole), .init("first_seen", .time), .init("last_seen", .time),
                .init("title", .text),
                .init("explanation", .text, fit: .wrapped), .init("confidence", .text), .init("status", .text),
                .init("as_of", .time), .init("id", .text, fit: .whole),
            ])
        for finding in findings {
            table.append([
                .text(finding.severity.name), .text(finding.detector), .text(finding.class), .text(finding.entity.type),
                .text(finding.entity.value), .text(Timestamp.text(finding.firstSeen)),
                .text(Timestamp.text(finding.lastSeen)),
                .text(finding.title), .text(finding.explanation), .text(finding.confidence.rawValue),
                .text(finding.status.rawValue), .text(Timestamp.text(finding.asOf)), .text(finding.id),
            ])
        }
        return table
    }
}

extension Finding {
    /// One line of NDJSON: the finding with its schema version first.
    var line: JSONValue {
        guard let members = json.members else { return json }
        return .object([.init("schema_version", 1)] + members)
    }
}

extension DetectionResult {
    /// What the detector looked at and could not judge; the findings stand in a list of their own.
    var json: JSONValue {
        .object([
            .init("id", .string(detector)),
            .init("findings", .int(Int64(findings.count))),
            .init("counts", counts.json),
            .init(
                "coverage",
                .array(
                    coverage.map { note in
                        [
                            "kind": .string(note.kind.rawValue), "text": .string(note.text),
                            "partial": .bool(note.isPartial),
                        ]
                    })),
        ])
    }
}

extension CoverageNote {
    /// The note for eyes: what was judged in part is not called not evaluable.
    var words: String {
        isPartial && text.hasPrefix("not evaluable: ")
            ? "judged in part: " + text.dropFirst("not evaluable: ".count) : text
    }
}
