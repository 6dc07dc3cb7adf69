internal import Events

/// The failures of one client, and where in them each rule qualifies.
struct ClientFailures {
    let key: IPKey
    /// By time; a slice of all that were read.
    let failures: ArraySlice<Failure>
    private(set) var stuffing = QualifyingWindows()
    /// Brute force on one credential; whether it is a broken client is not known yet.
    private(set) var bruteOnOne = QualifyingWindows()
    /// Brute force on two or more credentials.
    private(set) var bruteOnFew = QualifyingWindows()
    private(set) var volume = QualifyingWindows()
    /// Refused logins.
    private(set) var guessing = QualifyingWindows()
    /// Failures that look like a broken client: the rule but for the earlier success.
    private(set) var steady = QualifyingWindows()

    /// A network counts only where so many of its members fail within a window. `steadyWidths` are more widths for the
    /// rule of broken clients alone.
    init(
        key: IPKey, failures: ArraySlice<Failure>, _ settings: FailedVerificationByIP.Settings, fewestMembers: Int = 0,
        steadyWidths: [Int64] = []
    ) {
        self.key = key
        self.failures = failures
        var tally = KeyTally(failures, settings, network: fewestMembers > 0 ? key.family : nil)
        let own = [settings.volume.width, settings.loginGuessing.width]
        for width in Set(settings.windows + own + steadyWidths).sorted() {
            let isRule = settings.windows.contains(width)
            let isVolume = width == settings.volume.width
            let isGuessing = width == settings.loginGuessing.width
            beginWidth()
            var stuffing = stuffing, one = bruteOnOne, few = bruteOnFew, volume = volume, steady = steady
            var guessing = guessing
            slide(width, over: failures, enter: { tally.enter($0) }, leave: { tally.leave($0) }) { lo, hi in
                guard tally.members.distinct >= fewestMembers else { return }
                if isVolume, tally.isVolume { volume.add(lo, hi, width: width) }
                if isGuessing, tally.isGuessing { guessing.add(lo, hi, width: width) }
                if fewestMembers == 0, isRule || steadyWidths.contains(width), tally.isSteady(lo, hi) {
                    steady.add(lo, hi, width: width)
                }
                guard isRule else { return }
                if tally.isStuffing { stuffing.add(lo, hi, width: width) }
                if tally.isBruteForce(lo, hi) {
                    if tally.credentials.distinct == 1 {
                        one.add(lo, hi, width: width)
                    } else {
                        few.add(lo, hi, width: width)
                    }
                }
            }
            (self.stuffing, bruteOnOne, bruteOnFew, self.volume, self.steady) = (stuffing, one, few, volume, steady)
            self.guessing = guessing
        }
    }

    var isEmpty: Bool {
        [stuffing, bruteOnOne, bruteOnFew, guessing, volume, steady].allSatisfy(\.isEmpty)
    }

    /// The spans of time in which any rule qualifies.
    func failureSpans(gap: Int64) -> [FailureSpan] {
        let all = [stuffing, bruteOnOne, bruteOnFew, guessing, volume, steady]
        let reach = all.dropFirst().reduce(stuffing.reach) { $0.joined(with: $1.reach) }
        return FailureSpan.joining(all.flatMap { $0.spans }, failures, gap: gap, within: reach)
    }

    /// The credential of a window that holds only one.
    func credential(of span: WindowSpan) -> UInt64 {
        failures[Int(span.lo)..<Int(span.hi)].first { $0.credential != Failure.noCredential }?.credential
            ?? Failure.noCredential
    }

    private mutating func beginWidth() {
        stuffing.beginWidth()
        bruteOnOne.beginWidth()
        bruteOnFew.beginWidth()
        volume.beginWidth()
        guessing.beginWidth()
        steady.beginWidth()
    }
}

/// A run of qualifying windows without a larger gap, from the first to the last of their failures.
struct FailureSpan {
    var first: Int64
    var last: Int64
    /// The window of the run with the most failures; of equals the narrower, then the earlier.
    var peak: WindowSpan

