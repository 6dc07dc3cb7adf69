internal import Catalog
package import Model

/// What one run of `ingest` did.
package struct IngestSummary: Sendable {
    /// Something that stopped one input while the others went on.
    package struct Problem: Sendable {
        package let input: String
        package let error: any Error
    }

    package var counts = LineCounts()
    /// Of the flagged lines, those with a time more than five minutes ahead of the clock.
    package var future: Int64 = 0
    /// Of the flagged lines, those that have kind, time and `event_id` of another event.
    package var reused: Int64 = 0
    /// Types of records that mappings do not know, and how many there were of each.
    package var unmapped: [String: Int64] = [:]
    /// The same, the most frequent first.
    package var unmappedTypes: [(type: String, records: Int64)] {
        unmapped.map { ($0.key, $0.value) }.sorted { ($1.1, $0.0) < ($0.1, $1.0) }
    }
    package var inputs = 0
    /// Inputs that a mapping reads, by its name.
    package var mapped: [String: Int] = [:]
    /// Inputs of our own format.
    package var native = 0
    /// Inputs that hold nothing at all.
    package var empty = 0
    /// Whether none of the lines of some input, now or before, is an event, and nothing else was read.
    package var isBlind = false
    /// Folders that were named and hold no log.
    package var emptyFolders: [String] = []
    /// Whether inputs were looked for and there was none, neither one to read nor one to complain of.
    package var foundNothing = false
    /// Inputs in which nothing was new.
    package var unchanged = 0
    /// Bytes read, decompressed.
    package var bytesIn: Int64 = 0
    package var bytesStored: Int64 = 0
    package var segments = 0
    /// Inputs whose last line has no newline and is no event yet; it is read when the rest has come.
    package var waiting: [(input: String, bytes: Int)] = []
    /// Compressed files that are still being written, beside the files that they are made from.
    package var unfinished: [String] = []
    package var problems: [Problem] = []
    /// Generations of logs that are gone, with the bytes that were known to be unread in them.
    package var losses: [(path: String, bytes: Int64)] = []
    /// Why the small segments of many runs could not be merged; what was read is stored all the same.
    package var unmerged: (any Error)?
    /// Why some lines could not be compared with what is stored: what was delivered again of it is stored twice.
    package var uncompared: (any Error)?

    package init() {}

    /// What came of the lines, with what another summary says about the inputs.
    func merging(_ other: IngestSummary) -> IngestSummary {
        var merged = self
        merged.inputs = other.inputs
        merged.mapped = other.mapped
        merged.native = other.native
        merged.foundNothing = other.foundNothing
        merged.emptyFolders = other.emptyFolders
        merged.isBlind = other.isBlind
        merged.empty = other.empty
        merged.unchanged = other.unchanged
        merged.waiting = other.waiting
        merged.problems = other.problems
        merged.unfinished = other.unfinished
        merged.losses = other.losses
        merged.unmerged = other.unmerged
        merged.uncompared = other.uncompared
        return merged
    }
}

/// How far a run is, for a progress bar.
package struct IngestProgress: Sendable {
    /// Bytes on the disk (compressed ones for gzip), and how many there are, or nil for standard input.
    package var bytes: Int64 = 0
    package var totalBytes: Int64?
    package var events: Int64 = 0
}
