internal import Columns
internal import Events
internal import Rollups

/// Finds the days on which many networks of strangers fail at once with credentials that nobody knows.
struct SurgeSearch {
    let history: any History
    /// The window of the run. Surges up to a week before it are looked for, too: what follows them may lie in it.
    let window: DetectionWindow
    let settings: FailureSurge.Settings
    let failures: FailedVerificationByIP.Settings

    struct Surge {
        var day: Int32
        /// The most networks of strangers in a sliding hour, and in any hour of the clock of the days before.
        var peak = 0
        var most = 0
        /// In a flood one network in so many was counted.
        var oneIn = 1
        /// From the first to the last failure of the windows that are full.
        var spans: [ClosedRange<Int64>] = []
        /// The strangers that were counted.
        var strangers: Set<IPKey> = []
        var events = Case()
    }

    struct Outcome {
        var surges: [Surge] = []
        /// Days on which as many failed and the log was too young to say whether that is much.
        var young = 0
        /// Days on which half of the strangers were let in afterwards: people who mistyped.
        var people = 0
    }

    /// The days whose last 24 hours are no habit, and the days before that make it.
    static let gap: Int32 = 1, habit: Int32 = 14
    /// So many days fit together with all that must be known of before.
    private static let daysAtOnce = KnownNetworks.mostDays - KnownNetworks.memory - habit - gap - 1

    private var reader: FailureReader { FailureReader(history: history, settings: failures) }

    func run() throws -> Outcome {
        var outcome = Outcome()
        guard !window.isEmpty, let begins = try history.begins else { return outcome }
        let wider = DetectionWindow(
            from: max(window.from.minus(SurgeSuccesses.reach), begins), to: window.to, asOf: window.asOf)
        let days = wider.wholeDays
        guard !days.isEmpty else { return outcome }
        var hours = SurgeHours(least: settings.networks)
        try each(in: days.lowerBound.minus(settings.width)..<days.upperBound) { hours.note($1, at: $0) }
        let suspects = hours.suspects
        guard !suspects.isEmpty else { return outcome }
        let judged = Timestamp.day(of: days.lowerBound)...Timestamp.day(of: days.upperBound - 1)
        let suspectDays = Set(suspects.map(SurgeHours.day)).filter(judged.contains).sorted()
        var rest = suspectDays[...]
        while let first = rest.first {
            let some = rest.prefix { $0 < first + Self.daysAtOnce }
            rest = rest.dropFirst(some.count)
            try judge(Array(some), suspects, begins: Timestamp.day(of: begins), &outcome)
        }
        try readEvents(&outcome.surges)
        return outcome
    }

    // MARK: Reading

