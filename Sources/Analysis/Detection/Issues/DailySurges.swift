internal import Columns
internal import Events
internal import Rollups

/// Actors who issue, or revoke, many tokens within 24 hours, and many times the most of any day of the weeks before.
///
/// Rotations do not count: an issue in place of a token that ends, a revocation of a token whose place another takes
/// within the days of a rotation. Habits are those of whole days up to the day before, so that a surge over midnight is
/// none.
struct DailySurges {
    enum Deed {
        case issue, revocation

        /// What tells of it: a class, what the actor did, and what one of the events is.
        fileprivate var words: (class: String, did: String, one: String) {
            switch self {
            case .issue: ("issue_surge", "issued", "token")
            case .revocation: ("revoke_surge", "revoked", "revocation")
            }
        }
    }

    let deed: Deed
    let issues: MadeIssues
    let window: DetectionWindow
    let settings: DetectorSettings.Burst
    let replacements: Replacements

    struct Surge {
        var actor: String
        /// The UTC day in which the fullest window ends.
        var day: Int32
        /// The most within 24 hours, without rotations, and the most of any day before.
        var peak = 0
        var most = 0
        var activeDays = 0
        var spans: [ClosedRange<Int64>] = []
        var events = Case()
    }

    struct Outcome {
        var surges: [Surge] = []
        /// Days of actors without enough active days before.
        var young = 0
    }

    private var history: any History { issues.history }
    /// Of more tokens of one run nobody asks whether they were rotated.
    private static let mostRotated = 50_000

    private struct ActorDay: Hashable {
        var actor: UInt32
        var day: Int32
    }

    func run() throws -> Outcome {
        var outcome = Outcome()
        guard !window.isEmpty else { return outcome }
        let days = window.wholeDays
        var names = TextNumbers()
        let counts = try count(days.lowerBound.minus(Timestamp.day)..<days.upperBound, nil, &names)
        let judged = Timestamp.day(of: days.lowerBound)...Timestamp.day(of: max(days.lowerBound, days.upperBound - 1))
        let suspects = Set(
            counts.keys.filter { one in
                judged.contains(one.day)
                    && (counts[one] ?? 0) + (counts[ActorDay(actor: one.actor, day: one.day - 1)] ?? 0)
                        >= settings.daily
            })
        guard let first = suspects.map(\.day).min() else { return outcome }
        let actors = Set(suspects.map { names[$0.actor] })
        let past = Timestamp.start(ofDay: first - 1 - settings.memory)..<days.upperBound
        let habits = try count(past, actors, &names)
        let times = try times(days.lowerBound.minus(Timestamp.day)..<days.upperBound, actors, &names)
        for one in suspects.sorted(by: { ($0.day, $0.actor) < ($1.day, $1.actor) }) {
            guard var surge = surge(names.string(one.actor), one.day, times[one.actor] ?? []) else { continue }
            let before = ((one.day - 1 - settings.memory)..<(one.day - 1)).compactMap { day in
                habits[ActorDay(actor: one.actor, day: day)]
            }
            (surge.most, surge.activeDays) = (before.max() ?? 0, before.count)
            if surge.activeDays < settings.activeDays {
                outcome.young += 1
            } else if surge.peak >= settings.factor * surge.most {
                outcome.surges.append(surge)
            }
        }
        try readEvents(&outcome.surges)
        outcome.surges.removeAll { !$0.events.isInWindow }
        return outcome
    }

    // MARK: Reading

    /// Hands over the rows that count, rotations among them.
    private func scan(
        _ span: Range<Int64>, _ actors: Set<[UInt8]>?, _ fields: EventFields,
        _ body: (EventColumns, [Int]) throws -> Void
    ) throws {
        let span = span.lowerBound..<max(span.lowerBound, min(span.upperBound, window.asOf))
        if deed == .issue { return try issues.scan(span, of: actors, fields, body) }
        var scan = EventScan(
            from: span.lowerBound, to: span.upperBound, kinds: EventKinds(.revoked), texts: [.actor: .present],
            fields: fields.union(EventFields([.ts, .actor, .kind])))
        if let actors, actors.count <= 4096 { scan.texts[.actor] = .anyOf(actors) }
        try history.scan(scan) { batch in try body(batch, (0..<batch.count).filter { !batch.isOfSession(at: $0) }) }
    }

