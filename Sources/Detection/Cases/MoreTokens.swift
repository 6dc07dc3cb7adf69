internal import Events

/// The tokens of which a rule finds the same as of very many others.
///
/// A hundred thousand tokens are not as many incidents: whoever is called at night needs the one cause, and those that
/// stand out. So the tokens that were used most are told one by one, and the others together, a finding for each UTC
/// day. Only of the former are events read, which also bounds what a run holds.
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

    var count: Int { days.values.reduce(0) { $0 + $1.tokens } }

    mutating func add(at time: Int64, uses: Int64) {
        var day = days[Timestamp.day(of: time)] ?? Day()
        day.tokens += 1
        day.uses += uses
        day.first = min(day.first, time)
        day.last = max(day.last, time)
        days[Timestamp.day(of: time)] = day
    }

    /// The places of the tokens to be told one by one, in their order; `uses` and `name` say for each how often it was
    /// used and what it is called, which decides where the former is equal.
    static func told(_ count: Int, uses: (Int) -> Int64, name: (Int) -> String) -> [Int] {
        guard count > most else { return Array(0..<count) }
        let order = (0..<count).sorted { left, right in
            let (a, b) = (uses(left), uses(right))
            return a != b ? a > b : name(left) < name(right)
        }
        return order.prefix(most).sorted()
    }
}

extension DetectorCard.Class {
    /// The class of the findings that tell of more tokens than are told one by one.
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
    /// Tells of the tokens that are not told one by one; `what` says what is found of each: "used, never issued".
    func tell(_ more: MoreTokens, _ what: String, in result: inout DetectionResult, asOf: Int64) {
        guard more.count > 0 else { return }
        let all = more.count + MoreTokens.most
        for (number, day) in more.days {
            let date = Timestamp.dayText(number), tokens = Wording.count(day.tokens, "more token")
            var context = Context()
            context.add("tokens", day.tokens)
            context.add("uses", Int(day.uses))
            let verdict = Verdict(
                class: MoreTokens.class, entity: .init("day", date), fact: [MoreTokens.class, date],
                title: "\(tokens) of \(date): \(what)",
                explanation: "Of \(all) tokens \(what), the \(MoreTokens.most) used most are told one by one. These "
                    + "are the others of \(date): \(day.tokens), used \(Wording.count(Int(day.uses), "time")). So many at "
                    + "once have one cause: a server that makes or names tokens in another way, an issuer that does "
                    + "not log here, or somebody who can make tokens.",
                confidence: .medium, context: context)
            result.findings.append(finding(verdict, first: day.first, last: day.last, [], Context(), asOf: asOf))
        }
        result.isCut = true
        result.coverage.append(CoverageNote(
            kind: .more, text: "\(all) tokens \(what); the \(MoreTokens.most) used most are told one by one",
            isPartial: true))
    }
}
