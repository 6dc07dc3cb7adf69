internal import Console
internal import Detection
internal import Events
internal import Model
internal import Runs

/// Findings as a page in one file: a manager sees how bad it is, a responder what to do about each.
///
/// No script, nothing from elsewhere, and text from logs only as text. The same findings give the same bytes.
struct FindingsPage {
    private let report: DetectionReport
    private let facts: TrailFacts
    private var window: DetectionWindow { report.window }

    init(_ report: DetectionReport, _ facts: TrailFacts) {
        self.report = report
        self.facts = facts
    }

    var html: String {
        let findings = report.findings
        let body = [
            header(findings), charts(findings), HTMLText.element("h2", [:], "Findings"),
            findings.isEmpty ? HTMLText.element("p", [:], "Nothing was found in this time.") : "",
            findings.map(card).joined(), hidden, coverage, footer,
        ].joined(separator: "\n")
        return """
            <!DOCTYPE html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>authtrail: \(HTMLText.text(headline(findings)))</title>
            <style>\(Self.style)</style>
            </head>
            <body>
            \(body)
            </body>
            </html>

            """
    }

    // MARK: Top

    private func headline(_ findings: [Finding]) -> String {
        findings.isEmpty ? "no findings" : "\(findings.count) finding\(findings.count == 1 ? "" : "s")"
    }

    private func header(_ findings: [Finding]) -> String {
        let tiles = Severity.allCases.reversed().map { severity in
            let count = findings.count { $0.severity == severity }
            return HTMLText.element(
                "li", ["class": "tile \(severity.name)\(count == 0 ? " none" : "")"],
                HTMLText.element("b", [:], Human.count(count)), " \(severity.name)")
        }
        let span =
            "Events from \(secondsText(window.from)) to \(secondsText(window.to)), as of "
            + secondsText(window.asOf)
        return HTMLText.element(
            "header", [:], HTMLText.element("h1", [:], HTMLText.text("Auth log: " + headline(findings))),
            HTMLText.element("p", ["class": "quiet"], HTMLText.text(span)),
            HTMLText.element("ul", ["class": "tiles"], tiles.joined()))
    }

    private func charts(_ findings: [Finding]) -> String {
        let levels = Severity.allCases
        let slots = Int64(24)
        let width = max(1, (window.to - window.from + slots - 1) / slots)
        var counts = [[Int64]](repeating: [Int64](repeating: 0, count: levels.count), count: Int(slots))
        for finding in findings {
            let place = min(max((finding.firstSeen - window.from) / width, 0), slots - 1)
            counts[Int(place)][finding.severity.rawValue] += 1
        }
        let isLong = window.to - window.from > 2 * Timestamp.day
        let found = BarsSVG(
            layers: levels.map(\.name),
            bars: counts.enumerated().map { place, values in
                let text = Timestamp.text(window.from + Int64(place) * width)
                return (String(isLong ? text.prefix(10) : text.dropFirst(11).prefix(5)), values)
            },
            title: "Findings by the time at which they began",
            description: "\(findings.count) findings in \(slots) parts of the time that was looked at, by severity.")
        let days = BarsSVG(
            layers: ["failed", "accepted"],
            bars: facts.days.map { day in
                (
                    Timestamp.dayText(day.day), [day.failures, day.events - day.failures]
                )
            },
            title: "Events by day", description: "Events of the last \(facts.days.count) days, failures at the bottom.")
        return [found, days].map { chart in
            HTMLText.element(
                "figure", [:], HTMLText.element("figcaption", [:], HTMLText.text(chart.title)), chart.svg)
        }.joined(separator: "\n")
    }

    // MARK: Findings

    private func card(_ finding: Finding) -> String {
        let facts: [(String, String)] = [
            ("what", HTMLText.text("\(finding.class) (\(finding.detector))")),
            (
                finding.entity.type.replacing("_", with: " "),
                HTMLText.element(
                    "code", [:], HTMLText.text(finding.entity.value))
            ),
            ("when", HTMLText.text(finding.when)),
            ("confidence", HTMLText.text(finding.confidence.rawValue)),
            ("do", HTMLText.text(finding.advice ?? "")),
            (
                "look",
                HTMLText.element(
                    "code", [:], HTMLText.text(DetectionText.lookCloser(finding, report.trailFlag)))
            ),
            ("ATT&CK", HTMLText.text(finding.references.joined(separator: ", "))),
            ("id", HTMLText.element("code", [:], HTMLText.text(finding.id))),
        ]
        let list = facts.filter { !$1.isEmpty }.map { name, value in
            HTMLText.element("dt", [:], HTMLText.text(name)) + HTMLText.element("dd", [:], value)
        }
        return HTMLText.element(
            "article", ["class": finding.severity.name, "id": "f-\(finding.id)"],
            HTMLText.element(
                "h3", [:], HTMLText.element("span", ["class": "tag"], finding.severity.name), " ",
                HTMLText.text(finding.title)),
            HTMLText.element("p", [:], HTMLText.text(finding.explanation)),
            HTMLText.element("dl", [:], list.joined()), details(finding))
    }

    private func details(_ finding: Finding) -> String {
        let context = finding.context.entries.map { entry in
            [HTMLText.text(entry.name.replacing("_", with: " ")), HTMLText.text(entry.value.text)]
        }
        let evidence = finding.evidence.map { one in
            [
                HTMLText.text(secondsText(one.ts)), HTMLText.element("code", [:], HTMLText.text(one.source)),
                HTMLText.text(Human.count(one.offset)), HTMLText.text(one.eventID ?? ""),
            ]
        }
        return HTMLText.element(
            "details", [:], HTMLText.element("summary", [:], "Context and evidence"),
            HTMLText.table(["fact", "value"], context),
            HTMLText.table(["time", "source", "at byte", "event"], evidence))
    }

    // MARK: Bottom

    private var hidden: String {
        guard !report.hidden.isEmpty else { return "" }
        let rows = report.hidden.map { finding, entry in
            [
                finding.severity.name, HTMLText.text(finding.title), HTMLText.text(entry.subject.text),
                HTMLText.text(entry.owner), HTMLText.text(entry.reason), String(Timestamp.text(entry.until).prefix(10)),
            ]
        }
        return HTMLText.element("h2", [:], "Hidden by the allowlist")
            + HTMLText.table(["severity", "finding", "allowance", "owner", "reason", "until"], rows)
    }

    private var coverage: String {
        let notes =
            report.unseen.map { ["", HTMLText.text($0)] }
            + report.results.flatMap { result in
                result.coverage.map { [HTMLText.text(result.detector), HTMLText.text($0.words)] }
            }
        guard !notes.isEmpty else { return "" }
        return HTMLText.element("h2", [:], "What could not be judged, or only in part")
            + HTMLText.table(["detector", "why"], notes)
    }

    private var footer: String {
        let text =
            "authtrail \(facts.version): \(Human.count(facts.events)) events of \(Human.count(facts.sources)) "
            + "sources stored, \(Human.count(facts.quarantined)) lines in quarantine. All times are UTC."
        return HTMLText.element("footer", ["class": "quiet"], HTMLText.text(text))
    }
}
