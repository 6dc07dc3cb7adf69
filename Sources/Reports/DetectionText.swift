internal import Console
internal import Detection
internal import Events

/// Findings for somebody who was woken by them: worst first, each with what, who, when, why and where to look.
struct DetectionText {
    private let report: DetectionReport
    private let output: Output
    private var terminal: Terminal { output.terminal }
    /// Lines are wrapped on a terminal only.
    private var width: Int { terminal.isTerminal ? max(40, min(terminal.width, 110)) : .max }

    init(_ report: DetectionReport, _ output: Output) {
        self.report = report
        self.output = output
    }

    func print() throws(ConsoleError) {
        let findings = report.findings
        try output.line(terminal.paint(headline(findings), .bold))
        try output.line(terminal.paint(span, .dim))
        for finding in findings { try print(finding) }
        try printCoverage()
        try output.flush()
    }

    private func headline(_ findings: [Finding]) -> String {
        let new = report.onlyNew ? "new " : ""
        guard !findings.isEmpty else { return "No \(new)findings." }
        let counts = Severity.allCases.reversed().compactMap { severity -> String? in
            let count = findings.count { $0.severity == severity }
            return count == 0 ? nil : "\(Human.count(count)) \(severity.name)"
        }
        return "\(Human.count(findings.count)) \(new)finding\(findings.count == 1 ? "" : "s"): \(counts.joined(separator: ", "))"
    }

    private var span: String {
        let asOf = report.asOfIsNewest ? "as of just after the newest event" : "as of \(Timestamp.text(report.window.asOf))"
        let looked = "looked at \(Timestamp.text(report.window.from)) to \(Timestamp.text(report.window.to)), \(asOf)"
        guard let oldest = report.oldest, oldest < report.window.from else { return looked }
        return looked + "; the log begins at \(Timestamp.text(oldest)) (--since start looks at all of it)"
    }

    private func print(_ finding: Finding) throws(ConsoleError) {
        try output.line()
        let tag = terminal.paint(terminal.color ? " \(finding.severity.name.uppercased()) " : finding.severity.name.uppercased(),
            .severity(finding.severity.name))
        try output.line(tag + "  " + terminal.paint(SafeText.visible(finding.title), .bold))
        try line("what", "\(finding.class) (\(finding.detector))")
        try line(finding.entity.type.replacing("_", with: " "), finding.entity.value)
        try line("when", Self.when(finding))
        try line("why", finding.explanation)
        let context = finding.context.entries.map { "\($0.name) \($0.value.text)" }
        if !context.isEmpty { try line("context", context.joined(separator: " · ")) }
        if let first = finding.evidence.first {
            let more = finding.evidence.count > 1 ? " and \(finding.evidence.count - 1) more (--format json)" : ""
            try line("evidence", "\(first.source) at byte \(Human.count(first.offset))\(more)")
        }
        if !finding.references.isEmpty { try line("ATT&CK", finding.references.joined(separator: ", ")) }
        try line("id", finding.id)
    }

    private static func when(_ finding: Finding) -> String {
        if finding.firstSeen == finding.lastSeen { return Timestamp.text(finding.firstSeen) }
        let length = Human.duration(microseconds: finding.lastSeen - finding.firstSeen)
        return "\(Timestamp.text(finding.firstSeen)) to \(Timestamp.text(finding.lastSeen)) (\(length))"
    }

    private func printCoverage() throws(ConsoleError) {
        let notes = report.results.flatMap { result in result.coverage.map { "\(result.detector): \($0.text)" } }
        guard !notes.isEmpty else { return }
        try output.line()
        try output.line(terminal.paint("What could not be judged", .bold))
        for note in notes { for line in wrapped(SafeText.visible(note), indent: 2) { try output.line("  " + line) } }
    }

    private func line(_ name: String, _ text: String) throws(ConsoleError) {
        let label = name + String(repeating: " ", count: max(1, 10 - name.count))
        let lines = wrapped(SafeText.visible(text), indent: 12)
        for (place, line) in lines.enumerated() {
            try output.line("  " + (place == 0 ? terminal.paint(label, .dim) : String(repeating: " ", count: 10)) + line)
        }
    }

    private func wrapped(_ text: String, indent: Int) -> [String] {
        guard terminal.isTerminal else { return [text] }
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, line.count + 1 + word.count > width - indent {
                lines.append(line)
                line = String(word)
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return lines + [line]
    }
}
