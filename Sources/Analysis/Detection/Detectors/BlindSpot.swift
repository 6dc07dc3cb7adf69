internal import Columns
internal import Events
internal import Model

/// Nothing can be judged: the log is read, or was to be, and no rule can see what is in it.
///
/// A producer has changed its format, a proxy hides who calls, or nothing arrives. All other rules are silent then, and
/// silence looks like peace. One finding for each kind of blindness, which lasts until a run can see again.
///
/// Not found: a log of which some lines can still be judged, and a log that has fallen silent (`source-silence`).
package struct BlindSpot: Detector {
    package static let card = DetectorCard(
        id: "blind-spot",
        title: "Nothing can be judged",
        question: "Is there anything in the log that the rules can judge?",
        needs: [.ip, .reason],
        defaultSeverity: .high,
        classes: [
            .init(
                "nothing_read", .high, "No line was ever read into the trail.",
                advice: "See whether the server writes its log where ingest looks for it, and give ingest the file."),
            .init(
                "all_quarantined", .high, "All lines that were read since anything was stored are no events.",
                advice: "See what they lack with authtrail report quarantine; the producer may have changed its "
                    + "format."),
            .init(
                "failures_not_judgeable", .high,
                "Ten failures or more, and not one of which the client, or the meaning of the reason, is known.",
                advice: "Have the server log the address of its client as `ip`, behind proxies the one that they "
                    + "forward; say in the policy what its words mean, such as reasons: {mismatch: [wrong_key]}."),
        ],
        references: ["T1562.008"],
        knownGaps: [
            "Fewer than 10 failures in a run, or fewer than 20 quarantined lines behind events that were stored, are "
                + "not reported."
        ],
        version: 1)

    /// The class that speaks of failures; the others of lines.
    package static let ofFailures = "failures_not_judgeable"

    /// So few failures without an address may be somebody's health checks.
    private static let leastFailures = 10
    /// So few lines that are no events may follow others by chance.
    private static let leastLines: Int64 = 20

    private let settings: FailedVerificationByIP.Settings

    package init(_ settings: FailedVerificationByIP.Settings = .init()) { self.settings = settings }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        let intake = try history.intake
        if let intake { result.findings += quarantined(intake, try history.coverage, window) }
        if !window.isEmpty, try history.coverage != nil {
            if let failures = try unjudged(window, history) { result.findings.append(failures) }
        }
        result.sort()
        return result
    }

    /// A blindness that an earlier run told, when it is over.
    package static func over(
        _ id: String, class: String, entity: Finding.Entity, title: String, since: Int64, asOf: Int64
    ) -> Finding {
        var finding = Finding(
            id: id, detector: card.id, version: card.version, class: `class`, severity: .info, confidence: .high,
            entity: entity, firstSeen: since, lastSeen: max(since, asOf), asOf: asOf, title: title + ": over",
            explanation: "Runs before this one were blind. This one could judge what it looked at.",
            evidence: [], context: Context(), references: card.references)
        finding.status = .resolved
        return finding
    }

    // MARK: Lines

    private func quarantined(_ intake: Intake, _ coverage: Range<Int64>?, _ window: DetectionWindow) -> [Finding] {
        let lines = intake.quarantinedSinceStored
        if intake.lines == 0, coverage == nil {
            return [
                finding(
                    Verdict(
                        class: "nothing_read", entity: .init("source", "every log"), fact: ["nothing_read"],
                        title: "No line was ever read",
                        explanation: "The trail holds no line of any log, so no rule has anything to look at.",
                        context: ongoing(Context())), first: window.to, last: window.to, [], Context(),
                    asOf: window.asOf)
            ]
        }
        guard lines > 0, lines >= Self.leastLines || intake.stored == 0 else { return [] }
        var context = Context()
        context.add("quarantined_lines", Int(clamping: lines))
        context.add("reading_since", time: intake.quarantineBegan)
        let since = intake.stored == 0 ? "" : " since events were stored last"
        let began = max(intake.quarantineBegan ?? window.to, window.to)
        return [
            finding(
                Verdict(
                    class: "all_quarantined", entity: .init("source", intake.quarantinedSource ?? "every log"),
                    fact: ["all_quarantined"], title: "All lines go to quarantine",
                    explanation:
                        "\(lines) \(lines == 1 ? "line was" : "lines were") read\(since), and none of them is an "
                        + "event: all are in quarantine, where no rule looks.", context: ongoing(context)),
                first: intake.quarantineBegan ?? window.to, last: began, [], Context(), asOf: max(began, window.asOf))
        ]
    }

    private func ongoing(_ context: Context) -> Context {
        var context = context
        context[Finding.ongoing] = .bool(true)
        return context
    }

    // MARK: Failures

    /// The failures of the window if they are many and none can be judged.
    private func unjudged(_ window: DetectionWindow, _ history: any History) throws -> Finding? {
        var one = Case()
        var judged = 0, withoutClient = 0
        var reasons = UnknownReasons(settings)
        let scan = EventScan(
            from: window.from, to: window.to, kinds: .failed, fields: Case.fields.union(EventFields([.ip, .reason])))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: settings.trustedProxies)
            let isUnknown = reasons.areUnknown(events)
            for row in 0..<events.count {
                guard clients[row].key == nil || isUnknown[row] else {
                    judged += 1
                    continue
                }
                if clients[row].key == nil { withoutClient += 1 }
                if judged == 0 { one.add(events, row, window) }
            }
            reasons.count(events, in: window)
        }
        guard judged == 0, one.events >= Self.leastFailures else { return nil }
        let words = reasons.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.prefix(3)
            .map { "`\(Self.shown($0.key))`" }
        var why: [String] = []
        if withoutClient > 0 {
            why.append("\(withoutClient) name no address of a client in `ip`, or one of a trusted proxy")
        }
        if withoutClient < one.events {
            why.append(
                "\(one.events - withoutClient) have a reason that nobody has given a meaning, such as "
                    + words.joined(separator: ", "))
        }
        var context = Context()
        context.add("failures", one.events)
        context.add("without_client", withoutClient)
        context.add("reasons", reasons.counts.keys.sorted().prefix(FirstNames.limit).map { $0 })
        return finding(
            Verdict(
                class: "failures_not_judgeable", entity: .init("source", one.evidence.all.last?.source ?? "every log"),
                fact: ["failures_not_judgeable"], title: "Failures cannot be judged",
                explanation: "\(Wording.count(one.events, "failure")) between \(Timestamp.text(one.first)) and "
                    + "\(Timestamp.text(one.last)), and no rule can judge any of them: "
                    + why.joined(separator: "; ") + ".",
                context: ongoing(context)), one, asOf: window.asOf)
    }

    /// A reason as an example in a sentence: a log may hold one of any length.
    private static func shown(_ reason: String) -> String {
        let scalars = reason.unicodeScalars
        return scalars.count > 60 ? String(String.UnicodeScalarView(scalars.prefix(60))) + "…" : reason
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "ten failures without an address, and no other, are reported", asOf: Event.time(day: 1),
            events: failures(10, ip: nil), expected: [.init("failures_not_judgeable", "auth.ndjson", .high)]),
        DetectorExample(
            "failures whose reasons are words that nobody knows are reported", asOf: Event.time(day: 1),
            events: failures(60, ip: "203.0.113.9", reason: "error 17"),
            expected: [.init("failures_not_judgeable", "auth.ndjson", .high)]),
        DetectorExample(
            "nine of them stay quiet", asOf: Event.time(day: 1),
            events: failures(9, ip: nil), expected: []),
        DetectorExample(
            "many beside one that can be judged stay quiet", asOf: Event.time(day: 1),
            events: failures(60, ip: nil) + failures(1, ip: "203.0.113.9"), expected: []),
    ]

    private static func failures(_ count: Int64, ip: String?, reason: String = "hash_mismatch") -> [Event] {
        (0..<count).map { number in
            .failed(at: Event.time(hour: 1, minute: number), ip: ip, presented: "fp\(number)", reason: reason)
        }
    }
}

/// What came of the lines that were read, whenever that was.
package struct Intake: Sendable, Equatable {
    /// Lines that were ever read, and events that were ever stored.
    package var lines: Int64
    package var stored: Int64
    /// Lines that went to quarantine since anything was stored last, and when the first of them was read.
    package var quarantinedSinceStored: Int64 = 0
    package var quarantineBegan: Int64?
    /// The log that has most of them.
    package var quarantinedSource: String?

    package init(lines: Int64, stored: Int64) { (self.lines, self.stored) = (lines, stored) }
}
