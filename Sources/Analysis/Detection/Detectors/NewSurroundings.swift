internal import Columns
internal import Events
internal import Model

/// Somebody whose habits are known comes from another network with another program at once.
///
/// Principals are looked at, not tokens: whoever steals a fresh token comes as a principal whom the log has known for
/// long. Network and program must both be new; one of the two alone changes every day. One finding for each principal
/// and UTC day.
///
/// Only earlier days make a habit. To make a network or a program look usual, a thief must use it once and wait a day:
/// but that first day is the finding.
///
/// Not found: a thief who comes from a network of the owner, or with the owner's program.
package struct NewSurroundings: Detector {
    package static let card = DetectorCard(
        id: "new-surroundings",
        title: "Principal in new surroundings",
        question: "Which known principals came from a network and with a program that are both new for them?",
        needs: [.ts, .event, .principal, .ip, .userAgent, .tool],
        judgesBy: [.events(.used, [.ip, .userAgent])],
        defaultSeverity: .medium,
        classes: [
            .init(
                "all_new", .high,
                "Network and program are new, and so is a tool.",
                advice: "Ask {entity} whether something was moved; if not, revoke what came from there."),
            .init(
                "new_and_busy", .high,
                "Network and program are new, and 60 calls or more came within an hour.",
                advice: "Ask {entity} whether something was moved; if not, revoke what came from there, and see from "
                    + "the tools what was read."),
            .init(
                "new_after_silence", .high,
                "Network and program are new, after a silence of 14 days or more that is three times the longest "
                    + "before.",
                advice: "Ask {entity} whether they are back; if not, revoke what came from there."),
            .init(
                "two_new", .medium,
                "Network and program are new at once.",
                advice: "Ask {entity} whether something was moved; if not, revoke what came from there."),
        ],
        references: ["T1078", "T1550.001"],
        knownGaps: [
            "New means: not seen of the principal on the 60 days before. Networks are a /24 of IPv4 and a /64 of IPv6; "
                + "versions of a program are no other program.",
            "Whoever had four networks or more in 14 days roams (phones, CI runners), and is not reported.",
            "Where events name no principal, the token stands for it.",
            "Network or program alone is not reported; `authtrail trace principal NAME` shows them.",
        ],
        version: 2)

    package struct Settings: Sendable, Equatable {
        /// For how many UTC days before a network and a program must not have been seen.
        package var unseen: Int32 = 60
        /// How long a principal must be known, in UTC days, and on how many of the last `unseen` they were let in.
        package var knownFor: Int32 = 7
        package var activeDays = 3
        /// Whoever had so many networks within so many UTC days roams.
        package var roamingNetworks = 4
        package var roamingDays: Int32 = 14
        /// Calls within an hour that make it high.
        package var busyCalls = 60
        /// UTC days of silence that make it high, if they are so many times the longest silence before.
        package var silence: Int32 = 14
        package var silenceFactor = 3
        /// For how many UTC days before a tool must not have been used to be new.
        package var toolMemory: Int32 = 60

        package init() {}

        /// Silences are compared over twice the time for which something counts as seen.
        var memory: Int32 { unseen &* 2 }

        /// Whether somebody is known well enough, and does not roam.
        func isSettled(_ habit: PrincipalHabits.Habit) -> Bool {
            guard let first = habit.active.first, first <= -Int(knownFor) else { return false }
            return habit.activeDays(within: unseen) >= activeDays && habit.networks < roamingNetworks
        }
    }

    package var settings: Settings

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try check()
        var result = emptyResult
        guard let days = try history.days(of: window) else { return result }
        let habits = PrincipalHabits(history: history, days: days, memory: settings.memory)
        let all = try habits.news(
            unseen: settings.unseen, networksWithin: settings.roamingDays, where: settings.isSettled)
        var cases = SurroundingsCases(all, most: MoreTokens.most)
        try cases.read(in: window, of: history, toolMemory: settings.toolMemory)
        for one in cases.all where one.uses.isInWindow {
            result.findings.append(finding(verdict(one), one.uses, asOf: window.asOf))
        }
        result.counts.add("principals", Set(all.map(\.news.who)).count)
        if let note = cases.note { result.coverage = [note] }
        result.sort()
        return result
    }

    private func check() throws(DetectionError) {
        let days = [
            ("unseen", settings.unseen), ("known_for", settings.knownFor), ("roaming_days", settings.roamingDays),
            ("silence", settings.silence), ("tool_memory", settings.toolMemory),
        ]
        for (name, value) in days { try require(value > 0, name, "\(value)", want: "a number of days above 0") }
        let counts = [
            ("active_days", settings.activeDays), ("roaming_networks", settings.roamingNetworks),
            ("busy_calls", settings.busyCalls), ("silence_factor", settings.silenceFactor),
        ]
        for (name, value) in counts { try require(value > 0, name, "\(value)", want: "a number above 0") }
    }

    /// The days of silence before the day itself, and the longest silence before that.
    private func silences(_ habit: PrincipalHabits.Habit) -> (last: Int, longest: Int) {
        let gaps = zip(habit.active, habit.active.dropFirst()).map { $1 - $0 - 1 }
        return (-(habit.active.last ?? 0) - 1, gaps.max() ?? 0)
    }

    private func verdict(_ one: SurroundingsCases.Case) -> Verdict {
        let who = String(decoding: one.who.name, as: UTF8.self), day = Timestamp.dayText(one.day)
        let (silence, longest) = silences(one.habit)
        let isLongSilence = silence >= settings.silence && silence >= settings.silenceFactor * longest
        let recent = one.habit.activeDays(within: settings.unseen)
        let isBusy = one.mostCallsInAnHour >= settings.busyCalls
        let usual = isBusy ? "new_and_busy" : isLongSilence ? "new_after_silence" : "two_new"
        let name = one.newTools.isEmpty ? usual : "all_new"
        var context = Context()
        context.add("new", one.newTools.isEmpty ? ["network", "program"] : ["network", "program", "tool"])
        context.add("networks", one.networks)
        context.add("programs", one.programs)
        if !one.newTools.isEmpty { context.add("new_tools", one.newTools) }
        context.add("most_calls_in_an_hour", one.mostCallsInAnHour)
        context.add("active_days", one.habit.active.count)
        if silence > 0 { context.add("days_of_silence", silence) }
        let tools = one.newTools.isEmpty ? "" : ", and used \(one.newTools.joined(separator: ", ")) for the first time"
        let pause = isLongSilence ? " Before that there was silence for \(Wording.count(silence, "day"))." : ""
        let calls = isBusy ? " Up to \(one.mostCallsInAnHour) calls came within an hour." : ""
        return Verdict(
            class: name, entity: .init(one.who.isToken ? "token" : "principal", who), fact: [who, day],
            title: "\(who) from a new network with a new program",
            explanation:
                "On \(day), \(who) came from \(one.networks.joined(separator: ", ")) with "
                + "\(one.programs.joined(separator: ", "))\(tools). The \(settings.unseen) days before show neither "
                + "that network nor that program, though \(who) was let in on \(Wording.count(recent, "day")) of them "
                + "and does not roam.\(pause)\(calls)",
            confidence: name == "two_new" ? .low : .medium, context: context)
    }
}
