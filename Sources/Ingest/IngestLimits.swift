/// Every limit of ingestion, with its reason.
package enum IngestLimits {
    /// Bytes read at once: large enough that system calls cost nothing, small enough to stay in the cache.
    static let chunkBytes = 1 << 20
    /// A longer line is skipped and only its beginning kept, so that no input can take all memory.
    static let lineBytes = 64 << 20
    /// Bytes of lines whose events wait in memory before the fullest days are handed to the encoder.
    static let bufferedBytes = 64 << 20
    /// Events that one transaction makes true. More would mean fewer, larger files but a longer way back after a crash.
    static let batchRows = 1 << 20
    /// Threads that encode, beside the one that reads: encoding takes about twice the time of reading.
    static let lanes = 2
    /// Row groups that may wait for the encoder; more would only take memory.
    static let waitingRowGroups = 4
    /// Quarantined lines that one transaction makes true, for inputs that hold little else.
    static let batchQuarantined = 1 << 14
}
