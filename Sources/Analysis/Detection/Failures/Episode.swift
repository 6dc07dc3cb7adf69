internal import Events
internal import Model

/// What an episode of failures is. From the strongest to the weakest.
enum FailureClass: String, CaseIterable {
    case successAfter = "success_after"
    case credentialStuffing = "credential_stuffing"
    case distributed
    case credentialReplay = "credential_replay"
    case scopeProbe = "scope_probe"
    case bruteForce = "brute_force"
    case stuffingSlow = "stuffing_slow"
    case loginGuessing = "login_guessing"
    case volume
    case brokenClient = "broken_client"

    var severity: Severity {
        switch self {
        case .successAfter: .critical
        case .credentialStuffing, .distributed, .credentialReplay, .scopeProbe: .high
        case .bruteForce, .stuffingSlow: .medium
        case .loginGuessing, .volume: .low
        case .brokenClient: .info
        }
    }

    /// Whether an accepted use afterwards is worth a finding. A broken client that is given a new token and then works
    /// has been repaired, not broken into.
    var mayEndInSuccess: Bool { self != .brokenClient && self != .successAfter }
}

/// A maximal run of qualifying windows of one class, for one client or one agent.
struct Episode {
    var kind: FailureClass
    var subject: Subject
    /// First and last failure.
    var first: Int64
    var last: Int64
    /// The window that qualifies with the most failures.
    var peak: FailureFacts
    var peakWidth: Int64
    /// The subject's failures from `first` to `last`.
    var total: FailureFacts
    /// Weaker classes of the same client at the same time, and since when.
    var also: [(kind: FailureClass, first: Int64)] = []
    /// The clients that took part, ascending; one, unless the subject is an agent.
    var keys: [IPKey]
    /// Clients of a campaign with the most failures, at most ten.
    var busiest: [IPKey] = []
    /// What is known by name, for classes that look at which token failed.
    var named: Named?

    /// Texts in order, each once.
    struct Named {
        /// Only failures of these reasons belong to the episode.
        var reasons: Set<[UInt8]>
        var tokens: [String]
        var tools: [String]
        var agents: [String]
    }

    enum Subject: Hashable {
        case key(IPKey)
        case agent(String)

        var text: String {
            switch self {
            case .key(let key): key.text
            case .agent(let agent): agent
            }
        }

        var entity: Finding.Entity {
            switch self {
            case .key(let key): .init("ip", key.text)
            case .agent(let agent): .init("user_agent", agent)
            }
        }
    }

    /// Whether failures of a reason may belong to the episode.
    func mayHold(reason: String?) -> Bool {
        named.map { $0.reasons.contains(ReasonWords.folded(reason ?? "")) } ?? true
    }

    var id: String { Self.id(kind, subject.text, first) }

    /// The id of a finding about a class, a key and the start of the episode.
    static func id(_ kind: FailureClass, _ key: String, _ start: Int64) -> String {
        let card = FailedVerificationByIP.card
        return FindingID.make(detector: card.id, version: card.version, [kind.rawValue, key, String(start)])
    }
}

/// A span of even failures with one credential: a broken client, if that credential worked before.
struct SteadyRun {
    var key: IPKey
    var credential: UInt64
    var first: Int64
    var last: Int64
    /// Whether the credential was accepted from the key before the run.
    var workedBefore = false
}

extension ClientFailures {
    /// The spans of even failures, each of one credential.
    func steadyRuns(_ settings: FailedVerificationByIP.Settings) -> [SteadyRun] {
        Dictionary(grouping: steady.spans) { credential(of: $0) }.flatMap { credential, spans in
            FailureSpan.joining(spans, failures, gap: settings.episodeGap).map {
                SteadyRun(key: key, credential: credential, first: $0.first, last: $0.last)
            }
        }
    }

    /// The episodes of the client, weaker ones folded into the stronger ones that cover them.
    func episodes(_ steadyRuns: [SteadyRun], _ settings: FailedVerificationByIP.Settings) -> [Episode] {
        let broken = steadyRuns.filter { $0.workedBefore }
        let brokenSpans = steady.spans.filter { isWithin($0, broken, wholly: true) }
        let one = bruteOnOne.spans.filter { !isWithin($0, broken, wholly: false) }
        let ofBrute = bruteOnOne.reach.joined(with: bruteOnFew.reach)
        let found: [(FailureClass, [WindowSpan], FailureReach?)] = [
            (.credentialStuffing, stuffing.spans, stuffing.reach),
            (.bruteForce, QualifyingWindows.joining(one + bruteOnFew.spans), ofBrute),
            (.loginGuessing, guessing.spans, guessing.reach), (.volume, volume.spans, nil),
            (.brokenClient, brokenSpans, nil),
        ]
        // A client that has been broken for weeks does not keep a burst alive.
        let episodes = found.flatMap { kind, spans, reach in
            FailureSpan.joining(spans, failures, gap: settings.episodeGap, within: reach) { isOf(broken, $0) }.map {
                episode(kind, $0, settings)
            }
        }
        return Self.folded(episodes, gap: settings.episodeGap)
    }

