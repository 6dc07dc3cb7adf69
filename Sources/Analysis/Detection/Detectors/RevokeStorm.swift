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
                "revoke_storm", .medium,
                "More tokens revoked by one actor in a sliding hour than the limit.",
                advice: "Ask {entity} whether this was planned; if not, lock the account and issue anew what "
                    + "partners need.")
        ],
        references: ["T1531"],
        knownGaps: ["A planned rotation looks the same."],
        version: 1)

    /// The most tokens that one actor may revoke within `width` microseconds.
    package var limit: Int
    package var width: Int64

    package init(limit: Int = 20, width: Int64 = Timestamp.hour) { (self.limit, self.width) = (limit, width) }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(limit > 0, "limit", "\(limit)", want: "a number of tokens above 0")
        try require(width > 0, "width", Wording.span(width), want: "a length of time above 0")
        var result = emptyResult
        let search = BurstSearch(
            history: history, window: window, kinds: EventKinds(.revoked), key: .actor, width: width, limit: limit)
        let (bursts, actors) = try search.read()
        result.findings = bursts.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("actors", actors)
        result.sort()
        return result
    }

    private func verdict(_ burst: BurstSearch.Burst) -> Verdict {
        let day = Timestamp.dayText(burst.day)
        var context = Context()
        context.add("limit", limit)
        context.add("peak", burst.peak)
        return Verdict(
            class: "revoke_storm", entity: .init("actor", burst.key), fact: [burst.key, day],
            title: "\(burst.key) revoked \(burst.peak) tokens within \(Wording.width(width))",
            explanation: "On \(day), \(burst.key) revoked up to \(burst.peak) tokens within \(Wording.width(width)); "
                + "the "
                + "limit is \(limit). \(Wording.count(burst.events.events, "revocation")) belong to it, from "
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
            "20 revocations within an hour stay quiet", asOf: Event.time(day: 1, hour: 12),
            events: (0..<20).map { .revoked("tok_\($0)", at: Event.time(day: 1, hour: 1, minute: $0)) },
            expected: []),
    ]
}
