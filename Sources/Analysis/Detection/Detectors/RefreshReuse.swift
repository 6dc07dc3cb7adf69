internal import Columns
internal import Events
internal import Model
internal import Rollups

/// A token that another has replaced is refreshed once more.
///
/// With rotation each refresh token is good for one refresh. If it comes a second time, two hold it, and one of them
/// stole it (RFC 9700, 4.14.2). A client that lost the answer may try again within seconds; when the successor has been
/// replaced as well, not even that explains it.
///
/// Not found: a log whose `refreshed` events do not name the old token.
package struct RefreshReuse: Detector {
    package static let card = DetectorCard(
        id: "refresh-reuse",
        title: "Replaced token refreshed again",
        question: "Which tokens were refreshed again after another had taken their place?",
        needs: [.ts, .event, .tokenID, .oldTokenID],
        judgesBy: [.events(EventKinds(.refreshed), [.oldTokenID])],
        needsPast: false,
        defaultSeverity: .critical,
        classes: [
            .init(
                "refresh_reuse", .critical,
                "A superseded token was refreshed again.",
                advice: "Revoke {tokens} and all that came of them, and make the user sign in again: one of two copies "
                    + "is stolen.")
        ],
        references: ["T1528", "T1550.001"],
        knownGaps: ["A thief who refreshes first and an owner who comes second look the same as the reverse."],
        version: 1)

    /// How long after a refresh the same one may be repeated, in microseconds.
    package var grace: Int64

    package init(grace: Int64 = 10 * Timestamp.second) { self.grace = grace }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(grace >= 0, "grace", Wording.span(grace), want: "a length of time that is not negative")
        var result = emptyResult
        let reused = window.isEmpty ? [] : try read(window, history)
        result.findings = reused.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("tokens", reused.count)
        result.sort()
        return result
    }

    private struct Reuse {
        var life: TokenLife
        var replacedAt: Int64
        var replacedBy: String
        /// When the successor was replaced itself.
        var successorReplacedAt: Int64?
        var events = Case()
        /// The tokens that it was given in exchange.
        var gained = FirstNames()
    }

    private func read(_ window: DetectionWindow, _ history: any History) throws -> [Reuse] {
        var named: Set<[UInt8]> = []
        let inWindow = EventScan(
            from: window.from, to: window.to, kinds: EventKinds(.refreshed), fields: EventFields(.oldTokenID))
        try history.scan(inWindow) { batch in
            for row in batch.distinctRows(by: [.oldTokenID]) {
                if let old = batch[.oldTokenID].bytes(at: row) { named.insert(Array(old)) }
            }
        }
        var reuses = try suspects(named, window, history)
        guard let earliest = reuses.values.map(\.replacedAt).min() else { return [] }
        let all = EventScan(
            from: earliest, to: window.asOf, kinds: EventKinds(.refreshed),
            texts: [.oldTokenID: .anyOf(Set(reuses.keys))],
            fields: Case.fields.union(EventFields([.oldTokenID, .tokenID])))
        try history.scan(all) { batch in
            for row in 0..<batch.count {
                let old = batch[.oldTokenID].bytes(at: row).map { Array($0) } ?? []
                guard let one = reuses[old] else { continue }
                guard isReuse(of: one, at: batch.ts[row]) else { continue }
                reuses[old]?.events.add(batch, row, window)
                if let token = batch[.tokenID].bytes(at: row) { reuses[old]?.gained.add(token) }
            }
        }
        return reuses.values.filter(\.events.isInWindow)
    }

    /// The tokens that had a successor before `as_of`, with when that one was replaced.
    private func suspects(
        _ named: Set<[UInt8]>, _ window: DetectionWindow, _ history: any History
    ) throws -> [[UInt8]: Reuse] {
        var reuses: [[UInt8]: Reuse] = [:]
        var successors: [[UInt8]: [[UInt8]]] = [:]
        for life in try history.lives(named: named) {
            guard let at = life.supersededAt, at < window.asOf, let by = life.supersededBy else { continue }
            let token = Array(life.tokenID.utf8)
            reuses[token] = Reuse(life: life, replacedAt: at, replacedBy: by)
            successors[Array(by.utf8), default: []].append(token)
        }
        for life in try history.lives(named: Set(successors.keys)) {
            for token in successors[Array(life.tokenID.utf8)] ?? [] {
                reuses[token]?.successorReplacedAt = life.supersededAt
            }
        }
        return reuses
    }

    private func isReuse(of one: Reuse, at ts: Int64) -> Bool {
        ts > one.replacedAt.plus(grace) || one.successorReplacedAt.map { ts > $0 } ?? false
    }

    private func verdict(_ one: Reuse) -> Verdict {
        var context = Context()
        context.add("owner", one.life.principal)
        context.add("superseded_at", time: one.replacedAt)
        context.add("superseded_by", one.replacedBy)
        context.add("successor_superseded_at", time: one.successorReplacedAt)
        context.add("tokens", [one.replacedBy] + one.gained.all.filter { $0 != one.replacedBy })
        let from =
            one.events[.ip].isEmpty
            ? ""
            : " It came from \(one.events[.ip].joined(separator: ", ")), and "
                + "\(one.gained.all.joined(separator: ", ")) was given out for it."
        let delay = Wording.span(one.events.first.minus(one.replacedAt))
        return Verdict(
            class: "refresh_reuse", entity: .init("token", one.life.tokenID), fact: [one.life.tokenID],
            title: "Token \(one.life.tokenID) refreshed again \(delay) after it was replaced",
            explanation: "\(one.replacedBy) took the token's place at \(Timestamp.text(one.replacedAt)). It was "
                + "refreshed \(Wording.count(one.events.events, "time")) more, first \(delay) after that; the rule "
                + "allows \(Wording.span(grace)) for a client that lost the answer, and nothing once the successor was "
                + "replaced too.\(from) Two parties hold the refresh token.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token refreshed again after an hour is found", asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2)),
                .refreshed("at_3", from: "at_1", at: Event.time(day: 1, hour: 3)),
            ],
            expected: [.init("refresh_reuse", "at_1", .critical)]),
        DetectorExample(
            "a token two generations old is found within the grace", asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2)),
                .refreshed("at_3", from: "at_2", at: Event.time(day: 1, hour: 2, second: 3)),
                .refreshed("at_4", from: "at_1", at: Event.time(day: 1, hour: 2, second: 5)),
            ],
            expected: [.init("refresh_reuse", "at_1", .critical)]),
        DetectorExample(
            "a chain of refreshes, and a client that tries again within seconds, stay quiet",
            asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1)),
                .refreshed("at_2", from: "at_1", at: Event.time(day: 1, hour: 2)),
                .refreshed("at_3", from: "at_1", at: Event.time(day: 1, hour: 2, second: 5)),
                .refreshed("at_4", from: "at_3", at: Event.time(day: 1, hour: 3)),
            ],
            expected: []),
    ]
}
