internal import Columns
internal import Events
internal import Model
internal import Rollups

/// A token with settled habits turns up elsewhere: from another network, with another program, for another tool.
///
/// A token is settled when it has been used for a week and for twenty times or more. One finding for each token and UTC
/// day; how much is new at once says how bad it is.
///
/// Not found: a thief who comes from the same network with the same program, and tokens that roam.
package struct NewSurroundings: Detector {
    package static let card = DetectorCard(
        id: "new-surroundings",
        title: "Token in new surroundings",
        question: "Which settled tokens were used from a network, with a program or for a tool that is new for them?",
        needs: [.ts, .event, .tokenID, .ip, .userAgent, .tool],
        judgesBy: [.events(.used, [.ip, .userAgent, .tool])],
        defaultSeverity: .medium,
        classes: [
            .init(
                "all_new", .high,
                "Network, program and tool are new at once.",
                advice: "Ask the owner whether something was moved; if not, revoke {entity}."),
            .init(
                "two_new", .medium,
                "Two of network, program and tool are new at once.",
                advice: "Ask the owner whether something was moved; if not, revoke {entity}."),
            .init(
                "one_new", .low,
                "One of network, program and tool is new.",
                advice: "Nothing by itself; look whether another finding names {entity}."),
        ],
        references: ["T1078", "T1550.001"],
        knownGaps: [
            "New means: not seen for the token on the 30 days before.",
            "What changes anyway is no surprise: a token that had more than three networks, programs or tools on those "
                + "days roams, and a further one is not new.",
        ],
        version: 1)

    package struct Settings: Sendable, Equatable {
        /// How many UTC days a habit is remembered.
        package var memory: Int32 = 30
        /// How long a token must have been in use, in microseconds, and how often.
        package var settledFor = 7 * Timestamp.day
        package var settledUses = 20
        /// The most networks, programs or tools that a token may have for a further one to be new.
        package var mostHabits = 3

        package init() {}
    }

    package var settings: Settings

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(settings.memory > 0, "memory", "\(settings.memory)", want: "a number of days above 0")
        var result = emptyResult
        var habits = try TokenHabits(settings, window, history)
        let news = try habits.read()
        let cases = try evidence(news, window, history)
        for (one, uses) in zip(news, cases) where uses.isInWindow {
            result.findings.append(finding(verdict(one, uses), uses, asOf: window.asOf))
        }
        result.counts.add("tokens", habits.settledTokens)
        result.sort()
        return result
    }

    /// The uses that show most that is new.
    private func evidence(
        _ news: [TokenHabits.News], _ window: DetectionWindow, _ history: any History
    ) throws -> [Case] {
        var cases = news.map { _ in Case() }
        guard let from = news.map(\.day).min(), let to = news.map(\.day).max() else { return [] }
        let places = Dictionary(grouping: news.indices) { news[$0].token }
        let scan = EventScan(
            from: Timestamp.start(ofDay: from), to: min(Timestamp.start(ofDay: to + 1), window.asOf), kinds: .used,
            texts: [.tokenID: .anyOf(Set(places.keys))],
            fields: Case.fields.union(EventFields([.tokenID] + TokenHabits.fields)))
        try history.scan(scan) { batch in
            let ofTokens = batch[.tokenID].values(none: nil) { places[Array($0)] }
            for row in batch.rowsEndsFirst {
                guard let places = ofTokens[row] else { continue }
                let day = Timestamp.day(of: batch.ts[row])
                for place in places where news[place].day == day {
                    let isMost = news[place].fields.allSatisfy { field in
                        guard let value = TokenHabits.spelled(batch, field, row, history.clients) else { return false }
                        return news[place].values[field]?.contains(value) ?? false
                    }
                    if isMost { cases[place].add(batch, row, window) }
                }
            }
        }
        return cases
    }

    private func verdict(_ one: TokenHabits.News, _ uses: Case) -> Verdict {
        let token = String(decoding: one.token, as: UTF8.self)
        let names = one.fields.map(Self.word)
        var context = Context()
        context.add("new", names)
        context.add("uses_before", one.usesBefore)
        let list =
            names.count > 1
            ? names.dropLast().joined(separator: ", ") + " and "
                + "" + names[names.count - 1] : names[0]
        let news = one.fields.map { field in "\(Self.word(field)) \(uses[field].joined(separator: ", "))" }
        return Verdict(
            class: ["one_new", "two_new", "all_new"][one.fields.count - 1], entity: .init("token", token),
            fact: [token, Timestamp.dayText(one.day)],
            title: "Token \(token) with a new \(list)",
            explanation: "On \(Timestamp.dayText(one.day)), \(Wording.count(uses.events, "use")) of the token came "
                + "with "
                + "what it had not shown in the \(settings.memory) days before: \(news.joined(separator: "; ")). It "
                + "had "
                + "settled habits: \(Wording.count(one.usesBefore, "use")) in that time, and no more than "
                + "\(settings.mostHabits) of each.",
            confidence: one.fields.count == 3 ? .medium : .low, context: context)
    }

    private static func word(_ field: EventField) -> String {
        switch field {
        case .ip: "network"
        case .userAgent: "program"
        default: "tool"
        }
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a settled token from another network, with another program, for another tool is high",
            asOf: Event.time(day: 20, hour: 12),
            events: settled() + [
                .used(
                    "tok_1", at: Event.time(day: 20, hour: 1), ip: "198.51.100.9", agent: "curl/8.5",
                    tool: "customers.get")
            ],
            expected: [.init("all_new", "tok_1", .high)]),
        DetectorExample(
            "another network and another program are medium", asOf: Event.time(day: 20, hour: 12),
            events: settled() + [
                .used("tok_1", at: Event.time(day: 20, hour: 1), ip: "198.51.100.9", agent: "curl/8.5")
            ],
            expected: [.init("two_new", "tok_1", .medium)]),
        DetectorExample(
            "another tool alone is low", asOf: Event.time(day: 20, hour: 12),
            events: settled() + [.used("tok_1", at: Event.time(day: 20, hour: 1), tool: "customers.get")],
            expected: [.init("one_new", "tok_1", .low)]),
        DetectorExample(
            "the same habits, a neighbor in the same IPv6 network and a token of three days stay quiet",
            asOf: Event.time(day: 20, hour: 12),
            events: settled() + settled("tok_6", ip: "2001:db8::1") + [
                .used("tok_1", at: Event.time(day: 20, hour: 1)),
                .used("tok_6", at: Event.time(day: 20, hour: 1), ip: "2001:db8::2"),
                .used("tok_2", at: Event.time(day: 17, hour: 1)),
                .used("tok_2", at: Event.time(day: 20, hour: 1), ip: "198.51.100.9", agent: "curl/8.5"),
            ],
            expected: []),
    ]

    /// Two uses on each of the first 19 days.
    private static func settled(_ token: String = "tok_1", ip: String = "203.0.113.7") -> [Event] {
        (0..<38).map { Event.used(token, at: Event.time(day: $0 / 2, hour: 6 + $0 % 2), ip: ip) }
    }
}
