package import Catalog
package import Trail

/// What a person should know while logs are followed.
package enum FollowNotice: Sendable {
    /// A file is read from an offset on.
    case opened(path: String, offset: Int64)
    /// A file has another name now, and is read on.
    case renamed(from: String, to: String)
    /// Nothing more is awaited of a file; `lost` bytes of it were seen and could not be read.
    case ended(path: String, SourceRecord.Ending, lost: Int64)
    /// An input cannot be read; it is tried again, and reported again only when the reason changes.
    case problem(path: String, any Error)
    /// An input was read, and nothing in it is an event so far.
    case blind(path: String, any Error)
    /// An input that could not be read can be read again.
    case solved(path: String)
    /// There is no log yet where one was looked for.
    case nothingFound([String])
    /// Nothing can be written; reading waits, and nothing is lost by it.
    case blocked(any Error, seconds: Int64)
    /// Months that were old enough were dropped.
    case pruned(PrunePlan)
    /// Writing works again.
    case unblocked(seconds: Int64)
}
