internal import Events
internal import Model

/// Several principals are visited, within a few days, by one stranger: from one network or with one program that nobody
/// had come with before, and both are new for each of them.
///
/// One principal in new surroundings may have moved. Three who moved to the same place at once, a place that nobody
/// knew, share a thief: one who took the tokens of an integrator, or a list of sessions. New egress of an office or a
/// VPN is none: its people keep their programs. Where people are many they meet by chance; then a run must be larger
/// than the fifth of the month before.
///
/// To make a network and a program known, a thief must use them beforehand for somebody, who is then in new
/// surroundings; and to pass for chance, must do the same five times in a month, which is told each time.
///
/// Not found: a thief with another network and another program for each victim.
package struct Campaign: Detector {
    package static let card = DetectorCard(
        id: "campaign",
        title: "One stranger at several principals",
        question: "From which network, or with which program, was somebody let in for several principals to whom both "
            + "were new?",
        needs: [.ts, .event, .principal, .ip, .userAgent],
        judgesBy: [.events(.used, [.ip, .userAgent])],
        defaultSeverity: .high,
        classes: [
            .init(
                "campaign_at_work", .critical,
                "A campaign that issues tokens, uses tools that its victims never used, or reads in bulk.",
                advice: "Revoke every token of these principals that was used from there, now; block {entity}; then "
                    + "see from the tools what was read, and revoke what was issued."),
            .init(
                "campaign", .high,
                "Three principals or more within seven days, by a network or a program that nobody had come with in "
                    + "30 days, both new for each of them, and more than come alike by chance.",
                advice: "Ask one of these principals whether this was them; if not, revoke their tokens that were used "
                    + "from there, and block {entity}."),
        ],
        references: ["T1199", "T1078", "T1528"],
        knownGaps: [
            "A program is a user agent without versions: a thief who writes that of each owner is seen only by the "
                + "network, and only where the program is new as well.",
            "Principals who roam, or are known for less than a week, are no victims that count.",
            "A vendor who moves all customers to other servers and another program on one day looks the same.",
        ],
        version: 1)

    package struct Settings: Sendable, Equatable {
        /// So many principals …
        package var victims = 3
        /// … within so many UTC days.
        package var width: Int32 = 7
        /// For so many UTC days before nobody had come from there, or with it.
        package var newToAll: Int32 = 30
        /// Where so many others as large came in that time before, it is chance.
        package var byChance = 5
        /// Calls in an hour, of all together, that are reading in bulk.
        package var bulkCalls = 100

        package init() {}
    }

    package var settings: Settings
    private let surroundings: NewSurroundings.Settings

    package init(_ settings: Settings = Settings(), _ surroundings: NewSurroundings.Settings = .init()) {
        (self.settings, self.surroundings) = (settings, surroundings)
    }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try check()
        var result = emptyResult
        guard let days = try history.days(of: window), let begins = try history.begins else { return result }
        let known = days.upperBound - Timestamp.day(of: begins)
        guard known >= settings.newToAll else {
            result.coverage.append(
                CoverageNote(
                    kind: .insufficientHistory,
                    text:
                        "the log begins \(Wording.count(Int(known), "day")) before: what is new to everybody is known "
                        + "after \(settings.newToAll)"))
            return result
        }
        let first = Timestamp.day(of: begins) + settings.newToAll
        let search = CampaignSearch(
            history: history, settings: settings, surroundings: surroundings,
            days: max(days.lowerBound, first)...days.upperBound)
        for run in try search.find() where run.first >= first {
            let end = min(Timestamp.start(ofDay: run.last + settings.width), window.asOf)
            let deeds = try CampaignDeeds(run, until: end, window, history, toolMemory: surroundings.toolMemory)
            guard deeds.uses.isInWindow else { continue }
            result.findings.append(finding(verdict(run, deeds), deeds.uses, asOf: window.asOf))
        }
        result.counts.add("campaigns", result.findings.count)
        result.sort()
        return result
    }

    private func check() throws(DetectionError) {
        try require(settings.victims > 1, "victims", "\(settings.victims)", want: "a number above 1")
        try require(settings.width > 0, "width", "\(settings.width)", want: "a number of days above 0")
        try require(settings.newToAll > 0, "new_to_all", "\(settings.newToAll)", want: "a number of days above 0")
        try require(settings.byChance > 0, "by_chance", "\(settings.byChance)", want: "a number above 0")
        try require(settings.bulkCalls > 0, "bulk_calls", "\(settings.bulkCalls)", want: "a number above 0")
    }

    // MARK: Messages

    private func verdict(_ run: CampaignSearch.Run, _ deeds: CampaignDeeds) -> Verdict {
        let network = run.trait.network.map { String(decoding: $0, as: UTF8.self) }
        let program = run.trait.program.map { String(decoding: $0, as: UTF8.self) }
        let isBulk = deeds.mostCalls >= settings.bulkCalls
        let isAtWork = deeds.minted > 0 || !deeds.newTools.isEmpty || isBulk
        let victims = Wording.count(run.who.count, "principal"), day = Timestamp.dayText(run.first)
        let how = [network.map { "from \($0)" }, program.map { "with \($0)" }].compactMap(\.self).joined(separator: " ")
        var context = Context()
        context.add("victims", run.who.count)
        context.add("networks", Self.some(run.news.map(\.network)))
        context.add("programs", Self.some(run.news.map(\.program)))
        context.add("most_calls_in_an_hour", deeds.mostCalls)
        if !deeds.newTools.isEmpty { context.add("new_tools", Array(deeds.newTools.sorted().prefix(FirstNames.limit))) }
        if deeds.minted > 0 { context.add("tokens_issued", deeds.minted) }
        var works: [String] = []
        if deeds.minted > 0 { works.append("\(Wording.count(deeds.minted, "token")) issued from there") }
        if !deeds.newTools.isEmpty {
            works.append(
                "tools that they had not used before: \(deeds.newTools.sorted().prefix(3).joined(separator: ", "))")
        }
        if isBulk { works.append("up to \(deeds.mostCalls) calls in an hour") }
        let work = works.isEmpty ? "" : " What was done: \(works.joined(separator: "; "))."
        return Verdict(
            class: isAtWork ? "campaign_at_work" : "campaign",
            entity: network == nil ? .init("user_agent", program ?? "") : .init("ip", deeds.busiest ?? network ?? ""),
            fact: [network ?? "", program ?? "", day],
            title: "\(victims) reached \(how), which nobody had come with before",
            explanation:
                "From \(day) on, \(victims) were let in \(how). Nobody had come so in the \(settings.newToAll) days "
                + "before, and for each of them both network and program were new, though they are known and do not "
                + "roam."
                + (run.usual > 0 ? " Five or more runs of up to \(run.usual) had come in that time, by chance." : "")
                + work,
            confidence: run.trait.network != nil && run.trait.program != nil ? .high : .medium, context: context)
    }

    private static func some(_ names: [[UInt8]]) -> [String] {
        Array(Set(names.map { String(decoding: $0, as: UTF8.self) }).sorted().prefix(FirstNames.limit))
    }
}
