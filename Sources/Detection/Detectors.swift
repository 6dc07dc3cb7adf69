/// All detectors, one line each.
package enum Detectors {
    /// The detectors with their settings, in the order in which they are listed and run.
    package static func all(_ settings: DetectorSettings = DetectorSettings()) -> [any Detector] {
        [
            DormantTokenReactivation(settings.dormantTokenReactivation),
            FailedVerificationByIP(settings.failedVerificationByIP),
            PlaintextToken(),
        ]
    }

    /// The detectors of the given ids, in listed order, each once; all of them when no id is given.
    package static func named(
        _ ids: [String], _ settings: DetectorSettings = DetectorSettings()
    ) throws(DetectionError) -> [any Detector] {
        let all = all(settings)
        let known = all.map { $0.card.id }
        if let unknown = ids.first(where: { !known.contains($0) }) {
            throw DetectionError.unknownDetector(unknown, known: known)
        }
        return ids.isEmpty ? all : all.filter { ids.contains($0.card.id) }
    }
}

/// The settings of every detector; the defaults are the documented ones.
package struct DetectorSettings: Sendable {
    package var dormantTokenReactivation = DormantTokenReactivation.Settings()
    package var failedVerificationByIP = FailedVerificationByIP.Settings()

    package init() {}
}