    private func count(
        _ span: Range<Int64>, _ actors: Set<[UInt8]>?, _ names: inout TextNumbers
    ) throws -> [ActorDay: Int] {
        var counts: [ActorDay: Int] = [:], known = names
        try scan(span, actors, []) { batch, rows in
            known.begin(batch[.actor])
            for row in rows {
                guard let actor = known.number(batch[.actor], row) else { continue }
                counts[ActorDay(actor: actor, day: Timestamp.day(of: batch.ts[row])), default: 0] += 1
            }
        }
        names = known
        return counts
    }

    /// The times of what some actors did, without rotations, in order.
    private func times(
        _ span: Range<Int64>, _ actors: Set<[UInt8]>, _ names: inout TextNumbers
    ) throws -> [UInt32: [Int64]] {
        let rotated = try rotated(span, actors)
        var times: [UInt32: [Int64]] = [:], known = names
        try scan(span, actors, EventFields([.tokenID])) { batch, rows in
            known.begin(batch[.actor])
            for row in rows where !isRotation(batch, row, rotated) {
                if let actor = known.number(batch[.actor], row) { times[actor, default: []].append(batch.ts[row]) }
            }
        }
        names = known
        return times.mapValues { $0.sorted() }
    }

    private func isRotation(_ batch: EventColumns, _ row: Int, _ rotated: Set<[UInt8]>) -> Bool {
        batch[.tokenID].bytes(at: row).map { rotated.contains(Array($0)) } ?? false
    }

    /// The tokens whose issue, or revocation, is part of a rotation.
    private func rotated(_ span: Range<Int64>, _ actors: Set<[UInt8]>) throws -> Set<[UInt8]> {
        var ids: Set<[UInt8]> = []
        try scan(span, actors, EventFields([.tokenID])) { batch, rows in
            for row in rows where ids.count < Self.mostRotated {
                if let token = batch[.tokenID].bytes(at: row) { ids.insert(Array(token)) }
            }
        }
        var principals = TextNumbers()
        for life in try history.lives(named: ids) {
            if let principal = life.principal { _ = principals.number(of: Array(principal.utf8)[...]) }
        }
        var rotated: Set<[UInt8]> = []
        let isIssue = deed == .issue
        try replacements.pairs(
            ofPrincipals: principals, asOf: window.asOf,
            during: { isIssue ? replacements.expiring($0) : replacements.around($0) }
        ) { pair in
            let token = Array((isIssue ? pair.new : pair.old).tokenID.utf8)
            if ids.contains(token) { rotated.insert(token) }
        }
        return rotated
    }

    // MARK: Judging

    /// The windows that end on a day and are full, as one; nil if there are none.
    private func surge(_ actor: String, _ day: Int32, _ times: [Int64]) -> Surge? {
        let start = Timestamp.start(ofDay: day), end = start.plus(Timestamp.day)
        var surge = Surge(actor: actor, day: day)
        var low = 0
        for high in times.indices {
            while times[low] <= times[high].minus(Timestamp.day) { low += 1 }
            let count = high - low + 1
            guard count >= settings.daily, times[high] >= start, times[high] < end else { continue }
            surge.peak = max(surge.peak, count)
            // All of them end within a day, so they overlap.
            let first = surge.spans.first?.lowerBound ?? times[low]
            surge.spans = [first...times[high]]
        }
        return surge.peak > 0 ? surge : nil
    }

