internal import Console
internal import Detection
internal import Events
internal import Model
internal import Runs

/// Findings for somebody who was woken by them: worst first, each with what, who, when, why and where to look.
struct DetectionText {
    private let report: DetectionReport
    private let output: Output
    private var terminal: Terminal { output.terminal }

    init(_ report: DetectionReport, _ output: Output) {
        self.report = report
        self.output = output
    }

    func print() throws {
        let findings = report.findings
        try output.line(terminal.paint(headline(findings), .bold))
        for line in terminal.paragraph(span, indent: 0) { try output.line(terminal.paint(line, .dim)) }
        if let open = stillOpen { try output.line(open) }
        for finding in findings { try print(finding) }
        try printCoverage()
        try printHidden()
        try output.flush()
    }

    private func headline(_ findings: [Finding]) -> String {
        let new = report.onlyNew ? "new " : ""
        if findings.isEmpty {
            guard let silence else { return "No \(new)findings." }
            return "Nothing to look at: no events for \(silence)."
        }
        return
            "\(Human.count(findings.count)) \(new)finding\(findings.count == 1 ? "" : "s"): "
            + countsText(findings.map(\.severity))
    }

    /// What lies in quarantine no detector sees; nil for less than a hundredth of the lines.
    private var quarantine: String? {
        guard report.quarantined > 0, report.quarantined * 100 >= report.lines else { return nil }
        let share = report.quarantined * 100 / max(1, report.lines)
        return "\(Human.count(report.quarantined)) lines, \(share) % of all that were read, are in quarantine, and no "
            + "detector sees them: authtrail status says why"
            + (report.trailFlag.isEmpty ? "" : " (\(report.trailFlag))")
    }

    /// How long there were no events, if the window has none because they ended before it.
    private var silence: String? {
        guard let newest = report.newest, newest <= report.window.from else { return nil }
        return Human.duration(microseconds: report.window.to - newest)
    }

    private var span: String {
        let asOf =
            report.asOfIsNewest
            ? "as of just after the newest event" : "as of \(secondsText(report.window.asOf)) UTC"
        guard report.oldest != nil else {
            return "the trail holds no events" + (report.quarantined > 0 ? "; \(quarantine ?? "")" : "")
        }
        var looked = "looked at \(secondsText(report.window.from)) to \(secondsText(report.window.to)) UTC, \(asOf)"
        if let newest = report.newest, silence != nil {
            looked += "; the newest event is of \(secondsText(newest - 1)) UTC: there was nothing to look at"
        }
        guard let oldest = report.oldest, oldest < report.window.from else {
            guard let oldest = report.oldest, oldest >= report.window.to else { return looked }
            return looked + "; the log begins later, at \(secondsText(oldest)) UTC: there was nothing to look at"
        }
        return looked + "; the log begins at \(secondsText(oldest)) UTC (--since start looks at all of it)"
    }

    /// What earlier runs reported and nobody has resolved: a run that reports only what is new must not look like
    /// peace.
    private var stillOpen: String? {
        let open = report.stillOpen.filter { $0.value > 0 }.sorted { $0.key > $1.key }
        guard !open.isEmpty else { return nil }
        let counts = open.map { terminal.paint("\(Human.count($0.value)) \($0.key.name)", .severity($0.key.name)) }
        return "still open from earlier runs: " + counts.joined(separator: ", ") + " (authtrail findings"
            + (report.trailFlag.isEmpty ? ")" : " \(report.trailFlag))")
    }

    private func print(_ finding: Finding) throws {
        try output.line()
        let tag = terminal.paint(
            terminal.color ? " \(finding.severity.name.uppercased()) " : finding.severity.name.uppercased(),
            .severity(finding.severity.name))
        let mark = finding.status == .resolved ? terminal.paint("  (resolved)", .dim) : ""
        try output.line(tag + "  " + terminal.paint(SafeText.visible(finding.title), .bold) + mark)
        try line("what", "\(finding.class) (\(finding.detector)), confidence \(finding.confidence.rawValue)")
        try line(finding.entity.type.replacing("_", with: " "), finding.entity.value)
        try line("when", finding.when)
        try line("why", finding.explanation)
        if let advice = finding.advice { try line("do", advice) }
        if let first = finding.decisive {
            let more = finding.evidence.count > 1 ? " and \(finding.evidence.count - 1) more (--format json)" : ""
            try line("evidence", "\(first.source) at byte \(Human.count(first.offset))\(more)")
        }
        try command("look", Self.lookCloser(finding, report.trailFlag))
        try line(
            "id",
            finding.id + (finding.references.isEmpty ? "" : "  ATT&CK " + finding.references.joined(separator: ", ")))
    }

