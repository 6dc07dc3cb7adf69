/// What the reason of a failed verification means.
package enum ReasonClass: String, Sendable, CaseIterable {
    /// A wrong credential, a bad signature.
    case mismatch
    /// No such credential or account.
    case unknown
    /// Expired, revoked, superseded, logged out.
    case dead
    /// A spent refresh token or code was presented again.
    case reuse
    /// A known credential that may not do this: no try of a credential.
    case denied
    /// The server refused to look: counts neither for nor against anything.
    case throttled
    /// Something else that nobody need decide about.
    case other
}

extension FailedVerificationByIP.Settings {
    /// Gives words a class; they are taken out of those that they were in.
    package mutating func add(_ words: [String], to reason: ReasonClass) {
        let folded = Set(words.map(ReasonWords.folded))
        for list in ReasonClass.allCases.map(Self.list) {
            self[keyPath: list].removeAll { folded.contains(ReasonWords.folded($0)) }
        }
        // A scope probe is made of denials.
        if reason != .denied { scopeProbe.reasons.removeAll { folded.contains(ReasonWords.folded($0)) } }
        self[keyPath: Self.list(of: reason)] += words
    }

    /// Whether a word has a class.
    package func knows(_ word: String) -> Bool {
        let folded = ReasonWords.folded(word)
        return knownReasons.contains { ReasonWords.folded($0) == folded }
    }

    /// No rule tells a wrong credential from one that nobody has.
    private static func list(of reason: ReasonClass) -> WritableKeyPath<Self, [String]> {
        switch reason {
        case .mismatch, .unknown: \.mismatchReasons
        case .dead: \.replayReasons
        case .reuse: \.reuseReasons
        case .denied: \.deniedReasons
        case .throttled: \.throttledReasons
        case .other: \.otherReasons
        }
    }

    /// The words that have a class.
    var knownReasons: [String] {
        scopeProbe.reasons + ReasonClass.allCases.map(Self.list).flatMap { self[keyPath: $0] }
    }

    /// The words of failures that are no tries of a credential.
    var reasonsOfNoTry: [String] { deniedReasons + throttledReasons + scopeProbe.reasons }
}
