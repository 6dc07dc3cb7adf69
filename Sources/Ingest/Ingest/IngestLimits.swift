internal import Segments

/// Every limit of ingestion, with its reason. Tests set smaller ones, to meet every boundary with small inputs.
package struct IngestLimits: Sendable {
    /// Bytes read at once: large enough that system calls cost nothing, small enough to stay in the cache.
    package var chunkBytes = 1 << 20
    /// A longer line is skipped and only its beginning kept, so that no input can take all memory: SQLite copies a line
    /// of quarantine some six times.
    package var lineBytes = 32 << 20
    /// Bytes of lines whose events wait in memory before the fullest months are handed to the encoder.
    package var bufferedBytes = 64 << 20
    /// Events of one month that are handed to the encoder together.
    package var rowsPerBatch = Limits.rowsPerBatch
    /// Events that one transaction commits. More would mean fewer, larger files but a longer way back after a crash.
    package var batchRows = 1 << 20
    /// Failures that one transaction commits: they are counted by address, with their credentials and agents told
    /// apart, and in a flood nothing of that occurs twice. A million would take 150 MB more.
    package var batchFailures = 1 << 18
    /// Months that one transaction may touch: each holds a segment open until the commit.
    package var batchMonths = 120
    /// Batches that may wait for the encoder; more would only take memory.
    package var waitingBatches = 2
    /// Bytes of encoded columns that one transaction commits: a million events of our own take about 30 MB, as many
    /// records ten times that.
    package var heldBytes = 48 << 20
    /// Bytes of quarantined lines that one transaction commits, for inputs that hold little else.
    package var quarantinedBytes = 16 << 20

    /// Stretches of lines delivered again that one transaction commits, for inputs in which they are scattered: a
    /// segment repeats them in its footer.
    package var duplicateSpans = 1 << 16

    /// How long a compressed file without an end must have been the same until it counts as cut, in microseconds.
    package var unfinishedPatience: Int64 = 60_000_000

    /// How long a line from a pipe may wait for its commit, in microseconds.
    package var pipeInterval: Int64 = 1_000_000

    package init() {}

    /// The same for what may be delivered again: what is read at once is looked for at once, and the less pages of the
    /// past are read for it, the more that is.
    func adapted(to deliveries: Deliveries) -> IngestLimits {
        var limits = self
        if deliveries == .atLeastOnce { limits.chunkBytes *= 4 }
        return limits
    }
}
