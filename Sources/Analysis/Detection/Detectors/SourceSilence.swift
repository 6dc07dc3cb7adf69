internal import Columns
internal import Events
internal import Model

/// A log that always spoke has gone silent.
///
/// Whoever breaks in stops the log first; more often a shipper has died, and nobody sees what happens meanwhile. How
/// long a log is silent in its usual day is its own habit: the median of the longest gaps of its days.
///
/// Not found: the silence of a log with fewer than three days of habit, and silence up to now, unless the run looks up
/// to now (`--as-of`) or other logs go on.
package struct SourceSilence: Detector {
    package static let card = DetectorCard(
        id: "source-silence",
        title: "Log gone silent",
        question: "Which logs were silent for much longer than they usually are?",
        needs: [.ts, .source],
        defaultSeverity: .high,
        classes: [
            .init(
                "source_silence", .high,
                "No event of a log for more than five times its usual longest gap.",
                advice: "See whether the server writes the log and whether it is still read: authtrail status says "
                    + "how far.")
        ],
        references: ["T1562.008", "T1070"],
        knownGaps: [
            "Files that differ only in digits or in folders that are dates, such as one a day, are one log, unless "
                + "they speak at the same time on two days; so are a bucket's objects that differ only from the moment "
                + "in their names on.",
            "Gaps are measured in whole seconds; silences under 15 minutes are not reported.",
            "A log that is silent for more than 14 days while others speak counts as ended, and is not reported.",
        ],
        version: 1)

    package struct Settings: Sendable, Equatable {
        /// How many times the usual gap a silence must last.
        package var factor: Int64 = 5
        /// The shortest silence that is reported, in microseconds.
        package var least = 15 * Timestamp.minute
        /// How many UTC days of habit are looked at, and how many of them must have events.
        package var habitDays: Int32 = 14
        package var leastDays = 3

        package init() {}
    }

    package var settings: Settings

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(
            (1...1000).contains(settings.factor), "factor", "\(settings.factor)",
            want: "a number from 1 to "
                + "1000")
        try require(settings.habitDays > 0, "habit_days", "\(settings.habitDays)", want: "a number of days above 0")
        var result = emptyResult
        var search = SourceSilenceSearch(settings)
        let silences = try search.read(window, history)
        for silence in silences {
            let one = try lastEvent(of: silence, window, history)
            // What is not over was seen to last until the run looked.
            let last = silence.end ?? window.asOf
            result.findings.append(
                finding(
                    verdict(silence, one, asOf: window.asOf), first: one.first == .max ? silence.start : one.first,
                    last: last, one.evidence.all, one.context, asOf: window.asOf))
        }
        result.counts.add("logs", search.logs)
        if search.young > 0 {
            result.coverage = [
                CoverageNote(
                    kind: .insufficientHistory,
                    text: "\(Wording.count(search.young, "log")) silent for a day and more with fewer than "
                        + "\(settings.leastDays) days of habit before: whether that is too long is not known")
            ]
        }
        result.sort()
        return result
    }

    /// The last lines before the silence.
    private func lastEvent(
        of silence: SourceSilenceSearch.Silence, _ window: DetectionWindow, _ history: any History
    ) throws -> Case {
        var one = Case()
        let log = silence.log
        let scan = EventScan(
            from: silence.start, to: silence.start + Timestamp.second,
            texts: [.source: .matching { LogName(ofPath: $0).isOf(log) }],
            fields: Case.fields)
        try history.scan(scan) { batch in
            for row in 0..<batch.count { one.add(batch, row, window) }
        }
        return one
    }

    private func verdict(_ silence: SourceSilenceSearch.Silence, _ one: Case, asOf: Int64) -> Verdict {
        let name = String(decoding: silence.log, as: UTF8.self)
        // Of several files the one that can be looked for; an object of a bucket is written once and never goes on.
        let file = one.evidence.all.last?.source
        let log = file.flatMap { LogName(ofPath: Array($0.utf8)[...]).isObject ? nil : $0 } ?? name
        let start = Timestamp.text(silence.start)
        let span =
            silence.end.map { "for \(Wording.span($0.minus(silence.start))), until \(Timestamp.text($0))" }
            ?? "until the run looked, \(Wording.span(asOf.minus(silence.start))) later"
        var context = Context()
        context.add("silent_since", time: silence.start)
        context.add("silent_until", time: silence.end)
        if silence.end == nil { context[Finding.ongoing] = .bool(true) }
        if name != log { context.add("log", name) }
        context.add("usual_longest_gap", Wording.span(silence.usual))
        return Verdict(
            class: "source_silence", entity: .init("source", log), fact: [name, String(silence.start)],
            title: "\(log) fell silent at \(start)",
            explanation: "\(log) logged nothing from \(start) on \(span). On its days before, its longest gap was "
                + "\(Wording.span(silence.usual)) in the middle; the rule allows \(settings.factor) times that, and at "
                + "least \(Wording.width(settings.least)). What happened meanwhile is not in this log.",
            confidence: .medium, context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a log that speaks every ten minutes and then not for an hour is found", asOf: Event.time(day: 5),
            events: day(0) + day(1) + day(2) + day(3)
                + day(4).filter { $0.ts < Event.time(day: 4, hour: 8) || $0.ts > Event.time(day: 4, hour: 9) },
            expected: [.init("source_silence", "auth.ndjson", .high)]),
        DetectorExample(
            "a trail in which nothing has spoken for months is found by a run that looks at its last day only",
            asOf: Event.time(day: 150), events: day(0) + day(1) + day(2) + day(3),
            expected: [.init("source_silence", "auth.ndjson", .high)]),
        DetectorExample(
            "a log with its usual gaps stays quiet", asOf: Event.time(day: 5),
            events: day(0) + day(1) + day(2) + day(3) + day(4), expected: []),
    ]

    /// A use every ten minutes.
    private static func day(_ day: Int64) -> [Event] {
        (0..<144).map { .used("tok_1", at: Event.time(day: day, minute: $0 * 10)) }
    }
}
