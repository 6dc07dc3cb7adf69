import Events

@testable import Detection

/// The rules of failed verifications written down a second time, over plain events: every window is filled anew, every
/// count is counted anew. Slow, and on purpose unlike the detector.
struct FailureOracle {
    typealias Settings = FailedVerificationByIP.Settings

    struct Answer: Hashable {
        var `class`: String
        var entity: String
        var first: Int64
        var last: Int64
        /// Failures of the strongest window; for a success, the credentials accepted.
        var number: Int
    }

    struct Span: Hashable {
        var rows: Range<Int>
        var width: Int64
    }

    struct Run {
        var kind: String
        var subject: String
        var first: Int64
        var last: Int64
        var number: Int
        var keys: Set<String>
        var isAgent = false
        /// The strongest window: its failures, and how wide it may be.
        var peak: [Event] = []
        var width: Int64 = 0
    }

    func run(_ kind: String, _ subject: String, _ rows: [Event], _ joined: Joined) -> Run {
        let peak = Array(rows[joined.peak.rows])
        return Run(
            kind: kind, subject: subject, first: joined.first, last: joined.last, number: peak.count, keys: [subject],
            peak: peak, width: joined.peak.width)
    }

    let settings: Settings
    let events: [Event]
    let asOf: Int64

    init(_ events: [Event], _ settings: Settings, asOf: Int64) {
        self.settings = settings
        self.asOf = asOf
        self.events = events.filter { $0.ts < asOf }.sorted { $0.ts < $1.ts }
    }

    func answers(in window: DetectionWindow) -> Set<Answer> {
        let runs = allRuns()
        var answers = Set(
            runs.map {
                Answer(class: $0.kind, entity: $0.subject, first: $0.first, last: $0.last, number: $0.number)
            })
        answers.formUnion(successes(after: runs))
        return answers.filter { $0.first < window.to && $0.last >= window.from }
    }

    func key(_ event: Event) -> String? { event[.ip].flatMap { IPKey($0)?.text } }

    func credential(_ event: Event) -> String? {
        event[.presented].map { "p:" + $0 } ?? event[.tokenID].map { "t:" + $0 }
    }

    /// Denials are no tries of a credential, and who is throttled was not looked at.
    func isTry(_ event: Event) -> Bool {
        !["missing_scope", "insufficient_scope", "access_denied", "rate_limited"].contains(event[.reason] ?? "")
    }

    func isMismatch(_ event: Event) -> Bool { settings.mismatchReasons.contains(event[.reason] ?? "") }

    // MARK: Windows

    /// Every content of `[x, x + width)` for any x.
    func contents(_ rows: [Event], _ width: Int64) -> Set<Range<Int>> {
        var contents: Set<Range<Int>> = []
        for row in rows {
            for x in [row.ts + 1, row.ts - width + 1, row.ts] {
                let inside = rows.indices.filter { rows[$0].ts >= x && rows[$0].ts < x + width }
                if let first = inside.first, let last = inside.last { contents.insert(first..<last + 1) }
            }
        }
        return contents
    }

    func qualifying(_ rows: [Event], _ widths: [Int64], _ rule: ([Event]) -> Bool) -> [Span] {
        counting(all(rows, widths, rule))
    }

    /// Also the windows that do not count.
    func all(_ rows: [Event], _ widths: [Int64], _ rule: ([Event]) -> Bool) -> [Span] {
        widths.flatMap { width in
            contents(rows, width).filter { rule(Array(rows[$0])) }.map { Span(rows: $0, width: width) }
        }
    }

    /// Runs that go on at their ends over failures of some windows, without a gap.
    func extended(
        _ runs: [Joined], _ rows: [Event], _ isNear: (Int) -> Bool, without isOther: (Event) -> Bool = { _ in false }
    ) -> [Joined] {
        var joined: [Joined] = []
        for run in runs {
            var run = run
            for place in rows.indices.reversed() where rows[place].ts < run.first {
                guard isNear(place), run.first - rows[place].ts < settings.episodeGap else { break }
                if !isOther(rows[place]) { run.first = rows[place].ts }
            }
            for place in rows.indices where rows[place].ts > run.last {
                guard isNear(place), rows[place].ts - run.last < settings.episodeGap else { break }
                if !isOther(rows[place]) { run.last = rows[place].ts }
            }
            if let end = joined.last, run.first - end.last < settings.episodeGap {
                joined[joined.count - 1].last = max(end.last, run.last)
                if isStronger(run.peak, end.peak) { joined[joined.count - 1].peak = run.peak }
            } else {
                joined.append(run)
            }
        }
        return joined
    }