    private func readEvents(_ surges: inout [Surge]) throws {
        let spans = surges.flatMap(\.spans)
        guard let from = spans.map(\.lowerBound).min(), let to = spans.map(\.upperBound).max() else { return }
        var found = surges
        let places = Dictionary(grouping: found.indices) { Array(found[$0].actor.utf8) }
        let rotated = try rotated(from..<to.plus(1), Set(places.keys))
        try scan(from..<to.plus(1), Set(places.keys), Case.fields.union(EventFields(.tokenID))) { batch, rows in
            for row in rows where !isRotation(batch, row, rotated) {
                guard let actor = batch[.actor].bytes(at: row) else { continue }
                let ts = batch.ts[row]
                for place in places[Array(actor)] ?? [] where found[place].spans.contains(where: { $0.contains(ts) }) {
                    found[place].events.add(batch, row, window)
                }
            }
        }
        surges = found
    }
}

extension Detector {
    /// Refuses numbers of a daily limit that cannot be meant.
    func check(_ settings: DetectorSettings.Burst) throws(DetectionError) {
        try require(settings.limit > 0, "limit", "\(settings.limit)", want: "a number of tokens above 0")
        try require(settings.width > 0, "width", Wording.span(settings.width), want: "a length of time above 0")
        try require(settings.daily > 0, "daily", "\(settings.daily)", want: "a number of tokens above 0")
        try require(settings.factor > 0, "factor", "\(settings.factor)", want: "a number above 0")
        try require(
            (1...366).contains(settings.memory), "memory", "\(settings.memory)", want: "a number of days from 1 to 366")
    }

    /// Tells of the surges of a run, and of the days of actors that were not judged for want of habits. Who has a burst
    /// of an hour on the day is told of already.
    func tellSurges(
        of deed: DailySurges.Deed, beside bursts: [BurstSearch.Burst], _ settings: DetectorSettings.Burst,
        _ policy: Policy, _ window: DetectionWindow, _ history: any History, in result: inout DetectionResult
    ) throws {
        let daily = try DailySurges(
            deed: deed, issues: MadeIssues(history: history, accessToken: policy.lifetimes.accessToken),
            window: window, settings: settings,
            replacements: Replacements(
                history: history, overlap: policy.rotationOverlap, lifetime: policy.lifetimes.apiToken)
        ).run()
        let told = Set(bursts.map { "\($0.day) \($0.key)" })
        result.findings += daily.surges.filter { !told.contains("\($0.day) \($0.actor)") }.map { surge in
            finding(verdict(surge, deed, settings), surge.events, asOf: window.asOf)
        }
        tell(daily.young, deed, settings, in: &result)
    }

    private func verdict(
        _ surge: DailySurges.Surge, _ deed: DailySurges.Deed, _ settings: DetectorSettings.Burst
    ) -> Verdict {
        let day = Timestamp.dayText(surge.day), words = deed.words
        var context = Context()
        context.add("peak", surge.peak)
        context.add("most_before", surge.most)
        context.add("active_days", surge.activeDays)
        return Verdict(
            class: words.class, entity: .init("actor", surge.actor), fact: [words.class, surge.actor, day],
            title: "\(surge.actor) \(words.did) \(surge.peak) tokens within a day, \(surge.most) at most before",
            explanation:
                "On \(day) and in the 24 hours before, \(surge.actor) \(words.did) up to \(surge.peak) tokens "
                + "within 24 hours, rotations aside. On no day of the \(settings.memory) before was it more than "
                + "\(surge.most); the rule speaks at \(settings.daily) and \(settings.factor) times the habit. "
                + "\(Wording.count(surge.events.events, words.one)) came of it.",
            confidence: .medium, context: context)
    }

    private func tell(
        _ young: Int, _ deed: DailySurges.Deed, _ settings: DetectorSettings.Burst, in result: inout DetectionResult
    ) {
        result.counts.add("insufficient_history", young)
        guard young > 0 else { return }
        result.coverage.append(
            CoverageNote(
                kind: .insufficientHistory,
                text:
                    "\(Wording.count(young, "day")) of actors who \(deed.words.did) \(settings.daily) tokens or more, "
                    + "and on fewer than \(settings.activeDays) of the \(settings.memory) days before: whether that is "
                    + "much is not known", isPartial: true))
    }
}
