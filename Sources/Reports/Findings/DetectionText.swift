internal import Console
internal import Detection
internal import Events

/// Findings for somebody who was woken by them: worst first, each with what, who, when, why and where to look.
struct DetectionText {
    private let report: DetectionReport
    private let output: Output
    private var terminal: Terminal { output.terminal }

    init(_ report: DetectionReport, _ output: Output) {
        self.report = report
        self.output = output
    }

    func print() throws(ConsoleError) {
        let findings = report.findings
        try output.line(terminal.paint(headline(findings), .bold))
        for line in terminal.paragraph(span, indent: 0) { try output.line(terminal.paint(line, .dim)) }
        for finding in findings { try print(finding) }
        try printCoverage()
        try printHidden()
        try output.flush()
    }

    private func headline(_ findings: [Finding]) -> String {
        let new = report.onlyNew ? "new " : ""
        guard !findings.isEmpty else { return "No \(new)findings." }
        let counts = Severity.allCases.reversed().compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : "\(Human.count(count)) \(severity.name)"
        }
        return
            "\(Human.count(findings.count)) \(new)finding\(findings.count == 1 ? "" : "s"): "
            + counts.joined(separator: ", ")
    }

    private var span: String {
        let asOf =
            report.asOfIsNewest ? "as of just after the newest event" : "as of \(Timestamp.text(report.window.asOf))"
        guard report.oldest != nil else { return "the trail holds no events" }
        var looked = "looked at \(Timestamp.text(report.window.from)) to \(Timestamp.text(report.window.to)), \(asOf)"
        if let newest = report.newest, newest <= report.window.from {
            let age = Human.duration(microseconds: report.window.to - newest)
            looked += "; the newest event is \(age) older than that, of \(Timestamp.text(newest - 1)): there was "
                + "nothing to look at"
        }
        guard let oldest = report.oldest, oldest < report.window.from else {
            guard let oldest = report.oldest, oldest >= report.window.to else { return looked }
            return looked + "; the log begins later, at \(Timestamp.text(oldest)): there was nothing to look at"
        }
        return looked + "; the log begins at \(Timestamp.text(oldest)) (--since start looks at all of it)"
    }

    private func print(_ finding: Finding) throws(ConsoleError) {
        try output.line()
        let tag = terminal.paint(
            terminal.color ? " \(finding.severity.name.uppercased()) " : finding.severity.name.uppercased(),
            .severity(finding.severity.name))
        let mark = finding.status == .resolved ? terminal.paint("  (resolved)", .dim) : ""
        try output.line(tag + "  " + terminal.paint(SafeText.visible(finding.title), .bold) + mark)
        try line("what", "\(finding.class) (\(finding.detector))")
        try line(finding.entity.type.replacing("_", with: " "), finding.entity.value)
        try line("when", finding.when)
        try line("why", finding.explanation)
        if let first = finding.evidence.first {
            let more = finding.evidence.count > 1 ? " and \(finding.evidence.count - 1) more (--format json)" : ""
            try line("evidence", "\(first.source) at byte \(Human.count(first.offset))\(more)")
        }
        let command = Self.lookCloser(finding) ?? "authtrail explain \(finding.id.prefix(8))"
        try line("look", command + (report.trailFlag.isEmpty ? "" : " " + report.trailFlag))
        try line(
            "id",
            finding.id + (finding.references.isEmpty ? "" : "  ATT&CK " + finding.references.joined(separator: ", ")))
    }

    /// The command that shows the events behind a finding, when its entity can be typed as it is.
    static func lookCloser(_ finding: Finding) -> String? {
        let flags: Set = ["token", "ip", "principal", "tool", "user_agent"]
        guard flags.contains(finding.entity.type) || finding.detector == "plaintext-token" else { return nil }
        if finding.entity.type == "source" {
            // All of it lies in quarantine.
            if finding.context["events"] == .int(0) { return nil }
            let day = Timestamp.text(finding.firstSeen).prefix(10)
            return "authtrail query \"SELECT event, source, source_offset, redacted FROM events WHERE date = '\(day)' "
                + "AND redacted IS NOT NULL\""
        }
        let value = finding.entity.value
        // What has a quote itself, or hides something, is not offered.
        let isQuotable = !value.utf8.contains(UInt8(ascii: "'")) && SafeText.visible(value) == value
        guard isQuotable, !value.isEmpty, !value.hasPrefix("-") else { return nil }
        let flag = finding.entity.type.replacing("_", with: "-")
        let since = Timestamp.text(max(0, finding.firstSeen / Timestamp.hour - 1) * Timestamp.hour)
        return "authtrail export --\(flag) \(ShellWord.quoted(value)) --since \(since)"
    }

    private func printCoverage() throws(ConsoleError) {
        let notes = report.results.flatMap { result in result.coverage.map { "\(result.detector): \($0.text)" } }
        guard !notes.isEmpty else { return }
        try output.line()
        try output.line(terminal.paint("What could not be judged", .bold))
        for note in notes {
            for line in terminal.paragraph(SafeText.visible(note), indent: 2) { try output.line("  " + line) }
        }
    }

    private func printHidden() throws(ConsoleError) {
        guard !report.hidden.isEmpty else { return }
        try output.line()
        try output.line(terminal.paint("Hidden by the allowlist", .bold))
        for (finding, entry) in report.hidden {
            let text = "\(finding.severity.name)  \(finding.title)  (\(entry.subject.text), \(entry.owner) until "
                + "\(Timestamp.text(entry.until).prefix(10)): \(entry.reason))"
            for line in terminal.paragraph(SafeText.visible(text), indent: 2) { try output.line("  " + line) }
        }
    }

    private func line(_ name: String, _ text: String) throws(ConsoleError) {
        let label = name + String(repeating: " ", count: max(1, 10 - name.count))
        let lines = terminal.paragraph(SafeText.visible(text), indent: 12)
        for (place, line) in lines.enumerated() {
            try output.line(
                "  " + (place == 0 ? terminal.paint(label, .dim) : String(repeating: " ", count: 10)) + line)
        }
    }
}
