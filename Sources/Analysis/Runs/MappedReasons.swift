package import Detection
internal import Mappings
package import Trail

extension DetectorSettings {
    /// Adds what the sources of a trail say of their reasons: which class a word belongs to. What the policy says of a
    /// word, and what is known from the start, stays.
    package mutating func addReasons(of trail: Trail) throws {
        var words: [ReasonClass: [String]] = [:]
        for mapping in try UsedMappings(trail).mappings {
            for (word, name) in mapping.reasons.sorted(by: { $0.key < $1.key }) {
                guard let reason = ReasonClass(rawValue: name), !failedVerificationByIP.knows(word) else { continue }
                words[reason, default: []].append(word)
            }
        }
        for (reason, list) in words { failedVerificationByIP.add(list, to: reason) }
    }
}
