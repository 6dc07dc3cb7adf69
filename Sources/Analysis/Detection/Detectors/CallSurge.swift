internal import Events
internal import Model

/// A caller makes many times the calls that it ever made in an hour.
///
/// A thief who has the owner's machine has its network, its program and its tools; what shows is that all is read at
/// once. API tokens are looked at one by one, OAuth and sessions by their principal. One finding for each caller and
/// UTC day.
///
/// Habits are those of full days before: to make a surge of 8 times look usual, a thief needs a day for each step, and
/// each step is a hundred calls an hour or more that others may see.
///
/// Not found: a theft that is spread over hours, and callers without a week of habits.
package struct CallSurge: Detector {
    package static let card = DetectorCard(
        id: "call-surge",
        title: "Many times the usual calls",
        question: "Which callers made many times the calls that they ever made in an hour?",
        needs: [.ts, .event, .tokenID, .principal, .kind],
        defaultSeverity: .high,
        classes: [
            .init(
                "call_surge", .high,
                "Calls in a sliding hour beyond the limit, and many times the most of any hour of the days before.",
                advice: "Ask the owner of {entity} whether this was planned; if not, revoke it, and see from the tools "
                    + "what was read.")
        ],
        references: ["T1530", "T1119"],
        knownGaps: [
            "Callers that were active on fewer than seven of the days before are counted, and not judged.",
            "A job that runs for the first time looks the same; one of last month is in the habit.",
        ],
        version: 1)

    package struct Settings: Sendable, Equatable {
        /// The fewest calls within `width` microseconds.
        package var calls = 100
        package var width = Timestamp.hour
        /// So many times the most of any hour before.
        package var factor = 8
        /// How many UTC days make the habit, and on how many of them a caller must have called.
        package var memory: Int32 = 35
        package var activeDays = 7

        package init() {}
    }

    package var settings: Settings

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try check()
        var result = emptyResult
        var young = 0
        for caller in Caller.allCases {
            let habits = HourlyHabits(
                history: history, window: window, conditions: caller.conditions, key: caller.key,
                memory: settings.memory)
            var known: [String: HourlyHabits.Habit] = [:]
            let search = BurstSearch(
                history: history, window: window, kinds: .used, conditions: caller.conditions, key: caller.key,
                width: settings.width, limit: settings.calls - 1)
            let (bursts, callers) = try search.read { bursts in
                let surges = try habits.surges(among: bursts, factor: settings.factor)
                young += surges.count { $1.days < settings.activeDays }
                let told = surges.filter { $1.days >= settings.activeDays }
                for (burst, habit) in told { known["\(burst.day) \(burst.key)"] = habit }
                return told.map(\.0)
            }
            result.findings += bursts.map { burst in
                let habit = known["\(burst.day) \(burst.key)"] ?? HourlyHabits.Habit()
                return finding(verdict(burst, habit, caller), burst.events, asOf: window.asOf)
            }
            result.counts.add(caller.rawValue, callers)
        }
        result.counts.add("insufficient_history", young)
        if young > 0 {
            result.coverage.append(
                CoverageNote(
                    kind: .insufficientHistory,
                    text: "\(Wording.count(young, "busy hour")) of callers that had called on fewer than "
                        + "\(settings.activeDays) of the \(settings.memory) days before: whether that is much is not "
                        + "known"))
        }
        result.sort()
        return result
    }

    private func check() throws(DetectionError) {
        try require(settings.calls > 0, "calls", "\(settings.calls)", want: "a number of calls above 0")
        try require(settings.factor > 0, "factor", "\(settings.factor)", want: "a number above 0")
        try require(settings.memory > 0, "memory", "\(settings.memory)", want: "a number of days above 0")
        try require(
            settings.width > 0 && settings.width <= Timestamp.day, "width", Wording.span(settings.width),
            want: "a length of time above 0, and a day at most")
    }

    private func verdict(_ burst: BurstSearch.Burst, _ habit: HourlyHabits.Habit, _ caller: Caller) -> Verdict {
        let day = Timestamp.dayText(burst.day), width = Wording.width(settings.width)
        var context = Context()
        context.add("peak", burst.peak)
        context.add("most_before", habit.most)
        context.add("active_days", habit.days)
        let times = habit.most > 0 ? " (\(burst.peak / habit.most) times as many)" : ""
        return Verdict(
            class: "call_surge", entity: .init(caller.rawValue, burst.key), fact: [caller.rawValue, burst.key, day],
            title: "\(burst.key) made \(burst.peak) calls within \(width), \(habit.most) at most before",
            explanation:
                "On \(day), \(caller.rawValue) \(burst.key) made up to \(burst.peak) calls within \(width). In "
                + "no hour of the \(settings.memory) days before did it make more than \(habit.most)\(times); the rule "
                + "speaks at \(settings.calls) calls and \(settings.factor) times the habit. "
                + "\(Wording.count(burst.events.events, "call")) lie in such hours. So data is copied by whoever holds "
                + "a credential for a short time.",
            confidence: .medium, context: context)
    }

    /// By what calls are counted together.
    private enum Caller: String, CaseIterable {
        /// API tokens, and tokens of which no kind is known.
        case token
        /// Whoever gets new tokens every hour.
        case principal

        var key: EventField { self == .token ? .tokenID : .principal }

        var conditions: [[EventField: TextCondition]] {
            let renewed = Set(["oauth", "session"].map { Array($0.utf8) }), anonymous = Array("anonymous".utf8)
            switch self {
            case .principal: return [[.kind: .anyOf(renewed)]]
            case .token:
                let isNamed = TextCondition.matching { !$0.elementsEqual(anonymous) }
                let isToken = TextCondition.matching { !renewed.contains(Array($0)) && !$0.elementsEqual(anonymous) }
                return [[.kind: isToken, .tokenID: isNamed], [.kind: .absent, .tokenID: isNamed]]
            }
        }
    }
}
