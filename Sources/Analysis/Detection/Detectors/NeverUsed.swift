internal import Columns
internal import Events
internal import Model
internal import Rollups

/// A token was issued a month ago, is valid still, and nobody ever used it.
///
/// It belongs to the moment at which the month was over, so it is reported once. When it is used, revoked or expired,
/// it is no finding any more.
///
/// Not found: OAuth access tokens, which end by themselves, and sessions, which end with their page.
package struct NeverUsed: Detector {
    package static let card = DetectorCard(
        id: "never-used",
        title: "Issued and never used",
        question: "Which valid tokens has nobody used in the month since their issue?",
        needs: [.ts, .event, .tokenID],
        judgesBy: [.events(EventKinds(.issued), [.tokenID])],
        defaultSeverity: .info,
        classes: [
            .init(
                "never_used", .info,
                "Issued longer ago than the limit, valid, and never used.",
                advice: "Revoke {entity} if nobody waits for it.")
        ],
        references: ["T1078"],
        knownGaps: [
            "A token whose uses are logged elsewhere looks the same, unless the mapping of its log says that uses are "
                + "not in it."
        ],
        version: 1)

    /// How long a token may lie idle from its issue on, in microseconds.
    package var idle: Int64

    package init(idle: Int64 = 30 * Timestamp.day) { self.idle = idle }

    package func detect(in window: DetectionWindow, of history: any History) throws -> DetectionResult {
        try require(idle >= 0, "idle", Wording.span(idle), want: "a length of time that is not negative")
        var result = emptyResult
        var issuances: [[UInt8]: [(ts: Int64, one: Case)]] = [:]
        let scan = EventScan(
            from: window.from.minus(idle), to: window.to.minus(idle), kinds: EventKinds(.issued),
            fields: Case.fields.union(EventFields([.tokenID, .kind, .sourceID])))
        guard !window.isEmpty else { return result }
        let systems = try history.systems
        var unsaid = UnsaidTokens()
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                let kind = batch[.kind][row]
                if kind == "session" { continue }
                if let system = systems?.system(ofSource: batch.sourceID[row]), system.lacksUses(ofKind: kind) {
                    unsaid.add(system)
                    continue
                }
                var one = Case()
                one.add(batch, row, window)
                issuances[batch.tokenBytes(at: row), default: []].append((batch.ts[row], one))
            }
        }
        for life in try history.lives(named: Set(issuances.keys)) where isIdle(life, window.asOf) {
            let own = issuances[Array(life.tokenID.utf8)] ?? []
            guard let issuance = own.first(where: { $0.ts == life.issuedAt }) else { continue }
            let due = issuance.ts.plus(idle)
            result.findings.append(
                finding(
                    verdict(life, issuance.one), first: issuance.ts, last: due, issuance.one.evidence.all,
                    issuance.one.context,
                    asOf: window.asOf))
        }
        result.counts.add("tokens", result.findings.count)
        if let note = unsaid.note("tokens that nobody used", for: "when they are used") { result.coverage.append(note) }
        result.sort()
        return result
    }

    private func isIdle(_ life: TokenLife, _ asOf: Int64) -> Bool {
        func isPast(_ time: Int64?) -> Bool { time.map { $0 < asOf } ?? false }
        return !isPast(life.firstUse) && !isPast(life.revokedAt) && !isPast(life.expiresAt)
    }

    private func verdict(_ life: TokenLife, _ issuance: Case) -> Verdict {
        let by = life.issuedBy.map { " by \($0)" } ?? ""
        var context = Context()
        context.add("expires_at", time: life.expiresAt)
        context.add("scopes", life.scopes ?? [])
        return Verdict(
            class: "never_used", entity: .init("token", life.tokenID), fact: [life.tokenID],
            title: "Token \(life.tokenID) never used in \(Wording.width(idle))",
            explanation:
                "Issued\(by) to \(life.principal ?? "nobody who is named") at \(Timestamp.text(issuance.first)), "
                + "the token is valid and was not used once in the \(Wording.width(idle)) since. Nobody will miss it.",
            context: context)
    }

    package static let examples: [DetectorExample] = [
        DetectorExample(
            "a token that nobody used for 30 days is found on the 30th", asOf: Event.time(day: 31, hour: 1),
            events: [.issued("tok_1", at: Event.time(day: 1)), .used("tok_2", at: Event.time(day: 31))],
            expected: [.init("never_used", "tok_1", .info)]),
        DetectorExample(
            "tokens that were used, revoked or issued later stay quiet", asOf: Event.time(day: 31, hour: 1),
            events: [
                .issued("tok_1", at: Event.time(day: 1)), .used("tok_1", at: Event.time(day: 30)),
                .issued("tok_2", at: Event.time(day: 1)), .revoked("tok_2", at: Event.time(day: 2)),
                .issued("tok_3", at: Event.time(day: 2)),
            ],
            expected: []),
    ]
}
