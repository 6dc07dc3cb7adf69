internal import Columns
internal import Events
internal import GRDB
internal import Model
internal import Rollups

extension Catalog {
    /// Commits a batch, in one transaction: segments, rollups, tokens, quarantine, counters and checkpoints.
    ///
    /// `known` remembers the numbers of tokens from one commit to the next.
    package func commit(_ batch: CatalogBatch, known: inout KnownTokens) throws(CatalogError) {
        // Compressed before others have to wait, but for a long line, which is not to be held twice.
        let quarantine = QuarantineCutter.parts(of: batch).map { lines in
            let isLong = lines.count == 1 && lines[0].record.bytes.count > QuarantineBlock.mostBytes
            return (lines: lines, texts: isLong ? nil : PackedTexts(lines))
        }
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
            for (lines, texts) in quarantine { try QuarantineTable.add(lines.map { $0.of(batchID) }, texts, db) }
            for line in batch.blanks { try Self.insert(line, db) }
            try Self.save(batch.mappings, db)
            try Self.add(batch.types, db)
            try Self.insert(batch.duplicates, areNoted: !batch.segments.isEmpty, db)
            // The first segment tells of all that no other one does, see `SegmentBuilder`.
            if !batch.segments.isEmpty { try Self.markNoted(batch.sources.map(\.id), db) }
            try Self.foldQuietBatch(before: batchID, db)
        }
    }

    private static func insertBatch(_ batch: CatalogBatch, _ db: Database) throws -> Int64 {
        try db.execute(
            sql: """
                INSERT INTO batches (committed_at, lines, stored, quarantined, skipped, unmapped, blank, duplicate,
                    flagged, bytes_in, bytes_stored, segments, redacted, oldest_event)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                batch.committedAt, batch.counts.lines, batch.counts.stored, batch.counts.quarantined,
                batch.counts.skipped, batch.counts.unmapped, batch.counts.blank, batch.counts.duplicate,
                batch.counts.flagged, batch.bytesIn, batch.segments.reduce(0) { $0 + $1.record.bytes },
                batch.segments.count, batch.counts.redacted, batch.segments.map(\.record.minTS).min(),
            ])
        return db.lastInsertedRowID
    }

    static func save(_ source: SourceRecord, _ db: Database) throws {
        let state: [(column: String, value: (any DatabaseValueConvertible)?)] = [
            ("path", source.path), ("compressed", source.isCompressed), ("device", source.device),
            ("inode", source.inode), ("head_length", source.headLength), ("head_hash", source.headHash),
            ("tail_length", source.tailLength), ("tail_hash", source.tailHash), ("checkpoint", source.checkpoint),
            ("open_line", source.hasOpenLine), ("size", source.size), ("lines", source.counts.lines),
            ("stored", source.counts.stored), ("quarantined", source.counts.quarantined),
            ("skipped", source.counts.skipped), ("unmapped", source.counts.unmapped),
            ("mapping", source.mapping), ("frame", source.frame),
            ("blank", source.counts.blank), ("duplicate", source.counts.duplicate),
            ("flagged", source.counts.flagged), ("last_event", source.lastEvent),
            ("read_at", source.readAt), ("ended", source.ended?.rawValue), ("ended_at", source.endedAt),
            ("lost", source.lost), ("start_hash", source.startHash), ("redacted", source.counts.redacted),
        ]
        let issuance: [(column: String, value: (any DatabaseValueConvertible)?)] = [
            ("source_id", source.id), ("start", source.start), ("log", source.log), ("generation", source.generation),
        ]
        let all = issuance + state
        try db.cachedStatement(
            sql: """
                INSERT INTO sources (\(all.map(\.column).joined(separator: ", ")))
                VALUES (\(all.map { _ in "?" }.joined(separator: ", ")))
                ON CONFLICT (source_id) DO UPDATE SET
                    \(state.map { "\($0.column) = excluded.\($0.column)" }.joined(separator: ", "))
                """
        ).execute(arguments: StatementArguments(all.map(\.value)))
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
        if let days = rollups.principalDays() {
            try db.cachedStatement(sql: "INSERT INTO principal_day_blocks (segment_id, block) VALUES (?, ?)")
                .execute(arguments: [segment.id, days.encoded().asData])
        }
    }

    private static func insert(_ line: BlankLine, _ db: Database) throws {
        try db.cachedStatement(sql: "INSERT INTO blank_lines (source_id, source_offset, bytes) VALUES (?, ?, ?)")
            .execute(arguments: [line.sourceID, line.offset, line.bytes.asData])
    }
}
