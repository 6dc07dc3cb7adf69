internal import Detection

/// A number of a policy file: its name, what it means, and the setting that it is.
struct PolicyField {
    enum Kind {
        case span(WritableKeyPath<DetectorSettings, Int64>)
        case count(WritableKeyPath<DetectorSettings, Int>)
        case days(WritableKeyPath<DetectorSettings, Int32>)
        case factor(WritableKeyPath<DetectorSettings, Int64>)
        case number(WritableKeyPath<DetectorSettings, Double>)
        /// A number, or `none` for no limit.
        case limit(WritableKeyPath<DetectorSettings, Int?>)
        case spans(WritableKeyPath<DetectorSettings, [Int64]>)
        case texts(WritableKeyPath<DetectorSettings, [String]>)
        /// Some of these words.
        case words(WritableKeyPath<DetectorSettings, [String]>, [String])
    }

    var name: String
    var meaning: String
    var kind: Kind

    init(_ name: String, _ kind: Kind, _ meaning: String) {
        self.name = name
        self.kind = kind
        self.meaning = meaning
    }
}

/// A part of a policy file that holds numbers only.
struct PolicySection {
    var name: String
    var meaning: String
    var fields: [PolicyField]

    /// The parts at the top of a file.
    static var general: [PolicySection] {
        [
            PolicySection(
                name: "lifetimes", meaning: "How long what the server hands out may live.",
                fields: [
                    .init("api_token", .span(\.policy.lifetimes.apiToken), "from issue to expiry"),
                    .init("access_token", .span(\.policy.lifetimes.accessToken), "OAuth access tokens"),
                    .init(
                        "refresh_token", .span(\.policy.lifetimes.refreshToken), "age at which one may still be used"),
                    .init("rotation_overlap", .span(\.policy.rotationOverlap), "old and new token side by side"),
                ]),
            PolicySection(
                name: "rates", meaning: "The most calls in any 60 s that one caller may make; none for no limit.",
                fields: [
                    .init("anonymous_per_ip", .limit(\.policy.rates[.anonymousByIP]), "by address"),
                    .init("api_token_per_token", .limit(\.policy.rates[.apiTokenByToken]), "by token"),
                    .init("oauth_per_principal", .limit(\.policy.rates[.oauthByPrincipal]), "by user"),
                ]),
        ]
    }

