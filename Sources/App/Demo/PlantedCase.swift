/// Something that was put into a generated log to be found: one row of its answer key.
package struct PlantedCase: Sendable, Equatable {
    /// What kind of case; the raw values are the words that findings use (`badLine` is no finding).
    package enum Kind: String, CaseIterable, Sendable {
        case dormantReactivated = "dormant_reactivated"
        case dormantFromBirth = "dormant_from_birth"
        case unknownOrigin = "unknown_origin"
        case credentialStuffing = "credential_stuffing"
        case successAfter = "success_after"
        case bruteForce = "brute_force"
        case distributed
        case brokenClient = "broken_client"
        case volume
        case badLine = "bad_line"

        /// The id of the detector that should find it, or nil for a spoiled line.
        package var detector: String? {
            switch self {
            case .dormantReactivated, .dormantFromBirth, .unknownOrigin: "dormant-token-reactivation"
            case .badLine: nil
            default: "failed-verification-by-ip"
            }
        }
    }

    package let kind: Kind
    /// The token, the address (an IPv6 network as `2001:db8:a:b::/64`), or for `distributed` the user agent.
    package let entity: String
    /// The reactivating use, or the first failure; for `successAfter` the accepted use. Microseconds since the epoch,
    /// UTC.
    package let first: Int64
    /// The last event of the case, in microseconds; equal to `first` where one event is the case.
    package let last: Int64
    /// One sentence for people.
    package let story: String
}
