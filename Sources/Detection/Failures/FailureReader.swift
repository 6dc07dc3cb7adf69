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
    /// Whether the reason says that the credential is none we know.
    var isMismatch: Bool

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

    /// How often clients and agents fail.
    struct Census {
        fileprivate var keys = SaturatingCounters()
        /// Mismatches only: a campaign consists of them.
        fileprivate var agents = SaturatingCounters()
        /// Failures in the window itself, and those that lack something.
        var failures = 0
        var withoutAddress = 0
        var badAddress = 0
        var withoutAgent = 0
    }

    /// Rows by client and rows by agent, each in a fixed order that does not depend on how they were stored.
    struct Rows {
        var byKey: [Failure] = []
        var byAgent: [Failure] = []
    }

    /// Which rows to read.
    enum Selection {
        case often(Census)
        case keys(Set<IPKey>)
        case agents(Set<String>)
    }

    func census(_ span: Range<Int64>, window: DetectionWindow) throws -> Census {
        var census = Census()
        let scan = EventScan(
            from: span.lowerBound, to: span.upperBound, kinds: .failed,
            fields: EventFields([.ts, .ip, .userAgent, .reason]))
        try history.scan(scan) { events in
            let clients = events.clients(behind: settings.trustedProxies)
            let agents = events[.userAgent].values(none: 0) { TextMark.of($0) }
            let mismatches = mismatches(in: events)
            for row in 0..<events.count {
                if let key = clients[row].key {
                    census.keys.count(UInt64(key.family.rawValue) << 63 ^ key.bits)
                    if mismatches[row], agents[row] != 0 { census.agents.count(agents[row]) }
                }
                guard window.contains(events.ts[row]) else { continue }
                census.failures += 1
                if clients[row] == .absent { census.withoutAddress += 1 }
                if clients[row] == .unreadable { census.badAddress += 1 }
                if agents[row] == 0 { census.withoutAgent += 1 }
            }
        }
        return census
    }

    /// The selected failures of a span of time, sorted. Failures without a readable address are left out: they are
    /// nobody's, and never make a finding.
    mutating func rows(_ span: Range<Int64>, _ selection: Selection) throws -> Rows {
        var rows = Rows()
        var scan = EventScan(
            from: span.lowerBound, to: span.upperBound, kinds: .failed,
            fields: EventFields([.ts, .ip, .userAgent, .reason, .presented, .tokenID]))
        switch selection {
        case .often: break
        case .keys(let keys): scan.texts[.ip] = .clients(keys)
        case .agents(let agents): scan.texts[.userAgent] = .equals(agents)
        }
        var reader = self
        try history.scan(scan) { events in reader.append(events, selection, to: &rows) }
        self = reader
        rows.byKey.sort { left, right in
            if left.bits != right.bits { return left.bits < right.bits }
            if left.family != right.family { return left.family.rawValue < right.family.rawValue }
            return left.ts < right.ts
        }
        rows.byAgent.sort { left, right in
            left.agent != right.agent ? left.agent < right.agent : left.ts < right.ts
        }
        return rows
    }

    private mutating func append(_ events: EventColumns, _ selection: Selection, to rows: inout Rows) {
        let clients = events.clients(behind: settings.trustedProxies)
        let agents = events[.userAgent].values(none: 0) { TextMark.of($0) }
        let reasons = events[.reason].values(none: 0) { TextMark.of($0) }
        let presented = events[.presented].values(none: Failure.noCredential) { TextMark.of($0, kind: 1) }
        let tokens = events[.tokenID].values(none: Failure.noCredential) { TextMark.of($0, kind: 2) }
        let mismatches = mismatches(in: events)
        for row in 0..<events.count {
            guard let key = clients[row].key else { continue }
            let (forKey, forAgent) = wants(key, agents[row], selection)
            guard forKey || forAgent else { continue }
            let credential = presented[row] != Failure.noCredential ? presented[row] : tokens[row]
            let failure = Failure(
                bits: key.bits, ts: events.ts[row], credential: credential, agent: agentNumber(agents[row]),
                reason: reasonNumber(reasons[row]), family: key.family, isMismatch: mismatches[row])
            if forKey { rows.byKey.append(failure) }
            if forAgent {
                rows.byAgent.append(failure)
                if agentTexts[failure.agent] == nil { agentTexts[failure.agent] = events[.userAgent][row] }
            }
        }
    }

    private func wants(_ key: IPKey, _ agent: UInt64, _ selection: Selection) -> (forKey: Bool, forAgent: Bool) {
        switch selection {
        case .often(let census):
            (
                census.keys.reach(settings.fewestFailures, UInt64(key.family.rawValue) << 63 ^ key.bits),
                agent != 0 && census.agents.reach(settings.fewestMismatchesOfAgent, agent)
            )
        case .keys: (true, false)
        case .agents: (false, agent != 0)
        }
    }

    private func mismatches(in events: EventColumns) -> [Bool] {
        let wanted = settings.mismatchReasons.map { Array($0.utf8) }
        return events[.reason].values(none: false) { text in wanted.contains { text.elementsEqual($0) } }
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

/// Eight million counters of a byte each. A count that reaches 255 stays there.
struct SaturatingCounters {
    private var counters = [UInt8](repeating: 0, count: 1 << 23)
    /// Chosen per process, so that nobody can aim at a counter.
    private static let seed = UInt64.random(in: .min ... .max) | 1

    mutating func count(_ mark: UInt64) {
        let slot = Self.slot(mark)
        if counters[slot] < .max { counters[slot] += 1 }
    }

    func reach(_ number: Int, _ mark: UInt64) -> Bool { counters[Self.slot(mark)] >= UInt8(clamping: number) }

    private static func slot(_ mark: UInt64) -> Int {
        let product = (mark ^ seed).multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: (product.high ^ product.low) >> 41)
    }
}

/// A 64-bit mark that stands for a text within one process: keyed, so that texts cannot be made to share one.
enum TextMark {
    /// Never 0, which means "no text". Texts of different kinds have different marks.
    static func of(_ text: ArraySlice<UInt8>, kind: UInt8 = 0) -> UInt64 {
        var hasher = Hasher()
        hasher.combine(kind)
        text.withUnsafeBytes { hasher.combine(bytes: $0) }
        return max(UInt64(bitPattern: Int64(hasher.finalize())), 1)
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
    func clients(behind proxies: [IPNetwork] = []) -> [Client] {
        self[.ip].values(none: .absent) { text in
            guard let key = IPKey(bytes: text) else { return .unreadable }
            return proxies.contains { $0.contains(key) } ? .absent : .known(key)
        }
    }
}

extension TextColumn {
    /// One value per row, made once for each distinct text unless the dictionary is much larger than the batch.
    func values<Value>(none: Value, _ make: (ArraySlice<UInt8>) -> Value) -> [Value] {
        if dictionary.count > 2 * count {
            return indices.map { $0 == Self.none ? none : make(dictionary.slice(at: Int($0))) }
        }
        let made = (0..<dictionary.count).map { make(dictionary.slice(at: $0)) }
        return indices.map { $0 == Self.none ? none : made[Int($0)] }
    }
}

extension TextCondition {
    /// Addresses that belong to one of the keys, however they are written.
    static func clients(_ keys: Set<IPKey>) -> TextCondition {
        .matching { text in IPKey(bytes: text).map { keys.contains($0) } ?? false }
    }
}
