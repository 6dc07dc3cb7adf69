internal import Events
internal import Model

/// Somebody issues many tokens in a short time.
///
/// One finding for each actor and UTC day.
///
/// Not found: issues that name no actor.
package struct MassIssuance: Detector {
    package static let card = DetectorCard(
        id: "mass-issuance",
        title: "Many tokens issued at once",
        question: "Who issued unusually many tokens within an hour?",
        needs: [.ts, .event, .tokenID, .actor],
        judgesBy: [.events(EventKinds(.issued), [.actor])],
        needsPast: false,
        defaultSeverity: .medium,
        classes: [
            .init(
                "issue_surge", .medium,
                "Within 24 hours 30 tokens or more, rotations aside, and five times the most of any day of 35.",
                advice: "Ask {entity} whether this was planned; if not, lock the account and revoke what it "
                    + "issued."),
            .init(
                "mass_issuance", .medium,
                "More tokens issued by one actor in a sliding hour than the limit.",
                advice: "Ask {entity} whether this was planned; if not, lock the account and revoke what it "
                    + "issued."),
        ],
        references: ["T1098.001", "T1136"],
        knownGaps: [
            "A planned migration looks the same.",
            "`issue_surge` needs an actor who issued on seven of the 35 days up to the day before; others are counted. "
                + "To make 30 look usual costs an intruder a day with six, a day before.",
            "A token that takes the place of one that ends does not count for `issue_surge`: one for each that ends.",
        ],
        version: 1)

    private let settings: DetectorSettings.Burst
    private let policy: Policy

    package init(_ settings: DetectorSettings.Burst = DetectorSettings.Burst(), _ policy: Policy = Policy()) {
        (self.settings, self.policy) = (settings, policy)
    }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try check(settings)
        var result = emptyResult
        let search = BurstSearch(
            history: history, window: window, kinds: EventKinds(.issued), key: .actor, width: settings.width,
            limit: settings.limit)
        let (bursts, actors) = try search.read()
        result.findings = bursts.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("actors", actors)
        try tellSurges(of: .issue, beside: bursts, settings, policy, window, history, in: &result)
        result.sort()
        return result
    }

    private func verdict(_ burst: BurstSearch.Burst) -> Verdict {
        let day = Timestamp.dayText(burst.day)
        var context = Context()
        context.add("limit", settings.limit)
        context.add("peak", burst.peak)
        return Verdict(
            class: "mass_issuance", entity: .init("actor", burst.key), fact: [burst.key, day],
            title: "\(burst.key) issued \(burst.peak) tokens within \(Wording.width(settings.width))",
            explanation:
                "On \(day), \(burst.key) issued up to \(burst.peak) tokens within \(Wording.width(settings.width)); "
                + "the "
                + "limit is \(settings.limit). \(Wording.count(burst.events.events, "token")) came of it, from "
                + "\(Timestamp.text(burst.events.first)) to \(Timestamp.text(burst.events.last)). An intruder who has "
                + "an admin's account makes himself many ways back in.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "an admin who issues 21 tokens within an hour is found", asOf: Event.time(day: 1, hour: 12),
            events: (0..<21).map { .issued("tok_\($0)", at: Event.time(day: 1, hour: 1, minute: $0)) },
            expected: [.init("mass_issuance", "admin:maria", .medium)]),
        DetectorExample(
            "an admin who issues one or two a day, and then 32 over a day", asOf: Event.time(day: 20, hour: 23),
            events: (8..<16 as Range<Int64>).map { .issued("tok_\($0)", at: Event.time(day: $0), to: "partner:\($0)") }
                + daily(32),
            expected: [.init("issue_surge", "admin:maria", .medium)]),
        DetectorExample(
            "29 in a day, 32 where seven are usual, and rotations stay quiet", asOf: Event.time(day: 90, hour: 23),
            events: (8..<16 as Range<Int64>).map { .issued("tok_\($0)", at: Event.time(day: $0), to: "partner:\($0)") }
                + daily(29)
                + (50..<60 as Range<Int64>).flatMap { day in
                    (0..<7 as Range<Int64>).map { number in
                        .issued(
                            "tok_\(day)_\(number)", at: Event.time(day: day, hour: number),
                            to: "partner:x\(day)\(number)")
                    }
                } + daily(32, day: 62, "b") + daily(29, day: 90),
            expected: []),
        DetectorExample(
            "20 tokens within an hour, and one every hour, stay quiet", asOf: Event.time(day: 2),
            events: (0..<20).map { .issued("tok_\($0)", at: Event.time(day: 1, minute: $0)) }
                + (2..<24).map { .issued("tok_h\($0)", at: Event.time(day: 1, hour: $0)) },
            expected: []),
    ]

    /// Tokens over a day, each for a partner of its own.
    private static func daily(_ count: Int64, day: Int64 = 20, _ name: String = "d") -> [Event] {
        (0..<count).map { number in
            .issued(
                "tok_\(name)\(day)_\(number)", at: Event.time(day: day, minute: number * 40),
                to: "partner:\(name)\(number)")
        }
    }
}
