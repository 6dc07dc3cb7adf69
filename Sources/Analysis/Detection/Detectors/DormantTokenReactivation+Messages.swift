internal import Events
internal import Model
internal import Rollups

/// What findings about reactivations say.
extension DormantTokenReactivation {
    func finding(_ told: Told, _ around: Surroundings, _ sum: SeveritySum, asOf: Int64) -> Finding {
        let (reactivation, kind) = (told.reactivation, told.kind)
        let token = reactivation.life.tokenID
        return Finding(
            id: FindingID.make(detector: Self.card.id, version: Self.card.version, [token, String(reactivation.at)]),
            detector: Self.card.id, version: Self.card.version, class: kind.rawValue,
            severity: sum.severity, confidence: confidence(told),
            entity: .init("token", token),
            firstSeen: reactivation.at, lastSeen: around.lastUse ?? reactivation.at, asOf: asOf,
            title: title(reactivation, kind),
            explanation: [
                whatHappened(told, around), limits(told), aftermath(reactivation, around, asOf: asOf), hole(told),
                "Severity: \(sum.text).",
            ].compactMap { $0 }.joined(separator: " "),
            evidence: evidence(around),
            context: context(told, around, sum),
            references: Self.card.references)
    }

    /// The use before the silence, then those that followed it.
    private func evidence(_ around: Surroundings) -> [Evidence] {
        let before = around.previous.map { [$0.evidence] } ?? []
        let lines = around.lines.all
        let room = Evidence.limit - before.count
        return before + (lines.count > room ? lines.prefix(room - 1) + lines.suffix(1) : lines[...])
    }

    /// A log that told nothing for days may have missed the use that would end a silence earlier.
    private func confidence(_ told: Told) -> Confidence {
        switch told.kind {
        case .dormantReactivated, .dormantFromBirth, .firstUse: told.holes.isEmpty ? .high : .medium
        case .unknownOrigin: told.holes.isEmpty ? .medium : .low
        case .insufficientHistory: .low
        }
    }

    private func title(_ reactivation: Reactivation, _ kind: ReactivationClass) -> String {
        let token = reactivation.life.tokenID
        let silence = Wording.span(reactivation.gap ?? 0)
        return switch kind {
        case .dormantReactivated: "Token \(token) used again after \(silence) of silence"
        case .dormantFromBirth: "Token \(token) first used \(silence) after its issue"
        case .unknownOrigin: "Token \(token) used for the first time, and never issued"
        case .firstUse: "New token \(token) used for the first time"
        case .insufficientHistory: "Token \(token) used; the log is too short to know since when"
        }
    }

