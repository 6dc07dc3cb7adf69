/// What became of a finding. Detectors only make new ones; the rest is for the ledger.
package enum FindingStatus: String, Sendable, CaseIterable {
    case new
    /// A run finds it.
    case open
    /// A later run looked at all of its time and found it no more.
    case retracted
    /// Somebody has dealt with it.
    case resolved
    /// An allowance of the policy hides it.
    case suppressed
}
