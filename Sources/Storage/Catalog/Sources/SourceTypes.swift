internal import GRDB

/// How many records of a source gave no event, of one type.
package struct SourceType: Sendable, Equatable {
    package var sourceID: Int64
    /// As the source's mapping names it.
    package var type: String
    /// Those that the mapping knows to be no auth events.
    package var skipped: Int64
    /// Those that it does not know.
    package var unmapped: Int64

    package init(sourceID: Int64, type: String, skipped: Int64, unmapped: Int64) {
        self.sourceID = sourceID
        self.type = type
        self.skipped = skipped
        self.unmapped = unmapped
    }
}

/// How many records of one type gave no event, in all sources that one mapping reads.
package struct RecordType: Sendable, Equatable {
    package var mapping: String?
    package var type: String
    package var skipped: Int64
    package var unmapped: Int64
}

extension Catalog {
    /// Types of records that gave no event, those with most records first.
    package func recordTypes() throws(CatalogError) -> [RecordType] {
        try read("list types of records") { db in
            let sql = """
                SELECT mapping, type, sum(t.skipped) AS skipped, sum(t.unmapped) AS unmapped
                FROM main.source_types AS t JOIN main.sources USING (source_id)
                GROUP BY mapping, type ORDER BY sum(t.skipped) + sum(t.unmapped) DESC, mapping, type
                """
            return try Row.fetchAll(db, sql: sql).map { row in
                RecordType(
                    mapping: try row.textIfAny("mapping"), type: try row.value("type"),
                    skipped: try row.count("skipped"), unmapped: try row.count("unmapped"))
            }
        }
    }

    /// Types of records that gave no event, those with most unmapped records first.
    package func sourceTypes() throws(CatalogError) -> [SourceType] {
        try read("list types of records") { db in
            let sql = "SELECT * FROM main.source_types ORDER BY unmapped DESC, skipped DESC, source_id, type"
            return try Row.fetchAll(db, sql: sql).map { row in
                SourceType(
                    sourceID: try row.int64("source_id", .number), type: try row.value("type"),
                    skipped: try row.count("skipped"), unmapped: try row.count("unmapped"))
            }
        }
    }

    /// Adds to the counts of types.
    static func add(_ types: [SourceType], _ db: Database) throws {
        for type in types {
            try db.cachedStatement(
                sql: """
                    INSERT INTO source_types (source_id, type, skipped, unmapped) VALUES (?, ?, ?, ?)
                    ON CONFLICT (source_id, type) DO UPDATE SET
                        skipped = skipped + excluded.skipped, unmapped = unmapped + excluded.unmapped
                    """
            ).execute(arguments: [type.sourceID, type.type, type.skipped, type.unmapped])
        }
    }
}
