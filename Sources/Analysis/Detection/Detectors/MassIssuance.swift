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
                "mass_issuance", .medium,
                "More tokens issued by one actor in a sliding hour than the limit.",
                advice: "Ask {entity} whether this was planned; if not, lock the account and revoke what it "
                    + "issued.")
        ],
        references: ["T1098.001", "T1136"],
        knownGaps: ["A planned migration looks the same."],
        version: 1)

    /// The most tokens that one actor may issue within `width` microseconds.
    package var limit: Int
    package var width: Int64

    package init(limit: Int = 20, width: Int64 = Timestamp.hour) { (self.limit, self.width) = (limit, width) }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(limit > 0, "limit", "\(limit)", want: "a number of tokens above 0")
        try require(width > 0, "width", Wording.span(width), want: "a length of time above 0")
        var result = emptyResult
        let search = BurstSearch(
            history: history, window: window, kinds: EventKinds(.issued), key: .actor, width: width, limit: limit)
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
            class: "mass_issuance", entity: .init("actor", burst.key), fact: [burst.key, day],
            title: "\(burst.key) issued \(burst.peak) tokens within \(Wording.width(width))",
            explanation: "On \(day), \(burst.key) issued up to \(burst.peak) tokens within \(Wording.width(width)); "
                + "the "
                + "limit is \(limit). \(Wording.count(burst.events.events, "token")) came of it, from "
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
            "20 tokens within an hour, and one every hour, stay quiet", asOf: Event.time(day: 2),
            events: (0..<20).map { .issued("tok_\($0)", at: Event.time(day: 1, minute: $0)) }
                + (2..<24).map { .issued("tok_h\($0)", at: Event.time(day: 1, hour: $0)) },
            expected: []),
    ]
}
