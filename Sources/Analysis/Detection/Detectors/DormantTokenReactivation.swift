internal import Events
internal import Model
internal import Rollups

/// A token that nobody used for months is used again.
///
/// Forgotten tokens are what intruders live on: valid, unwatched, and missed by nobody. The dashboard question "used in
/// the last 24 hours, but not in the 90 days before" finds them badly: it fires on the first use of every new token,
/// and it misses a reactivation whenever it does not run at the right hour. This detector looks at each use that ends a
/// silence instead. A use is judged once, by what lies before it, whenever the run takes place.
///
/// Not found: a token that is used rarely but never silent for as long as the limit, and a stolen token that wakes
/// while its owner uses it as well.
package struct DormantTokenReactivation: Detector {
    package static let card = DetectorCard(
        id: "dormant-token-reactivation",
        title: "Dormant token reactivated",
        question: "Which tokens were used again after a silence of 90 days or more?",
        needs: [.ts, .event, .tokenID],
        defaultSeverity: .medium,
        classes: [
            .init(
                "dormant_reactivated", .medium,
                "Used again after a silence at least as long as the limit.",
                advice: "Ask the owner whether this was them; if they do not say so at once, revoke {entity}."),
            .init(
                "dormant_from_birth", .medium,
                "First used when the time since its issue had reached the limit.",
                advice: "Ask whoever it was issued to; if nobody knows of it, revoke {entity}."),
            .init(
                "unknown_origin", .medium,
                "First used without ever being issued, in a log that would show both.",
                advice: "Ask the admins who issued it; if none did, revoke {entity} and look for another way to "
                    + "make tokens."),
            .moreTokens(.medium),
            .init(
                "first_use", .info,
                "Only with literal semantics: a new token's first use; counted otherwise.",
                advice: "Nothing, unless another finding names it."),
            .init(
                "insufficient_history", .info,
                "Only with literal semantics: the log is too short to tell; counted otherwise.",
                advice: "Nothing, unless another finding names it."),
        ],
        references: ["T1078", "T1550.001", "T1528"],
        knownGaps: [
            "Only the absolute limit is judged unless the policy turns on `relative` or `adaptive`; a usual gap of "
                + "less than a day counts as a day.",
            "A hole in the log looks like silence of every token that would have been used in it. Whole UTC days "
                + "without any event and outages that the policy declares lower the confidence; shorter holes, and "
                + "those of one log among several, are reported by source-silence only.",
            "An issue that is dated more than `clock_skew` after the first use counts as unknown at that time.",
            "Address and agent are compared with the 30 days before the last use, not with all history.",
            "A successor is a later token of the same principal and scopes, or one that a refresh names.",
        ],
        version: 1)

    package struct Settings: Sendable, Equatable {
        package enum Semantics: String, Sendable, CaseIterable {
            /// Every use that ended a silence of `dormancy`.
            case gap
            /// Used in the window, not used in the `dormancy` before it.
            case literal
        }

        package var semantics = Semantics.gap
        /// The silence D that makes a token dormant; at least one day. All times in microseconds.
        package var dormancy = 90 * Timestamp.day
        /// Which limits are judged: `absolute` is `dormancy`; `relative` a part of the token's life; `adaptive` a
        /// multiple of its usual gap.
        package var tierNames = ["absolute"]
        /// The least that `relative` and `adaptive` call dormant.
        package var leastDormancy = 14 * Timestamp.day
        /// `relative` calls a silence of one such part of the token's life dormant: 3 is a third.
        package var relativePart: Int64 = 3
        package var adaptiveFactor: Int64 = 6
        /// `adaptive` asks for so many earlier uses.
        package var adaptiveUses = 20
        /// How far the clocks of two hosts may differ.
        package var clockSkew = Timestamp.minute
        /// When the log is known to be silent.
        package var outages: [Policy.Outage] = []
        /// How long after the reactivation uses are counted (in gap form; in literal form to the end of the window).
        package var aftermath = Timestamp.day
        /// How soon after the reactivation a tool that writes makes it worse.
        package var writeReach = 15 * Timestamp.minute
        /// How long before the reactivation failures from its address make it worse.
        package var failureReach = Timestamp.day
        /// How long before the silence addresses and agents are looked at.
        package var past = 30 * Timestamp.day
        /// A scope that ends in one of these lets its holder change something.
        package var writeScopes = [":write", ":admin", ":delete"]
        /// How far two silences may differ and still be the same rhythm.
        package var periodicTolerance = 0.1
        /// How many active days one round of a periodic job may have.
        package var periodicDays = 8

        package init() {}

        /// The tiers that there are.
        package static let tiers = ["absolute", "relative", "adaptive"]

        func judges(_ tier: String) -> Bool { tierNames.contains(tier) }

        /// The shortest silence that any tier may call dormant.
        var shortest: Int64 { tierNames == ["absolute"] ? dormancy : min(dormancy, leastDormancy) }
    }

    package var settings: Settings

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func detect(in window: DetectionWindow, of whole: any History) throws -> DetectionResult {
        try check()
        let history = try StraylessHistory.of(whole)
        var result = DetectionResult(detector: Self.card.id)
        var tally = [ReactivationClass: Int](), unsaid = UnsaidTokens()
        if !window.isEmpty, let coverage = try history.coverage {
            var more = MoreTokens()
            let told = try judged(window, history, coverage, &tally, &unsaid, others: &more)
            let around = try SurroundingsReader(history: history, window: window, settings: settings)
                .read(told.map(\.reactivation))
            let holes =
                try told.isEmpty
                ? nil : LogGaps(history, coverage: coverage, until: window.asOf, outages: settings.outages)
            let successors = try Successors(history, of: told.map(\.reactivation))
            for (var one, around) in zip(told, around) {
                one.holes =
                    holes?.between(
                        one.reactivation.previous ?? one.reactivation.issuedAt ?? one.reactivation.at,
                        one.reactivation.at)
                    ?? []
                one.successor = successors.inUse(at: one.reactivation)
                let sum = severitySum(of: one, around, isPeriodic: try isPeriodic(one.reactivation, in: history))
                result.findings.append(finding(one, around, sum, asOf: window.asOf))
            }
            result.coverage = notes(
                tally, unsaid, around, logBegins: try history.begins ?? coverage.lowerBound, window: window)
            tell(more, "used for the first time in months, or ever", in: &result, asOf: window.asOf)
        }
        for kind in ReactivationClass.allCases { result.counts.add(kind.rawValue, tally[kind] ?? 0) }
        result.sort()
        return result
    }

    /// A reactivation that is reported, and what was found out about it.
    struct Told {
        var reactivation: Reactivation
        var kind: ReactivationClass
        /// The limits that its silence has reached.
        var tiers: [DormancyTier]
        /// When the log itself told nothing during the silence.
        var holes: [String] = []
        /// The token in use that had taken its place.
        var successor: String?

        /// The longest limit that was reached.
        var limit: Int64? { tiers.map(\.limit).max() }
    }

    /// Finds the reactivations of a window, counts them all by class, and returns those that are reported: of very many
    /// of a class the tokens that were used most, so that a flood of made-up tokens hides no stolen one.
    private func judged(
        _ window: DetectionWindow, _ history: any History, _ coverage: Range<Int64>,
        _ tally: inout [ReactivationClass: Int], _ unsaid: inout UnsaidTokens,
        others more: inout MoreTokens
    ) throws -> [Told] {
        let isLiteral = settings.semantics == .literal
        let firstDay = try history.firstDayOfUses ?? Timestamp.day(of: coverage.lowerBound)
        let search = SilenceSearch(
            history: history, window: window, dormancy: isLiteral ? settings.dormancy : settings.shortest,
            coverage: coverage, firstDay: firstDay, clockSkew: settings.clockSkew)
        let reader = DormancyTierReader(history: history, settings: settings, firstDay: firstDay)
        let begins = try history.begins ?? coverage.lowerBound
        var told: [ReactivationClass: MostUsed<Told>] = [:]
        func judge(_ reactivations: [Reactivation]) throws {
            let systems = try systems(of: reactivations.filter(\.hasNoPast), history)
            let tiers =
                try isLiteral
                ? reactivations.map { ($0.gap ?? 0) >= settings.dormancy ? [.absolute(settings.dormancy)] : [] }
                : reader.met(by: reactivations)
            // All who name no credential have one name in common: nobody sleeps under it.
            for (reactivation, tiers) in zip(reactivations, tiers) where !reactivation.life.isAnonymous {
                // A silence that only the shortest limit calls one, and no limit of this token.
                if !isLiteral, reactivation.previous != nil, tiers.isEmpty { continue }
                let system = systems[Array(reactivation.life.tokenID.utf8)]
                let isUnsaid = system?.lacksIssuances(ofKind: reactivation.life.kind) ?? false
                let kind = ReactivationClass(
                    of: reactivation, isDormant: !tiers.isEmpty, dormancy: settings.dormancy,
                    logBegins: isUnsaid ? nil : system.map { max($0.begins, begins) } ?? begins)
                if let system, isUnsaid, kind == .insufficientHistory { unsaid.add(system) }
                tally[kind, default: 0] += 1
                guard isLiteral || (kind != .firstUse && kind != .insufficientHistory) else { continue }
                told[kind, default: MostUsed()].add(
                    Told(reactivation: reactivation, kind: kind, tiers: tiers), uses: reactivation.uses,
                    name: reactivation.life.tokenID,
                    at: reactivation.at)
            }
        }
        if isLiteral { try search.absentBeforeWindow(judge) } else { try search.silencesEnded(judge) }
        return ReactivationClass.allCases.flatMap { told[$0]?.told(others: &more) ?? [] }
    }

    /// Which systems tell of tokens that have no past.
    private func systems(
        of reactivations: [Reactivation], _ history: any History
    ) throws -> [[UInt8]: LogSystem] {
        let times = reactivations.map(\.at)
        guard let first = times.min(), let last = times.max() else { return [:] }
        return try history.systems(
            ofTokens: reactivations.map { Array($0.life.tokenID.utf8) }, usedIn: first..<last.plus(1))
    }

    private func check() throws(DetectionError) {
        func require(_ holds: Bool, _ name: String, _ got: String, _ want: String) throws(DetectionError) {
            guard !holds else { return }
            throw DetectionError.badSetting(detector: Self.card.id, name: name, got: got, want: want)
        }
        // Shorter silences can end twice on one day, which daily rollups cannot tell.
        try require(
            settings.dormancy >= Timestamp.day, "dormancy", Wording.span(settings.dormancy), "one day or more")
        try require(
            settings.leastDormancy >= Timestamp.day, "least_dormancy", Wording.span(settings.leastDormancy),
            "one day or more")
        try require(
            !settings.tierNames.isEmpty && settings.tierNames.allSatisfy(Settings.tiers.contains), "tiers",
            settings.tierNames.joined(separator: ", "), "some of \(Settings.tiers.joined(separator: ", "))")
        try require(settings.relativePart > 0, "relative_part", "\(settings.relativePart)", "a number above 0")
        try require(settings.adaptiveFactor > 0, "adaptive_factor", "\(settings.adaptiveFactor)", "a number above 0")
        try require(settings.adaptiveUses > 1, "adaptive_uses", "\(settings.adaptiveUses)", "2 or more")
        for (name, value) in [
            ("aftermath", settings.aftermath), ("write_reach", settings.writeReach),
            ("failure_reach", settings.failureReach), ("past", settings.past), ("clock_skew", settings.clockSkew),
        ] {
            try require(value >= 0, name, Wording.span(value), "a length of time that is not negative")
        }
    }
}
