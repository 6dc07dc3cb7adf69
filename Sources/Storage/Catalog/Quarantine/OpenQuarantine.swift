internal import GRDB

/// A block of quarantined lines, as much of it as can be told without opening it.
package struct QuarantineSummary: Sendable {
    package let id: Int64
    package let source: String
    package let sourceID: Int64
    /// Which of the files of its log it is, as `status` counts them.
    package let generation: Int64
    /// Where its first line begins, and where its last one does.
    package let offsets: ClosedRange<Int64>
    package let lines: Int
    /// The reasons of its lines.
    package let reasons: Set<[UInt8]>

    /// What they are sorted by, before their places.
    fileprivate var key: SortKey { SortKey(source: Array(source.utf8), generation: generation, sourceID: sourceID) }

    fileprivate struct SortKey: Comparable {
        var source: [UInt8]
        var generation: Int64
        var sourceID: Int64

        static func < (left: SortKey, right: SortKey) -> Bool {
            if left.source != right.source { return left.source.lexicographicallyPrecedes(right.source) }
            return (left.generation, left.sourceID) < (right.generation, right.sourceID)
        }
    }
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
            let generations = try Row.fetchAll(db, sql: "SELECT source_id, generation FROM main.sources")
                .reduce(into: [Int64: Int64]()) { $0[try $1.count("source_id")] = try $1.count("generation") }
            let columns = QuarantineTable.rowColumns
            let sql = "SELECT \(columns) FROM quarantine_blocks ORDER BY first_offset, block_id"
            let all = try Row.fetchAll(db, sql: sql).map { row in
                let block = try QuarantineBlock(row, withBytes: false)
                return QuarantineSummary(
                    id: block.id, source: block.source, sourceID: block.sourceID,
                    generation: generations[block.sourceID] ?? 0,
                    offsets: block.first...max(block.first, block.last), lines: block.lines,
                    reasons: Set(block.counts.lines.keys.map { Array($0.reason.utf8) }))
            }
            return all.enumerated().sorted { ($0.element.key, $0.offset) < ($1.element.key, $1.offset) }.map(\.element)
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
