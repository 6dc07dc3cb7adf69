package import Catalog
package import Console
package import Detection
internal import Events

/// What one run of the detectors says, and how each format writes it.
package struct DetectionReport: Sendable {
    package var window: DetectionWindow
    package var results: [DetectionResult]
    /// Whether `as_of` was not given, so that it is just after the newest event.
    package var asOfIsNewest: Bool
    /// Where the log begins, stray events apart.
    package var oldest: Int64?
    /// Just after its newest event that lies not in the future.
    package var newest: Int64?
    /// What commands that look closer need to find the trail, such as `--trail /srv/trail`; empty where it is found
    /// without.
    package var trailFlag = ""
    /// Only findings that no earlier run told.
    package var onlyNew: Bool
    /// Of a run that tells only what is new: what earlier ones told and nobody has resolved, by severity.
    package var stillOpen: [Severity: Int] = [:]
    /// Of how many lines that were read how many are no events.
    package var quarantined: Int64 = 0
    package var lines: Int64 = 0
    /// Inputs that could not be read, each with the reason: no detector sees what is in them.
    package var notRead: [(input: String, reason: String)] = []
    /// Events that are dated ahead of the clock, if there are any, and the time of the last one.
    package var ahead: (events: Int, last: Int64)?
    /// Events that lie so far before all others that the log is not taken to begin with them.
    package var strays: StrayEvents?
    /// What the allowlist hides, worst first.
    package private(set) var hidden: [(finding: Finding, entry: Allowlist.Entry)] = []

    package init(
        window: DetectionWindow, results: [DetectionResult], asOfIsNewest: Bool, oldest: Int64?, onlyNew: Bool = false
    ) {
        self.window = window
        self.results = results
        self.asOfIsNewest = asOfIsNewest
        self.oldest = oldest
        self.onlyNew = onlyNew
    }

    /// Takes out what an allowlist hides, and remembers it.
    package mutating func hide(_ allowlist: Allowlist) {
        for place in results.indices {
            results[place].findings.removeAll { finding in
                guard let entry = allowlist.entry(hiding: finding) else { return false }
                var finding = finding
                finding.status = .suppressed
                hidden.append((finding, entry))
                return true
            }
        }
        hidden.sort { Finding.precedes($0.finding, $1.finding) }
    }

    /// Adds findings to those of their detectors.
    package mutating func add(_ findings: [Finding]) {
        for finding in findings {
            guard let place = results.firstIndex(where: { $0.detector == finding.detector }) else { continue }
            results[place].findings.append(finding)
        }
    }

    /// Gives the findings of which `isSo` a status.
    package mutating func mark(_ status: Finding.Status, where isSo: (Finding) -> Bool) {
        for result in results.indices {
            for place in results[result].findings.indices where isSo(results[result].findings[place]) {
                results[result].findings[place].status = status
            }
        }
    }

    /// The findings of all detectors, worst first.
    package var findings: [Finding] { results.flatMap(\.findings).sorted(by: Finding.precedes) }

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
