internal import Columns
internal import Events
internal import Model

/// A one-time code is exchanged for tokens twice.
///
/// Not found: exchanges that name no code, and a replay later than the reach after the first exchange.
package struct CodeReplay: Detector {
    package static let card = DetectorCard(
        id: "code-replay",
        title: "One-time code used twice",
        question: "Which OAuth codes were exchanged more than once?",
        needs: [.ts, .event, .tokenID, .codeID],
        judgesBy: [.events(EventKinds(.exchanged), [.codeID, .tokenID])],
        needsPast: false,
        defaultSeverity: .critical,
        classes: [
            .init(
                "code_replay", .critical,
                "Two or more exchanges with one code.",
                advice: "Revoke {tokens}, which came from this code, and make the user sign in again; then see how "
                    + "the code got out.")
        ],
        references: ["T1528", "T1550.001"],
        knownGaps: [
            "Codes live for minutes; exchanges more than a week apart are not held against each other.",
            "Two lines that tell of one exchange (the same time and token) count once.",
        ],
        version: 1)

    /// How far apart two exchanges may lie, in microseconds.
    private static let reach = 7 * Timestamp.day

    package init() {}

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        let replays = window.isEmpty ? [] : try read(window, history)
        result.findings = replays.map { finding(verdict($0), $0.events, asOf: window.asOf) }
        result.counts.add("codes", replays.count)
        result.sort()
        return result
    }

    private struct Replay {
        var code = ""
        var events = Case()
        var tokens = FirstNames()
        /// The times and tokens of the exchanges.
        var exchanges: Set<Exchange> = []

        struct Exchange: Hashable {
            var ts: Int64
            var token: [UInt8]
        }
    }

    private func read(_ window: DetectionWindow, _ history: any History) throws -> [Replay] {
        let (from, to) = (window.from.minus(Self.reach), min(window.to.plus(Self.reach), window.asOf))
        let suspects = try repeated(window, history, from: from, to: to)
        guard !suspects.isEmpty else { return [] }
        var replays: [[UInt8]: Replay] = [:]
        let scan = EventScan(
            from: from, to: to, kinds: EventKinds(.exchanged), texts: [.codeID: .anyOf(suspects)],
            fields: Case.fields.union(EventFields([.codeID, .tokenID])))
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                guard let code = batch[.codeID].bytes(at: row).map({ Array($0) }) else { continue }
                let exchange = Replay.Exchange(ts: batch.ts[row], token: batch.tokenBytes(at: row))
                guard replays[code, default: Replay()].exchanges.insert(exchange).inserted else { continue }
                replays[code]?.code = batch[.codeID][row] ?? ""
                replays[code]?.events.add(batch, row, window)
                if let token = batch[.tokenID][row] { replays[code]?.tokens.add(token) }
            }
        }
        return replays.values.filter { $0.exchanges.count > 1 && $0.events.isInWindow }
    }

    /// The codes that more than one line names.
    private func repeated(
        _ window: DetectionWindow, _ history: any History, from: Int64, to: Int64
    ) throws -> Set<[UInt8]> {
        var numbers = TextNumbers()
        var counts: [UInt8] = []
        let scan = EventScan(from: from, to: to, kinds: EventKinds(.exchanged), fields: EventFields(.codeID))
        try history.scan(scan) { batch in
            numbers.begin(batch[.codeID])
            for row in 0..<batch.count {
                guard let number = numbers.number(batch[.codeID], row) else { continue }
                if number == counts.count { counts.append(0) }
                counts[Int(number)] = min(counts[Int(number)] + 1, 2)
            }
        }
        return Set(counts.indices.filter { counts[$0] > 1 }.map { numbers[UInt32($0)] })
    }

    private func verdict(_ one: Replay) -> Verdict {
        var context = Context()
        context.add("code_id", one.code)
        context.add("tokens", one.tokens.all)
        let span = Wording.span(one.events.last.minus(one.events.first))
        return Verdict(
            class: "code_replay", entity: .init("code", one.code), fact: [one.code],
            title: "Code \(one.code) exchanged \(one.events.events) times",
            explanation: "A one-time code was exchanged \(Wording.count(one.events.events, "time")) within \(span), "
                + "for "
                + "the tokens \(one.tokens.all.joined(separator: ", ")). A code is good for one exchange: somebody "
                + "else has read it, or the server does not remember which codes are spent.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a code exchanged again from elsewhere is found", asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1), code: "c_9f"),
                .exchanged("at_2", at: Event.time(day: 1, hour: 1, second: 40), code: "c_9f"),
            ],
            expected: [.init("code_replay", "c_9f", .critical)]),
        DetectorExample(
            "each code once, and one exchange told by two lines, stay quiet", asOf: Event.time(day: 1, hour: 12),
            events: [
                .exchanged("at_1", at: Event.time(day: 1, hour: 1), code: "c_1"),
                .exchanged("at_2", at: Event.time(day: 1, hour: 2), code: "c_2"),
                .exchanged("at_2", at: Event.time(day: 1, hour: 2), code: "c_2"),
                .exchanged("at_3", at: Event.time(day: 1, hour: 3)),
            ],
            expected: []),
    ]
}