    /// The thresholds of detectors, by id.
    static var detectors: [PolicySection] {
        [dormancy, failures] + graces + [
            PolicySection(
                name: "source-silence", meaning: "",
                fields: [
                    .init("factor", .factor(\.sourceSilence.factor), "times the usual longest gap of a day"),
                    .init("least", .span(\.sourceSilence.least), "shortest silence that is reported"),
                    .init("habit_days", .days(\.sourceSilence.habitDays), "days that make the habit"),
                ]),
            PolicySection(
                name: "new-surroundings", meaning: "",
                fields: [
                    .init("unseen", .days(\.newSurroundings.unseen), "days for which something was not seen to be new"),
                    .init("known_for", .days(\.newSurroundings.knownFor), "days since which a principal is known"),
                    .init("active_days", .count(\.newSurroundings.activeDays), "on so many it was let in"),
                    .init("roaming_networks", .count(\.newSurroundings.roamingNetworks), "so many networks roam"),
                    .init("roaming_days", .days(\.newSurroundings.roamingDays), "within so many days"),
                    .init("busy_calls", .count(\.newSurroundings.busyCalls), "calls in an hour that make it high"),
                    .init("silence", .days(\.newSurroundings.silence), "days of silence that make it high"),
                    .init("silence_factor", .count(\.newSurroundings.silenceFactor), "and so many times the longest"),
                    .init("tool_memory", .days(\.newSurroundings.toolMemory), "days for which a new tool was not used"),
                ]),
            PolicySection(
                name: "campaign", meaning: "",
                fields: [
                    .init("victims", .count(\.campaign.victims), "so many principals"),
                    .init("width", .days(\.campaign.width), "within so many days"),
                    .init("new_to_all", .days(\.campaign.newToAll), "days in which nobody came so"),
                    .init("by_chance", .count(\.campaign.byChance), "so many others as large are chance"),
                    .init("bulk_calls", .count(\.campaign.bulkCalls), "calls in an hour that are reading in bulk"),
                ]),
            PolicySection(
                name: "call-surge", meaning: "",
                fields: [
                    .init("calls", .count(\.callSurge.calls), "calls of one caller"),
                    .init("width", .span(\.callSurge.width), "within this time"),
                    .init("factor", .count(\.callSurge.factor), "times the most of any hour before"),
                    .init("memory", .days(\.callSurge.memory), "days that make the habit"),
                    .init("active_days", .count(\.callSurge.activeDays), "on so many of them it must have called"),
                ]),
            PolicySection(
                name: "failure-surge", meaning: "",
                fields: [
                    .init("networks", .count(\.failureSurge.networks), "that nobody knows"),
                    .init("width", .span(\.failureSurge.width), "within this time"),
                    .init("factor", .count(\.failureSurge.factor), "times the most of any hour before"),
                    .init("least_days", .days(\.failureSurge.leastDays), "of log that make a habit"),
                ]),
            PolicySection(
                name: "first-time-issuer", meaning: "",
                fields: [
                    .init("issuers", .texts(\.firstTimeIssuer.issuers), "may always issue; * for any characters"),
                    .init("silence", .days(\.firstTimeIssuer.silence), "days without an issue"),
                    .init("learning", .span(\.firstTimeIssuer.learning), "first part of the log: shows who issues"),
                ]),
            PolicySection(
                name: "mass-issuance", meaning: "",
                fields: [
                    .init("limit", .count(\.issues.limit), "tokens of one actor"),
                    .init("width", .span(\.issues.width), "within this time"),
                    .init("daily", .count(\.issues.daily), "within 24 hours, and"),
                    .init("factor", .count(\.issues.factor), "times the most of any day before"),
                    .init("memory", .days(\.issues.memory), "days that make the habit"),
                    .init("active_days", .count(\.issues.activeDays), "on so many of them there must be some"),
                ]),
            PolicySection(
                name: "revoke-storm", meaning: "",
                fields: [
                    .init("limit", .count(\.revocations.limit), "tokens revoked by one actor"),
                    .init("width", .span(\.revocations.width), "within this time"),
                    .init("daily", .count(\.revocations.daily), "within 24 hours, and"),
                    .init("factor", .count(\.revocations.factor), "times the most of any day before"),
                    .init("memory", .days(\.revocations.memory), "days that make the habit"),
                    .init("active_days", .count(\.revocations.activeDays), "on so many of them there must be some"),
                ]),
            PolicySection(
                name: "never-used", meaning: "",
                fields: [
                    .init("idle", .span(\.neverUsedAfter), "from the issue on")
                ]),
        ]
    }

    private static var graces: [PolicySection] {
        [
            PolicySection(
                name: "use-after-revoke", meaning: "",
                fields: [
                    .init("grace", .span(\.revokeGrace), "a revocation may take so long to arrive")
                ]),
            PolicySection(
                name: "use-after-expiry", meaning: "",
                fields: [
                    .init("grace", .span(\.expiryGrace), "clocks may differ by so much")
                ]),
            PolicySection(
                name: "refresh-reuse", meaning: "",
                fields: [
                    .init("grace", .span(\.refreshGrace), "the same caller may try again within")
                ]),
        ]
    }

    private static var dormancy: PolicySection {
        PolicySection(
            name: "dormant-token-reactivation", meaning: "",
            fields: [
                .init("dormancy", .span(\.dormantTokenReactivation.dormancy), "silence that makes a token dormant"),
                .init(
                    "tiers", .words(\.dormantTokenReactivation.tierNames, DormantTokenReactivation.Settings.tiers),
                    "absolute: dormancy; relative, adaptive: as below"),
                .init("least_dormancy", .span(\.dormantTokenReactivation.leastDormancy), "of relative and adaptive"),
                .init("relative_part", .factor(\.dormantTokenReactivation.relativePart), "one such part of its life"),
                .init("adaptive_factor", .factor(\.dormantTokenReactivation.adaptiveFactor), "times its usual gap"),
                .init("adaptive_uses", .count(\.dormantTokenReactivation.adaptiveUses), "with so many earlier uses"),
                .init("aftermath", .span(\.dormantTokenReactivation.aftermath), "uses are counted for so long"),
                .init("write_reach", .span(\.dormantTokenReactivation.writeReach), "a write so soon makes it worse"),
                .init(
                    "failure_reach", .span(\.dormantTokenReactivation.failureReach), "failures so shortly before too"),
                .init("past", .span(\.dormantTokenReactivation.past), "habits before the silence"),
                .init("periodic_tolerance", .number(\.dormantTokenReactivation.periodicTolerance), "same rhythm"),
            ])
    }

