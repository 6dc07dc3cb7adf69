internal import Columns
internal import Events

/// Leaves out campaigns of one program that are none: a bad deployment or a changed key, where callers fail from where
/// they are let in otherwise; and what its users mistype on every day.
struct CampaignJudge {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    let asOf: Int64

    /// Of more addresses of one program in one hour nobody asks how many they are.
    private static let mostOfHour = 1024
    private static let daysAtOnce: Int32 = 16

    private struct Hour: Hashable {
        var agent: [UInt8]
        var hour: Int32
    }

    /// The campaigns with enough strangers (`KnownNetworks`), and with many times those of any hour of the two weeks
    /// before the last day.
    func judge(_ episodes: [Episode]) throws -> [Episode] {
        var told: [Episode] = []
        var rest = episodes.sorted { ($0.first, $0.id) < ($1.first, $1.id) }[...]
        while let first = rest.first {
            let some = rest.prefix { Self.day($0) < Self.day(first) + Self.daysAtOnce }
            rest = rest.dropFirst(some.count)
            told += try judge(some, on: Self.day(first)...Self.day(some[some.endIndex - 1]))
        }
        let kept = Set(told.map(\.id))
        return episodes.filter { kept.contains($0.id) }
    }

    private static func day(_ episode: Episode) -> Int32 { Timestamp.day(of: episode.first) }

    private func judge(_ episodes: ArraySlice<Episode>, on days: ClosedRange<Int32>) throws -> [Episode] {
        let start = days.lowerBound - SurgeSearch.gap - SurgeSearch.habit
        let before = try before(episodes, Timestamp.start(ofDay: start)..<Timestamp.start(ofDay: days.upperBound))
        let asked = before.values.reduce(into: Set(episodes.flatMap(\.keys))) { $0.formUnion($1) }
        let known = try KnownNetworks(
            asked, byAddress: true, on: (start - KnownNetworks.memory)...days.upperBound, asOf: asOf, settings, history)
        return episodes.filter { episode in
            let day = Self.day(episode)
            let strangers = episode.keys.count { !known.isKnown($0, before: day) }
            let hours = ((day - SurgeSearch.gap - SurgeSearch.habit) * 24)..<((day - SurgeSearch.gap) * 24)
            let agent = Array(episode.subject.text.utf8)
            let own = before.filter { $0.key.agent == agent && hours.contains($0.key.hour) }
            let usual =
                own.map { hour, addresses in
                    addresses.count { !known.isKnown($0, before: SurgeHours.day(ofHour: hour.hour)) }
                }.max() ?? 0
            return strangers >= settings.distributed.keys && strangers >= settings.distributed.surge * usual
        }
    }

    /// The addresses from which the programs of some campaigns failed with unknown credentials, by hour.
    private func before(_ episodes: ArraySlice<Episode>, _ span: Range<Int64>) throws -> [Hour: Set<IPKey>] {
        var addresses: [Hour: Set<IPKey>] = [:]
        let reader = FailureReader(history: history, settings: settings)
        let scan = EventScan(
            from: span.lowerBound, to: min(span.upperBound, asOf), kinds: .failed,
            texts: [.userAgent: .equals(episodes.map(\.subject.text))],
            fields: EventFields([.ts, .ip, .userAgent, .reason]))
        try history.scan(scan) { events in
            let clients = events.clients(history.clients, behind: settings.trustedProxies)
            let mismatches = reader.mismatches(in: events)
            let agents = events[.userAgent].values(none: []) { Array($0) }
            for row in 0..<events.count where mismatches[row] {
                guard let key = clients[row].key else { continue }
                let hour = Hour(agent: agents[row], hour: SurgeHours.hour(of: events.ts[row]))
                guard addresses[hour]?.count ?? 0 < Self.mostOfHour else { continue }
                addresses[hour, default: []].insert(key)
            }
        }
        return addresses
    }
}
