package import Events

extension FailedVerificationByIP {
    /// The thresholds of all classes. Times in microseconds.
    package struct Settings: Sendable, Equatable {
        package struct Stuffing: Sendable, Equatable {
            package var credentials = 15
            package var failures = 25
            /// At most so many attempts on one credential are few.
            package var fewAttempts = 2
            /// Share of the credentials with few attempts.
            package var fewShare = 0.8
            package var mismatchShare = 0.8
        }

        package struct BruteForce: Sendable, Equatable {
            /// At most so many credentials.
            package var credentials = 3
            package var failures = 30
            /// Failures per second, from the first to the last of a window.
            package var rate = 0.1
        }

        package struct BrokenClient: Sendable, Equatable {
            package var failures = 5
            /// Coefficient of variation of the distances between failures, at most.
            package var variation = 0.5
            /// How long before its failures the credential must have worked.
            package var workedWithin = 30 * Timestamp.day
        }

        package struct Distributed: Sendable, Equatable {
            package var width = Timestamp.hour
            package var keys = 5
            package var credentials = 15
            package var failures = 25
            package var failuresPerKey = 5.0
            package var mismatchShare = 0.8
            /// So many times the unknown addresses of any hour of the two weeks before.
            package var surge = 5
        }

        package struct SlowStuffing: Sendable, Equatable {
            package var width = 7 * Timestamp.day
            package var credentials = 30
            package var fewShare = 0.9
            /// UTC days of the window with failures.
            package var days = 3
        }

        package struct ScopeProbe: Sendable, Equatable {
            package var width = 10 * Timestamp.minute
            package var tools = 5
            /// Reasons that say: a valid token that may not do this.
            package var reasons = ["missing_scope", "insufficient_scope"]
        }

        package struct SharedEgress: Sendable, Equatable {
            /// So many principals that were let in from one address make it one that many users share.
            package var principals = 10
            package var past = 30 * Timestamp.day
            /// Such an address is reported only if so many of its calls fail …
            package var failureRatio = 0.5
            /// … on so many times the credentials of nearly all its earlier windows.
            package var surge = 3
        }

        package struct LoginGuessing: Sendable, Equatable {
            package var width = 5 * Timestamp.minute
            /// Refused logins (`kind` is `session`) whose reason is of the classes mismatch and unknown.
            package var failures = 10
        }

        package struct Volume: Sendable, Equatable {
            package var width = Timestamp.hour
            package var failures = 20
        }

        /// Widths of the sliding windows of stuffing, brute force and broken clients.
        package var windows = [Timestamp.minute, 10 * Timestamp.minute, Timestamp.hour, Timestamp.day]
        package var stuffing = Stuffing()
        package var bruteForce = BruteForce()
        package var brokenClient = BrokenClient()
        package var distributed = Distributed()
        package var loginGuessing = LoginGuessing()
        package var volume = Volume()
        package var slowStuffing = SlowStuffing()
        package var scopeProbe = ScopeProbe()
        package var sharedEgress = SharedEgress()
        /// Reasons that say: this credential is over.
        package var replayReasons = ReasonDefaults.dead
        /// So many members of an IPv6 network that fail in one window make it one client: /64 of a /56, /56 of a /48.
        package var networkMembers = 8
        /// Qualifying windows with smaller gaps between their failures are one episode.
        package var episodeGap = 30 * Timestamp.minute
        /// How long after an episode an accepted use is reported.
        package var successWithin = 6 * Timestamp.hour
        /// How long before its first accepted use a credential is looked for at the client.
        package var knownWithin = 90 * Timestamp.day
        /// Addresses of proxies that hide who calls: a failure from one is a failure from nowhere.
        package var trustedProxies: [IPNetwork] = []
        /// Reasons that say: this credential is none that we know.
        package var mismatchReasons = ReasonDefaults.mismatch

        /// Reasons that say: a spent refresh token or code was presented again.
        package var reuseReasons = ReasonDefaults.reuse
        /// Reasons that say: a known credential may not do this. Such a failure is no try of a credential.
        package var deniedReasons = ReasonDefaults.denied
        /// Reasons that say: the server did not look. They count neither for nor against anything.
        package var throttledReasons = ReasonDefaults.throttled
        /// Reasons that say nothing of a credential.
        package var otherReasons = ReasonDefaults.other

        package init() {}
    }
}

