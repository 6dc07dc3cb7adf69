internal import Columns
internal import Events

/// A failure that names its token: for rules that ask which token was refused, and for what.
struct NamedFailure {
    var key: IPKey
    var ts: Int64
    /// Numbers of the texts in `NamedFailures`.
    var token: UInt32
    var agent: UInt32?
    var tool: UInt32?
}

/// Reads the failures of some reasons.
struct NamedFailures {
    private(set) var tokens = TextNumbers()
    private(set) var agents = TextNumbers()
    private(set) var tools = TextNumbers()
    /// Failures of these reasons in the window of the run, and those that name no token.
    private(set) var inWindow = 0
    private(set) var unnamed = 0

    /// By client, then by time.
    mutating func read(
        _ reasons: [String], _ span: Range<Int64>, only keys: Set<IPKey>?, of history: any History,
        _ settings: FailedVerificationByIP.Settings, counting window: DetectionWindow? = nil
    ) throws -> [NamedFailure] {
        var scan = EventScan(
            from: span.lowerBound, to: span.upperBound, kinds: .failed,
            texts: [.reason: ReasonWords.condition(reasons)],
            fields: EventFields([.ts, .ip, .tokenID, .userAgent, .tool, .reason]))
        if let keys { scan.texts[.ip] = history.clients.condition(keys) }
        var found: [NamedFailure] = []
        var (tokens, agents, tools) = (tokens, agents, tools)
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: settings.trustedProxies)
            tokens.begin(events[.tokenID])
            agents.begin(events[.userAgent])
            tools.begin(events[.tool])
            for row in 0..<events.count {
                let token = tokens.number(events[.tokenID], row)
                if window?.contains(events.ts[row]) == true {
                    inWindow += 1
                    if token == nil { unnamed += 1 }
                }
                guard let key = clients[row].key, let token else { continue }
                found.append(
                    NamedFailure(
                        key: key, ts: events.ts[row], token: token, agent: agents.number(events[.userAgent], row),
                        tool: tools.number(events[.tool], row)))
            }
        }
        (self.tokens, self.agents, self.tools) = (tokens, agents, tools)
        found.sort { ($0.key, $0.ts) < ($1.key, $1.ts) }
        return found
    }

    /// An episode of some failures of one client, in time from the first to the last.
    func episode(_ kind: FailureClass, _ members: [NamedFailure], width: Int64, reasons: [String]) -> Episode {
        var facts = FailureFacts()
        facts.failures = members.count
        facts.known = members.count
        facts.first = members.first?.ts ?? 0
        facts.last = members.last?.ts ?? 0
        let attempts = Dictionary(members.map { ($0.token, 1) }, uniquingKeysWith: +)
        facts.credentials = attempts.count
        facts.most = attempts.values.max() ?? 0
        facts.keys = 1
        facts.agents = Set(members.map(\.agent)).count
        let key = members[0].key
        return Episode(
            kind: kind, subject: .key(key), first: facts.first, last: facts.last, peak: facts, peakWidth: width,
            total: facts, keys: [key],
            named: .init(
                reasons: Set(reasons.map(ReasonWords.folded)),
                tokens: Set(members.map { tokens.string($0.token) }).sorted(),
                tools: Set(members.compactMap { $0.tool.map(tools.string) }).sorted(),
                agents: Set(members.compactMap { $0.agent.map(agents.string) }).sorted()))
    }
}

extension Array where Element == NamedFailure {
    /// The failures of each client; the array must be sorted by client.
    var byClient: [ArraySlice<NamedFailure>] { groups { $0.key == $1.key } }

    /// Runs without a gap as long as `gap`; the array must be of one client, sorted by time.
    func runs(gap: Int64) -> [ArraySlice<NamedFailure>] { groups { $1.ts.minus($0.ts) < gap } }
}

extension FailureSpan {
    /// The time from the first to the last of some failures of one client.
    init(_ members: some BidirectionalCollection<NamedFailure>) {
        self.init(
            first: members.first?.ts ?? 0, last: members.last?.ts ?? 0, peak: WindowSpan(lo: 0, hi: 0, width: 0))
    }
}
