package import Console
package import Runs

/// The ways to write what the detectors found: those of every table, and those that only findings have.
package enum FindingsFormat: String, CaseIterable, Sendable {
    case text, json, ndjson, csv, markdown
    /// OCSF 1.8 Detection Findings, one on a line.
    case ocsf
    /// Counts for the textfile collector of Prometheus.
    case prometheus
    /// A report in one file, for a browser.
    case html

    /// Whether it tells of the trail beside the findings, see `TrailFacts`.
    package var tellsOfTrail: Bool { self == .prometheus || self == .html }
}

extension DetectionReport {
    /// Writes the report in a format.
    /// - Parameter facts: about the trail, for the formats that tell of it.
    package func print(
        as format: FindingsFormat, _ facts: TrailFacts, to output: Output
    ) throws {
        switch format {
        case .text: try print(as: Format.text, to: output)
        case .json: try print(as: Format.json, to: output)
        case .ndjson: try print(as: Format.ndjson, to: output)
        case .csv: try print(as: Format.csv, to: output)
        case .markdown: try print(as: Format.markdown, to: output)
        case .ocsf: for finding in findings { try output.line(OCSFFinding(finding, facts).json.json()) }
        case .prometheus: try output.write(PrometheusText(self, facts).text)
        case .html: try output.write(FindingsPage(self, facts).html)
        }
    }
}
