package import Events
package import Model
package import Rollups

/// What all commits have added up to.
package struct WrittenTotals: Sendable {
    package var counts = LineCounts()
    /// Bytes of lines, decompressed.
    package var bytesIn: Int64 = 0
    /// Bytes of the segments as they were written first, and how many they were.
    package var bytesStored: Int64 = 0
    package var segments = 0

    /// What came on top of an earlier state.
    package func since(_ before: WrittenTotals) -> WrittenTotals {
        var new = self
        new.counts -= before.counts
        new.bytesIn -= before.bytesIn
        new.bytesStored -= before.bytesStored
        new.segments -= before.segments
        return new
    }
}

/// A file or stream that lines came from, and how far it is read.
package struct SourceRecord: Sendable, Equatable, Codable {
    package var id: Int64
    package var path: String
    package var isCompressed: Bool
    /// Which file it is; nil for standard input.
    package var device: Int64?
    package var inode: Int64?
    /// Hash of the first bytes (decompressed), and how many they are.
    package var headLength: Int64 = 0
    package var headHash = ""
    /// Hash of the first 64 bytes; empty while there are not so many.
    package var startHash = ""
    /// Hash of the bytes just before the checkpoint, and how many they are.
    package var tailLength: Int64 = 0
    package var tailHash = ""
    /// Where reading began: after 0 for a copy of a file of which that much had been read.
    package var start: Int64 = 0
    /// How far it is read, in bytes of the decompressed stream.
    package var checkpoint: Int64 = 0
    /// The last stored line had no newline yet: one that follows at the checkpoint still belongs to it.
    package var hasOpenLine = false
    /// Bytes on the disk when it was last read.
    package var size: Int64 = 0
    package var counts = LineCounts()
    /// The newest event of this source.
    package var lastEvent: Int64?
    /// The path under which it was found first: a log, of which the source is one generation.
    package var log: String
    /// From 1; the generations of a log in the order in which they were found.
    package var generation: Int64 = 1
    /// When it was last read, microseconds since the epoch.
    package var readAt: Int64?
    /// Why nothing more is awaited, and since when; nil while it may still grow.
    package var ended: Ending?
    package var endedAt: Int64?
    /// Bytes that were seen to be there and could not be read any more: at least so many are lost.
    package var lost: Int64 = 0
    /// The name of the mapping by which its records are read; nil for our own format, and as long as nobody knows.
    package var mapping: String?
    /// How its records stand in it and where between them the checkpoint is; nil for our own format.
    package var frame: String?

    /// How a source ended.
    package enum Ending: String, Sendable, Codable {
        /// It has another name now, and a new file stands in its place.
        case rotated
        /// It became shorter than what was read of it.
        case truncated
        /// It holds other bytes than those that were read.
        case rewritten
        /// Its last name was removed.
        case deleted
        /// Another file stands in its place, and it was not found under any other name.
        case missing
    }

    package init(id: Int64, path: String, isCompressed: Bool, device: Int64?, inode: Int64?) {
        self.id = id
        self.path = path
        log = path
        self.isCompressed = isCompressed
        self.device = device
        self.inode = inode
    }
}

extension SourceRecord {
    /// Whether its numbers can be: a record that a segment tells is checked where it is read, as rows are.
    package var isPossible: Bool {
        let counts = [
            start, checkpoint, size, generation, lost, counts.lines, counts.stored,
            counts.quarantined, counts.skipped, counts.unmapped, counts.blank, counts.duplicate, counts.flagged,
            counts.redacted,
        ]
        let times = [lastEvent, readAt, endedAt].compactMap(\.self)
        return counts.allSatisfy { (try? CatalogNumber.count.checked($0, "")) != nil }
            && times.allSatisfy { (try? CatalogNumber.time.checked($0, "")) != nil }
            && [headLength, tailLength].allSatisfy { (try? CatalogNumber.hashed.checked($0, "")) != nil }
            && (try? CatalogNumber.number.checked(id, "")) != nil
    }
}

/// A sealed segment, as the catalog lists it.
package struct SegmentRecord: Sendable, Equatable {
    /// Also the number in its file name.
    package var id: Int64
    /// UTC month of all its events, counted from January 1970.
    package var month: Int32
    /// Path below the trail's folder.
    package var file: String
    package var rows: Int64
    package var rowGroups: Int64
    package var bytes: Int64
    /// Hex.
    package var sha256: String
    package var minTS: Int64
    package var maxTS: Int64
    /// Events by kind, in the order of `EventKind`.
    package var counts: [Int64]
    /// Its place in the order in which lines were committed: its number, or for merged segments that of the first.
    package var rank: Int64

    package init(
        id: Int64, month: Int32, file: String, rows: Int64, rowGroups: Int64, bytes: Int64, sha256: String,
        minTS: Int64, maxTS: Int64, counts: [Int64], rank: Int64? = nil
    ) {
        self.id = id
        self.rank = rank ?? id
        self.month = month
        self.file = file
        self.rows = rows
        self.rowGroups = rowGroups
        self.bytes = bytes
        self.sha256 = sha256
        self.minTS = minTS
        self.maxTS = maxTS
        self.counts = counts
    }

    /// How many events of the given kinds it holds.
    package func count(of kinds: EventKinds) -> Int64 {
        EventKind.allCases.reduce(0) { $0 + (kinds.contains($1) ? counts[Int($1.rawValue)] : 0) }
    }
}

/// Everything that one transaction commits.
package struct CatalogBatch: Sendable {
    /// When it is committed, microseconds since the epoch.
    package var committedAt: Int64
    package var counts = LineCounts()
    package var bytesIn: Int64 = 0
    package var segments: [(record: SegmentRecord, rollups: SegmentRollups)] = []
    package var quarantined: [QuarantinedLine] = []
    /// Blank lines that are not simply empty.
    package var blanks: [BlankLine] = []
    /// Mappings that sources are read by and that are not built in.
    package var mappings: [StoredMapping] = []
    /// Records that gave no event, by source and type.
    package var types: [SourceType] = []
    /// Lines that were delivered again; those of one source follow each other in their order.
    package var duplicates: [DuplicateSpan] = []
    /// The sources that were read, as they stand now.
    package var sources: [SourceRecord] = []

    package init(committedAt: Int64) { self.committedAt = committedAt }
}