    private func whatHappened(_ told: Told, _ around: Surroundings) -> String {
        let (reactivation, kind) = (told.reactivation, told.kind)
        let owner = principal(reactivation, around).map { " of \($0)" } ?? ""
        let token = "Token \(reactivation.life.tokenID)\(owner)"
        let at = Timestamp.text(reactivation.at)
        let silence = Wording.span(reactivation.gap ?? 0)
        // A single tier's limit stands in the sentence; several have one of their own.
        let limit = Wording.span(told.tiers.count == 1 ? told.limit ?? settings.dormancy : settings.dormancy)
        let reached = told.tiers.count > 1 ? "" : "; limit \(limit)"
        return switch kind {
        case .dormantReactivated:
            "\(token) was used at \(at) after \(silence) without a use "
                + "(previous use \(Timestamp.text(reactivation.previous ?? 0))\(reached))."
        case .dormantFromBirth:
            "\(token) was used for the first time at \(at), \(silence) after its issue "
                + "(issued \(Timestamp.text(reactivation.issuedAt ?? 0))\(reached))."
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

    /// Which limits the silence reached, where that is more than one, or one with a reason of its own.
    private func limits(_ told: Told) -> String? {
        guard told.tiers.contains(where: { $0.reason != nil }) else { return nil }
        let limits = told.tiers.map { tier in
            "\(tier.name) \(Wording.span(tier.limit))" + (tier.reason.map { " (\($0))" } ?? "")
        }
        return "Limits that the silence reached: \(limits.joined(separator: ", "))."
    }

    private func hole(_ told: Told) -> String? {
        guard !told.holes.isEmpty else { return nil }
        let more = told.holes.count > 3 ? " and \(told.holes.count - 3) more times" : ""
        return "The log itself has nothing of \(told.holes.prefix(3).joined(separator: ", "))\(more): a use then "
            + "would not show."
    }

    private func aftermath(_ reactivation: Reactivation, _ around: Surroundings, asOf: Int64) -> String {
        guard let use = around.reactivation else { return "Its line is no longer stored." }
        let tool = use.tool.map { " of \($0)" } ?? ""
        let ip = use.ip.map { " from \($0)" } ?? ""
        let agent = use.userAgent.map { " with \($0)" } ?? ""
        let uses = around.uses == 1 ? "No other use followed" : "\(Wording.count(around.uses - 1, "use")) followed"
        let isOver = reactivation.at.plus(settings.aftermath) <= asOf
        let reach =
            settings.semantics == .literal
            ? "within the window"
            : isOver ? "within \(Wording.width(settings.aftermath))" : "up to \(Timestamp.text(asOf))"
        let tools = around.toolsAfter.all.isEmpty ? "" : ", of \(around.toolsAfter.all.joined(separator: ", "))"
        return "It was a use\(tool)\(ip)\(agent). \(uses) \(reach)\(tools)."
    }

    private func context(_ told: Told, _ around: Surroundings, _ sum: SeveritySum) -> Context {
        let reactivation = told.reactivation
        var context = Context()
        context.add("previous_use", time: reactivation.previous)
        context["idle_days"] = reactivation.gap.map { .double(Self.days($0)) }
        context["limit_days"] = .double(Self.days(told.limit ?? settings.dormancy))
        context.add("tiers", told.tiers.map(\.name))
        context.add("holes", told.holes)
        context.add("uses", around.uses)
        context.add("last_use", time: around.lastUse)
        context.add("tool", around.reactivation?.tool)
        context.add("ip", around.reactivation?.ip)
        context.add("user_agent", around.reactivation?.userAgent)
        context["new_address"] = around.newAddress.map { .bool($0) }
        context["new_user_agent"] = around.newAgent.map { .bool($0) }
        context.add("failures_before", around.failuresBefore)
        context.add("write_tool", around.writeTool)
        context.add("successor", told.successor)
        context.add("principal", principal(reactivation, around))
        context.add("token_kind", reactivation.issuance?.kind ?? around.reactivation?.kind)
        context.add("issued_at", time: reactivation.issuedAt)
        context.add("issued_by", reactivation.issuance?.issuedBy)
        context.add("expires_at", time: reactivation.issuance?.expiresAt)
        context.add("scopes", reactivation.issuance?.scopes ?? [])
        context.add("severity_sum", sum.text)
        return context
    }

    /// Whose token it is: as issued, else as the use says.
    private func principal(_ reactivation: Reactivation, _ around: Surroundings) -> String? {
        reactivation.issuance?.principal ?? around.reactivation?.principal
    }

    func notes(
        _ tally: [ReactivationClass: Int], _ unsaid: UnsaidTokens, _ around: [Surroundings], logBegins: Int64,
        window: DetectionWindow
    ) -> [CoverageNote] {
        var notes: [CoverageNote] = []
        let limit = Wording.span(settings.dormancy)
        let young = (tally[.insufficientHistory] ?? 0) - unsaid.count
        if young > 0 {
            let tokens = Wording.count(young, "token")
            notes.append(
                CoverageNote(
                    kind: .insufficientHistory,
                    text: "\(tokens) without issue or earlier use, less than \(limit) of log before"))
        }
        if let note = unsaid.note("unknown_origin", for: "when such tokens are issued") { notes.append(note) }
        let before = window.from.minus(logBegins)
        if before < settings.dormancy {
            let begin = before > 0 ? "\(Wording.span(before)) before the window" : "no earlier than the window"
            notes.append(
                CoverageNote(
                    kind: .insufficientHistory,
                    text: "the log begins \(begin); silences of \(limit) that began earlier show only for tokens whose "
                        + "issue is known"))
        }
        let told = around.count
        for (field, count) in [
            ("ip", around.count { $0.reactivation != nil && $0.reactivation?.ip == nil }),
            ("user_agent", around.count { $0.reactivation != nil && $0.reactivation?.userAgent == nil }),
        ] where count > 0 {
            notes.append(
                CoverageNote(
                    kind: .notEvaluable,
                    text: "not evaluable: `\(field)` absent on "
                        + "\(Wording.percent(count, of: told)) of the uses found", isPartial: true))
        }
        let lost = around.count { $0.reactivation == nil }
        if lost > 0 {
            notes.append(
                CoverageNote(
                    kind: .notEvaluable,
                    text: "not evaluable: surroundings of "
                        + "\(Wording.count(lost, "use")), whose lines are no longer stored", isPartial: true))
        }
        return notes
    }

    /// Days with two decimals, rounded down: a gap just short of the limit never shows as the limit.
    private static func days(_ micros: Int64) -> Double { Double(micros / (Timestamp.day / 100)) / 100 }
}
