internal import Events

/// The failures of one user agent over all clients, and where in them the rule for campaigns qualifies.
struct AgentCase {
    let agent: String
    /// By time.
    let failures: [Failure]
    private(set) var distributed = QualifyingWindows()

    init(agent: String, failures: [Failure], _ settings: FailedVerificationByIP.Settings) {
        self.agent = agent
        self.failures = failures
        var tally = AgentTally(failures, settings.distributed)
        var distributed = distributed
        let width = settings.distributed.width
        distributed.beginWidth()
        slide(width, over: failures, enter: { tally.enter($0) }, leave: { tally.leave($0) }) { lo, hi in
            if tally.isDistributed { distributed.add(lo, hi, width: width) }
        }
        self.distributed = distributed
    }

    var isEmpty: Bool { distributed.isEmpty }

    /// The campaigns: runs of qualifying windows.
    func stretches(gap: Int64) -> [Stretch] { Stretch.joining(distributed.spans, failures, gap: gap) }
}

/// What the rule asks of one window over one agent's failures, kept while the window slides.
private struct AgentTally {
    private let failures: [Failure]
    private let rule: FailedVerificationByIP.Settings.Distributed
    private let credentialNumbers: [UInt32]
    private let keyNumbers: [UInt32]
    private var credentials: Occurrences
    private var keys: Occurrences
    private var count = 0
    private var mismatches = 0

    init(_ failures: [Failure], _ rule: FailedVerificationByIP.Settings.Distributed) {
        self.failures = failures
        self.rule = rule
        let credentials = numbered(failures.map { $0.credential })
        let keys = numbered(failures.map { $0.key })
        (credentialNumbers, keyNumbers) = (credentials.numbers, keys.numbers)
        self.credentials = Occurrences(kinds: credentials.count)
        self.keys = Occurrences(kinds: keys.count)
    }

    mutating func enter(_ place: Int) {
        count += 1
        if failures[place].isMismatch { mismatches += 1 }
        keys.add(keyNumbers[place])
        if failures[place].credential != Failure.noCredential { credentials.add(credentialNumbers[place]) }
    }

    mutating func leave(_ place: Int) {
        count -= 1
        if failures[place].isMismatch { mismatches -= 1 }
        keys.remove(keyNumbers[place])
        if failures[place].credential != Failure.noCredential { credentials.remove(credentialNumbers[place]) }
    }

    var isDistributed: Bool {
        keys.distinct >= rule.keys && credentials.distinct >= rule.credentials && count >= rule.failures
            && Double(count) / Double(keys.distinct) <= rule.failuresPerKey
            && Double(mismatches) / Double(count) >= rule.mismatchShare
    }
}
