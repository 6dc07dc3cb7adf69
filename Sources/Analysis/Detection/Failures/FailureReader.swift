internal import Columns
internal import Events

/// One failed verification, in 32 bytes: millions of them must fit in memory.
struct Failure {
    /// `IPKey.bits` of the client.
    var bits: UInt64
    var ts: Int64
    /// A hash of the credential (`presented`, else `token_id`) that holds for this process, or `noCredential`.
    var credential: UInt64
    /// The number of the user agent, as `FailureReader` gave it; 0 when absent.
    var agent: UInt32
    /// The number of the reason.
    var reason: UInt16
    var family: IPKey.Family
    private var marks: UInt8

    init(
        bits: UInt64, ts: Int64, credential: UInt64, agent: UInt32, reason: UInt16, family: IPKey.Family,
        isMismatch: Bool, isLogin: Bool
    ) {
        (self.bits, self.ts, self.credential, self.agent) = (bits, ts, credential, agent)
        (self.reason, self.family) = (reason, family)
        marks = (isMismatch ? 1 : 0) | (isLogin ? 2 : 0)
    }

    /// Whether the reason says that the credential is none we know.
    var isMismatch: Bool { marks & 1 != 0 }

    /// Whether somebody tried to log in, with a name and what belongs to it.
    var isLogin: Bool { marks & 2 != 0 }

    static let noCredential: UInt64 = 0

    var key: IPKey { IPKey(family: family, bits: bits) }
}

/// Reads failures from the history: first a census that says which clients and agents fail often enough to matter,
/// then only the rows of those.
///
/// The census is two tables of small saturating counters of fixed size, so that millions of clients with a failure
/// each cost nothing but their scan. Clients that share a counter can only make it higher: nobody is overlooked.
struct FailureReader {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    private var agents: [UInt64: UInt32] = [:]
    private var reasons: [UInt64: UInt16] = [:]
    /// The texts of agents that may be a campaign of their own.
    private(set) var agentTexts: [UInt32: String] = [:]

    init(history: any History, settings: FailedVerificationByIP.Settings) {
        self.history = history
        self.settings = settings
    }

    /// Rows by client, by agent and by IPv6 network, each in a fixed order that does not depend on how they were
    /// stored.
    struct Rows {
        var byKey: [Failure] = []
        var byAgent: [Failure] = []
        /// Of networks that fail often, sorted by client.
        var byNetwork: [Failure] = []
        /// Of a flood, what share was read: one in so many at most.
        var oneIn = 1

        var count: Int { byKey.count + byAgent.count + byNetwork.count }
    }

    /// Which rows to read.
    enum Selection {
        /// Of clients with so many failures, and of agents that may be a campaign.
        case often(Census, fewest: Int)
        /// Of clients with so many failures.
        case clients(Census, fewest: Int)
        case keys(Set<IPKey>)
        case agents(Set<String>)
    }

    /// The selected failures of a span of time, sorted. Failures without a readable address are left out: they are
    /// nobody's, and never make a finding.
    mutating func rows(_ span: Range<Int64>, _ selection: Selection) throws -> Rows {
        var rows = Rows()
        var scan = EventScan(
            from: span.lowerBound, to: span.upperBound, kinds: .failed,
            fields: EventFields([.ts, .ip, .userAgent, .reason, .presented, .tokenID, .kind]))
        switch selection {
        case .often, .clients: break
        case .keys(let keys): scan.texts[.ip] = history.clients.condition(keys)
        case .agents(let agents): scan.texts[.userAgent] = .equals(agents)
        }
        var reader = self
        var flood = FailureSampler()
        try history.scan(scan) { events in reader.append(events, selection, &flood, to: &rows) }
        if flood.isTooLarge {
            // Counted once, then read again in part: what is kept depends on what there is, not on its order.
            flood.beginCounting()
            try history.scan(scan) { events in reader.append(events, selection, &flood, to: &rows) }
            flood.decide()
            try history.scan(scan) { events in reader.append(events, selection, &flood, to: &rows) }
            rows.oneIn = flood.oneIn
        }
        self = reader
        Self.sortByKey(&rows.byKey)
        Self.sortByKey(&rows.byNetwork)
        rows.byAgent.sort { left, right in
            left.agent != right.agent ? left.agent < right.agent : left.ts < right.ts
        }
        return rows
    }

    private static func sortByKey(_ rows: inout [Failure]) {
        rows.sort { left, right in
            if left.bits != right.bits { return left.bits < right.bits }
            if left.family != right.family { return left.family.rawValue < right.family.rawValue }
            return left.ts < right.ts
        }
    }

