internal import Columns
package import Events

/// How much of a log there is, by system and kind of event, and on which share of the events which fields are. Whoever
/// cannot have a field does not count: an anonymous caller has no token, a login nobody who issued it.
package struct LogCensus: Sendable {
    package struct System: Sendable {
        package var system: LogSystem
        package var kinds: [EventKind: Kind] = [:]
        /// The times of its first and last event in the window, microseconds.
        package var first = Int64.max
        package var last = Int64.min

        package var events: Int { kinds.values.reduce(0) { $0 + $1.events } }
    }

    package struct Kind: Sendable, Equatable {
        package var events = 0
        /// By set of fields any of which will do.
        package var shares: [[EventField]: FieldShare] = [:]
    }

    package private(set) var systems: [System]
    /// Words of reasons that have no class, with how many failures have them, the most frequent first.
    package private(set) var unknownReasons: [(word: String, failures: Int)] = []

    /// - Parameters:
    ///   - needs: what to count.
    ///   - systems: whose log it is; one for all events if it is the only one.
    package init(
        _ needs: [Need], _ systems: [LogSystem], in window: DetectionWindow, of history: any History,
        _ settings: FailedVerificationByIP.Settings
    ) throws {
        self.systems = systems.map { System(system: $0) }
        guard !window.isEmpty, !systems.isEmpty else { return }
        for kind in EventKind.allCases {
            try count(kind, Need.fields(needs, on: kind), window, history, settings)
        }
    }

    /// The share of a set of fields on some kinds, of all systems.
    package func share(_ fields: [EventField], on kinds: EventKinds) -> FieldShare {
        systems.flatMap(\.kinds).filter { kinds.contains($0.key) }
            .reduce(FieldShare()) { $0 + ($1.value.shares[fields] ?? FieldShare()) }
    }

    /// How many events of some kinds there are.
    package func events(_ kinds: EventKinds) -> Int {
        systems.flatMap(\.kinds).reduce(0) { $0 + (kinds.contains($1.key) ? $1.value.events : 0) }
    }

    // MARK: Counting

    private mutating func count(
        _ kind: EventKind, _ sets: [[EventField]], _ window: DetectionWindow, _ history: any History,
        _ settings: FailedVerificationByIP.Settings
    ) throws {
        var tally = CensusTally(kind, sets, systems: systems.map(\.system), proxies: settings.trustedProxies)
        var reasons = UnknownReasons(settings)
        let scan = EventScan(from: window.from, to: window.to, kinds: EventKinds(kind), fields: tally.fields)
        try history.scan(scan) { batch in
            tally.count(batch, reasons, history.clients)
            if kind == .failed { reasons.count(batch, in: window) }
        }
        for place in systems.indices where tally.events(of: place) > 0 {
            systems[place].kinds[kind] = tally.kind(of: place)
            systems[place].first = min(systems[place].first, tally.first[place])
            systems[place].last = max(systems[place].last, tally.last[place])
        }
        guard kind == .failed else { return }
        unknownReasons = reasons.counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }
}
