internal import Rollups

extension TokenLife {
    /// Whether it is the name of all who come without a credential.
    var isAnonymous: Bool { kind == "anonymous" || kind == nil && issuedAt == nil && tokenID == "anonymous" }
}
