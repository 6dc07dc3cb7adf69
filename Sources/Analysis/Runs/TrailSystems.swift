internal import Catalog
internal import Columns
package import Detection
internal import Events
internal import Mappings
internal import Synchronization
package import Trail

/// The mappings by which sources of a trail are read that have events.
struct UsedMappings {
    let mappings: [Mapping]
    /// For each source that has events the name of its mapping, nil for our own format.
    let ofSources: [Int64: String?]

    init(_ trail: Trail) throws {
        ofSources = try trail.catalog.mappingsOfSources()
        let names = Set(ofSources.values.compactMap { $0 })
        guard !names.isEmpty else {
            mappings = []
            return
        }
        let stored = try trail.catalog.mappings().compactMap { try? Mapping($0.text, file: $0.name) }
        mappings = (Mapping.shipped + stored).filter { names.contains($0.name) }
    }
}

/// The systems whose logs a trail holds, read once for a run.
final class TrailSystems: Sendable {
    private let known = Mutex<LoggedSystems??>(nil)

    /// Nil where all logs are in our own format. `begins` is where the trail's log begins.
    func of(_ trail: Trail, begins: Int64?) throws -> LoggedSystems? {
        if let known = known.withLock({ $0 }) { return known }
        let read = try Self.read(trail, begins: begins)
        known.withLock { $0 = .some(read) }
        return read
    }

    private static func read(_ trail: Trail, begins: Int64?) throws -> LoggedSystems? {
        let used = try UsedMappings(trail)
        guard !used.mappings.isEmpty, let begins else { return nil }
        let lacks = Dictionary(used.mappings.map { ($0.name, Set($0.lacks)) }) { _, last in last }
        let names = Set(used.ofSources.values.map { $0 ?? LoggedSystem.own }).sorted()
        var systems = names.map { name in
            var system = LoggedSystem(name, begins: begins)
            system.lacks = lacks[name] ?? []
            return system
        }
        let numbers = Dictionary(names.enumerated().map { ($1, $0) }) { first, _ in first }
        let places = used.ofSources.compactMapValues { numbers[$0 ?? LoggedSystem.own] }
        if systems.count == 1 {
            systems[0].issuances = try trail.catalog.firstIssuances()
        } else {
            try readBeginnings(of: &systems, places, trail, from: begins)
            try readIssuances(of: &systems, places, trail)
        }
        return LoggedSystems(systems, places: places)
    }

    /// Where the log of each begins. Months are read until all have begun.
    private static func readBeginnings(
        of systems: inout [LoggedSystem], _ places: [Int64: Int], _ trail: Trail, from begins: Int64
    ) throws {
        guard let end = try trail.catalog.coverage()?.upperBound else { return }
        var first = [Int64](repeating: .max, count: systems.count)
        var start = begins
        while start < end, first.contains(.max) {
            let stop = start.plus(30 * Timestamp.day)
            let scan = EventScan(from: start, to: stop, fields: EventFields([.ts, .sourceID]))
            try trail.scan(scan) { batch in
                for row in 0..<batch.count {
                    guard let place = places[batch.sourceID[row]] else { continue }
                    first[place] = min(first[place], batch.ts[row])
                }
            }
            start = stop
        }
        for place in systems.indices where first[place] != .max { systems[place].begins = first[place] }
    }

    private static func readIssuances(
        of systems: inout [LoggedSystem], _ places: [Int64: Int], _ trail: Trail
    ) throws {
        let scan = EventScan(
            kinds: .issuances, fields: EventFields([.ts, .tokenID, .kind, .sourceID]))
        try trail.scan(scan) { batch in
            let kinds = batch[.kind].values(none: nil) { String(decoding: $0, as: UTF8.self) }
            let isNamed = batch[.tokenID].values(none: false) { _ in true }
            for row in 0..<batch.count where isNamed[row] {
                guard let place = places[batch.sourceID[row]] else { continue }
                let known = systems[place].issuances[kinds[row]] ?? .max
                if batch.ts[row] < known { systems[place].issuances[kinds[row]] = batch.ts[row] }
            }
        }
    }
}
