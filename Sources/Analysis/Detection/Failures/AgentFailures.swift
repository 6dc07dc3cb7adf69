internal import Events

/// The failures of one user agent over all clients, and where in them the rule for campaigns qualifies.
struct AgentFailures {
    let agent: String
    /// By time; a slice of all that were read.
    let failures: ArraySlice<Failure>
    /// The campaigns: runs of qualifying windows. Joined while the window slides, as there may be millions of them.
    let failureSpans: [FailureSpan]

    init(agent: String, failures: ArraySlice<Failure>, _ settings: FailedVerificationByIP.Settings) {
        self.agent = agent
        self.failures = failures
        var tally = AgentTally(failures, settings.distributed)
        var failureSpans: [FailureSpan] = []
        let width = settings.distributed.width
        slide(width, over: failures, enter: { tally.enter($0) }, leave: { tally.leave($0) }) { lo, hi in
            guard tally.isDistributed else { return }
            let span = WindowSpan(lo: UInt32(lo), hi: UInt32(hi), width: width)
            FailureSpan.add(span, to: &failureSpans, failures, gap: settings.episodeGap)
        }
        self.failureSpans = failureSpans
    }
}

/// What the rule asks of one window over one agent's failures, kept while the window slides.
private struct AgentTally {
    private let failures: ArraySlice<Failure>
    private let start: Int
    private let rule: FailedVerificationByIP.Settings.Distributed
    private let credentialNumbers: [UInt32]
    private let keyNumbers: [UInt32]
    private var credentials: Occurrences
    private var keys: Occurrences
    private var count = 0
    private var mismatches = 0

    init(_ failures: ArraySlice<Failure>, _ rule: FailedVerificationByIP.Settings.Distributed) {
        self.failures = failures
        self.rule = rule
        start = failures.startIndex
        let credentials = numbered(failures) { $0.credential }
        let keys = numbered(failures) { $0.key }
        (credentialNumbers, keyNumbers) = (credentials.numbers, keys.numbers)
        self.credentials = Occurrences(kinds: credentials.count)
        self.keys = Occurrences(kinds: keys.count)
    }

    mutating func enter(_ place: Int) {
        count += 1
        if failures[place].isMismatch { mismatches += 1 }
        keys.add(keyNumbers[place - start])
        if failures[place].credential != Failure.noCredential { credentials.add(credentialNumbers[place - start]) }
    }

    mutating func leave(_ place: Int) {
        count -= 1
        if failures[place].isMismatch { mismatches -= 1 }
        keys.remove(keyNumbers[place - start])
        if failures[place].credential != Failure.noCredential { credentials.remove(credentialNumbers[place - start]) }
    }

    var isDistributed: Bool {
        keys.distinct >= rule.keys && credentials.distinct >= rule.credentials && count >= rule.failures
            && Double(count) / Double(keys.distinct) <= rule.failuresPerKey
            && Double(mismatches) / Double(count) >= rule.mismatchShare
    }
}
