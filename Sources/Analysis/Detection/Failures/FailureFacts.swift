/// Numbers about some failures.
struct FailureFacts {
    var failures = 0
    /// Failures that name a credential.
    var known = 0
    var credentials = 0
    /// Most attempts on one credential.
    var most = 0
    /// Credentials with few attempts.
    var few = 0
    var mismatches = 0
    var agents = 0
    var reasons = 0
    var keys = 0
    var first: Int64 = 0
    var last: Int64 = 0

    init() {}

    init(_ failures: ArraySlice<Failure>, fewAttempts: Int) {
        self.failures = failures.count
        mismatches = failures.count { $0.isMismatch }
        Self.forEachRun(failures.map { $0.credential }) { credential, attempts in
            guard credential != Failure.noCredential else { return }
            known += attempts
            credentials += 1
            most = max(most, attempts)
            if attempts <= fewAttempts { few += 1 }
        }
        Self.forEachRun(failures.map { $0.agent }) { agent, _ in if agent != 0 { agents += 1 } }
        Self.forEachRun(failures.map { $0.reason }) { _, _ in reasons += 1 }
        Self.forEachRun(failures.map { $0.key }) { _, _ in keys += 1 }
        first = failures.first?.ts ?? 0
        last = failures.last?.ts ?? 0
    }

    /// Tells each distinct value and how often it occurs, ascending.
    static func forEachRun<Value: Comparable>(_ values: [Value], _ body: (Value, Int) -> Void) {
        var sorted = values
        sorted.sort()
        var start = 0
        for place in sorted.indices where place + 1 == sorted.count || sorted[place + 1] != sorted[place] {
            body(sorted[place], place + 1 - start)
            start = place + 1
        }
    }
}
