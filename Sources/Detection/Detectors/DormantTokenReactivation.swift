internal import Events
internal import Rollups

/// A token that nobody used for months is used again.
///
/// Forgotten tokens are what intruders live on: valid, unwatched, and missed by nobody. The dashboard question "used in
/// the last 24 hours, but not in the 90 days before" finds them badly: it fires on the first use of every new token,
/// and it misses a waking whenever it does not run at the right hour. This detector looks at each use that ends a
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
            .init("dormant_reactivated", .medium, "Used again after a silence at least as long as the limit."),
            .init("dormant_from_birth", .medium, "First used when the time since its issue had reached the limit."),
            .init("unknown_origin", .medium, "First used without ever being issued, in a log that would show both."),
            .init("first_use", .info, "Only with literal semantics: a new token's first use; counted otherwise."),
            .init("insufficient_history", .info, "Only with literal semantics: the log is too short to tell; counted "
                + "otherwise."),
        ],
        references: ["T1078", "T1550.001", "T1528"],
        knownGaps: [
            "Only the absolute limit is judged; limits relative to a token's lifetime or to its habits are not.",
            "A hole in the log looks like silence of every token that would have been used in it.",
            "An issue that is logged after the first use counts as unknown at the time of that use.",
            "Address and agent are compared with the 30 days before the last use, not with all history.",
            "Whether a successor token is already in use is not looked at.",
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
        /// How long after the waking uses are counted (in gap form; in literal form to the end of the window).
        package var aftermath = Timestamp.day
        /// How soon after the waking a tool that writes makes it worse.
        package var writeReach = 15 * Timestamp.minute
        /// How long before the waking failures from its address make it worse.
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
    }

    package var settings: Settings

    package init(_ settings: Settings = Settings()) { self.settings = settings }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try check()
        var result = DetectionResult(detector: Self.card.id)
        var tally = [WakingClass: Int]()
        if !window.isEmpty, let coverage = try history.coverage {
            let search = SilenceSearch(
                history: history, window: window, dormancy: settings.dormancy, coverage: coverage,
                firstDay: try history.firstDayOfUses ?? Timestamp.day(of: coverage.lowerBound))
            let wakings = try settings.semantics == .gap ? search.silencesEnded() : search.absentBeforeWindow()
            let judged = wakings.map { waking in
                (waking, WakingClass(of: waking, dormancy: settings.dormancy, logBegins: coverage.lowerBound))
            }
            for (_, kind) in judged { tally[kind, default: 0] += 1 }
            let told = judged.filter { _, kind in
                settings.semantics == .literal || (kind != .firstUse && kind != .insufficientHistory)
            }
            let around = try SurroundingsReader(history: history, window: window, settings: settings)
                .read(told.map { $0.0 })
            for ((waking, kind), around) in zip(told, around) {
                let sum = severitySum(
                    of: waking, kind, around, isPeriodic: try isPeriodic(waking, in: history))
                result.findings.append(finding(waking, kind, around, sum, asOf: window.asOf))
            }
            result.coverage = notes(tally, around, logBegins: coverage.lowerBound, window: window)
        }
        for kind in WakingClass.allCases { result.counts.add(kind.rawValue, tally[kind] ?? 0) }
        result.sort()
        return result
    }

    private func check() throws(DetectionError) {
        func require(_ holds: Bool, _ name: String, _ got: String, _ want: String) throws(DetectionError) {
            guard !holds else { return }
            throw DetectionError.badSetting(detector: Self.card.id, name: name, got: got, want: want)
        }
        // Shorter silences can end twice on one day, which daily rollups cannot tell.
        try require(
            settings.dormancy >= Timestamp.day, "dormancy", Wording.span(settings.dormancy), "one day or more")
        for (name, value) in [
            ("aftermath", settings.aftermath), ("write_reach", settings.writeReach),
            ("failure_reach", settings.failureReach), ("past", settings.past),
        ] {
            try require(value >= 0, name, Wording.span(value), "a length of time that is not negative")
        }
    }
}

// MARK: - Messages

extension DormantTokenReactivation {
    private func finding(
        _ waking: Waking, _ kind: WakingClass, _ around: Surroundings, _ sum: SeveritySum, asOf: Int64
    ) -> Finding {
        let token = waking.life.tokenID
        return Finding(
            id: FindingID.make(detector: Self.card.id, version: Self.card.version, [token, String(waking.at)]),
            detector: Self.card.id, version: Self.card.version, class: kind.rawValue,
            severity: sum.severity, confidence: confidence(kind),
            entity: .init("token", token),
            firstSeen: waking.at, lastSeen: around.lastUse ?? waking.at, asOf: asOf,
            title: title(waking, kind),
            explanation: [whatHappened(waking, kind, around), aftermath(waking, around), "Severity: \(sum.text)."]
                .joined(separator: " "),
            evidence: [around.previous, around.waking].compactMap { $0?.evidence },
            context: context(waking, around, sum),
            references: Self.card.references)
    }

    private func confidence(_ kind: WakingClass) -> Confidence {
        switch kind {
        case .dormantReactivated, .dormantFromBirth, .firstUse: .high
        case .unknownOrigin: .medium
        case .insufficientHistory: .low
        }
    }

