internal import Columns
internal import Events
internal import Model

/// A producer's clock runs ahead: events are dated later than now.
///
/// Whoever sets the clock of a host ahead would otherwise keep what it logs out of every run until its time has come.
/// What these events say is judged among themselves by the rules that need no past (`AheadHistory`); this tells which
/// log it is. One finding for each log.
///
/// Not found: a clock that is ahead by less than five minutes, or behind.
package struct ClockAhead: Detector {
    package static let card = DetectorCard(
        id: "clock-ahead",
        title: "Clock ahead",
        question: "Which logs date their events later than now?",
        needs: [.ts, .source],
        defaultSeverity: .low,
        classes: [
            .init(
                "clock_ahead", .low, "A log has events that are dated ahead of the clock.",
                advice: "Set the clock of the host that writes the log, and see what it logged meanwhile: rules that "
                    + "need a past cannot judge it.")
        ],
        references: ["T1070.006"],
        knownGaps: ["A clock that is ahead by less than five minutes is taken for right."],
        version: 1)

    package init() {}

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        guard let from = history.aheadFrom else { return result }
        var cases: [String: Case] = [:]
        let all = DetectionWindow(from: from, to: .max, asOf: .max)
        let scan = EventScan(from: from, fields: Case.fields)
        try history.scan(scan) { events in
            for row in 0..<events.count { cases[events[.source][row] ?? "", default: Case()].add(events, row, all) }
        }
        result.findings = cases.map { finding(verdict($0, $1), $1, asOf: window.asOf) }
        result.counts.add("events_ahead", cases.values.reduce(0) { $0 + $1.events })
        result.sort()
        return result
    }

    private func verdict(_ source: String, _ one: Case) -> Verdict {
        Verdict(
            class: "clock_ahead", entity: .init("source", source), fact: ["clock_ahead", source],
            title: "\(Wording.count(one.events, "event")) dated ahead of the clock, up to \(Timestamp.text(one.last))",
            explanation: "\(source) has \(Wording.count(one.events, "event")) from \(Timestamp.text(one.first)) to "
                + "\(Timestamp.text(one.last)), later than now: the clock of the host that wrote them is wrong, or "
                + "somebody wants them to be looked at by nobody. They are judged among themselves by the rules that "
                + "need no past.")
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "events that are dated later than now are reported for their log", asOf: Event.time(day: 1, hour: 12),
            events: [.used("tok_1", at: Event.time(day: 1, hour: 11)), .used("tok_1", at: Event.time(day: 9))],
            expected: [.init("clock_ahead", "auth.ndjson", .low)]),
        DetectorExample(
            "a log up to now is right", asOf: Event.time(day: 1, hour: 12),
            events: [.used("tok_1", at: Event.time(day: 1, hour: 11))], expected: []),
    ]
}
