internal import Events
internal import Model

/// Somebody revokes many tokens in a short time.
///
/// It is either the answer to an incident, of which whoever watches must know, or an intruder who locks others out.
/// One finding for each actor and UTC day.
///
/// Not found: revocations that name no actor.
package struct RevokeStorm: Detector {
    package static let card = DetectorCard(
        id: "revoke-storm",
        title: "Many tokens revoked at once",
        question: "Who revoked unusually many tokens within an hour?",
        needs: [.ts, .event, .tokenID, .actor],
        judgesBy: [.events(EventKinds(.revoked), [.actor])],
        needsPast: false,
        defaultSeverity: .medium,
        classes: [
            .init(
                "revoke_surge", .medium,
                "Within 24 hours 30 tokens or more, rotations aside, and five times the most of any day of 35.",
                advice: "Ask {entity} whether this was planned; if not, lock the account and issue anew what "
                    + "partners need."),
            .init(
                "revoke_storm", .medium,
                "More tokens revoked by one actor in a sliding hour than the limit.",
                advice: "Ask {entity} whether this was planned; if not, lock the account and issue anew what "
                    + "partners need."),
        ],
        references: ["T1531"],
        knownGaps: [
            "A planned rotation looks the same.",
            "`revoke_surge` needs an actor who revoked on seven of the 35 days up to the day before; others are "
                + "counted. To make 30 look usual costs an intruder a day with six, a day before.",
            "A revocation does not count for `revoke_surge` if a token of the same principal and scopes was issued "
                + "within seven days of it: to hide one costs an intruder a token for the same principal.",
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
            history: history, window: window, kinds: EventKinds(.revoked), key: .actor, width: settings.width,
            limit: settings.limit)
        let (bursts, actors) = try search.read()
        result.findings = bursts.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("actors", actors)
        try tellSurges(of: .revocation, beside: bursts, settings, policy, window, history, in: &result)
        result.sort()
        return result
    }

    private func verdict(_ burst: BurstSearch.Burst) -> Verdict {
        let day = Timestamp.dayText(burst.day)
        var context = Context()
        context.add("limit", settings.limit)
        context.add("peak", burst.peak)
        return Verdict(
            class: "revoke_storm", entity: .init("actor", burst.key), fact: [burst.key, day],
            title: "\(burst.key) revoked \(burst.peak) tokens within \(Wording.width(settings.width))",
            explanation:
                "On \(day), \(burst.key) revoked up to \(burst.peak) tokens within \(Wording.width(settings.width)); "
                + "the "
                + "limit is \(settings.limit). \(Wording.count(burst.events.events, "revocation")) belong to it, from "
                + "\(Timestamp.text(burst.events.first)) to \(Timestamp.text(burst.events.last)). If it answers an "
                + "incident, know of the incident; if nobody planned it, somebody locks your callers out.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "an admin who revokes 21 tokens within an hour is found", asOf: Event.time(day: 1, hour: 12),
            events: (0..<21).map { .revoked("tok_\($0)", at: Event.time(day: 1, hour: 1, minute: $0)) },
            expected: [.init("revoke_storm", "admin:maria", .medium)]),
        DetectorExample(
            "an admin who revokes one or two a day, and then 32 over a day", asOf: Event.time(day: 20, hour: 23),
            events: (8..<16 as Range<Int64>).map { .revoked("tok_\($0)", at: Event.time(day: $0)) } + daily(32),
            expected: [.init("revoke_surge", "admin:maria", .medium)]),
        DetectorExample(
            "32 old tokens that are revoked after their rotation, and 29 others, stay quiet",
            asOf: Event.time(day: 70, hour: 23),
            events: (8..<16 as Range<Int64>).map { .revoked("tok_\($0)", at: Event.time(day: $0)) } + daily(29)
                + (60..<68 as Range<Int64>).map { .revoked("tok_\($0)", at: Event.time(day: $0)) }
                + (0..<32 as Range<Int64>).flatMap { number -> [Event] in
                    [
                        .issued("tok_old\(number)", at: Event.time(), to: "partner:\(number)"),
                        .issued("tok_new\(number)", at: Event.time(day: 66), to: "partner:\(number)"),
                        .revoked("tok_old\(number)", at: Event.time(day: 70, minute: number * 40)),
                    ]
                },
            expected: []),
        DetectorExample(
            "20 revocations within an hour stay quiet", asOf: Event.time(day: 1, hour: 12),
            events: (0..<20).map { .revoked("tok_\($0)", at: Event.time(day: 1, hour: 1, minute: $0)) },
            expected: []),
    ]

    /// Revocations over a day.
    private static func daily(_ count: Int64) -> [Event] {
        (0..<count).map { .revoked("tok_d\($0)", at: Event.time(day: 20, minute: $0 * 40)) }
    }
}