    private func isStronger(_ one: Span, _ other: Span) -> Bool {
        (other.rows.count, one.width, one.rows.lowerBound) < (one.rows.count, other.width, other.rows.lowerBound)
    }

    /// A wider window counts only if it shares no failure with a narrower one that counts.
    func counting(_ spans: [Span]) -> [Span] {
        var kept: [Span] = []
        for width in Set(spans.map { $0.width }).sorted() {
            let narrower = kept
            kept += spans.filter { span in
                span.width == width && !narrower.contains { $0.rows.overlaps(span.rows) }
            }
        }
        return kept
    }

    func isStuffing(_ rows: [Event]) -> Bool {
        let rule = settings.stuffing
        let attempts = Dictionary(grouping: rows.compactMap(credential)) { $0 }.mapValues { $0.count }
        let few = attempts.values.filter { $0 <= rule.fewAttempts }.count
        return attempts.count >= rule.credentials && rows.count >= rule.failures
            && Double(few) / Double(attempts.count) >= rule.fewShare
            && Double(rows.filter(isMismatch).count) / Double(rows.count) >= rule.mismatchShare
    }

    func isBruteForce(_ rows: [Event], on credentials: ClosedRange<Int>) -> Bool {
        let named = rows.compactMap(credential)
        guard named.count >= settings.bruteForce.failures, credentials.contains(Set(named).count) else { return false }
        let seconds = Double(rows[rows.count - 1].ts - rows[0].ts) / 1e6
        return seconds == 0 || Double(named.count) / seconds >= settings.bruteForce.rate - 1e-12
    }

    private func isSteady(_ rows: [Event]) -> Bool {
        guard rows.count >= settings.brokenClient.failures, rows.allSatisfy({ credential($0) != nil }),
            Set(rows.map(credential)).count == 1, Set(rows.map { $0[.userAgent] }).count == 1,
            Set(rows.map { $0[.reason] }).count == 1
        else { return false }
        let distances = zip(rows.dropFirst(), rows).map { Double($0.ts - $1.ts) }
        let mean = distances.reduce(0, +) / Double(distances.count)
        let variance = distances.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(distances.count)
        return mean > 0 && variance.squareRoot() / mean <= settings.brokenClient.variation + 1e-12
    }

    // MARK: Runs

    struct Joined {
        var first: Int64
        var last: Int64
        /// The strongest window: most failures, then the narrower, then the earlier.
        var peak: Span
    }

    func joined(_ rows: [Event], _ spans: [Span]) -> [Joined] {
        var runs: [Joined] = []
        for span in spans.sorted(by: { rows[$0.rows.lowerBound].ts < rows[$1.rows.lowerBound].ts }) {
            let (first, last) = (rows[span.rows.lowerBound].ts, rows[span.rows.upperBound - 1].ts)
            if let end = runs.last, first - end.last < settings.episodeGap {
                runs[runs.count - 1].last = max(end.last, last)
                if isStronger(span, end.peak) { runs[runs.count - 1].peak = span }
            } else {
                runs.append(Joined(first: first, last: last, peak: span))
            }
        }
        return runs
    }

    private func allRuns() -> [Run] {
        let all = events.filter { $0.kind == .failed && key($0) != nil }
        let failures = all.filter(isTry)
        let byKey = Dictionary(grouping: failures) { key($0) ?? "" }
        let byAgent = Dictionary(grouping: failures.filter { $0[.userAgent] != nil }) { $0[.userAgent] ?? "" }
        let named = Dictionary(grouping: all) { key($0) ?? "" }.flatMap { namedRuns($0, $1) }
        // Even refusals that lie within a probe of scopes are no broken client.
        let counted = withoutMembers(byKey.flatMap { keyRuns($0, $1) } + networkRuns(failures)).filter { run in
            run.kind != "broken_client"
                || !named.contains {
                    $0.kind == "scope_probe" && $0.subject == run.subject && $0.first <= run.first
                        && run.last <= $0.last
                }
        }
        return counted + named + byAgent.flatMap { agentRuns($0, $1) }
    }