    private func title(_ waking: Waking, _ kind: WakingClass) -> String {
        let token = waking.life.tokenID
        let silence = Wording.span(waking.gap ?? 0)
        return switch kind {
        case .dormantReactivated: "Token \(token) used again after \(silence) of silence"
        case .dormantFromBirth: "Token \(token) first used \(silence) after its issue"
        case .unknownOrigin: "Token \(token) used for the first time, and never issued"
        case .firstUse: "New token \(token) used for the first time"
        case .insufficientHistory: "Token \(token) used; the log is too short to know since when"
        }
    }

    private func whatHappened(_ waking: Waking, _ kind: WakingClass, _ around: Surroundings) -> String {
        let owner = principal(waking, around).map { " of \($0)" } ?? ""
        let token = "Token \(waking.life.tokenID)\(owner)"
        let at = Timestamp.text(waking.at)
        let silence = Wording.span(waking.gap ?? 0)
        let limit = Wording.span(settings.dormancy)
        return switch kind {
        case .dormantReactivated:
            "\(token) was used at \(at) after \(silence) without a use "
                + "(previous use \(Timestamp.text(waking.previous ?? 0)); limit \(limit))."
        case .dormantFromBirth:
            "\(token) was used for the first time at \(at), \(silence) after its issue "
                + "(issued \(Timestamp.text(waking.issuedAt ?? 0)); limit \(limit))."
        case .unknownOrigin:
            "\(token) was used for the first time at \(at); the log, which covers the \(limit) before, "
                + "shows neither its issue nor an earlier use."
        case .firstUse:
            "\(token) was used for the first time at \(at), \(silence) after its issue: "
                + "new rather than dormant, and listed only because the literal question asks for it."
        case .insufficientHistory:
            "\(token) was used at \(at) and at no time before that the log shows; the log covers less than \(limit) "
                + "before that, so nobody can tell whether it was dormant."
        }
    }

    private func aftermath(_ waking: Waking, _ around: Surroundings) -> String {
        guard let use = around.waking else { return "Its line is no longer stored." }
        let tool = use.tool.map { " of \($0)" } ?? ""
        let ip = use.ip.map { " from \($0)" } ?? ""
        let agent = use.userAgent.map { " with \($0)" } ?? ""
        let uses = around.uses == 1 ? "No other use followed" : "\(Wording.count(around.uses - 1, "use")) followed"
        let reach = settings.semantics == .literal ? "within the window" : "within \(Wording.width(settings.aftermath))"
        return "It was a use\(tool)\(ip)\(agent). \(uses) \(reach)."
    }

    private func context(_ waking: Waking, _ around: Surroundings, _ sum: SeveritySum) -> Context {
        var context = Context()
        context.add("previous_use", time: waking.previous)
        context["idle_days"] = waking.gap.map { .double(Self.days($0)) }
        context["limit_days"] = .double(Self.days(settings.dormancy))
        context.add("uses", around.uses)
        context.add("last_use", time: around.lastUse)
        context.add("tool", around.waking?.tool)
        context.add("ip", around.waking?.ip)
        context.add("user_agent", around.waking?.userAgent)
        context["new_address"] = around.newAddress.map { .bool($0) }
        context["new_user_agent"] = around.newAgent.map { .bool($0) }
        context.add("failures_before", around.failuresBefore)
        context.add("write_tool", around.writeTool)
        context.add("principal", principal(waking, around))
        context.add("token_kind", waking.birth?.kind ?? around.waking?.kind)
        context.add("issued_at", time: waking.issuedAt)
        context.add("issued_by", waking.birth?.issuedBy)
        context.add("expires_at", time: waking.birth?.expiresAt)
        context.add("scopes", waking.birth?.scopes ?? [])
        context.add("severity_sum", sum.text)
        return context
    }

    /// Whose token it is: as issued, else as the use says.
    private func principal(_ waking: Waking, _ around: Surroundings) -> String? {
        waking.birth?.principal ?? around.waking?.principal
    }

    private func notes(
        _ tally: [WakingClass: Int], _ around: [Surroundings], logBegins: Int64, window: DetectionWindow
    ) -> [CoverageNote] {
        var notes: [CoverageNote] = []
        let limit = Wording.span(settings.dormancy)
        if let count = tally[.insufficientHistory], count > 0 {
            let tokens = Wording.count(count, "token")
            notes.append(CoverageNote(
                kind: .insufficientHistory,
                text: "\(tokens) without issue or earlier use, less than \(limit) of log before"))
        }
        let before = window.from.minus(logBegins)
        if before < settings.dormancy {
            let begin = before > 0 ? "\(Wording.span(before)) before the window" : "no earlier than the window"
            notes.append(CoverageNote(
                kind: .insufficientHistory,
                text: "the log begins \(begin); silences of \(limit) that began earlier show only for tokens whose "
                    + "issue is known"))
        }
        let told = around.count
        for (field, count) in [
            ("ip", around.count { $0.waking != nil && $0.waking?.ip == nil }),
            ("user_agent", around.count { $0.waking != nil && $0.waking?.userAgent == nil }),
        ] where count > 0 {
            notes.append(CoverageNote(kind: .notEvaluable, text: "not evaluable: `\(field)` absent on "
                + "\(Wording.percent(count, of: told)) of the uses found"))
        }
        let lost = around.count { $0.waking == nil }
        if lost > 0 {
            notes.append(CoverageNote(kind: .notEvaluable, text: "not evaluable: surroundings of "
                + "\(Wording.count(lost, "use")), whose lines are no longer stored"))
        }
        return notes
    }

    /// Days with two decimals, rounded down: a gap just short of the limit never shows as the limit.
    private static func days(_ micros: Int64) -> Double { Double(micros / (Timestamp.day / 100)) / 100 }
}
