package import Catalog
package import Detection
internal import Events
package import Model

/// What one run of the detectors says.
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
    /// Of a run that reports only what is new: what earlier ones told and nobody has resolved, by severity.
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

    /// Leaves one finding of each fact. What an allowance hides replaces nothing.
    package mutating func tellFactsOnce() {
        let told = Dictionary(OneFact.told(findings).map { ($0.id, $0) }) { first, _ in first }
        for place in results.indices { results[place].findings = results[place].findings.compactMap { told[$0.id] } }
    }

    /// Adds findings to those of their detectors.
    package mutating func add(_ findings: [Finding]) {
        for finding in findings {
            guard let place = results.firstIndex(where: { $0.detector == finding.detector }) else { continue }
            results[place].findings.append(finding)
        }
    }

    /// Gives the findings of which `isSo` a status.
    package mutating func mark(_ status: FindingStatus, where isSo: (Finding) -> Bool) {
        for result in results.indices {
            for place in results[result].findings.indices where isSo(results[result].findings[place]) {
                results[result].findings[place].status = status
            }
        }
    }

    /// The findings of all detectors, worst first.
    package var findings: [Finding] { results.flatMap(\.findings).sorted(by: Finding.precedes) }
}