    private func keyRuns(_ key: String, _ rows: [Event]) -> [Run] {
        let steady = qualifying(rows, settings.windows, isSteady)
        let broken = Set(steady.map { credential(rows[$0.rows.lowerBound]) }).flatMap { name in
            joined(rows, steady.filter { credential(rows[$0.rows.lowerBound]) == name })
                .filter { worked(key, rows, name, before: $0.first, through: $0.last) }
                .map { (name: name, first: $0.first, last: $0.last) }
        }
        func times(_ span: Span) -> (Int64, Int64) {
            (rows[span.rows.lowerBound].ts, rows[span.rows.upperBound - 1].ts)
        }
        func name(_ span: Span) -> String? { rows[span.rows].compactMap(credential).first }
        let one = qualifying(rows, settings.windows) { isBruteForce($0, on: 1...1) }.filter { span in
            let (first, last) = times(span)
            return !broken.contains { $0.name == name(span) && $0.first <= last && first <= $0.last }
        }
        let most = settings.bruteForce.credentials
        let few = most < 2 ? [] : qualifying(rows, settings.windows) { isBruteForce($0, on: 2...most) }
        // Weeks of even failures, as far as no narrower window says it.
        let wide = settings.slowStuffing.width
        let weeks = qualifying(rows, settings.windows + [wide], isSteady).filter { $0.width == wide }
        let weekly = Set(weeks.map { credential(rows[$0.rows.lowerBound]) }).flatMap { name in
            joined(rows, weeks.filter { credential(rows[$0.rows.lowerBound]) == name })
                .filter { worked(key, rows, name, before: $0.first, through: $0.last) }
                .map { run("broken_client", key, rows, $0) }
        }
        let brokenSpans = steady.filter { span in
            let (first, last) = times(span)
            return broken.contains { $0.name == name(span) && $0.first <= first && last <= $0.last }
        }
        let volume = qualifying(rows, [settings.volume.width]) { rows in
            rows.filter { credential($0) == nil }.count >= settings.volume.failures
        }
        let stuffing = all(rows, settings.windows, isStuffing)
        let brute = all(rows, settings.windows) { isBruteForce($0, on: 1...most) }
        func isBroken(_ row: Event) -> Bool {
            broken.contains { $0.name == credential(row) && $0.first <= row.ts && row.ts <= $0.last }
        }
        let classes: [Class] = [
            ("credential_stuffing", counting(stuffing), { place in stuffing.contains { $0.rows.contains(place) } }),
            (
                "brute_force", counting(one + few),
                { place in
                    brute.contains { $0.rows.contains(place) }
                }
            ),
            guessing(rows) { _ in true },
            ("volume", volume, { _ in false }), ("broken_client", brokenSpans, { _ in false }),
        ]
        return folded(classes, key, rows, without: isBroken) + slowRuns(key, rows) + weekly
    }

    /// Refused logins, in windows that are also something else.
    func guessing(_ rows: [Event], _ isWanted: ([Event]) -> Bool) -> Class {
        let rule = settings.loginGuessing
        let found = all(rows, [rule.width]) { rows in
            isWanted(rows) && rows.filter { isMismatch($0) && $0[.kind] == "session" }.count >= rule.failures
        }
        return ("login_guessing", counting(found), { place in found.contains { $0.rows.contains(place) } })
    }

    /// A weaker run within a stronger one is not told.
    typealias Class = (kind: String, spans: [Span], reach: (Int) -> Bool)

    func folded(
        _ classes: [Class], _ key: String, _ rows: [Event], without isOther: (Event) -> Bool = { _ in false }
    ) -> [Run] {
        var kept: [Run] = []
        for (kind, spans, reach) in classes {
            for run in extended(joined(rows, spans), rows, reach, without: isOther) {
                let isCovered = kept.contains {
                    $0.kind != kind && $0.first - settings.episodeGap < run.first
                        && run.last < $0.last + settings.episodeGap
                }
                if !isCovered { kept.append(self.run(kind, key, rows, run)) }
            }
        }
        return kept
    }

