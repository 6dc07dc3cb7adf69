package import Events

/// All detectors, one line each.
package enum Detectors {
    /// The detectors with their settings, in the order in which they are listed and run.
    package static func all(_ settings: DetectorSettings = DetectorSettings()) -> [any Detector] {
        [
            DormantTokenReactivation(settings.dormantTokenReactivation),
            FailedVerificationByIP(settings.failedVerificationByIP),
            UseAfterRevoke(grace: settings.revokeGrace),
            UseAfterExpiry(grace: settings.expiryGrace),
            RefreshReuse(grace: settings.refreshGrace, settings.failedVerificationByIP),
            CodeReplay(),
            PrincipalMismatch(),
            ScopeBypass(settings.policy),
            AuthModeViolation(settings.policy),
            PlaintextToken(),
            OrphanToken(settings.policy),
            ScopeEscalation(settings.policy),
            ToolUndeclared(settings.policy),
            SourceSilence(settings.sourceSilence),
            BlindSpot(settings.failedVerificationByIP),
            ClockAhead(),
            NewSurroundings(settings.newSurroundings),
            Campaign(settings.campaign, settings.newSurroundings),
            CallSurge(settings.callSurge),
            FailureSurge(settings.failureSurge, settings.failedVerificationByIP),
            LifetimePolicy(settings.policy),
            RotationOverlap(settings.policy),
            RateLimitBreach(settings.policy),
            FirstTimeIssuer(settings.firstTimeIssuer, settings.policy),
            MassIssuance(settings.issues, settings.policy),
            RevokeStorm(settings.revocations, settings.policy),
            RevokeWithoutReason(),
            SelfIssue(),
            NeverUsed(idle: settings.neverUsedAfter),
        ]
    }

    /// The cards, by id.
    package static let cards = Dictionary(uniqueKeysWithValues: all().map { ($0.card.id, $0.card) })

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
    package var newSurroundings = NewSurroundings.Settings()
    package var campaign = Campaign.Settings()
    package var callSurge = CallSurge.Settings()
    package var failureSurge = FailureSurge.Settings()
    package var firstTimeIssuer = FirstTimeIssuer.Settings()
    package var sourceSilence = SourceSilence.Settings()
    /// How long a revocation may take to arrive, in microseconds.
    package var revokeGrace = Timestamp.minute
    /// How far the clocks of servers may differ, in microseconds.
    package var expiryGrace = Timestamp.minute
    /// How long after a refresh the same caller may repeat it, in microseconds.
    package var refreshGrace = Timestamp.minute
    /// How many tokens one actor may issue, or revoke, within a time.
    package var issues = Burst()
    package var revocations = Burst()
    /// How long a token may lie idle from its issue on, in microseconds.
    package var neverUsedAfter = 30 * Timestamp.day
    /// What the server hands out and what its tools need.
    package var policy = Policy()
    /// Which client an address as logged stands for. Detectors read it from their history.
    package var clients = Clients()

    /// The most events of a kind within `width` microseconds.
    package struct Burst: Sendable, Equatable {
        package var limit = 20
        package var width = Timestamp.hour
        /// So many within 24 hours, if they are `factor` times the most of any of `memory` UTC days before, on
        /// `activeDays` of which there must have been some.
        package var daily = 30
        package var factor = 5
        package var memory: Int32 = 35
        package var activeDays = 7

        package init() {}
    }

    package init() {}
}
