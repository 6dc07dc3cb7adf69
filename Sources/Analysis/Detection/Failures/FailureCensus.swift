internal import Columns
internal import Events

extension FailureReader {
    /// Failures in the window itself, and those that lack something.
    struct Counts {
        var failures = 0
        var withoutAddress = 0
        var badAddress = 0
        var withoutAgent = 0
        var unknownReasons: UnknownReasons

        init(_ settings: FailedVerificationByIP.Settings) { unknownReasons = UnknownReasons(settings) }
    }

    /// How often clients and agents fail.
    struct Census {
        private var keys = CountingFilter()
        /// Mismatches only: a campaign consists of them.
        fileprivate(set) var agents = CountingFilter()
        var counts: Counts

        init(_ settings: FailedVerificationByIP.Settings) { counts = Counts(settings) }

        /// Counts a failure of a client, and of the networks that it belongs to.
        fileprivate mutating func count(_ key: IPKey) {
            keys.count(Self.mark(key))
            guard key.family == .v6 else { return }
            keys.count(Self.mark(key.widened(to: .v56)))
            keys.count(Self.mark(key.widened(to: .v48)))
        }

        /// Whether a client or a network may have failed so often.
        func reaches(_ number: Int, _ key: IPKey) -> Bool { keys.reach(number, Self.mark(key)) }

        private static func mark(_ key: IPKey) -> UInt64 {
            UInt64(key.family.rawValue) &* 0x9E37_79B9_7F4A_7C15 ^ key.bits
        }
    }

    func census(_ span: Range<Int64>, window: DetectionWindow) throws -> Census {
        var census = Census(settings)
        let scan = EventScan(
            from: span.lowerBound, to: span.upperBound, kinds: .failed,
            fields: EventFields([.ts, .ip, .userAgent, .reason]))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: settings.trustedProxies)
            let agents = events[.userAgent].values(none: 0) { KeyedTextHash.of($0) }
            let mismatches = mismatches(in: events), tries = tries(in: events)
            census.counts.unknownReasons.count(events, in: window)
            for row in 0..<events.count {
                if tries[row], let key = clients[row].key {
                    census.count(key)
                    if mismatches[row], agents[row] != 0 { census.agents.count(agents[row]) }
                }
                guard window.contains(events.ts[row]) else { continue }
                census.counts.failures += 1
                if clients[row] == .absent { census.counts.withoutAddress += 1 }
                if clients[row] == .unreadable { census.counts.badAddress += 1 }
                if agents[row] == 0 { census.counts.withoutAgent += 1 }
            }
        }
        return census
    }
}
