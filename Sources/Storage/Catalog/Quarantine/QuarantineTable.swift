internal import Events
internal import GRDB
internal import Model

/// The table `quarantine_blocks`.
enum QuarantineTable {
    static let sql = """
        CREATE TABLE quarantine_blocks (
            block_id      INTEGER PRIMARY KEY,
            source_id     INTEGER NOT NULL REFERENCES sources,
            source        TEXT NOT NULL,
            first_offset  INTEGER NOT NULL,
            last_offset   INTEGER NOT NULL,
            lines         INTEGER NOT NULL,
            size          INTEGER NOT NULL,
            last_batch    INTEGER NOT NULL,
            is_redacted   INTEGER NOT NULL,
            counts        TEXT NOT NULL,
            bytes         BLOB NOT NULL
        ) STRICT;
        CREATE INDEX quarantine_blocks_by_source ON quarantine_blocks (source_id, first_offset);
        """

    static func insert(_ block: QuarantineBlock, _ db: Database) throws {
        // Bound as it is: of a long line there are enough copies already.
        let statement = BoundStatement(
            try db.cachedStatement(
                sql: """
                    INSERT INTO quarantine_blocks (source_id, first_offset, last_offset, lines, size, last_batch,
                        is_redacted, source, counts, bytes)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """))
        let numbers = [
            block.sourceID, block.first, block.last, Int64(block.lines), Int64(block.size), block.lastBatch,
            block.isRedacted ? 1 : 0,
        ]
        for (place, number) in numbers.enumerated() { statement.bind(Int32(place + 1), number) }
        statement.bind(8, block.source)
        statement.bind(9, block.counts.text)
        statement.bind(10, bytes: block.bytes[...])
        _ = try statement.insert()
        statement.clear()
    }

    /// Puts lines behind those that their source has. Small blocks that stand before them become one with them: who
    /// follows a log commits a line at a time, and a block of one line is larger than the line.
    ///
    /// Of two neighbors the first is at least twice as large, as in a binary counter: a line is written again a
    /// logarithmic number of times, and a source has few small blocks.
    static func add(_ lines: [ReadLine], _ texts: PackedTexts? = nil, _ db: Database) throws {
        let block = QuarantineBlock(lines, texts: texts)
        var all = lines
        for id in try neighbors(of: block, db) {
            guard let older = try readable(id, db) else { break }
            all = older + all
            try db.cachedStatement(sql: "DELETE FROM quarantine_blocks WHERE block_id = ?").execute(arguments: [id])
        }
        try insert(all.count == lines.count ? block : QuarantineBlock(all), db)
    }

    /// The numbers of the blocks that are to become one with a new one, the last one first.
    private static func neighbors(of block: QuarantineBlock, _ db: Database) throws -> [Int64] {
        var ids: [Int64] = []
        var (weight, size, lines, start) = (block.weight, block.size, block.lines, block.first)
        // Rows without their bytes: a block may be one line of many megabytes.
        let rows = try Row.fetchCursor(
            db.cachedStatement(
                sql: """
                    SELECT \(rowColumns) FROM quarantine_blocks WHERE source_id = ? AND first_offset < ?
                    ORDER BY first_offset DESC
                    """), arguments: [block.sourceID, block.first])
        while let row = try rows.next() {
            guard let before = try unlessDamaged({ try QuarantineBlock(row, withBytes: false) }),
                before.source.utf8.elementsEqual(block.source.utf8), before.last < start,
                before.weight <= 2 * weight, before.size + size <= QuarantineBlock.mostBytes,
                before.lines + lines <= QuarantineBlock.mostLines
            else { break }
            ids.append(before.id)
            start = before.first
            (weight, size, lines) = (weight + before.weight, size + before.size, lines + before.lines)
        }
        return ids
    }

    private static func readable(_ id: Int64, _ db: Database) throws -> [ReadLine]? {
        try unlessDamaged { try block(id, db)?.readLines() ?? [] }
    }

    /// A damaged neighbor stays as it is, for `verify` to name it, and keeps no line from being written.
    private static func unlessDamaged<Value>(_ read: () throws -> Value) throws -> Value? {
        do { return try read() } catch let error as DatabaseError { throw error } catch { return nil }
    }

    /// The columns that can be read without reading a block.
    static let rowColumns = """
        block_id, source_id, source, first_offset, last_offset, lines, size, last_batch, is_redacted, counts
        """

    static func block(_ id: Int64, _ db: Database) throws -> QuarantineBlock? {
        try Row.fetchOne(
            db.cachedStatement(sql: "SELECT * FROM quarantine_blocks WHERE block_id = ?"), arguments: [id]
        ).map { try QuarantineBlock($0) }
    }

    /// The blocks that a statement selects with all columns, one at a time.
    static func each(
        _ sql: String, _ arguments: StatementArguments, _ db: Database, _ body: (QuarantineBlock) throws -> Void
    ) throws {
        let rows = try Row.fetchCursor(db, sql: "SELECT q.* FROM quarantine_blocks AS q \(sql)", arguments: arguments)
        while let row = try rows.next() { try body(QuarantineBlock(row)) }
    }
}

/// Cuts lines of sources into what blocks are made of. Lines of one source must come in their order.
struct QuarantineCutter {
    private var open: [ReadLine] = []
    private var size = 0

    /// Takes a line; returns the lines before it if they are to be a block of their own.
    mutating func add(_ line: ReadLine) -> [ReadLine]? {
        var full: [ReadLine]?
        if let last = open.last?.record,
            last.sourceID != line.record.sourceID || !last.source.utf8.elementsEqual(line.record.source.utf8)
                || last.offset > line.record.offset
                || size + line.record.bytes.count > QuarantineBlock.mostBytes
                || open.count == QuarantineBlock.mostLines
        {
            full = finish()
        }
        open.append(line)
        size += line.record.bytes.count
        return full
    }

    /// The lines of a batch, which has no number yet, source by source.
    static func parts(of batch: CatalogBatch) -> [[ReadLine]] {
        var cutter = QuarantineCutter()
        var parts: [[ReadLine]] = []
        // The order of a source's lines is theirs in the batch.
        let places = batch.quarantined.indices.sorted {
            (batch.quarantined[$0].sourceID, $0) < (batch.quarantined[$1].sourceID, $1)
        }
        for place in places {
            let line = ReadLine(record: batch.quarantined[place], batch: 0, readAt: batch.committedAt)
            if let part = cutter.add(line) { parts.append(part) }
        }
        if let part = cutter.finish() { parts.append(part) }
        return parts
    }

    /// The lines that are left, if there are any.
    mutating func finish() -> [ReadLine]? {
        defer { (open, size) = ([], 0) }
        return open.isEmpty ? nil : open
    }
}
