internal import Events
internal import Model
internal import Rollups

/// How a reactivation's severity comes about: a start and the reasons that raise or lower it, each by one.
struct SeveritySum {
    var start: Severity
    private(set) var reasons: [(step: Int, text: String)] = []

    init(start: Severity) { self.start = start }

    mutating func add(_ step: Int, _ text: String) { reasons.append((step, text)) }

    var severity: Severity { start.raised(by: reasons.reduce(0) { $0 + $1.step }) }

    /// `medium, +1 silent for 180 days or more, = high`
    var text: String {
        guard !reasons.isEmpty else { return start.name }
        let steps = reasons.map { ($0.step < 0 ? "-1 " : "+1 ") + $0.text }
        return ([start.name] + steps + ["= " + severity.name]).joined(separator: ", ")
    }
}

extension DormantTokenReactivation {
    /// The sum for one reactivation. Literal findings that no gap explains stay at `info`.
    func severitySum(of told: Told, _ around: Surroundings, isPeriodic: Bool) -> SeveritySum {
        guard told.kind != .firstUse, told.kind != .insufficientHistory else { return SeveritySum(start: .info) }
        var sum = SeveritySum(start: Self.card.defaultSeverity)
        if let gap = told.reactivation.gap, let limit = told.limit, gap >= limit.plus(limit) {
            sum.add(1, "silent for \(Wording.span(limit.plus(limit))) or more")
        }
        if let tool = around.writeTool {
            sum.add(1, "\(tool), which needs a write scope, within \(Wording.width(settings.writeReach))")
        }
        if around.newAddress == true || around.newAgent == true {
            let what = [around.newAddress == true ? "address" : nil, around.newAgent == true ? "user agent" : nil]
            let past = Wording.width(settings.past)
            sum.add(1, "\(what.compactMap { $0 }.joined(separator: " and ")) not seen in the \(past) to the last use")
        }
        if around.failuresBefore > 0 {
            let failures = Wording.count(around.failuresBefore, "failed verification")
            sum.add(1, "\(failures) from the same address in the \(Wording.width(settings.failureReach)) before")
        }
        if let successor = told.successor { sum.add(1, "its successor \(successor) was already in use") }
        if isPeriodic { sum.add(-1, "an earlier silence was as long, as with a periodic job") }
        return sum
    }

    /// Whether an earlier silence of the token was as long as this one, give or take the tolerance.
    ///
    /// It steps back through the token's last active days, as many as a periodic job may need for one round.
    func isPeriodic(_ reactivation: Reactivation, in history: any History) throws -> Bool {
        guard var end = reactivation.previous, let gap = reactivation.gap else { return false }
        for _ in 0..<settings.periodicDays {
            let day = Timestamp.day(of: end)
            guard let earlier = try history.lastUse(ofToken: reactivation.token, beforeDay: day) else { return false }
            let first = try history.tokenDays(on: day).compactMap { uses in
                uses.place(of: reactivation.token).map { uses.first[$0] }
            }.min()
            guard let first else { return false }
            let silence = first.minus(earlier)
            if Double(silence.minus(gap).magnitude) <= settings.periodicTolerance * Double(gap) { return true }
            // A silence of another kind lies in between: what came before it is no neighbor of this one.
            if silence >= gap / 2 { return false }
            end = earlier
        }
        return false
    }
}