    private func agentRuns(_ agent: String, _ rows: [Event]) -> [Run] {
        let rule = settings.distributed
        let spans = qualifying(rows, [rule.width]) { rows in
            let keys = Set(rows.map(key)).count
            return keys >= rule.keys && Set(rows.compactMap(credential)).count >= rule.credentials
                && rows.count >= rule.failures && Double(rows.count) / Double(keys) <= rule.failuresPerKey
                && Double(rows.filter(isMismatch).count) / Double(rows.count) >= rule.mismatchShare
        }
        return joined(rows, spans).filter { run in
            let keys = Set(rows.filter { $0.ts >= run.first && $0.ts <= run.last }.compactMap(key))
            return keys.count { isStrange($0, on: Timestamp.day(of: run.first)) } >= rule.keys
        }.map { run in
            var one = self.run("distributed", agent, rows, run)
            one.keys = Set(rows.filter { $0.ts >= run.first && $0.ts <= run.last }.compactMap(key))
            one.isAgent = true
            return one
        }
    }

    /// Whether nobody was let in from a key in the thirty days before a day. The histories are too short for habits of
    /// programs, and have too few addresses for one principal to be let in from too many.
    private func isStrange(_ key: String, on day: Int32) -> Bool {
        !accepted.contains { self.key($0) == key && (day - 30..<day).contains(Timestamp.day(of: $0.ts)) }
    }

    /// Whether a token of the run's failures was accepted from the key in the time before the run.
    private func worked(
        _ key: String, _ rows: [Event], _ name: String?, before first: Int64, through last: Int64
    ) -> Bool {
        let failed = rows.filter { $0.ts >= first && $0.ts <= last && credential($0) == name }
        let tokens = Set(failed.compactMap { $0[.tokenID] })
        return accepted.contains { event in
            self.key(event) == key && tokens.contains(event[.tokenID] ?? "") && event.ts < first
                && event.ts >= first - settings.brokenClient.workedWithin
        }
    }

    // MARK: Successes

    var accepted: [Event] {
        events.filter { event in
            [.used, .exchanged, .refreshed].contains(event.kind) || event.kind == .issued && event[.kind] == "session"
        }
    }

    private func successes(after runs: [Run]) -> Set<Answer> {
        struct Target: Hashable {
            var run: Int
            var key: String
        }
        var firsts: [Target: [String: Int64]] = [:]
        for event in accepted {
            guard let key = key(event), let token = event[.tokenID] else { continue }
            let inReach = runs.indices.filter { place in
                let run = runs[place]
                return run.kind != "broken_client" && run.first < event.ts
                    && event.ts < run.last + settings.successWithin && isOf(key, run)
                    && (!run.isAgent || run.subject == event[.userAgent])
            }
            let own = inReach.filter { !runs[$0].isAgent }
            guard
                let run = (own.isEmpty ? inReach : own).max(by: {
                    (runs[$0].first, runs[$0].last) < (runs[$1].first, runs[$1].last)
                })
            else { continue }
            let target = Target(run: run, key: key)
            if firsts[target]?[token] == nil {
                firsts[target, default: [:]][token] = isKnown(event, key) ? -1 : event.ts
            }
        }
        return Set(
            firsts.compactMap { target, tokens in
                let times = tokens.values.filter { $0 >= 0 }
                guard let first = times.min(), let last = times.max() else { return nil }
                return Answer(class: "success_after", entity: target.key, first: first, last: last, number: times.count)
            })
    }

    private func isKnown(_ use: Event, _ key: String) -> Bool {
        accepted.contains { event in
            let isEarlier = event.ts < use.ts && event.ts >= use.ts - settings.knownWithin
            guard isEarlier, self.key(event) == key else { return false }
            if event[.tokenID] == use[.tokenID] { return true }
            if let old = use[.oldTokenID], event[.tokenID] == old { return true }
            guard use.kind != .used || use[.kind] == "oauth", let principal = use[.principal] else { return false }
            return event[.principal] == principal
        }
    }
}
