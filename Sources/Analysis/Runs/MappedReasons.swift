internal import Catalog
package import Detection
internal import Mappings
package import Trail

extension DetectorSettings {
    /// Adds what the sources of a trail say of their reasons: which class a word belongs to. What the policy says of a
    /// word, and what is known from the start, stays.
    package mutating func addReasons(of trail: Trail) throws {
        let names = Set(try trail.catalog.sources().compactMap(\.mapping))
        guard !names.isEmpty else { return }
        let stored = try trail.catalog.mappings().compactMap { try? Mapping($0.text, file: $0.name) }
        let used = (Mapping.shipped + stored).filter { names.contains($0.name) }
        var words: [ReasonClass: [String]] = [:]
        for mapping in used {
            for (word, name) in mapping.reasons.sorted(by: { $0.key < $1.key }) {
                guard let reason = ReasonClass(rawValue: name), !failedVerificationByIP.knows(word) else { continue }
                words[reason, default: []].append(word)
            }
        }
        for (reason, list) in words { failedVerificationByIP.add(list, to: reason) }
    }
}
