internal import Console
internal import Detection
internal import Model
internal import Runs

/// Counts in the text format of Prometheus, for the textfile collector of its node exporter.
///
/// Every detector that ran has a series for each severity, also where it found nothing: an alert on a series that is
/// absent never fires.
struct PrometheusText {
    private let report: DetectionReport
    private let facts: TrailFacts

    init(_ report: DetectionReport, _ facts: TrailFacts) {
        self.report = report
        self.facts = facts
    }

    var text: String {
        let window = report.window
        var metrics = [
            Metric(
                "authtrail_findings", "Findings of the last run, by detector and severity; what is hidden is left out.",
                byDetector { detector, severity in
                    report.results.filter { $0.detector == detector }.flatMap(\.findings)
                        .count { $0.severity == severity }
                }),
            Metric(
                "authtrail_open_findings", "Findings that are open in the ledger, by detector and severity.",
                byDetector { detector, severity in
                    facts.open[.init(detector: detector, severity: severity)] ?? 0
                }),
            Metric(
                "authtrail_suppressed_findings", "Findings of the last run that the allowlist hides.",
                [
                    ([], Double(report.hidden.count))
                ]),
            Metric(
                "authtrail_run_as_of_timestamp_seconds", "The last run looked at events before this time.",
                [
                    ([], Self.seconds(window.asOf))
                ]),
            Metric(
                "authtrail_run_window_seconds", "How long a time the last run looked at.",
                [
                    ([], Self.seconds(window.to - window.from))
                ]),
            Metric("authtrail_run_timestamp_seconds", "When the last run was.", [([], Self.seconds(facts.now))]),
            Metric("authtrail_stored_events", "Events in the trail.", [([], Double(facts.events))]),
            Metric(
                "authtrail_quarantined_lines", "Lines in quarantine, of all sources.",
                [
                    ([], Double(facts.quarantined))
                ]),
            Metric("authtrail_sources", "Sources that were ever read.", [([], Double(facts.sources))]),
            Metric(
                "authtrail_unseen_seconds", "Event time at which no scheduled run has looked yet.",
                [
                    ([], Self.seconds(facts.unseen))
                ]),
        ]
        if let newest = facts.newest {
            metrics += [
                Metric(
                    "authtrail_newest_event_timestamp_seconds", "Time of the newest event.",
                    [
                        ([], Self.seconds(newest))
                    ]),
                Metric(
                    "authtrail_newest_event_age_seconds", "Age of the newest event at the time of the run.",
                    [
                        ([], Self.seconds(max(0, facts.now - newest)))
                    ]),
            ]
        }
        return metrics.map(\.text).joined()
    }

    private typealias Series = (labels: [(name: String, value: String)], value: Double)

    private func byDetector(_ count: (String, Severity) -> Int) -> [Series] {
        report.results.map(\.detector).flatMap { detector in
            Severity.allCases.map { severity in
                ([("detector", detector), ("severity", severity.name)], Double(count(detector, severity)))
            }
        }
    }

    private static func seconds(_ micros: Int64) -> Double { Double(micros / 1000) / 1000 }

    /// One gauge with its series.
    private struct Metric {
        let name: String
        let help: String
        let series: [Series]

        init(_ name: String, _ help: String, _ series: [Series]) {
            (self.name, self.help, self.series) = (name, help, series)
        }

        var text: String {
            let lines = series.map { labels, value in
                let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",")
                return name + (list.isEmpty ? "" : "{\(list)}") + " " + Self.number(value)
            }
            return "# HELP \(name) \(help)\n# TYPE \(name) gauge\n" + lines.map { $0 + "\n" }.joined()
        }

        private static func number(_ value: Double) -> String {
            Int64(exactly: value).map { String($0) } ?? String(value)
        }

        /// Byte by byte: a newline behind a carriage return is a newline to Prometheus.
        private static func escaped(_ text: String) -> String {
            var out: [UInt8] = []
            for byte in SafeText.visible(text).utf8 {
                if byte == UInt8(ascii: "\\") || byte == UInt8(ascii: "\"") { out.append(UInt8(ascii: "\\")) }
                out.append(byte)
            }
            return String(decoding: out, as: UTF8.self)
        }
    }
}
