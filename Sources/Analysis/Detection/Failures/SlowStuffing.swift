internal import Events

/// What is too slow for the windows of a day: many credentials of one client over a week, and a client that is broken
/// but tries twice a day only.
///
/// What lies in a burst that is stuffing by itself is left out, so that a burst is reported once and does not make its
/// week slow stuffing as well.
struct SlowCase {
    let key: IPKey
    /// By time, with a credential, outside of bursts.
    let failures: ArraySlice<Failure>
    private(set) var windows = QualifyingWindows()
    /// All failures of the client, and the weeks of even ones among them.
    private let all: ArraySlice<Failure>
    private let steady: [WindowSpan]

    init(key: IPKey, failures all: ArraySlice<Failure>, _ settings: FailedVerificationByIP.Settings) {
        self.key = key
        self.all = all
        let width = settings.slowStuffing.width
        let one = ClientFailures(key: key, failures: all, settings, steadyWidths: [width])
        steady = one.steady.spans.filter { $0.width == width }
        let bursts = FailureSpan.joining(
            one.stuffing.spans, all, gap: settings.episodeGap, within: one.stuffing.reach)
        failures =
            all.filter { one in
                one.credential != Failure.noCredential && !bursts.contains { $0.holds(one.ts) }
            }[...]
        guard failures.count >= settings.slowStuffing.credentials else { return }
        var tally = SlowTally(failures, settings)
        var windows = windows
        windows.beginWidth()
        slide(width, over: failures, enter: { tally.enter($0) }, leave: { tally.leave($0) }) { lo, hi in
            if tally.isSlowStuffing { windows.add(lo, hi, width: width) }
        }
        self.windows = windows
    }

    func failureSpans(gap: Int64) -> [FailureSpan] { stuffing(gap) + runs(gap).map(\.failureSpan) }

    /// The spans of even failures, each with its credential.
    func steadyRuns(gap: Int64) -> [SteadyRun] {
        runs(gap).map {
            SteadyRun(key: key, credential: $0.credential, first: $0.failureSpan.first, last: $0.failureSpan.last)
        }
    }

    /// - Parameter runs: of even failures, as far as it is known whether their credential worked before.
    func episodes(_ runs: [SteadyRun], _ settings: FailedVerificationByIP.Settings) -> [Episode] {
        let attempts = settings.stuffing.fewAttempts
        let broken = self.runs(settings.episodeGap).filter { _, failureSpan in
            runs.contains { $0.workedBefore && $0.first == failureSpan.first && $0.last == failureSpan.last }
        }
        return stuffing(settings.episodeGap).map {
            Episode(.stuffingSlow, of: key, $0, failures, fewAttempts: attempts)
        } + broken.map { Episode(.brokenClient, of: key, $0.failureSpan, all, fewAttempts: attempts) }
    }

    private func stuffing(_ gap: Int64) -> [FailureSpan] { FailureSpan.joining(windows.spans, failures, gap: gap) }

    private func runs(_ gap: Int64) -> [(credential: UInt64, failureSpan: FailureSpan)] {
        Dictionary(grouping: steady) { all[Int($0.lo)].credential }.flatMap { credential, spans in
            FailureSpan.joining(spans, all, gap: gap).map { (credential, $0) }
        }
    }
}

/// What the rule asks of one window, kept while the window slides.
private struct SlowTally {
    private let failures: ArraySlice<Failure>
    private let settings: FailedVerificationByIP.Settings
    private let credentialNumbers: [UInt32]
    private let dayNumbers: [UInt32]
    private var credentials: Occurrences
    private var days: Occurrences
    private var few = 0
    private var mismatches = 0
    private var count = 0

    init(_ failures: ArraySlice<Failure>, _ settings: FailedVerificationByIP.Settings) {
        self.failures = failures
        self.settings = settings
        let credentials = numbered(failures) { $0.credential }
        let days = numbered(failures) { Timestamp.day(of: $0.ts) }
        (credentialNumbers, dayNumbers) = (credentials.numbers, days.numbers)
        self.credentials = Occurrences(kinds: credentials.count)
        self.days = Occurrences(kinds: days.count)
    }

    mutating func enter(_ place: Int) {
        count += 1
        if failures[place].isMismatch { mismatches += 1 }
        days.add(dayNumbers[place])
        switch Int(credentials.add(credentialNumbers[place])) {
        case 1: few += 1
        case settings.stuffing.fewAttempts + 1: few -= 1
        default: break
        }
    }

    mutating func leave(_ place: Int) {
        count -= 1
        if failures[place].isMismatch { mismatches -= 1 }
        days.remove(dayNumbers[place])
        switch Int(credentials.remove(credentialNumbers[place])) {
        case 0: few -= 1
        case settings.stuffing.fewAttempts: few += 1
        default: break
        }
    }

    var isSlowStuffing: Bool {
        let rule = settings.slowStuffing
        return credentials.distinct >= rule.credentials && days.distinct >= rule.days
            && Double(few) / Double(credentials.distinct) >= rule.fewShare
            && Double(mismatches) / Double(count) >= settings.stuffing.mismatchShare
    }
}
