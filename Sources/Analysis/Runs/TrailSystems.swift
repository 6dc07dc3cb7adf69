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
        // What was stored with the trail is what its log was read by.
        mappings = (stored + Mapping.shipped).filter { names.contains($0.name) }
    }
}

extension LogSystem {
    /// The systems whose events are in a trail: our own format first, then by the names of their mappings.
    package static func all(of trail: Trail) throws -> [LogSystem] {
        let used = try UsedMappings(trail)
        let sources = Dictionary(grouping: used.ofSources, by: { $0.value ?? "" })
        return sources.sorted { $0.key < $1.key }.map { name, sources in
            let mapping = used.mappings.first { $0.name == name }
            var system = mapping.map(LogSystem.init(read:)) ?? LogSystem(mapping: name.isEmpty ? nil : name)
            system.sources = Set(sources.map(\.key))
            return system
        }
    }

    private init(read mapping: Mapping) {
        self.init(mapping: mapping.name, lacks: Set(mapping.lacks))
        own = Set(mapping.own)
        gives = [:]
        for kind in EventKind.allCases { gives?[kind] = mapping.fields(of: kind) }
        onlySessions = Set(EventKind.allCases.filter(mapping.makesOnlySessions))
    }
}

/// The systems whose logs a trail holds, read once for a run.
final class TrailSystems: Sendable {
    private let known = Mutex<LogSystems??>(nil)

    /// Nil where all logs are in our own format. `begins` is where the trail's log begins.
    func of(_ trail: Trail, begins: Int64?) throws -> LogSystems? {
        if let known = known.withLock({ $0 }) { return known }
        let read = try Self.read(trail, begins: begins)
        known.withLock { $0 = .some(read) }
        return read
    }

    private static func read(_ trail: Trail, begins: Int64?) throws -> LogSystems? {
        guard let begins else { return nil }
        var systems = try LogSystem.all(of: trail)
        guard systems.contains(where: { $0.mapping != nil }) else { return nil }
        for place in systems.indices { systems[place].begins = begins }
        if systems.count == 1 {
            systems[0].issuances = try trail.catalog.firstIssuances()
        } else {
            let places = LogSystems.places(of: systems)
            try readBeginnings(of: &systems, places, trail, from: begins)
            try readIssuances(of: &systems, places, trail)
        }
        return LogSystems(systems)
    }

    /// Where the log of each begins. Months are read until all have begun.
    private static func readBeginnings(
        of systems: inout [LogSystem], _ places: [Int64: Int], _ trail: Trail, from begins: Int64
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
        of systems: inout [LogSystem], _ places: [Int64: Int], _ trail: Trail
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
