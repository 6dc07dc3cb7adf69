internal import Columns
internal import Events
internal import GRDB
internal import Rollups

extension Catalog {
    /// Makes a batch true, in one transaction: segments, rollups, tokens, quarantine, counters and checkpoints.
    ///
    /// `known` remembers the numbers of tokens from one commit to the next.
    package func commit(_ batch: CatalogBatch, known: inout KnownTokens) throws(CatalogError) {
        try write("commit a batch") { db in
            let batchID = try Self.insertBatch(batch, db)
            for source in batch.sources { try Self.save(source, db) }
            var tokens = TokenNumbers()
            for segment in batch.segments { tokens.add(segment.rollups) }
            try tokens.save(db, &known)
            for segment in batch.segments {
                try Self.insert(segment.record, batchID, db)
                let numbers = tokens.numbers(of: segment.rollups.tokenUse.tokens)
                try Self.insertRollups(segment.record, segment.rollups, numbers, db)
            }
            for line in batch.quarantined { try Self.insert(line, batchID, db) }
            for line in batch.blanks { try Self.insert(line, db) }
        }
    }

    private static func insertBatch(_ batch: CatalogBatch, _ db: Database) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO batches (committed_at, lines, stored, quarantined, blank, flagged, bytes_in, bytes_stored,
                    segments)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                batch.committedAt, batch.counts.lines, batch.counts.stored, batch.counts.quarantined,
                batch.counts.blank,
                batch.counts.flagged, batch.bytesIn, batch.segments.reduce(0) { $0 + $1.record.bytes },
                batch.segments.count,
            ])
        return db.lastInsertedRowID
    }

    static func save(_ source: SourceRecord, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO sources (source_id, path, compressed, device, inode, head_length, head_hash, tail_length,
                    tail_hash, start, checkpoint, open_line, size, lines, stored, quarantined, blank, flagged,
                    last_event)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (source_id) DO UPDATE SET path = excluded.path, compressed = excluded.compressed,
                    device = excluded.device, inode = excluded.inode, head_length = excluded.head_length,
                    head_hash = excluded.head_hash, tail_length = excluded.tail_length, tail_hash = excluded.tail_hash,
                    checkpoint = excluded.checkpoint, open_line = excluded.open_line, size = excluded.size,
                    lines = excluded.lines, stored = excluded.stored, quarantined = excluded.quarantined,
                    blank = excluded.blank, flagged = excluded.flagged, last_event = excluded.last_event
                """
        ).execute(arguments: [
            source.id, source.path, source.isCompressed, source.device, source.inode, source.headLength,
            source.headHash,
            source.tailLength, source.tailHash, source.start, source.checkpoint, source.hasOpenLine, source.size,
            source.counts.lines,
            source.counts.stored, source.counts.quarantined, source.counts.blank, source.counts.flagged,
            source.lastEvent,
        ])
    }

    static func insert(_ segment: SegmentRecord, _ batchID: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO segments (segment_id, batch_id, month, file, rows, row_groups, bytes, sha256, min_ts,
                    max_ts, rank, issued, used, revoked, failed, exchanged, refreshed)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(
            arguments: [
                segment.id, batchID, segment.month, segment.file, segment.rows, segment.rowGroups, segment.bytes,
                segment.sha256, segment.minTS, segment.maxTS, segment.rank,
            ] + StatementArguments(segment.counts))
    }

    /// `numbers` has the number of each token that the segment's uses name.
    static func insertRollups(
        _ segment: SegmentRecord, _ rollups: SegmentRollups, _ numbers: [UInt32], _ db: Database
    ) throws {
        let statement = try db.cachedStatement(
            sql: "INSERT INTO event_counts (day, event, segment_id, events) VALUES (?, ?, ?, ?)")
        for (day, counts) in rollups.eventCounts.days.sorted(by: { $0.key < $1.key }) {
            for kind in EventKind.allCases where counts[Int(kind.rawValue)] > 0 {
                try statement.execute(arguments: [day, kind.name, segment.id, counts[Int(kind.rawValue)]])
            }
        }
        for day in rollups.tokenUse.numbered(numbers) {
            let (tokens, times) = day.encoded()
            try db.cachedStatement(
                sql: "INSERT INTO token_day_blocks (segment_id, day, tokens, times) VALUES (?, ?, ?, ?)"
            ).execute(arguments: [segment.id, day.day, tokens.asData, times.asData])
        }
        for day in rollups.ipHours() {
            try db.cachedStatement(sql: "INSERT INTO ip_hour_blocks (segment_id, day, block) VALUES (?, ?, ?)")
                .execute(arguments: [segment.id, day.day, day.encoded().asData])
        }
    }

    private static func insert(_ line: BlankRecord, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO blank_lines (source_id, source_offset, bytes) VALUES (?, ?, ?)")
            .execute(arguments: [line.sourceID, line.sourceOffset, line.bytes.asData])
    }

    private static func insert(_ line: QuarantineRecord, _ batchID: Int64, _ db: Database) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO quarantine (batch_id, source_id, source, source_offset, length, reason, detail, bytes)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            batchID, line.sourceID, line.source, line.sourceOffset, line.length, line.reason, line.detail,
            line.bytes.asData,
        ])
    }
}
