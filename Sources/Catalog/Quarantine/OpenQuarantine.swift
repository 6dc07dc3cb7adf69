internal import GRDB

/// A block of quarantined lines, as much of it as can be told without opening it.
package struct QuarantineSummary: Sendable {
    package let id: Int64
    package let source: String
    package let sourceID: Int64
    /// Where its first line begins, and where its last one does.
    package let offsets: ClosedRange<Int64>
    package let lines: Int
    /// The reasons of its lines.
    package let reasons: Set<[UInt8]>
}

/// A block of quarantined lines that was opened. Its texts are decompressed when one is asked for.
package final class OpenQuarantine {
    private let block: QuarantineBlock
    private let heads: QuarantineHeads
    private var texts: QuarantineTexts?

    fileprivate init(_ block: QuarantineBlock) throws(DamagedQuarantine) {
        self.block = block
        heads = try block.heads()
    }

    package var count: Int { heads.count }
    package func offset(_ line: Int) -> Int64 { heads.offsets[line] }
    package func length(_ line: Int) -> Int64 { heads.lengths[line] }
    package func reason(_ line: Int) -> String { heads.reason(line) }
    package func detail(_ line: Int) -> String? { heads.detail(line) }
    package func redacted(_ line: Int) -> String? { heads.redacted(line) }

    /// What is kept of the line. Throws `DamagedQuarantine`.
    package func text(_ line: Int) throws(DamagedQuarantine) -> ArraySlice<UInt8> {
        if let texts { return texts[line] }
        let all = try block.texts(heads)
        texts = all
        return all[line]
    }
}

extension Catalog {
    /// All blocks of quarantined lines, by the bytes of their sources' names, by source, and by place.
    package func quarantineSummaries() throws(CatalogError) -> [QuarantineSummary] {
        try read("list the quarantine") { db in
            let columns = QuarantineTable.rowColumns
            let sql = "SELECT \(columns) FROM quarantine_blocks ORDER BY source, source_id, first_offset, block_id"
            return try Row.fetchAll(db, sql: sql).map { row in
                let block = try QuarantineBlock(row, withBytes: false)
                return QuarantineSummary(
                    id: block.id, source: block.source, sourceID: block.sourceID,
                    offsets: block.first...max(block.first, block.last), lines: block.lines,
                    reasons: Set(block.counts.lines.keys.map { Array($0.reason.utf8) }))
            }
        }
    }

    /// Opens a block.
    package func quarantineBlock(_ id: Int64) throws(CatalogError) -> OpenQuarantine {
        let block = try read("read the quarantine") { db in
            try QuarantineTable.block(id, db).map { try OpenQuarantine($0) }
        }
        guard let block else {
            throw .failed(
                operation: "read the quarantine", path: path,
                reason: "others joined its blocks meanwhile; run the same again")
        }
        return block
    }
}
