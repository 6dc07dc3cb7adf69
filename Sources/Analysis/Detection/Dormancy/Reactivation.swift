internal import Events
internal import Rollups

/// A token's first use after a silence.
struct Reactivation {
    /// The catalog's number of the token.
    var token: UInt32
    /// The use itself, u.
    var at: Int64
    /// The latest use before it, p, or nil when there is none.
    var previous: Int64?
    /// What is known about the token.
    var life: TokenLife
    /// How often it was used on the days of the window.
    var uses: Int64 = 0

    /// How much later its issue may be dated and still have come first: the clocks of two hosts differ.
    var clockSkew: Int64 = 0
    /// The time of looking: later events are not known yet.
    var asOf = Int64.max

    /// What the token's issue says, if it came before the use.
    var issuance: TokenLife? { life.issuedAt.map { $0 <= at.plus(clockSkew) && $0 < asOf } == true ? life : nil }

    var issuedAt: Int64? { issuance?.issuedAt }

    /// Whether nothing is known of the token before this use.
    var hasNoPast: Bool { previous == nil && issuedAt == nil }

    /// How long the token was silent, where that is known: since its previous use, or since its issue.
    var gap: Int64? { (previous ?? issuedAt).map { max(0, at.minus($0)) } }
}

/// What kind of silence ended.
enum ReactivationClass: String, CaseIterable {
    case dormantReactivated = "dormant_reactivated"
    case dormantFromBirth = "dormant_from_birth"
    case unknownOrigin = "unknown_origin"
    case firstUse = "first_use"
    case insufficientHistory = "insufficient_history"

    /// The class of a first use after a silence; `isDormant` says whether the silence has reached a limit, `firstEvent`
    /// is where the log begins that would say when the token was issued, or nil if it never says that.
    init(of reactivation: Reactivation, isDormant: Bool, dormancy: Int64, logBegins firstEvent: Int64?) {
        if reactivation.previous != nil {
            self = .dormantReactivated
        } else if reactivation.issuedAt != nil {
            self = isDormant ? .dormantFromBirth : .firstUse
        } else {
            let known = firstEvent.map { reactivation.at.minus($0) }
            self = known.map { $0 >= dormancy } ?? false ? .unknownOrigin : .insufficientHistory
        }
    }
}