    private static var failures: PolicySection {
        PolicySection(
            name: "failed-verification-by-ip", meaning: "",
            fields: [
                .init("windows", .spans(\.failedVerificationByIP.windows), "widths of the sliding windows"),
                .init("stuffing_credentials", .count(\.failedVerificationByIP.stuffing.credentials), "at least"),
                .init("stuffing_failures", .count(\.failedVerificationByIP.stuffing.failures), "at least"),
                .init("stuffing_few_share", .number(\.failedVerificationByIP.stuffing.fewShare), "tried once or twice"),
                .init(
                    "stuffing_mismatch_share", .number(\.failedVerificationByIP.stuffing.mismatchShare), "unknown"),
                .init("brute_force_credentials", .count(\.failedVerificationByIP.bruteForce.credentials), "at most"),
                .init("brute_force_failures", .count(\.failedVerificationByIP.bruteForce.failures), "at least"),
                .init("brute_force_rate", .number(\.failedVerificationByIP.bruteForce.rate), "failures per second"),
                .init("broken_client_failures", .count(\.failedVerificationByIP.brokenClient.failures), "at least"),
                .init(
                    "broken_client_variation", .number(\.failedVerificationByIP.brokenClient.variation), "distances"),
                .init("distributed_keys", .count(\.failedVerificationByIP.distributed.keys), "addresses of one agent"),
                .init("distributed_failures", .count(\.failedVerificationByIP.distributed.failures), "at least"),
                .init(
                    "distributed_surge", .count(\.failedVerificationByIP.distributed.surge),
                    "times its unknown addresses of any hour before"),
                .init(
                    "slow_credentials", .count(\.failedVerificationByIP.slowStuffing.credentials), "in a week, at least"
                ),
                .init("slow_days", .count(\.failedVerificationByIP.slowStuffing.days), "of them with failures"),
                .init("probe_tools", .count(\.failedVerificationByIP.scopeProbe.tools), "refused to one token"),
                .init("probe_width", .span(\.failedVerificationByIP.scopeProbe.width), "within this time"),
                .init("probe_reasons", .texts(\.failedVerificationByIP.scopeProbe.reasons), "mean: a scope is missing"),
                .init("replay_reasons", .texts(\.failedVerificationByIP.replayReasons), "mean: a credential is over"),
                .init(
                    "shared_principals", .count(\.failedVerificationByIP.sharedEgress.principals), "share an address"),
                .init(
                    "shared_failure_ratio", .number(\.failedVerificationByIP.sharedEgress.failureRatio),
                    "of its calls must fail"),
                .init(
                    "shared_surge", .count(\.failedVerificationByIP.sharedEgress.surge), "times its usual credentials"),
                .init("network_members", .count(\.failedVerificationByIP.networkMembers), "make a network one client"),
                .init("login_guessing_failures", .count(\.failedVerificationByIP.loginGuessing.failures), "logins"),
                .init("login_guessing_width", .span(\.failedVerificationByIP.loginGuessing.width), "within this time"),
                .init("volume_failures", .count(\.failedVerificationByIP.volume.failures), "without credentials"),
                .init("episode_gap", .span(\.failedVerificationByIP.episodeGap), "a longer pause is a new episode"),
                .init(
                    "success_within", .span(\.failedVerificationByIP.successWithin),
                    "a success so soon after is reported"),
                .init(
                    "mismatch_reasons", .texts(\.failedVerificationByIP.mismatchReasons), "known; more words: reasons"),
                .init(
                    "denied_reasons", .texts(\.failedVerificationByIP.deniedReasons), "mean: known, and may not; no try"
                ),
                .init("throttled_reasons", .texts(\.failedVerificationByIP.throttledReasons), "mean: nobody looked"),
            ])
    }
}
