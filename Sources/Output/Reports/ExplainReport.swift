package import Catalog
package import Console
package import Detection
internal import Events
internal import Model
internal import Runs
package import Trail

/// A finding of the ledger with the lines behind it, the rule, and what would have kept it quiet.
package struct ExplainReport {
    private let finding: LedgerFinding
    private let body: JSONValue
    private let card: DetectorCard?
    /// The thresholds of its detector that matter for its class, as a policy names them.
    private let thresholds: [(name: String, value: String, meaning: String)]
    /// What the commands that it prints need to find the trail, such as `--trail /srv/trail`.
    private let trailFlag: String
    /// The lines of its evidence, as the log has them; nil for those that are no longer kept.
    private let lines: [(source: String, offset: Int64, line: String?, isDecisive: Bool)]

    package init(
        _ finding: LedgerFinding, card: DetectorCard?, trail: Trail, trailFlag: String = "",
        thresholds: (_ follows: String?) -> [(name: String, value: String, meaning: String)]
    ) throws {
        self.finding = finding
        self.card = card
        self.trailFlag = trailFlag
        body = try JSONParser.parse(finding.entry.body)
        self.thresholds = thresholds(body["context"]?["follows_class"]?.text)
        var lines: [(source: String, offset: Int64, line: String?, isDecisive: Bool)] = []
        for one in body["evidence"]?.elements ?? [] {
            let source = one["source"]?.text ?? "", offset = one["offset"]?.integer ?? 0
            let ts = one["ts"]?.text.flatMap { Timestamp.parse($0) } ?? 0
            let isDecisive = ts == finding.entry.firstSeen
            lines.append((source, offset, try Self.line(source, offset, ts, trail), isDecisive))
        }
        self.lines = lines
    }

    private static func line(_ source: String, _ offset: Int64, _ ts: Int64, _ trail: Trail) throws -> String? {
        var found: String?
        let scan = EventScan(
            from: ts, to: ts + 1, texts: [.source: .equals([source])],
            fields: LineRenderer.fields.union(EventFields([.ts, .source, .sourceOffset])))
        try trail.scan(scan) { batch in
            for row in 0..<batch.count where batch.sourceOffset[row] == offset {
                var bytes: [UInt8] = []
                try LineRenderer(shapes: batch.shapes).append(batch, row: row, to: &bytes)
                found = String(decoding: bytes, as: UTF8.self)
            }
        }
        if let found { return found }
        // A finding may be about lines that are no events.
        return try trail.catalog.quarantinedLine(source: source, offset: offset).map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .json: try output.write(json.json(.pretty) + "\n")
        case .ndjson: try output.line(json.json())
        case .csv: try Console.print(lineTable, as: format, to: output)
        case .markdown, .text: try printText(isMarkdown: format == .markdown, output)
        }
    }

    private var json: JSONValue {
        .object([
            .init("schema_version", 1),
            .init("finding", body),
            .init("status", .string(finding.entry.status.rawValue)),
            .init("rule", card.map { .string($0.question) } ?? .null),
            .init("class_meaning", meaning.map { .string($0) } ?? .null),
            .init("advice", body["advice"] ?? .null),
            .init(
                "thresholds",
                .array(
                    thresholds.map {
                        ["name": .string($0.name), "value": .string($0.value), "meaning": .string($0.meaning)]
                    })),
            .init("allowance", allowance.map { .string($0) } ?? .null),
            .init("not_seen", .strings(card?.knownGaps ?? [])),
            .init(
                "lines",
                .array(
                    lines.map { line in
                        .object([
                            .init("source", .string(line.source)), .init("offset", .int(line.offset)),
                            .init("line", line.line.map { .string($0) } ?? .null),
                        ])
                    })),
            .init(
                "history",
                .array(
                    finding.changes.map { change in
                        .object([
                            .init("at", .string(Timestamp.text(change.at))),
                            .init("status", .string(change.status.rawValue)),
                            .init("by", change.by.map { .string($0) } ?? .null),
                            .init("note", change.note.map { .string($0) } ?? .null),
                        ])
                    })),
        ])
    }

    /// The lines of its evidence, for a spreadsheet.
    private var lineTable: Table {
        var table = Table(
            "explain",
            columns: [
                .init("finding", .text, fit: .whole), .init("source", .text), .init("source_offset", .integer),
                .init("line", .text),
            ])
        for line in lines {
            table.append([
                .text(finding.entry.id), .text(line.source), .integer(line.offset),
                line.line.map { .text($0) } ?? .null,
            ])
        }
        return table
    }

    /// Whom it is about, whole: a column of the catalog ends at a zero byte.
    private var entity: String { body["entity"]?["value"]?.text ?? finding.entry.entity }

    private var meaning: String? { card?.classes.first { $0.name == finding.entry.class }?.meaning }

    private func printText(isMarkdown: Bool, _ output: Output) throws {
        let terminal = output.terminal
        func head(_ text: String) throws {
            try output.line()
            try output.line(isMarkdown ? "## \(text)" : terminal.paint(text, .bold))
            if isMarkdown { try output.line() }
        }
        func item(_ text: String) throws {
            if isMarkdown { return try output.line("- " + SafeText.markdownItem(text)) }
            for line in terminal.paragraph(SafeText.visible(text), indent: 2) { try output.line("  " + line) }
        }
        /// What somebody copies, which is not broken: a line of a log, YAML or a command.
        func quote(_ text: String) throws {
            try output.line(isMarkdown ? "  - " + SafeText.markdownItem(text) : "    " + SafeText.visible(text))
        }
        let entry = finding.entry
        let title = "\(entry.severity.name.uppercased())  \(entry.title)"
        try output.line(
            isMarkdown ? "# \(SafeText.markdownCell(title))" : terminal.paint(SafeText.visible(title), .bold))
        try item("\(entry.class) (\(entry.detector)), \(entry.status.rawValue), \(entry.entityType) \(entity)")
        try head("Why")
        try item(body["explanation"]?.text ?? "")
        if let advice = body["advice"]?.text {
            try head("What to do now")
            try item(advice)
        }
        try head("The rule")
        if let card { try item(card.question) }
        if let meaning { try item("\(entry.class): \(meaning)") }
        try head("What would have kept it quiet")
        if !thresholds.isEmpty { try item("other thresholds in the policy, below detectors.\(entry.detector):") }
        for one in thresholds {
            let name = one.name.split(separator: ".").last ?? ""
            try quote("\(name): \(one.value)  (\(one.meaning))")
        }
        if let allowance {
            try item("an allowance in the policy:")
            try quote("{\(allowance), detectors: [\(entry.detector)], owner: …, reason: …, until: …}")
        } else {
            try item(
                "no allowance hides it; once it is explained: authtrail findings resolve \(entry.id.prefix(8)) "
                    + "--note …" + (trailFlag.isEmpty ? "" : " " + trailFlag))
        }
        try item("events that say otherwise: a later run over the same time then retracts it")
        try head("Lines")
        for line in lines.filter(\.isDecisive) + lines.filter({ !$0.isDecisive }) {
            let mark = line.isDecisive ? ": with this it began" : ""
            try item("\(line.source) at byte \(Human.count(line.offset))\(mark)")
            try quote(line.line ?? "no longer kept (authtrail prune dropped it)")
        }
        if let card, !card.knownGaps.isEmpty {
            try head("What this detector does not see")
            for gap in card.knownGaps { try item(gap) }
        }
        guard !finding.changes.isEmpty else { return }
        try head("What became of it")
        for change in finding.changes {
            let by = change.by.map { " by \($0)" } ?? "", note = change.note.map { ": \($0)" } ?? ""
            try item("\(Timestamp.text(change.at)) \(change.status.rawValue)\(by)\(note)")
        }
    }

    /// What an allowance would name; nil where none can hide it.
    private var allowance: String? {
        let entry = finding.entry
        let keys = [
            "ip": "cidr", "user_agent": "agent", "token": "token", "principal": "principal", "actor": "actor",
            "tool": "tool",
        ]
        guard !Allowlist.neverHidden.contains(entry.class), let key = keys[entry.entityType], !entity.isEmpty,
            YAMLText.canHold(entity)
        else { return nil }
        return "\(key): \(YAMLText.quoted(entity))"
    }
}

