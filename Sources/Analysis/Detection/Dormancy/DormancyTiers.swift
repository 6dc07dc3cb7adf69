internal import Events
internal import Rollups

/// A length of silence that makes a token dormant, and where it comes from.
struct DormancyTier {
    var name: String
    /// Microseconds.
    var limit: Int64
    /// Why the limit is what it is; nil for the one that is the same for every token.
    var reason: String?

    /// The limit that is the same for every token.
    static func absolute(_ limit: Int64) -> DormancyTier { DormancyTier(name: "absolute", limit: limit) }
}

/// Judges silences by every tier that the settings turn on: the same limit for all tokens, one relative to a token's
/// life, and one that adapts to its habits.
struct DormancyTierReader {
    let history: any History
    let settings: DormantTokenReactivation.Settings
    /// The first day that rollups tell of.
    let firstDay: Int32

    /// The tiers whose limit each silence has reached, in the order of `Settings.tierNames`.
    func met(by reactivations: [Reactivation]) throws -> [[DormancyTier]] {
        let usual = try settings.judges("adaptive") ? usualGaps(before: reactivations) : reactivations.map { _ in nil }
        return zip(reactivations, usual).map { reactivation, usual in
            guard let gap = reactivation.gap else { return [] }
            let tiers = [
                settings.judges("absolute") ? DormancyTier.absolute(settings.dormancy) : nil,
                settings.judges("relative") ? relative(reactivation) : nil,
                usual.map(adaptive),
            ]
            return tiers.compactMap { $0 }.filter { gap >= $0.limit }
        }
    }

    /// A share of the life that the token was given.
    private func relative(_ reactivation: Reactivation) -> DormancyTier? {
        guard let life = reactivation.lifetime else { return nil }
        let part = settings.relativePart
        return DormancyTier(
            name: "relative", limit: max(settings.leastDormancy, life / part),
            reason: "1/\(part) of its life of \(Wording.span(life)), \(least)")
    }

    /// A multiple of the token's usual gap.
    private func adaptive(_ usual: Int64) -> DormancyTier {
        let product = usual.multipliedReportingOverflow(by: settings.adaptiveFactor)
        return DormancyTier(
            name: "adaptive", limit: max(settings.leastDormancy, product.overflow ? .max : product.partialValue),
            reason: "\(settings.adaptiveFactor) times its usual gap of at most \(Wording.span(usual)), \(least)")
    }

    private var least: String { "at least \(Wording.span(settings.leastDormancy))" }

    // MARK: Habits

    /// What is known of a token's gaps while the days go by.
    private struct Gaps {
        var uses = 0
        var last: Int64?
        /// The gaps of a day or more, which daily rollups tell exactly.
        var long: [Int64] = []

        mutating func add(first: Int64, last: Int64, uses: Int) {
            if let earlier = self.last, first.minus(earlier) >= Timestamp.day { long.append(first.minus(earlier)) }
            self.last = max(self.last ?? last, last)
            self.uses += uses
        }

        /// The gap that 95 of 100 do not exceed. A shorter one than a day counts as a day: rollups tell no more.
        var p95: Int64 {
            let all = uses - 1
            let rank = (all * 95 + 99) / 100
            let short = all - long.count
            return rank <= short ? Timestamp.day : long.sorted()[rank - short - 1]
        }
    }

    /// For each reactivation, the gap that 95 of 100 earlier gaps of its token do not exceed; nil with too few earlier
    /// uses.
    private func usualGaps(before reactivations: [Reactivation]) throws -> [Int64?] {
        var usual: [Int64?] = reactivations.map { _ in nil }
        let days = reactivations.map { Timestamp.day(of: $0.at) }
        guard let lastDay = days.max(), firstDay <= lastDay else { return usual }
        let byDay = Dictionary(grouping: reactivations.indices) { days[$0] }
        var gaps = Dictionary(reactivations.map { ($0.token, Gaps()) }) { first, _ in first }
        for day in firstDay...lastDay {
            for place in byDay[day] ?? [] {
                guard let known = gaps[reactivations[place].token], known.uses >= settings.adaptiveUses else {
                    continue
                }
                usual[place] = known.p95
            }
            let uses = TokenDays.merged(try history.tokenDays(on: day), day: day)
            for token in gaps.keys {
                guard let place = uses.place(of: token) else { continue }
                gaps[token]?.add(first: uses.first[place], last: uses.last[place], uses: Int(uses.uses[place]))
            }
        }
        return usual
    }
}

extension Reactivation {
    /// How long the token was to live, from its issue to its expiry.
    fileprivate var lifetime: Int64? {
        guard let issuedAt, let expires = issuance?.expiresAt, expires > issuedAt else { return nil }
        return expires.minus(issuedAt)
    }
}