    /// Joins windows into maximal runs. A gap is shorter than `gap` from the last failure of one to the first of
    /// the next. A run goes on at both ends over failures within a reach, as long as they follow without such a gap;
    /// others that lie between them do not count.
    static func joining(
        _ spans: [WindowSpan], _ failures: ArraySlice<Failure>, gap: Int64, within reach: FailureReach? = nil,
        without isOther: (Int) -> Bool = { _ in false }
    ) -> [FailureSpan] {
        let sorted = spans.sorted { ($0.lo, $0.hi, $0.width) < ($1.lo, $1.hi, $1.width) }
        var runs: [FailureSpan] = []
        for span in sorted { add(span, to: &runs, failures, gap: gap) }
        guard let reach else { return runs }
        var joined: [FailureSpan] = []
        for run in runs.map({ $0.extended(over: failures, gap: gap, within: reach, without: isOther) }) {
            guard let end = joined.indices.last, run.first.minus(joined[end].last) < gap else {
                joined.append(run)
                continue
            }
            joined[end].last = max(joined[end].last, run.last)
            if run.peak.isLarger(than: joined[end].peak) { joined[end].peak = run.peak }
        }
        return joined
    }

    private func extended(
        over failures: ArraySlice<Failure>, gap: Int64, within reach: FailureReach, without isOther: (Int) -> Bool
    ) -> FailureSpan {
        var run = self
        var place = failures.partitioningIndex { $0.ts >= run.first }
        while place > failures.startIndex, reach.contains(place - 1), run.first.minus(failures[place - 1].ts) < gap {
            place -= 1
            if !isOther(place) { run.first = failures[place].ts }
        }
        place = failures.partitioningIndex { $0.ts > run.last }
        while place < failures.endIndex, reach.contains(place), failures[place].ts.minus(run.last) < gap {
            if !isOther(place) { run.last = failures[place].ts }
            place += 1
        }
        return run
    }

    /// Joins one more window, which begins no earlier than those before it, to the runs.
    static func add(_ span: WindowSpan, to runs: inout [FailureSpan], _ failures: ArraySlice<Failure>, gap: Int64) {
        let first = failures[Int(span.lo)].ts
        let last = failures[Int(span.hi) - 1].ts
        if let end = runs.indices.last, first.minus(runs[end].last) < gap {
            runs[end].last = max(runs[end].last, last)
            if span.isLarger(than: runs[end].peak) { runs[end].peak = span }
        } else {
            runs.append(FailureSpan(first: first, last: last, peak: span))
        }
    }
}

extension WindowSpan {
    fileprivate func isLarger(than other: WindowSpan) -> Bool {
        let (own, others) = (hi - lo, other.hi - other.lo)
        if own != others { return own > others }
        return (width, lo) < (other.width, other.lo)
    }
}

/// What the rules ask of one window over one client's failures, kept while the window slides.
private struct KeyTally {
    private let failures: ArraySlice<Failure>
    private let start: Int
    private let settings: FailedVerificationByIP.Settings
    private let credentialNumbers: [UInt32]
    private let agentNumbers: [UInt32]
    private let reasonNumbers: [UInt32]
    /// Sums of squared distances between neighbors, for any window at once: exact, so that where a span was cut can
    /// not show in a last digit.
    private let squares: [UInt128]

    private(set) var credentials: Occurrences
    /// Of a network, its members: a /48 consists of /56, a /56 of /64.
    private(set) var members: Occurrences
    private let memberNumbers: [UInt32]
    private var agents: Occurrences
    private var reasons: Occurrences
    private var count = 0
    /// Failures that name a credential.
    private var known = 0
    /// Credentials with one or two attempts.
    private var few = 0
    private var mismatches = 0
    /// Logins that were refused because name and credential do not belong together.
    private var logins = 0

