package import Events
internal import GRDB

/// Lines that are no events.
extension Catalog {
    /// Number of quarantined lines by reason, most first.
    package func quarantineByReason() throws(CatalogError) -> [(reason: String, lines: Int64)] {
        try counts().reduce(into: [String: Int64]()) { $0[$1.key.reason, default: 0] += $1.value }
            .sorted { ($1.value, $0.key) < ($0.value, $1.key) }.map { ($0.key, $0.value) }
    }

    /// Which fields quarantined lines lack, or have as something else than text, with the number of lines.
    package func quarantinedFields() throws(CatalogError) -> [(reason: String, field: String, lines: Int64)] {
        try counts().compactMap { entry, lines in entry.field.map { (entry.reason, $0, lines) } }
            .sorted { ($1.2, $0.1, $0.0) < ($0.2, $1.1, $1.0) }
    }

    /// All counts together, which no block is opened for.
    private func counts() throws(CatalogError) -> [QuarantineCounts.Entry: Int64] {
        try read("count the quarantine") { db in
            var sums: [QuarantineCounts.Entry: Int64] = [:]
            let rows = try Row.fetchCursor(db, sql: "SELECT \(QuarantineTable.rowColumns) FROM quarantine_blocks")
            while let row = try rows.next() {
                sums.merge(try QuarantineBlock(row, withBytes: false).counts.lines, uniquingKeysWith: +)
            }
            return sums
        }
    }

    /// The quarantined lines in which credentials were replaced, and when each was read.
    package func quarantinedSecrets() throws(CatalogError) -> [QuarantinedSecrets] {
        try read("read the quarantine") { db in
            var found: [QuarantinedSecrets] = []
            try QuarantineTable.each("WHERE is_redacted", [], db) { block in
                let heads = try block.heads(), texts = try block.texts(heads)
                for line in 0..<heads.count {
                    guard let types = heads.redacted(line) else { continue }
                    found.append(
                        QuarantinedSecrets(
                            source: block.source, offset: heads.offsets[line], types: types,
                            text: Array(texts[line]), readAt: heads.times[line]))
                }
            }
            return found
        }
    }

    /// What is kept of the quarantined line that begins there, or nil.
    package func quarantinedLine(source: String, offset: Int64) throws(CatalogError) -> [UInt8]? {
        try read("read the quarantine") { db in
            var found: [UInt8]?
            // Several sources may have had the name; of each, one block can hold the line.
            let sql = """
                JOIN main.sources AS s ON q.block_id = (
                    SELECT block_id FROM quarantine_blocks
                    WHERE source_id = s.source_id AND first_offset <= ?2 ORDER BY first_offset DESC LIMIT 1)
                WHERE q.source = ?1 AND q.last_offset >= ?2 ORDER BY q.last_batch, q.source_id
                """
            try QuarantineTable.each(sql, [source, offset], db) { block in
                let heads = try block.heads()
                guard let line = heads.offsets.lastIndex(of: offset) else { return }
                found = Array(try block.texts(heads)[line])
            }
            return found
        }
    }

    /// The quarantined lines of a source that begin in a range of it: as they are kept, which may be a beginning, or
    /// with marks in place of credentials.
    package func quarantinedLines(
        ofSource id: Int64, in range: Range<Int64>
    ) throws(CatalogError) -> [(offset: Int64, length: Int64, bytes: [UInt8], isRedacted: Bool)] {
        try read("read the quarantine") { db in
            var found: [(offset: Int64, length: Int64, bytes: [UInt8], isRedacted: Bool)] = []
            let sql = """
                WHERE source_id = ?1 AND first_offset < ?3 AND last_offset >= ?2 AND first_offset >= ifnull(
                    (SELECT max(first_offset) FROM quarantine_blocks WHERE source_id = ?1 AND first_offset <= ?2), 0)
                ORDER BY first_offset
                """
            try QuarantineTable.each(sql, [id, range.lowerBound, range.upperBound], db) { block in
                let heads = try block.heads(), texts = try block.texts(heads)
                for line in 0..<heads.count where range.contains(heads.offsets[line]) {
                    found.append(
                        (heads.offsets[line], heads.lengths[line], Array(texts[line]), heads.redacted(line) != nil))
                }
            }
            return found
        }
    }

