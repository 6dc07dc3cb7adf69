internal import Console
internal import Detection
internal import Events
internal import Model
internal import Runs

extension Finding {
    /// When it happened, for eyes: `2026-04-26 00:11:41 to 00:20:00 UTC (8 min 19 s)`. What is not over has no end.
    var when: String {
        let first = secondsText(firstSeen)
        if isOngoing { return "since \(first) UTC, and not over as of \(secondsText(asOf)) UTC" }
        if firstSeen == lastSeen { return first + " UTC" }
        let length = Human.duration(microseconds: lastSeen - firstSeen)
        let last = secondsText(lastSeen)
        return "\(first) to \(first.prefix(10) == last.prefix(10) ? String(last.dropFirst(11)) : last) UTC (\(length))"
    }
}

/// How many of each severity, worst first: `2 critical, 9 high`.
func countsText(_ severities: [Severity]) -> String {
    Severity.allCases.reversed().compactMap { severity -> String? in
        let count = severities.count { $0 == severity }
        return count == 0 ? nil : "\(Human.count(count)) \(severity.name)"
    }.joined(separator: ", ")
}
