internal import Columns
internal import Events
internal import Rollups

/// What was done by those who came in a campaign: their lines, how many within an hour of the clock, new tools, and
/// tokens that were issued from there.
struct CampaignDeeds {
    private(set) var uses = Case()
    /// The most calls of all of them together in an hour of the clock.
    var mostCalls: Int { Int(hours.values.max() ?? 0) }
    /// Tools that the principal who used them had not used before.
    private(set) var newTools: Set<String> = []
    private(set) var minted = 0
    private var hours: [Int64: UInt32] = [:]
    private var addresses: [[UInt8]: Int] = [:]

    /// The address with most of the events.
    var busiest: String? {
        addresses.sorted { $0.value != $1.value ? $0.value > $1.value : $0.key.lexicographicallyPrecedes($1.key) }.first
            .map { String(decoding: $0.key, as: UTF8.self) }
    }

    /// More addresses than this are not told apart.
    private static let mostAddresses = 1000
    private static let fields = Case.fields.union(EventFields([.ip, .userAgent, .tool]))

    /// Reads what the victims of a run did from its network with its program, from its first day up to a time.
    init(
        _ run: CampaignSearch.Run, until end: Int64, _ window: DetectionWindow, _ history: any History,
        toolMemory: Int32
    ) throws {
        let clients = history.clients, trait = run.trait
        func isOfRun(_ batch: EventColumns, _ row: Int) -> Bool {
            guard let ip = batch[.ip].bytes(at: row), let agent = batch[.userAgent].bytes(at: row) else { return false }
            return trait.matches(Array(clients.network(of: ip)), ProgramName.of(agent))
        }
        var deeds = CampaignDeeds()
        var tools: [PrincipalHabits.Who: Set<[UInt8]>] = [:], known: [PrincipalHabits.Who: Set<[UInt8]>] = [:]
        let reader = LetIn(history: history, who: run.who), start = Timestamp.start(ofDay: run.first)
        try reader.scan(from: start, to: end, Self.fields) { who, batch, row in
            guard isOfRun(batch, row) else { return }
            deeds.add(batch, row, window)
            if let tool = batch[.tool].bytes(at: row) { tools[who, default: []].insert(Array(tool)) }
        }
        let before = Timestamp.start(ofDay: run.first - toolMemory)
        try reader.scan(from: before, to: start, EventFields([.ts, .tool])) { who, batch, row in
            if let tool = batch[.tool].bytes(at: row) { known[who, default: []].insert(Array(tool)) }
        }
        for (who, own) in tools {
            guard let usual = known[who] else { continue }
            deeds.newTools.formUnion(own.subtracting(usual).map { String(decoding: $0, as: UTF8.self) })
        }
        let issues = EventScan(
            from: start, to: end, kinds: EventKinds(.issued),
            fields: EventFields([.ts, .event, .kind, .ip, .userAgent]))
        try history.scan(issues) { batch in
            for row in 0..<batch.count where !batch.isOfSession(at: row) && isOfRun(batch, row) { deeds.minted += 1 }
        }
        self = deeds
    }

    private init() {}

    private mutating func add(_ batch: EventColumns, _ row: Int, _ window: DetectionWindow) {
        uses.add(batch, row, window)
        if batch.kind(at: row) == .used { hours[batch.ts[row] / Timestamp.hour, default: 0] += 1 }
        guard let ip = batch[.ip].bytes(at: row) else { return }
        let address = Array(ip)
        if addresses[address] != nil || addresses.count < Self.mostAddresses { addresses[address, default: 0] += 1 }
    }
}
