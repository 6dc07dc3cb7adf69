internal import Columns
internal import Events
internal import Rollups

/// From which networks and with which programs some actors acted before: they issued or revoked, or were let in.
///
/// What was seen on the last seven days does not count, so that nobody is known by having come in yesterday. An actor
/// of whom nothing is known has nothing that is new.
struct ActorSurroundings {
    let history: any History
    let asOf: Int64

    private static let memory: Int32 = 60, settledFor: Int32 = 7
    /// Who has more networks roams: a further one is no news.
    private static let mostNetworks = 3
    /// So many values of one actor are held; whoever has more has no habits.
    private static let mostValues = 4096

    /// What is new for the actor of each of some days, in their order.
    func news(_ found: [FirstIssues.Found]) throws -> [News] {
        let asked = found.filter { !$0.networks.isEmpty || !$0.programs.isEmpty }
        guard let first = asked.map(\.day).min(), let last = asked.map(\.day).max() else {
            return found.map { _ in News() }
        }
        var seen: [[UInt8]: Seen] = [:]
        for actor in asked.map(\.actor) { seen[actor] = Seen() }
        let span = Timestamp.start(ofDay: first - Self.memory)..<Timestamp.start(ofDay: last - Self.settledFor + 1)
        for field in [EventField.actor, .principal] { try read(span, by: field, into: &seen) }
        return found.map { one in
            let days = (one.day - Self.memory)...(one.day - Self.settledFor)
            return seen[one.actor].map { $0.news(of: one, days) } ?? News()
        }
    }

    private func read(_ span: Range<Int64>, by field: EventField, into seen: inout [[UInt8]: Seen]) throws {
        var all = seen
        // A failure says nothing of whom it names.
        let kinds: EventKinds = [.used, .issuances, EventKinds(.revoked)]
        let scan = EventScan(
            from: span.lowerBound, to: min(span.upperBound, asOf), kinds: kinds,
            texts: [field: .anyOf(Set(seen.keys))], fields: EventFields([.ts, .ip, .userAgent, field]))
        try history.scan(scan) { batch in
            let names = batch[field].values(none: []) { Array($0) }
            let networks = batch[.ip].values(none: nil) { ip in
                history.clients.key(of: ip).map { Array($0.networkText.utf8) }
            }
            let programs = batch[.userAgent].values(none: nil) { ProgramName.of($0) }
            for row in 0..<batch.count where all[names[row]] != nil {
                let day = Timestamp.day(of: batch.ts[row])
                if let network = networks[row] { all[names[row]]?.networks.note(network, day, Self.mostValues) }
                if let program = programs[row] { all[names[row]]?.programs.note(program, day, Self.mostValues) }
            }
        }
        seen = all
    }

    /// What an actor's issues show that the actor had not shown.
    struct News {
        var networks: [String] = []
        var programs: [String] = []

        var isEmpty: Bool { networks.isEmpty && programs.isEmpty }
    }

    private struct Seen {
        var networks = Values()
        var programs = Values()

        func news(of one: FirstIssues.Found, _ days: ClosedRange<Int32>) -> News {
            var news = News()
            let networks = networks.on(days), programs = programs.on(days)
            if !networks.isEmpty, networks.count <= ActorSurroundings.mostNetworks {
                news.networks = Self.texts(one.networks.subtracting(networks))
            }
            if !programs.isEmpty { news.programs = Self.texts(one.programs.subtracting(programs)) }
            return news
        }

        private static func texts(_ values: Set<[UInt8]>) -> [String] {
            values.map { String(decoding: $0, as: UTF8.self) }.sorted()
        }
    }

    private struct Values {
        private var days: [[UInt8]: Set<Int32>] = [:]

        mutating func note(_ value: [UInt8], _ day: Int32, _ most: Int) {
            if days[value] == nil, days.count >= most { return }
            days[value, default: []].insert(day)
        }

        func on(_ span: ClosedRange<Int32>) -> Set<[UInt8]> {
            Set(days.filter { $0.value.contains(where: span.contains) }.keys)
        }
    }
}
