internal import Events

/// What is known at once of all failures of a client. No window holds more than all of them: in a flood most clients
/// need no closer look.
struct ClientCounts {
    private var count: Int
    private var days: Int
    /// Failures that name a credential.
    private var known = 0
    private var credentials = 0
    private var logins = 0
    /// Most attempts on one credential.
    private var most = 0

    /// - Parameter failures: of one client, by time.
    init(_ failures: ArraySlice<Failure>) {
        count = failures.count
        let times = [failures.first, failures.last].compactMap { $0.map { Timestamp.day(of: $0.ts) } }
        days = times.isEmpty ? 0 : Int(times[1] - times[0]) + 1
        logins = failures.count { $0.isLogin && $0.isMismatch }
        FailureFacts.forEachRun(failures.map { $0.credential }) { credential, attempts in
            guard credential != Failure.noCredential else { return }
            known += attempts
            credentials += 1
            most = max(most, attempts)
        }
    }

    /// Whether any rule of `ClientFailures` can hold of some of them.
    func mayQualify(_ settings: FailedVerificationByIP.Settings) -> Bool {
        credentials >= settings.stuffing.credentials && count >= settings.stuffing.failures
            || known >= settings.bruteForce.failures || count - known >= settings.volume.failures
            || most >= settings.brokenClient.failures || logins >= settings.loginGuessing.failures
    }

    /// Whether any rule of `SlowCase` can.
    func mayQualifySlowly(_ settings: FailedVerificationByIP.Settings) -> Bool {
        credentials >= settings.slowStuffing.credentials && days >= settings.slowStuffing.days
            || most >= settings.brokenClient.failures
    }
}