    init(
        _ failures: ArraySlice<Failure>, _ settings: FailedVerificationByIP.Settings, network: IPKey.Family?
    ) {
        self.failures = failures
        self.settings = settings
        let shift: UInt64 = network == .v48 ? 8 : 0
        let members = network == nil ? ([], 0) : numbered(failures) { $0.bits >> shift }
        memberNumbers = members.0
        self.members = Occurrences(kinds: members.1)
        start = failures.startIndex
        let credentials = numbered(failures) { $0.credential }
        let agents = numbered(failures) { $0.agent }
        let reasons = numbered(failures) { $0.reason }
        (credentialNumbers, agentNumbers, reasonNumbers) = (credentials.numbers, agents.numbers, reasons.numbers)
        self.credentials = Occurrences(kinds: credentials.count)
        self.agents = Occurrences(kinds: agents.count)
        self.reasons = Occurrences(kinds: reasons.count)
        var squares: [UInt128] = [0]
        squares.reserveCapacity(failures.count)
        for place in failures.indices.dropFirst() {
            let distance = UInt128(failures[place].ts.minus(failures[place - 1].ts).magnitude)
            squares.append(squares[squares.count - 1] + distance * distance)
        }
        self.squares = squares
    }

    mutating func enter(_ place: Int) {
        count += 1
        if !memberNumbers.isEmpty { members.add(memberNumbers[place - start]) }
        if failures[place].isMismatch { mismatches += 1 }
        if failures[place].isMismatch, failures[place].isLogin { logins += 1 }
        agents.add(agentNumbers[place - start])
        reasons.add(reasonNumbers[place - start])
        guard failures[place].credential != Failure.noCredential else { return }
        known += 1
        switch Int(credentials.add(credentialNumbers[place - start])) {
        case 1: few += 1
        case settings.stuffing.fewAttempts + 1: few -= 1
        default: break
        }
    }

    mutating func leave(_ place: Int) {
        count -= 1
        if !memberNumbers.isEmpty { members.remove(memberNumbers[place - start]) }
        if failures[place].isMismatch { mismatches -= 1 }
        if failures[place].isMismatch, failures[place].isLogin { logins -= 1 }
        agents.remove(agentNumbers[place - start])
        reasons.remove(reasonNumbers[place - start])
        guard failures[place].credential != Failure.noCredential else { return }
        known -= 1
        switch Int(credentials.remove(credentialNumbers[place - start])) {
        case 0: few -= 1
        case settings.stuffing.fewAttempts: few += 1
        default: break
        }
    }

    var isStuffing: Bool {
        let rule = settings.stuffing
        return credentials.distinct >= rule.credentials && count >= rule.failures
            && Double(few) / Double(credentials.distinct) >= rule.fewShare
            && Double(mismatches) / Double(count) >= rule.mismatchShare
    }

    /// Counts failures that name a credential: "few credentials" cannot rest on failures that name none.
    func isBruteForce(_ lo: Int, _ hi: Int) -> Bool {
        let rule = settings.bruteForce
        guard known >= rule.failures, credentials.distinct <= rule.credentials else { return false }
        let span = failures[hi - 1].ts.minus(failures[lo].ts)
        return span == 0 || Double(known) * Double(Timestamp.second) / Double(span) >= rule.rate
    }

    var isGuessing: Bool { logins >= settings.loginGuessing.failures }

    var isVolume: Bool { count - known >= settings.volume.failures }

    /// One credential, one agent, one reason, at even distances.
    func isSteady(_ lo: Int, _ hi: Int) -> Bool {
        let rule = settings.brokenClient
        guard count >= rule.failures, known == count, credentials.distinct == 1, agents.distinct == 1,
            reasons.distinct == 1, count > 1
        else { return false }
        let total = UInt128(failures[hi - 1].ts.minus(failures[lo].ts).magnitude)
        guard total > 0 else { return false }
        // The squared coefficient of variation of the distances, plus one: count · Σd² / (Σd)².
        let squared = squares[hi - 1 - start] - squares[lo - start]
        let spread = Double(UInt128(count - 1) * squared) / Double(total * total)
        return spread <= 1 + rule.variation * rule.variation
    }
}
