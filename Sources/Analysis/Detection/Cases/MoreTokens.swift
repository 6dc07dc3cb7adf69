internal import Events
internal import Model

/// The tokens of which a rule finds the same as of very many others.
///
/// A hundred thousand tokens are not as many incidents: whoever is called at night needs the one cause, and those that
/// stand out. So the tokens that were used most are reported one by one, and the others together, a finding for each
/// UTC day. Only of the former are events read, which also bounds what a run holds.
struct MoreTokens {
    /// How many tokens a rule tells one by one: more than anybody reads, and a few megabytes of output.
    static let most = 1_000

    /// What is known of the others of one day without reading their events.
    struct Day {
        var tokens = 0
        var uses: Int64 = 0
        var first = Int64.max
        var last = Int64.min
    }

    private(set) var days: [Int32: Day] = [:]
    /// How many are reported one by one.
    fileprivate(set) var told = 0

    var count: Int { days.values.reduce(0) { $0 + $1.tokens } }

    mutating func add(_ other: MoreTokens) {
        days.merge(other.days) { one, other in
            Day(
                tokens: one.tokens + other.tokens, uses: one.uses + other.uses, first: min(one.first, other.first),
                last: max(one.last, other.last))
        }
    }

    mutating func add(at time: Int64, uses: Int64) {
        var day = days[Timestamp.day(of: time)] ?? Day()
        day.tokens += 1
        day.uses += uses
        day.first = min(day.first, time)
        day.last = max(day.last, time)
        days[Timestamp.day(of: time)] = day
    }
}

/// Of what a rule finds of tokens, the tokens that were used most. However many are added, few are held.
struct MostUsed<Found> {
    private var kept: [(found: Found, uses: Int64, name: String, at: Int64, number: Int)] = []
    private var count = 0
    private var more = MoreTokens()

    /// - Parameters:
    ///   - name: what the token is called, which decides where `uses` are equal.
    ///   - at: a time of the day for which it is counted if it is not among them.
    mutating func add(_ found: Found, uses: Int64, name: String, at time: Int64) {
        kept.append((found, uses, name, time, count))
        count += 1
        if kept.count >= 4 * MoreTokens.most { cut() }
    }

    private mutating func cut() {
        guard kept.count > MoreTokens.most else { return }
        kept.sort { left, right in left.uses != right.uses ? left.uses > right.uses : left.name < right.name }
        for one in kept[MoreTokens.most...] { more.add(at: one.at, uses: one.uses) }
        kept.removeSubrange(MoreTokens.most...)
    }

    /// Those to be reported one by one, in the order in which they were added; the others are added to `more`.
    mutating func told(others more: inout MoreTokens) -> [Found] {
        cut()
        more.add(self.more)
        more.told += kept.count
        return kept.sorted { $0.number < $1.number }.map(\.found)
    }
}

extension DetectorCard.Class {
    /// The class of the findings that tell of more tokens than are reported one by one.
    static func moreTokens(_ severity: Severity) -> DetectorCard.Class {
        .init(
            MoreTokens.class, severity,
            "More than \(MoreTokens.most) tokens of one class in one run: the others, in one finding for each day.",
            advice: "Look for what they share (an address, a tool, an issuer that does not log here), and settle that: "
                + "authtrail query \"SELECT token_id, uses FROM token_days WHERE date = '{entity}'\" lists the day's "
                + "tokens.")
    }
}

extension MoreTokens {
    static let `class` = "more_tokens"
}

extension Detector {
    /// Tells of the tokens that are not reported one by one; `what` says what is found of each: "used, never issued".
    func tell(_ more: MoreTokens, _ what: String, in result: inout DetectionResult, asOf: Int64) {
        guard more.count > 0 else { return }
        let all = more.count + more.told
        for (number, day) in more.days {
            let date = Timestamp.dayText(number), tokens = Wording.count(day.tokens, "more token")
            var context = Context()
            context.add("tokens", day.tokens)
            context.add("uses", Int(day.uses))
            let verdict = Verdict(
                class: MoreTokens.class, entity: .init("day", date), fact: [MoreTokens.class, date],
                title: "\(tokens) of \(date): \(what)",
                explanation: "Of \(all) tokens \(what), the \(more.told) used most are reported one by one. These "
                    + "are the others of \(date): \(day.tokens), used \(Wording.count(Int(day.uses), "time")). So many "
                    + "at once have one cause: a server that makes or names tokens in another way, an issuer that "
                    + "does not log here, or somebody who can make tokens.",
                confidence: .medium, context: context)
            result.findings.append(finding(verdict, first: day.first, last: day.last, [], Context(), asOf: asOf))
        }
        result.isCut = true
        result.coverage.append(
            CoverageNote(
                kind: .more, text: "\(all) tokens \(what); the \(more.told) used most are reported one by one",
                isPartial: true))
    }
}