    private mutating func append(
        _ events: EventColumns, _ selection: Selection, _ flood: inout FailureSampler, to rows: inout Rows
    ) {
        let clients = events.clients(history.clients, behind: settings.trustedProxies)
        let agents = events[.userAgent].values(none: 0) { KeyedTextHash.of($0) }
        let reasons = events[.reason].values(none: 0) { KeyedTextHash.of($0) }
        let presented = events[.presented].values(none: Failure.noCredential) { KeyedTextHash.of($0, kind: 1) }
        let tokens = events[.tokenID].values(none: Failure.noCredential) { KeyedTextHash.of($0, kind: 2) }
        let mismatches = mismatches(in: events), tries = tries(in: events)
        let logins = events[.kind].values(none: false, EventColumns.isSession)
        for row in 0..<events.count where tries[row] {
            guard let key = clients[row].key else { continue }
            let wanted = wants(key, agents[row], selection)
            guard wanted.any else { continue }
            let credential = presented[row] != Failure.noCredential ? presented[row] : tokens[row]
            let failure = Failure(
                bits: key.bits, ts: events.ts[row], credential: credential, agent: agentNumber(agents[row]),
                reason: reasonNumber(reasons[row]), family: key.family, isMismatch: mismatches[row],
                isLogin: logins[row])
            if wanted.forKey, flood.keeps(failure, .key) { rows.byKey.append(failure) }
            if wanted.forNetwork, flood.keeps(failure, .network) { rows.byNetwork.append(failure) }
            if wanted.forAgent, flood.keeps(failure, .agent) {
                rows.byAgent.append(failure)
                if agentTexts[failure.agent] == nil { agentTexts[failure.agent] = events[.userAgent][row] }
            }
        }
        if flood.isTooLarge { rows = Rows() }
    }

    /// For whose sake a row is read.
    private struct Wanted {
        var forKey = false
        var forAgent = false
        var forNetwork = false

        var any: Bool { forKey || forAgent || forNetwork }
    }

    private func wants(_ key: IPKey, _ agent: UInt64, _ selection: Selection) -> Wanted {
        switch selection {
        case .often(let census, let fewest):
            Wanted(
                forKey: census.reaches(fewest, key),
                forAgent: agent != 0 && census.agents.reach(settings.fewestMismatchesOfAgent, agent),
                forNetwork: key.family == .v6
                    && (census.reaches(settings.fewestFailuresOfNetwork, key.widened(to: .v56))
                        || census.reaches(settings.fewestFailuresOfNetwork, key.widened(to: .v48)))
            )
        case .clients(let census, let fewest): Wanted(forKey: census.reaches(fewest, key))
        case .keys: Wanted(forKey: true)
        case .agents: Wanted(forAgent: agent != 0)
        }
    }

    /// Which failures are tries of a credential.
    func tries(in events: EventColumns) -> [Bool] {
        let others = settings.reasonsOfNoTry.map(ReasonWords.folded)
        return events[.reason].values(none: true) { !ReasonWords.contains(others, $0) }
    }

    func mismatches(in events: EventColumns) -> [Bool] {
        let wanted = settings.mismatchReasons.map(ReasonWords.folded)
        return events[.reason].values(none: false) { ReasonWords.contains(wanted, $0) }
    }

    private mutating func agentNumber(_ mark: UInt64) -> UInt32 {
        guard mark != 0 else { return 0 }
        if let number = agents[mark] { return number }
        let number = UInt32(truncatingIfNeeded: agents.count + 1)
        agents[mark] = number
        return number
    }

    private mutating func reasonNumber(_ mark: UInt64) -> UInt16 {
        if let number = reasons[mark] { return number }
        // Beyond so many reasons all others are one: enough to tell one reason from several.
        let number = UInt16(min(reasons.count, Int(UInt16.max)))
        if reasons.count <= Int(UInt16.max) { reasons[mark] = number }
        return number
    }
}

/// Whose failure it is.
enum Client: Equatable {
    case known(IPKey)
    case unreadable
    case absent

    var key: IPKey? {
        if case .known(let key) = self { key } else { nil }
    }
}

extension EventColumns {
    /// The client of each row; one that hides behind a proxy is absent. The batch must hold `ip`.
    func clients(_ clients: Clients, behind proxies: [IPNetwork] = []) -> [Client] {
        self[.ip].values(none: .absent) { text in
            guard let key = clients.key(of: text) else { return .unreadable }
            return proxies.contains { $0.contains(key) } ? .absent : .known(key)
        }
    }
}
