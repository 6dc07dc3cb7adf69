internal import Columns
internal import Events

/// Who of those that a surge tried was let in afterwards from a network that was new for them.
struct SurgeSuccesses {
    let history: any History
    let failures: FailedVerificationByIP.Settings
    let window: DetectionWindow

    /// So long after a surge a success is looked for.
    static let reach = 7 * Timestamp.day
    /// So many names of one surge are followed.
    private static let mostNames = 10_000

    /// Names of principals, in order; few of each.
    struct LetIn {
        var fromSurge: [String] = []
        var fromElsewhere: [String] = []
        /// Whether one of the former was let in within the window of the run.
        var isInWindow = false
    }

    /// When a principal was first and last let in from a network.
    private typealias Times = [IPKey: ClosedRange<Int64>]

    func read(_ surge: SurgeSearch.Surge) throws -> LetIn {
        let tried = try tried(surge)
        guard !tried.isEmpty, let first = surge.spans.first, let last = surge.spans.last else { return LetIn() }
        let span = first.lowerBound..<min(last.upperBound.plus(Self.reach), window.asOf)
        let after = try networks(of: tried, in: span)
        guard !after.isEmpty else { return LetIn() }
        let month = Int64(KnownNetworks.memory) * Timestamp.day
        let before = try networks(
            of: Set(after.keys.map { Array($0.utf8) }), in: first.lowerBound.minus(month)..<first.lowerBound)
        var fromSurge = FirstNames(), fromElsewhere = FirstNames()
        var isInWindow = false
        for (name, networks) in after {
            let new = networks.filter { before[name]?[$0.key] == nil }
            let own = new.filter { surge.strangers.contains($0.key) }
            if !own.isEmpty {
                fromSurge.add(name)
                isInWindow =
                    isInWindow
                    || own.values.contains { window.touches(first: $0.lowerBound, last: $0.upperBound) }
            } else if !new.isEmpty, before[name] != nil {
                fromElsewhere.add(name)
            }
        }
        return LetIn(fromSurge: fromSurge.all, fromElsewhere: fromElsewhere.all, isInWindow: isInWindow)
    }

    /// Whom the failures of a surge name: as `principal`, or where a login logs the name that was tried, as
    /// `presented`.
    private func tried(_ surge: SurgeSearch.Surge) throws -> Set<[UInt8]> {
        guard let first = surge.spans.first, let last = surge.spans.last else { return [] }
        var names: Set<[UInt8]> = []
        let scan = EventScan(
            from: first.lowerBound, to: last.upperBound.plus(1), kinds: .failed,
            fields: EventFields([.ts, .ip, .principal, .presented]))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: failures.trustedProxies)
            for row in 0..<events.count where names.count < Self.mostNames {
                guard let network = clients[row].key?.network, surge.strangers.contains(network),
                    let name = events[.principal].bytes(at: row) ?? events[.presented].bytes(at: row)
                else { continue }
                names.insert(Array(name))
            }
        }
        return names
    }

    /// From which networks some principals were let in.
    private func networks(of names: Set<[UInt8]>, in span: Range<Int64>) throws -> [String: Times] {
        var networks: [String: Times] = [:]
        guard !span.isEmpty else { return networks }
        let scan = EventScan(
            from: span.lowerBound, to: span.upperBound, kinds: .accepted,
            texts: [.principal: .anyOf(names)],
            fields: AcceptedUseReader.kindFields.union(EventFields([.ts, .ip, .principal])))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: failures.trustedProxies)
            for row in 0..<events.count where events.isAccepted(at: row) {
                guard let key = clients[row].key, let name = events[.principal][row] else { continue }
                let ts = events.ts[row], known = networks[name]?[key.network] ?? ts...ts
                networks[name, default: [:]][key.network] = min(known.lowerBound, ts)...max(known.upperBound, ts)
            }
        }
        return networks
    }
}