    /// The first line of a source of which only the beginning was kept, or nil. A line in which a long credential was
    /// replaced is shorter than its source has it, and whole.
    package func firstCutLine(ofSource id: Int64) throws(CatalogError) -> (offset: Int64, length: Int64, kept: Int64)? {
        try read("read the quarantine") { db in
            let (long, zeros) = (QuarantineReason.lineTooLong.rawValue, QuarantineReason.nulBytes.rawValue)
            for block in try blocks(ofSource: id, db) where block.counts.has(long) || block.counts.has(zeros) {
                guard let heads = try QuarantineTable.block(block.id, db)?.heads() else { continue }
                for line in 0..<heads.count {
                    let (length, kept) = (heads.lengths[line], heads.kept[line])
                    let isCut = heads.reason(line) == zeros && length > kept && heads.redacted(line) == nil
                    if heads.reason(line) == long || isCut { return (heads.offsets[line], length, kept) }
                }
            }
            return nil
        }
    }

    /// The rows of a source's blocks in their order, without their bytes.
    private func blocks(ofSource id: Int64, _ db: Database) throws -> [QuarantineBlock] {
        let columns = QuarantineTable.rowColumns
        let sql = "SELECT \(columns) FROM quarantine_blocks WHERE source_id = ? ORDER BY first_offset, block_id"
        return try Row.fetchAll(db, sql: sql, arguments: [id]).map { try QuarantineBlock($0, withBytes: false) }
    }

    /// The lines of a source that stand in the catalog, quarantined and blank ones, in their order.
    package func keptLines(ofSource id: Int64) throws(CatalogError) -> KeptLines {
        try read("read quarantine and blank lines") { db in
            let sql = "SELECT source_offset, bytes FROM blank_lines WHERE source_id = ? ORDER BY source_offset DESC"
            let blanks = try Row.fetchAll(db, sql: sql, arguments: [id]).map { row in
                let bytes = try row.bytes("bytes")
                return KeptLines.Line(offset: try row.count("source_offset"), length: Int64(bytes.count), bytes: bytes)
            }
            return KeptLines(self, blocks: try blocks(ofSource: id, db).map(\.id).reversed(), blanks: blanks)
        }
    }
}

/// Lines of a source that stand in the catalog, in their order, of which one block is held at a time.
package struct KeptLines {
    package struct Line {
        package let offset: Int64
        /// In the source, which differs from the number of bytes where credentials were replaced.
        package let length: Int64
        /// Without the newline.
        package let bytes: [UInt8]
    }

    private let catalog: Catalog
    /// The next ones are last.
    private var blocks: [Int64]
    private var blanks: [Line]
    private var quarantined: [Line] = []

    init(_ catalog: Catalog, blocks: [Int64], blanks: [Line]) {
        (self.catalog, self.blocks, self.blanks) = (catalog, blocks, blanks)
    }

    /// Where the next line begins; `.max` if there is none.
    package mutating func nextOffset() throws -> Int64 {
        try load()
        return min(quarantined.last?.offset ?? .max, blanks.last?.offset ?? .max)
    }

    /// Takes the next line; nil if there is none.
    package mutating func next() throws -> Line? {
        try load()
        guard let line = quarantined.last else { return blanks.popLast() }
        if let blank = blanks.last, blank.offset < line.offset { return blanks.popLast() }
        return quarantined.popLast()
    }

    private mutating func load() throws {
        while quarantined.isEmpty, let id = blocks.popLast() {
            let block = try catalog.quarantineBlock(id)
            quarantined = try (0..<block.count).reversed().map { line in
                Line(offset: block.offset(line), length: block.length(line), bytes: Array(try block.text(line)))
            }
        }
    }
}
