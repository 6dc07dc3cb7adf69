internal import Events
internal import Model

/// A caller made more calls in a minute than the rate table allows, and they were answered.
///
/// One finding for each caller, cell of the table and UTC day.
///
/// Not found: calls with a token whose kind nobody names, and calls that were refused.
package struct RateLimitBreach: Detector {
    package static let card = DetectorCard(
        id: "rate-limit-breach",
        title: "More calls than the rate table allows",
        question: "Who was answered more often in any minute than the rate table allows?",
        needs: [.ts, .event, .kind, .ip, .tokenID, .principal],
        judgesBy: [.events(.used, [.kind, .ip])],
        needsPast: false,
        defaultSeverity: .medium,
        classes: [
            .init(
                "rate_limit_breach", .medium,
                "More uses in a sliding minute than the caller's cell allows.",
                advice: "See why the server does not enforce the limit; then ask the caller, or set the limit that "
                    + "is meant.")
        ],
        references: ["T1119", "T1499"],
        knownGaps: ["IPv6 addresses are counted by their /64, not by larger networks."],
        version: 1)

    private let policy: Policy

    package init(_ policy: Policy = Policy()) { self.policy = policy }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        var result = emptyResult
        let anonymous = try AnonymousUses(window, of: history)
        result.coverage = try anonymous.coverage + withoutAddress(anonymous, window, history)
        for cell in RateCell.allCases {
            guard let limit = policy.rates[cell] else { continue }
            try require(limit > 0, cell.rawValue, "\(limit)", want: "a number of calls above 0")
            let search = BurstSearch(
                history: history, window: window, kinds: .used,
                conditions: cell == .anonymousByIP ? anonymous.conditions : cell.conditionsOfKind,
                key: cell.key, width: Timestamp.minute, limit: limit)
            let (bursts, callers) = try search.read()
            result.findings += bursts.map { finding(verdict($0, cell, limit), $0.events, asOf: window.asOf) }
            result.counts.add(cell.rawValue, callers)
        }
        result.sort()
        return result
    }

    /// How many anonymous calls come from nobody who can be told from others.
    private func withoutAddress(
        _ anonymous: AnonymousUses, _ window: DetectionWindow, _ history: any History
    ) throws -> [CoverageNote] {
        guard policy.rates[.anonymousByIP] != nil else { return [] }
        let clients = history.clients
        var calls = 0
        for texts in anonymous.conditions {
            let scan = EventScan(
                from: window.from, to: window.to, kinds: .used,
                texts: texts.merging([.ip: .matching { clients.key(of: $0) == nil }]) { $1 }, fields: [])
            try history.scan(scan) { calls += $0.count }
        }
        if calls == 0 { return [] }
        return [
            CoverageNote(
                kind: .notEvaluable,
                text: "not evaluable: \(Wording.count(calls, "anonymous use")) whose `ip` is no address",
                isPartial: true, about: .field(.used, .ip))
        ]
    }

    private func verdict(_ burst: BurstSearch.Burst, _ cell: RateCell, _ limit: Int) -> Verdict {
        let day = Timestamp.dayText(burst.day)
        var context = Context()
        context.add("cell", cell.rawValue)
        context.add("limit", limit)
        context.add("peak", burst.peak)
        return Verdict(
            class: "rate_limit_breach", entity: .init(cell.entity, burst.key), fact: [cell.rawValue, burst.key, day],
            title: "\(burst.key) was answered \(burst.peak) times in a minute",
            explanation: "On \(day), \(burst.key) was answered up to \(burst.peak) times in 60 s; the cell "
                + "\(cell.rawValue) of the rate table allows \(limit). "
                + "\(Wording.count(burst.events.events, "use")) lie in such minutes, from "
                + "\(Timestamp.text(burst.events.first)) to \(Timestamp.text(burst.events.last)). The server does not "
                + "hold the limit: somebody copies data, or a client runs wild.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "an anonymous address with 61 calls in a minute is found", asOf: Event.time(day: 1, hour: 12),
            events: (0..<61).map { call("anonymous", second: $0 % 60, ip: "198.51.100.23") },
            expected: [.init("rate_limit_breach", "198.51.100.23", .medium)]),
        DetectorExample(
            "an anonymous client whose port and spelling change is one", asOf: Event.time(day: 1, hour: 12),
            events: (0..<61).map { number in
                let ip = ["198.51.100.23:\(1024 + number)", "::ffff:198.51.100.23", "64:ff9b::c633:6417"][number % 3]
                return call("anonymous", second: Int64(number % 60), ip: ip)
            },
            expected: [.init("rate_limit_breach", "198.51.100.23", .medium)]),
        DetectorExample(
            "callers of whom the log names nothing count by address, with those of the kind anonymous",
            asOf: Event.time(day: 1, hour: 12),
            events: (0..<61).map { number in
                var event = call("anonymous", second: Int64(number % 60), ip: "198.51.100.23")
                if number % 3 > 0 { event.texts[.kind] = nil }
                if number % 3 > 1 { event.texts[.tokenID] = number % 2 == 0 ? nil : "anonymous" }
                return event
            }.filter { $0.texts[.kind] != nil || $0[.tokenID] != "tok_1" }
                + (0..<21).map { call("anonymous", second: $0, ip: "198.51.100.23") }
                + [.used("tok_1", at: Event.time(day: 1, hour: 2))],
            expected: [.init("rate_limit_breach", "198.51.100.23", .medium)]),
        DetectorExample(
            "callers whose address nobody knows are not one client", asOf: Event.time(day: 1, hour: 12),
            events: (0..<200).map { call("anonymous", second: $0 % 60, ip: "unknown") }, expected: []),
        DetectorExample(
            "60 calls in a minute, 61 in two, and 61 by a token stay quiet", asOf: Event.time(day: 1, hour: 12),
            events: (0..<60).map { call("anonymous", second: $0, ip: "198.51.100.23") }
                + (0..<61).map { call("anonymous", second: $0 * 2, ip: "198.51.100.24") }
                + (0..<61).map { call("api_token", second: $0, ip: "198.51.100.25") },
            expected: []),
    ]

    private static func call(_ kind: String, second: Int64, ip: String) -> Event {
        var event = Event.used("tok_1", at: Event.time(day: 1, hour: 1, second: second), ip: ip)
        event.texts[.kind] = kind
        return event
    }
}

extension RateCell {
    /// The kind of caller whose calls the cell counts.
    var kind: String {
        switch self {
        case .anonymousByIP: "anonymous"
        case .apiTokenByToken: "api_token"
        case .oauthByPrincipal: "oauth"
        }
    }

    /// What scans ask for, where the kind says it all.
    var conditionsOfKind: [[EventField: TextCondition]] { [[.kind: .equals([kind])]] }

    /// The column by which they are counted together.
    var key: EventField {
        switch self {
        case .anonymousByIP: .ip
        case .apiTokenByToken: .tokenID
        case .oauthByPrincipal: .principal
        }
    }

    fileprivate var entity: String { self == .apiTokenByToken ? "token" : key.name }
}