/// Why the rules say nothing, rule by rule.
package struct NoFindingReport {
    private let subject: String
    private let why: NoFindingReasons
    private let findings: [Finding]
    private let results: [DetectionResult]
    private let asOf: Int64
    private let note: String?
    /// Events of it from then on, such as those that a clock ahead of ours has dated.
    package var later = 0

    /// `findings` are those that there are about the subject, `results` what all detectors said.
    package init(
        _ subject: String, _ why: NoFindingReasons, findings: [Finding], results: [DetectionResult], asOf: Int64,
        note: String? = nil
    ) {
        self.note = note
        self.results = results
        self.subject = subject
        self.why = why
        self.findings = findings
        self.asOf = asOf
    }

    package func print(as format: Format, to output: Output) throws {
        var table = Table(
            "explain", title: "\(subject) as of \(secondsText(asOf)) UTC, rule by rule",
            columns: [.init("rule", .text, fit: .whole), .init("answer", .text, fit: .wrapped)])
        for one in findings {
            table.append([.text(one.detector), .text("FOUND \(one.severity.name): \(one.explanation)")])
        }
        let found = Set(findings.map(\.detector))
        for one in why.answers where !found.contains(one.rule) { table.append([.text(one.rule), .text(one.text)]) }
        if why.answers.isEmpty, findings.isEmpty {
            table.notes = ["The log knows nothing of it before \(secondsText(asOf)) UTC."]
        } else {
            let told = found.union(why.answers.map(\.rule))
            let others = results.filter { !told.contains($0.detector) }
            for one in others where one.couldNotJudge {
                table.append([.text(one.detector), .text(one.coverage.first?.text ?? "not evaluable")])
            }
            let silent = others.filter { !$0.couldNotJudge }.map(\.detector).joined(separator: ", ")
            table.append([
                .text("other rules"),
                .text(
                    "looked at the whole log up to then, and none of their findings "
                        + "names it or shows a line of it: \(silent)"),
            ])
        }
        if let note { table.notes.append(note) }
        if later > 0 {
            let count = later == 1 ? "1 event of it is" : "\(Human.count(Int64(later))) events of it are"
            table.notes.append(
                "\(count) dated later: findings may speak of them, the other answers do not; authtrail trace shows "
                    + "them."
            )
        }
        table.members = [
            .init("subject", .string(subject)), .init("as_of", .string(Timestamp.text(asOf))),
            .init("events_later", .int(Int64(later))),
            .init("findings", .array(findings.map(\.json))),
        ]
        if let note { table.members.append(.init("note", .string(note))) }
        try Console.print(table, as: format, to: output)
    }
}

extension DetectionResult {
    /// Whether it judged nothing, as a rule or for want of what the log does not say.
    fileprivate var couldNotJudge: Bool {
        !isEvaluable || coverage.contains { $0.kind == .notEvaluable && !$0.isPartial }
    }
}