    /// Hands over time and network of each failure whose reason says that nobody knows the credential.
    private func each(
        in span: Range<Int64>, without known: Set<[UInt8]> = [], _ body: (Int64, IPKey) -> Void
    ) throws {
        let reader = reader
        let scan = EventScan(
            from: span.lowerBound, to: min(span.upperBound, window.asOf), kinds: .failed,
            fields: EventFields([.ts, .ip, .reason, .tokenID]))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: failures.trustedProxies)
            let mismatches = reader.mismatches(in: events)
            let isKnown = events[.tokenID].values(none: false) { known.contains(Array($0)) }
            for row in 0..<events.count where mismatches[row] && !isKnown[row] {
                if let key = clients[row].key { body(events.ts[row], key.network) }
            }
        }
    }

    /// The ids on failures of some days that are those of tokens: whoever fails with one has, or had, a credential.
    private func knownTokens(in span: Range<Int64>) throws -> Set<[UInt8]> {
        var ids: Set<[UInt8]> = []
        let scan = EventScan(
            from: span.lowerBound, to: min(span.upperBound, window.asOf), kinds: .failed,
            texts: [.tokenID: .present], fields: EventFields([.ts, .tokenID]))
        try history.scan(scan) { events in
            guard ids.count < Self.mostIDs else { return }
            for row in events.distinctRows(by: [.tokenID]) { ids.insert(events.tokenBytes(at: row)) }
        }
        let lives = try history.lives(named: ids).filter { life in
            min(life.issuedAt ?? .max, life.firstUse ?? .max) < window.asOf
        }
        return Set(lives.map { Array($0.tokenID.utf8) })
    }

    /// Of more made-up ids nobody asks whether they are tokens.
    private static let mostIDs = 1 << 17

    // MARK: Judging

    private func judge(
        _ days: [Int32], _ suspects: Set<Int32>, begins: Int32, _ outcome: inout Outcome
    ) throws {
        guard let first = days.first, let last = days.last else { return }
        let start = first - Self.gap - Self.habit, end = Timestamp.start(ofDay: last + 1)
        let span = Timestamp.start(ofDay: start)..<end
        let known = try knownTokens(in: span)
        var now = NetworkFailures(), before = NetworkFailures()
        try each(in: span, without: known) { ts, network in
            if suspects.contains(SurgeHours.hour(of: ts)) { now.note(network, at: ts) }
            // By the hour: of each network and hour one time.
            before.note(network, at: ts - ts % Timestamp.hour)
        }
        let networks = try KnownNetworks(
            now.networks.union(before.networks), on: (start - KnownNetworks.memory)...last, asOf: window.asOf, failures,
            history)
        let habits = hourly(before, networks)
        let sorted = now.sorted
        for day in days {
            guard var surge = surge(on: day, sorted, networks, oneIn: Int(now.oneIn)) else { continue }
            guard begins <= day - Self.gap - settings.leastDays else {
                outcome.young += 1
                continue
            }
            let past = (day - Self.gap - Self.habit)..<(day - Self.gap)
            surge.most = habits.filter { past.contains($0.key) }.values.max() ?? 0
            guard surge.peak >= settings.factor * surge.most else { continue }
            let letIn = surge.strangers.count { networks.isLetIn($0, on: day) }
            guard 2 * letIn < surge.strangers.count else {
                outcome.people += 1
                continue
            }
            outcome.surges.append(surge)
        }
    }

    /// For each day the most strangers in an hour of the clock.
    private func hourly(_ failures: NetworkFailures, _ known: KnownNetworks) -> [Int32: Int] {
        var habits: [Int32: Int] = [:]
        let times = failures.sorted
        for hour in times.chunked(by: \.ts) {
            let day = Timestamp.day(of: times[hour.lowerBound].ts)
            let strangers = times[hour].count { !known.isKnown($0.network, before: day) } * Int(failures.oneIn)
            habits[day] = max(habits[day] ?? 0, strangers)
        }
        return habits
    }

    /// The windows that end on a day and are full of strangers, as one; nil if there are none.
    private func surge(
        on day: Int32, _ times: [(ts: Int64, network: IPKey)], _ known: KnownNetworks, oneIn: Int
    ) -> Surge? {
        let start = Timestamp.start(ofDay: day), span = start.minus(settings.width - 1)..<start + Timestamp.day
        let own = times.filter { span.contains($0.ts) && !known.isKnown($0.network, before: day) }
        var surge = Surge(day: day, oneIn: oneIn)
        var counts: [IPKey: Int] = [:]
        var low = 0
        for high in own.indices {
            counts[own[high].network, default: 0] += 1
            while own[low].ts <= own[high].ts.minus(settings.width) {
                counts[own[low].network, default: 1] -= 1
                if counts[own[low].network] == 0 { counts[own[low].network] = nil }
                low += 1
            }
            let count = counts.count * oneIn
            guard count >= settings.networks, own[high].ts >= start else { continue }
            surge.peak = max(surge.peak, count)
            let isJoined = surge.spans.last.map { own[low].ts <= $0.upperBound.plus(failures.episodeGap) } ?? false
            if isJoined, let last = surge.spans.popLast() {
                surge.spans.append(last.lowerBound...own[high].ts)
            } else {
                surge.spans.append(own[low].ts...own[high].ts)
            }
        }
        guard surge.peak > 0 else { return nil }
        surge.strangers = Set(own.filter { one in surge.spans.contains { $0.contains(one.ts) } }.map(\.network))
        return surge
    }

    /// Reads the lines of the surges: those of the networks that were counted.
    private func readEvents(_ surges: inout [Surge]) throws {
        let spans = surges.flatMap(\.spans)
        guard let from = spans.map(\.lowerBound).min(), let to = spans.map(\.upperBound).max() else { return }
        let reader = reader
        var found = surges
        let byDay = Dictionary(grouping: found.indices) { found[$0].day }
        let scan = EventScan(
            from: from, to: to.plus(1), kinds: .failed, fields: Case.fields.union(EventFields(.reason)))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: failures.trustedProxies)
            let mismatches = reader.mismatches(in: events)
            for row in 0..<events.count where mismatches[row] {
                guard let network = clients[row].key?.network else { continue }
                let ts = events.ts[row], day = Timestamp.day(of: ts)
                // A window may begin on the day before.
                for place in (byDay[day] ?? []) + (byDay[day + 1] ?? []) {
                    let isIn = found[place].spans.contains { $0.contains(ts) }
                    if isIn, found[place].strangers.contains(network) { found[place].events.add(events, row, window) }
                }
            }
        }
        surges = found
    }
}