    /// The command that shows what happened around a finding: the story of whom it is about, or else its lines. Its
    /// words are quoted already, and it is one line.
    static func lookCloser(_ finding: Finding, _ trailFlag: String) -> String {
        // No word of a command line holds a zero byte, or nothing.
        let name = finding.entity.value
        let isWord = !name.isEmpty && !name.utf8.contains(0)
        if isWord, let command = trace(finding, name, trailFlag) ?? events(finding, name, trailFlag) { return command }
        return plaintext(finding, trailFlag)
            ?? ShellWord.command("authtrail explain", [trailFlag], about: String(finding.id.prefix(8)))
    }

    /// A token or person is told from the day before, an address from the hour before.
    private static func trace(_ finding: Finding, _ name: String, _ trailFlag: String) -> String? {
        let kind = finding.entity.type
        guard ["token", "principal", "actor", "ip"].contains(kind) else { return nil }
        // What was done by day before it began, as far as the finding knows: a use before a silence is evidence, too.
        let first = min(finding.firstSeen, finding.evidence.map(\.ts).min() ?? .max)
        let since = "--since " + (kind == "ip" ? hourBefore(finding) : dayBefore(first))
        return ShellWord.command("authtrail trace \(kind)", [since, trailFlag], about: name)
    }

    private static func events(_ finding: Finding, _ name: String, _ trailFlag: String) -> String? {
        guard ["tool", "user_agent"].contains(finding.entity.type) else { return nil }
        let flag = ShellWord.option("--" + finding.entity.type.replacing("_", with: "-"), name)
        return "authtrail export \(flag) --since \(hourBefore(finding))" + (trailFlag.isEmpty ? "" : " " + trailFlag)
    }

    private static func plaintext(_ finding: Finding, _ trailFlag: String) -> String? {
        // All of it may lie in quarantine.
        guard finding.detector == "plaintext-token", finding.context["events"] != .int(0) else { return nil }
        let day = Timestamp.text(finding.firstSeen).prefix(10)
        var statement =
            "SELECT event, source, source_offset, redacted FROM events WHERE date = '\(day)' "
            + "AND source = '\(finding.entity.value.replacing("'", with: "''"))'"
        // `redacted` is a list of `type:field`.
        if case .text(let type) = finding.context["type"] {
            statement += " AND instr(',' || redacted, ',\(type):') > 0"
        }
        return "authtrail query " + Self.inQuotes(statement) + (trailFlag.isEmpty ? "" : " " + trailFlag)
    }

    /// A statement as a word of a shell, in double quotes where a shell changes nothing between them: it has single
    /// ones of its own.
    private static func inQuotes(_ statement: String) -> String {
        let isPlain = statement.utf8.allSatisfy { 0x20..<0x7F ~= $0 && !"\"$`\\!".utf8.contains($0) }
        return isPlain ? "\"\(statement)\"" : ShellWord.quoted(statement)
    }

    private static func dayBefore(_ time: Int64) -> String {
        Timestamp.dayText(Timestamp.day(of: max(0, time.minus(Timestamp.day))))
    }

    private static func hourBefore(_ finding: Finding) -> String {
        Timestamp.text(max(0, finding.firstSeen / Timestamp.hour - 1) * Timestamp.hour)
    }

    private func printCoverage() throws {
        let notes =
            report.unseen + (report.oldest == nil ? [] : [quarantine].compactMap { $0 })
            + report.results.flatMap { result in result.coverage.map { "\(result.detector): \($0.words)" } }
        guard !notes.isEmpty else { return }
        try output.line()
        try output.line(terminal.paint("What could not be judged, or only in part", .bold))
        for note in notes {
            for line in terminal.paragraph(SafeText.visible(note), indent: 2) { try output.line("  " + line) }
        }
    }

    private func printHidden() throws {
        guard !report.hidden.isEmpty else { return }
        try output.line()
        try output.line(terminal.paint("Hidden by the allowlist", .bold))
        for (finding, entry) in report.hidden {
            let text =
                "\(finding.severity.name)  \(finding.title)  (\(entry.subject.text), \(entry.owner) until "
                + "\(Timestamp.text(entry.until).prefix(10)): \(entry.reason))"
            for line in terminal.paragraph(SafeText.visible(text), indent: 2) { try output.line("  " + line) }
        }
    }

    /// A command is not broken: whoever copies its first line would run half of it.
    private func command(_ name: String, _ text: String) throws {
        let label = name + String(repeating: " ", count: max(1, 10 - name.count))
        try output.line("  " + terminal.paint(label, .dim) + SafeText.visible(text))
    }

    private func line(_ name: String, _ text: String) throws {
        let label = name + String(repeating: " ", count: max(1, 10 - name.count))
        let lines = terminal.paragraph(SafeText.visible(text), indent: 12)
        for (place, line) in lines.enumerated() {
            try output.line(
                "  " + (place == 0 ? terminal.paint(label, .dim) : String(repeating: " ", count: 10)) + line)
        }
    }
}