    /// Whether a failure is one of a broken client.
    private func isOf(_ broken: [SteadyRun], _ place: Int) -> Bool {
        let one = failures[place]
        return broken.contains { $0.credential == one.credential && $0.first <= one.ts && one.ts <= $0.last }
    }

    private func episode(
        _ kind: FailureClass, _ failureSpan: FailureSpan, _ settings: FailedVerificationByIP.Settings
    ) -> Episode {
        Episode(kind, of: key, failureSpan, failures, fewAttempts: settings.stuffing.fewAttempts)
    }

    /// Whether a window of one credential lies in (or touches) a run of that credential.
    private func isWithin(_ span: WindowSpan, _ runs: [SteadyRun], wholly: Bool) -> Bool {
        guard !runs.isEmpty else { return false }
        let credential = credential(of: span)
        let (first, last) = (failures[Int(span.lo)].ts, failures[Int(span.hi) - 1].ts)
        return runs.contains { run in
            run.credential == credential
                && (wholly ? run.first <= first && last <= run.last : run.first <= last && first <= run.last)
        }
    }

    /// One finding for one episode: a weaker class within a stronger one is named in it and not reported by itself.
    ///
    /// A weaker episode that goes on for longer stays a finding of its own, and is named in the stronger one as well:
    /// a client that has been broken for weeks must not vanish because of a burst, nor keep the burst alive.
    private static func folded(_ episodes: [Episode], gap: Int64) -> [Episode] {
        let order = FailureClass.allCases
        func rank(_ episode: Episode) -> Int { order.firstIndex(of: episode.kind) ?? order.count }
        var kept: [Episode] = []
        for episode in episodes.sorted(by: { (rank($0), $0.first) < (rank($1), $1.first) }) {
            var isCovered = false
            for place in kept.indices where kept[place].kind != episode.kind {
                let (first, last) = (kept[place].first.minus(gap), kept[place].last.plus(gap))
                guard first < episode.last, episode.first < last else { continue }
                kept[place].also.append((episode.kind, episode.first))
                if first < episode.first, episode.last < last { isCovered = true }
            }
            if !isCovered { kept.append(episode) }
        }
        return kept
    }
}

extension Episode {
    /// An episode of one client, whose failures are sorted by time.
    init(
        _ kind: FailureClass, of key: IPKey, _ failureSpan: FailureSpan, _ failures: ArraySlice<Failure>,
        fewAttempts: Int
    ) {
        self.init(
            kind: kind, subject: .key(key), first: failureSpan.first, last: failureSpan.last,
            peak: FailureFacts(failures[failureSpan.peak], fewAttempts: fewAttempts), peakWidth: failureSpan.peak.width,
            total: FailureFacts(failures.within(failureSpan), fewAttempts: fewAttempts), keys: [key])
    }
}

extension AgentFailures {
    func episodes(_ settings: FailedVerificationByIP.Settings) -> [Episode] {
        failureSpans.map { failureSpan in
            let members = failures.within(failureSpan)
            let attempts = settings.stuffing.fewAttempts
            var keys: [IPKey] = []
            var busiest: [(key: IPKey, count: Int)] = []
            FailureFacts.forEachRun(members.map { $0.key }) { key, count in
                keys.append(key)
                // Keys come ascending, so of equals the smallest stays.
                if busiest.count == 10, let least = busiest.last, least.count >= count { return }
                busiest.insert((key, count), at: busiest.firstIndex { $0.count < count } ?? busiest.count)
                if busiest.count > 10 { busiest.removeLast() }
            }
            return Episode(
                kind: .distributed, subject: .agent(agent), first: failureSpan.first, last: failureSpan.last,
                peak: FailureFacts(failures[failureSpan.peak], fewAttempts: attempts),
                peakWidth: failureSpan.peak.width,
                total: FailureFacts(members, fewAttempts: attempts), keys: keys, busiest: busiest.map { $0.key })
        }
    }
}

extension ArraySlice<Failure> {
    fileprivate subscript(span: WindowSpan) -> ArraySlice<Failure> { self[Int(span.lo)..<Int(span.hi)] }

    /// The failures from the first to the last time of a span, both included.
    fileprivate func within(_ failureSpan: FailureSpan) -> ArraySlice<Failure> {
        let from = partitioningIndex { $0.ts >= failureSpan.first }
        let to = partitioningIndex { $0.ts > failureSpan.last }
        return self[from..<to]
    }

    /// The first place from which on the condition holds, in an array where it holds from some place on.
    func partitioningIndex(_ holds: (Failure) -> Bool) -> Int {
        var low = startIndex, high = endIndex
        while low < high {
            let middle = (low + high) / 2
            if holds(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
