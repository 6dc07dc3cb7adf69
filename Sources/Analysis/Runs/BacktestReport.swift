package import Detection
internal import Events
package import Model

/// What scheduled runs over a time that is past would have reported: how many alerts on each day, and when each finding
/// was first reported.
package struct BacktestReport: Sendable {
    /// The runs looked at the events before `from + every`, `from + 2 · every` and so on to `to`, microseconds.
    package let from: Int64
    package let to: Int64
    package let every: Int64
    /// How far back each run looked.
    package let width: Int64
    package private(set) var runs = 0
    private var told: [String: String] = [:]
    /// By id.
    package private(set) var findings: [String: Told] = [:]
    /// How many were reported on each day.
    package private(set) var alerts: [Day: Int] = [:]

    /// The worst that any run told.
    package var worst: Severity? { findings.values.map(\.finding.severity).max() }

    /// A finding, when it was reported first, and how often.
    package struct Told: Sendable {
        package var finding: Finding
        package var at: Int64
        package var alerts = 1
    }

    package struct Day: Hashable, Comparable, Sendable {
        package var day: Int32
        package var detector: String
        package var severity: Severity

        package static func < (left: Day, right: Day) -> Bool {
            (left.day, left.detector, right.severity) < (right.day, right.detector, left.severity)
        }
    }

    package init(from: Int64, to: Int64, every: Int64, width: Int64) {
        (self.from, self.to, self.every, self.width) = (from, to, every, width)
    }

    /// Takes in one run. As with `--new`, a finding is reported when it is new, or when its severity or title has
    /// changed.
    package mutating func add(_ report: DetectionReport) {
        runs += 1
        let asOf = report.window.asOf
        for finding in report.findings where told[finding.id] != finding.words {
            told[finding.id] = finding.words
            let day = Day(day: Timestamp.day(of: asOf), detector: finding.detector, severity: finding.severity)
            alerts[day, default: 0] += 1
            if var known = findings[finding.id] {
                known.finding = finding
                known.alerts += 1
                findings[finding.id] = known
            } else {
                findings[finding.id] = Told(finding: finding, at: asOf)
            }
        }
    }
}
