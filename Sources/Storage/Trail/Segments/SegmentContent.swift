internal import Catalog
internal import Crypto
internal import Events
internal import Files
internal import Rollups
internal import Segments

/// What a segment's file holds, read through from its first to its last row, some pages at a time.
struct SegmentContent {
    /// Facts of tokens that wait, at most about so many.
    private static let mostFacts = 50_000

    private(set) var rowGroups = 0
    private(set) var counts = [Int64](repeating: 0, count: EventKind.allCases.count)
    private(set) var minTS = Int64.max
    private(set) var maxTS = Int64.min
    private(set) var notes = SegmentMetadata()
    /// Without facts, which were passed on.
    private(set) var rollups = SegmentRollups()

    /// Reads a file. `batch` gets all columns, `facts` what the rows say about tokens, both in the order of the rows.
    /// Throws `SegmentError`, and what these throw.
    init(
        of path: String, batch: (EventColumns) throws -> Void = { _ in },
        facts: ([TokenFact]) throws -> Void = { _ in }
    ) throws {
        let reader = try SegmentReader(path: path)
        rowGroups = reader.rowGroupCount
        notes = SegmentMetadata(reader.metadata)
        for group in 0..<reader.rowGroupCount {
            try reader.eachBatch(rowGroup: group) { columns in
                for kind in columns.event { counts[Int(kind)] += 1 }
                for time in columns.ts { (minTS, maxTS) = (min(minTS, time), max(maxTS, time)) }
                rollups.add(columns)
                try batch(columns)
                if rollups.facts.count >= Self.mostFacts { try facts(rollups.takeFacts()) }
            }
        }
        try facts(rollups.takeFacts())
        // What it took to count them is not held beside them.
        rollups.finish()
    }

    var rows: Int64 { counts.reduce(0, +) }

    /// Whether all events are of a month.
    func belongs(to month: Int32) -> Bool {
        rows > 0 && Timestamp.month(of: minTS) == month && Timestamp.month(of: maxTS) == month
    }

    /// The size and the SHA-256 of a file. Throws `FileError`.
    static func digest(of path: String) throws(FileError) -> (bytes: Int64, sha256: String) {
        let file = try InputFile(path: path)
        var hash = SHA256()
        var buffer = [UInt8](repeating: 0, count: 1 << 20)
        var offset: Int64 = 0
        while true {
            let count = try buffer.fill(0..<buffer.count) { (space) throws(FileError) in
                try file.read(into: space, at: offset)
            }
            guard count > 0 else { return (offset, hex(hash.finalize())) }
            buffer.withUnsafeBytes { hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<count])) }
            offset += Int64(count)
        }
    }
}
