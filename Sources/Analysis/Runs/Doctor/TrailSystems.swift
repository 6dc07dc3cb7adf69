internal import Catalog
package import Detection
internal import Events
internal import Mappings
package import Trail

extension LogSystem {
    /// The systems whose logs were read into a trail: our own format first, then by the names of their mappings.
    package static func all(of trail: Trail) throws -> [LogSystem] {
        let stored = try trail.catalog.mappings().compactMap { try? Mapping($0.text, file: $0.name) }
        var systems: [String: LogSystem] = [:]
        for source in try trail.catalog.sources() {
            let name = source.mapping ?? ""
            if systems[name] == nil {
                // What was stored with the trail is what its log was read by.
                let mapping = (stored + Mapping.shipped).first { $0.name == name }
                systems[name] = mapping.map(LogSystem.init(read:)) ?? LogSystem(mapping: source.mapping)
            }
            systems[name]?.sources.insert(source.id)
        }
        return systems.sorted { $0.key < $1.key }.map(\.value)
    }

    private init(read mapping: Mapping) {
        self.init(mapping: mapping.name, lacks: Set(mapping.lacks))
        gives = [:]
        for kind in EventKind.allCases { gives?[kind] = mapping.fields(of: kind) }
        onlySessions = Set(EventKind.allCases.filter(mapping.makesOnlySessions))
    }
}
