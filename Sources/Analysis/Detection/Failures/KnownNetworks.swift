internal import Columns
internal import Events

/// From which networks (/24, /64), or from which addresses, somebody was let in on which days: what fails there is no
/// stranger.
///
/// Whoever has one account of his own could make every network of his known by it. So a principal that was let in from
/// more than ten of the networks asked about makes none of them known.
struct KnownNetworks {
    /// How many days before a day a success counts, without the day itself.
    static let memory: Int32 = 30
    /// So many days fit into the marks of one network.
    static let mostDays: Int32 = 64

    private static let mostOfPrincipal = 10
    /// So many pairs of principal and network are told apart.
    private static let mostPairs = 1 << 20

    private let firstDay: Int32
    /// For each network the days with a success, from `firstDay` on.
    private var days: [IPKey: UInt64] = [:]

    /// Reads the successes of some networks, or with `byAddress` of some addresses, on some days.
    init(
        _ networks: Set<IPKey>, byAddress: Bool = false, on days: ClosedRange<Int32>, asOf: Int64,
        _ settings: FailedVerificationByIP.Settings, _ history: any History
    ) throws {
        firstDay = max(days.lowerBound, days.upperBound - Self.mostDays + 1)
        guard !networks.isEmpty else { return }
        let unit: @Sendable (IPKey) -> IPKey = { byAddress ? $0 : $0.network }
        let clients = history.clients, proxies = settings.trustedProxies
        let scan = EventScan(
            from: Timestamp.start(ofDay: firstDay), to: min(Timestamp.start(ofDay: days.upperBound + 1), asOf),
            kinds: .accepted,
            texts: [.ip: .matching { text in clients.key(of: text).map { networks.contains(unit($0)) } ?? false }],
            fields: AcceptedUseReader.kindFields.union(EventFields([.ts, .ip, .principal])))
        var pairs = Pairs()
        try history.scan(scan) { events in
            let keys = events.clients(clients, behind: proxies)
            let principals = events[.principal].values(none: 0) { KeyedTextHash.of($0) }
            for row in 0..<events.count where events.isAccepted(at: row) && principals[row] != 0 {
                if let key = keys[row].key { pairs.note(principals[row], unit(key)) }
            }
        }
        var marks: [IPKey: UInt64] = [:]
        let roaming = pairs.roaming(Self.mostOfPrincipal), firstDay = firstDay
        try history.scan(scan) { events in
            let keys = events.clients(clients, behind: proxies)
            let principals = events[.principal].values(none: 0) { KeyedTextHash.of($0) }
            for row in 0..<events.count where events.isAccepted(at: row) && !roaming.contains(principals[row]) {
                guard let key = keys[row].key else { continue }
                marks[unit(key), default: 0] |= 1 << UInt64(Timestamp.day(of: events.ts[row]) - firstDay)
            }
        }
        self.days = marks
    }

    /// Whether somebody was let in from a network in the time before a day.
    func isKnown(_ network: IPKey, before day: Int32) -> Bool { has(network, in: (day - Self.memory)...(day - 1)) }

    /// Whether somebody was let in on a day.
    func isLetIn(_ network: IPKey, on day: Int32) -> Bool { has(network, in: day...day) }

    private func has(_ network: IPKey, in span: ClosedRange<Int32>) -> Bool {
        guard let marks = days[network] else { return false }
        let low = max(span.lowerBound, firstDay), high = min(span.upperBound, firstDay + Self.mostDays - 1)
        guard low <= high else { return false }
        let width = UInt64(high - low + 1)
        let mask = (width >= 64 ? UInt64.max : (1 << width) - 1) << UInt64(low - firstDay)
        return marks & mask != 0
    }

    /// Which principals were let in from which networks.
    private struct Pairs {
        private var seen: Set<Pair> = []
        private var counts: [UInt64: Int] = [:]

        private struct Pair: Hashable {
            var principal: UInt64
            var network: IPKey
        }

        mutating func note(_ principal: UInt64, _ network: IPKey) {
            guard counts[principal] ?? 0 <= KnownNetworks.mostOfPrincipal, seen.count < KnownNetworks.mostPairs,
                seen.insert(Pair(principal: principal, network: network)).inserted
            else { return }
            counts[principal, default: 0] += 1
        }

        func roaming(_ most: Int) -> Set<UInt64> { Set(counts.filter { $0.value > most }.keys) }
    }
}
