internal import Events

/// In which hours of the clock so many networks fail that they may belong to a surge.
///
/// Of each hour a few networks are held, enough to see whether there may be too many; so it costs the same whatever is
/// sent.
struct SurgeHours {
    /// Half of the networks that a surge has: a sliding hour lies in two hours of the clock.
    private let least: Int
    private var networks: [Int32: Set<IPKey>] = [:]

    init(least: Int) { self.least = max(1, (least + 1) / 2) }

    mutating func note(_ network: IPKey, at ts: Int64) {
        let hour = Self.hour(of: ts)
        guard networks[hour]?.count ?? 0 < least else { return }
        networks[hour, default: []].insert(network)
    }

    /// The hours with enough of them, and their neighbors: what may be in a surge lies in these.
    var suspects: Set<Int32> {
        let full = networks.filter { $0.value.count >= least }.keys
        return Set(full.flatMap { [$0 - 1, $0, $0 + 1] })
    }

    static func hour(of ts: Int64) -> Int32 {
        Int32(truncatingIfNeeded: ts / Timestamp.hour - (ts % Timestamp.hour < 0 ? 1 : 0))
    }

    static func day(ofHour hour: Int32) -> Int32 { hour / 24 - (hour % 24 < 0 ? 1 : 0) }
}

/// The failures of networks in some hours: of each network and minute the first and the last, by which a sliding window
/// holds the same networks as by all of them.
///
/// A quarter of a million are held. In a flood one network in two is left out, again and again until the others fit;
/// which ones depends on the networks alone.
struct NetworkFailures {
    private static let most = 1 << 18

    private struct Minute: Hashable {
        var network: IPKey
        var minute: Int64
    }

    private var times: [Minute: (first: Int64, last: Int64)] = [:]
    /// One network in so many is held.
    private(set) var oneIn: UInt64 = 1

    /// Whether a network is among those that are held.
    func holds(_ network: IPKey) -> Bool { Self.mark(network) % oneIn == 0 }

    mutating func note(_ network: IPKey, at ts: Int64) {
        guard holds(network) else { return }
        let key = Minute(network: network, minute: ts / Timestamp.minute)
        let known = times[key] ?? (ts, ts)
        times[key] = (min(known.first, ts), max(known.last, ts))
        guard times.count > Self.most else { return }
        while times.count > Self.most / 2 {
            oneIn *= 2
            times = times.filter { holds($0.key.network) }
        }
    }

    var networks: Set<IPKey> { Set(times.keys.map(\.network)) }

    /// By time.
    var sorted: [(ts: Int64, network: IPKey)] {
        var all: [(ts: Int64, network: IPKey)] = []
        all.reserveCapacity(2 * times.count)
        for (key, span) in times {
            all.append((span.first, key.network))
            if span.last != span.first { all.append((span.last, key.network)) }
        }
        return all.sorted { ($0.ts, $0.network) < ($1.ts, $1.network) }
    }

    /// Spreads a number over all bits.
    static func mark(_ network: IPKey) -> UInt64 {
        var value = network.bits ^ UInt64(network.family.rawValue) << 62
        value = (value ^ value >> 30) &* 0xBF58_476D_1CE4_E5B9
        value = (value ^ value >> 27) &* 0x94D0_49BB_1331_11EB
        return value ^ value >> 31
    }
}