extension FailedVerificationByIP.Settings {
    /// No rule can qualify on fewer failures of one client.
    var fewestFailures: Int {
        min(
            stuffing.failures, bruteForce.failures, brokenClient.failures, volume.failures, loginGuessing.failures)
    }

    var fewestFailuresOfNetwork: Int {
        min(stuffing.failures, bruteForce.failures, volume.failures, loginGuessing.failures)
    }

    /// No campaign can consist of fewer mismatches.
    var fewestMismatchesOfAgent: Int {
        Int(exactly: (Double(distributed.failures) * distributed.mismatchShare).rounded(.down)) ?? 0
    }

    func check() throws(DetectionError) {
        let counts = [
            ("stuffing.credentials", stuffing.credentials), ("stuffing.failures", stuffing.failures),
            ("stuffing.few_attempts", stuffing.fewAttempts), ("brute_force.credentials", bruteForce.credentials),
            ("brute_force.failures", bruteForce.failures), ("broken_client.failures", brokenClient.failures),
            ("distributed.keys", distributed.keys), ("distributed.credentials", distributed.credentials),
            ("distributed.failures", distributed.failures), ("distributed.surge", distributed.surge),
            ("volume.failures", volume.failures),
            ("slow_stuffing.credentials", slowStuffing.credentials), ("slow_stuffing.days", slowStuffing.days),
            ("scope_probe.tools", scopeProbe.tools), ("login_guessing.failures", loginGuessing.failures),
            ("shared_egress.principals", sharedEgress.principals),
            ("shared_egress.surge", sharedEgress.surge), ("network_members", networkMembers),
        ]
        for (name, value) in counts where !(1...1_000_000).contains(value) {
            throw bad(name, String(value), "a number from 1 to 1000000")
        }
        let shares = [
            ("stuffing.few_share", stuffing.fewShare), ("stuffing.mismatch_share", stuffing.mismatchShare),
            ("distributed.mismatch_share", distributed.mismatchShare),
            ("slow_stuffing.few_share", slowStuffing.fewShare),
            ("shared_egress.failure_ratio", sharedEgress.failureRatio),
        ]
        for (name, value) in shares where !(0...1).contains(value) {
            throw bad(name, String(value), "a share from 0 to 1")
        }
        let numbers = [
            ("brute_force.rate", bruteForce.rate), ("broken_client.variation", brokenClient.variation),
            ("distributed.failures_per_key", distributed.failuresPerKey),
        ]
        for (name, value) in numbers where !(value.isFinite && value >= 0) {
            throw bad(name, String(value), "a number that is not negative")
        }
        let widths =
            [("windows", windows.min() ?? 0), ("volume.width", volume.width)]
            + [("distributed.width", distributed.width), ("slow_stuffing.width", slowStuffing.width)]
            + [("scope_probe.width", scopeProbe.width), ("login_guessing.width", loginGuessing.width)]
        for (name, value) in widths where value <= 0 {
            throw bad(name, Wording.span(value), "lengths of time greater than zero")
        }
        let reaches = [
            ("episode_gap", episodeGap), ("success_within", successWithin), ("known_within", knownWithin),
            ("broken_client.worked_within", brokenClient.workedWithin), ("shared_egress.past", sharedEgress.past),
        ]
        for (name, value) in reaches where value < 0 {
            throw bad(name, Wording.span(value), "a length of time that is not negative")
        }
    }

    private func bad(_ name: String, _ got: String, _ want: String) -> DetectionError {
        .badSetting(detector: FailedVerificationByIP.card.id, name: name, got: got, want: want)
    }
}
