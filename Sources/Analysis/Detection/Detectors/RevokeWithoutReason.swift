internal import Columns
internal import Events
internal import Model

/// Tokens were revoked, and nobody wrote down why.
///
/// The reason is what tells an incident from a rotation a year later. One finding for each actor and UTC day.
///
/// Not found: a reason that says nothing; sessions, which people end when they log out.
package struct RevokeWithoutReason: Detector {
    package static let card = DetectorCard(
        id: "revoke-without-reason",
        title: "Revoked without a reason",
        question: "Who revoked tokens without saying why?",
        needs: [.ts, .event, .tokenID, .reason],
        needsPast: false,
        defaultSeverity: .medium,
        classes: [
            .init(
                "revoke_without_reason", .medium,
                "An actor revoked tokens and gave no reason.",
                advice: "Ask {entity} for the reasons, and note them.")
        ],
        references: [],
        knownGaps: [
            "A log that never names reasons is found for every actor and day, until it does.",
            "Sessions (`kind` is `session`) that end without a reason are not reported: people log out.",
            "Revocations by systems whose log never names a reason are not judged.",
        ],
        version: 1)

    package init() {}

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        let systems = try history.systems
        let silent = systems?.all.filter { $0.never(.reason, on: .revoked) && !$0.lacks(EventKinds(.revoked)) } ?? []
        let search = DayCases(
            history: history, window: window, kinds: EventKinds(.revoked), columns: [.actor, .reason, .kind],
            without: silent.reduce(into: []) { $0.formUnion($1.sources) })
        let cases = try search.read { revocations, row in
            // Who logs out ends a session, and owes nobody a reason.
            if revocations.isOfSession(at: row) { return nil }
            let reason = revocations[.reason].bytes(at: row) ?? []
            return reason.allSatisfy { $0 == 0x20 } ? revocations[.actor][row] ?? "" : nil
        }
        result.findings = cases.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("revocations", cases.reduce(0) { $0 + $1.events.events })
        if let note = try unjudged(silent, search.without, in: window, of: history) { result.coverage = [note] }
        result.sort()
        return result
    }

    /// Says how many revocations are not judged, because their systems never say why.
    private func unjudged(
        _ silent: [LogSystem], _ sources: Set<Int64>, in window: DetectionWindow, of history: any History
    ) throws -> CoverageNote? {
        guard !sources.isEmpty, !window.isEmpty else { return nil }
        let scan = EventScan(
            from: window.from, to: window.to, kinds: EventKinds(.revoked), fields: EventFields([.ts, .kind, .sourceID]))
        var of: Set<Int64> = [], count = 0
        try history.scan(scan) { batch in
            for row in 0..<batch.count where sources.contains(batch.sourceID[row]) && !batch.isOfSession(at: row) {
                of.insert(batch.sourceID[row])
                count += 1
            }
        }
        let names = silent.filter { !$0.sources.isDisjoint(with: of) }.map(\.name)
        guard count > 0 else { return nil }
        return .unsaid(
            "who gave no reason", by: names, "why a token was revoked",
            "\(Wording.count(count, "revocation")) in the window")
    }

    private func verdict(_ one: DayCases.DayCase) -> Verdict {
        let day = Timestamp.dayText(one.day)
        let actor = one.what.isEmpty ? "somebody who is not named" : one.what
        let count = Wording.count(one.events.events, "token")
        return Verdict(
            class: "revoke_without_reason", entity: .init("actor", one.what.isEmpty ? "unnamed" : one.what),
            fact: [one.what, day], title: "\(count) revoked without a reason on \(day)",
            explanation: "On \(day), \(actor) revoked \(count) and gave no reason. Whoever reads the log later cannot "
                + "tell a rotation from an incident: ask, write it down, and let the server require it.")
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "two revocations without a word are found once for their admin", asOf: Event.time(day: 1, hour: 12),
            events: [
                .revoked("tok_1", at: Event.time(day: 1, hour: 1), reason: nil),
                .revoked("tok_2", at: Event.time(day: 1, hour: 2), reason: " "),
                .revoked("tok_3", at: Event.time(day: 1, hour: 3), reason: "left the company"),
            ],
            expected: [.init("revoke_without_reason", "admin:maria", .medium)]),
        DetectorExample(
            "a revocation without admin and reason is found as well", asOf: Event.time(day: 1, hour: 12),
            events: [.revoked("tok_1", at: Event.time(day: 1, hour: 1), by: nil, reason: nil)],
            expected: [.init("revoke_without_reason", "unnamed", .medium)]),
        DetectorExample(
            "people who log out stay quiet", asOf: Event.time(day: 1, hour: 12), events: [logout], expected: []),
        DetectorExample(
            "a revocation with a reason stays quiet", asOf: Event.time(day: 1, hour: 12),
            events: [.revoked("tok_1", at: Event.time(day: 1, hour: 1))], expected: []),
    ]

    private static var logout: Event {
        var event = Event.revoked("sess_1", at: Event.time(day: 1, hour: 1), by: nil, reason: nil)
        event.texts[.kind] = "session"
        return event
    }
}
