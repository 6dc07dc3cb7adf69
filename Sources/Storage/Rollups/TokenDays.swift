/// On one UTC day: each token that was used, with how often, first and last. What dormancy is answered from.
///
/// Columns of equal length, sorted by token number. One day may be spread over several of these, one for each segment.
package struct TokenDays: Sendable, Equatable {
    /// Days since 1970-01-01.
    package var day: Int32
    /// The catalog's numbers of the tokens, ascending, each once.
    package var tokens: [UInt32] = []
    package var uses: [UInt32] = []
    /// Microseconds since the epoch.
    package var first: [Int64] = []
    package var last: [Int64] = []

    package init(day: Int32) { self.day = day }

    package var count: Int { tokens.count }

    /// The place of a token, or nil.
    package func place(of token: UInt32) -> Int? { tokens.placeOfSorted(token) }
}

/// What is known about the life of one token, from all events so far.
package struct TokenLife: Sendable, Equatable {
    package var number: UInt32
    package var tokenID: String
    /// Kind and principal as its issuance names them, or else its first use.
    package var kind: String?
    package var principal: String?
    /// Microseconds since the epoch. The earliest event that brought the token into being (issued, exchanged,
    /// refreshed).
    package var issuedAt: Int64?
    /// The admin who issued it.
    package var issuedBy: String?
    package var expiresAt: Int64?
    /// The earliest revocation.
    package var revokedAt: Int64?
    /// When another token took its place, by refresh, and which.
    package var supersededAt: Int64?
    package var supersededBy: String?
    package var scopes: [String]?
    /// First and last accepted use ever.
    package var firstUse: Int64?
    package var lastUse: Int64?

    package init(number: UInt32, tokenID: String) {
        self.number = number
        self.tokenID = tokenID
    }
}
