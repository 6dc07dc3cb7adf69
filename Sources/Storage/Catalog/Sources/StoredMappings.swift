internal import GRDB

/// A mapping that sources are read by and that is not built in.
package struct StoredMapping: Sendable, Equatable {
    package var name: String
    /// The text of its file.
    package var text: String

    package init(name: String, text: String) {
        self.name = name
        self.text = text
    }
}

extension Catalog {
    /// The mappings by which sources were read, but for those that are built in, as they were given last.
    package func mappings() throws(CatalogError) -> [StoredMapping] {
        try read("list mappings") { db in
            try Row.fetchAll(db, sql: "SELECT name, text FROM main.mappings ORDER BY name").map { row in
                StoredMapping(name: try row.value("name"), text: try row.value("text"))
            }
        }
    }

    /// The mapping by which each source is read that has events, by its number; nil for our own format.
    package func mappingsOfSources() throws(CatalogError) -> [Int64: String?] {
        try read("list sources") { db in
            let rows = try Row.fetchAll(db, sql: "SELECT source_id, mapping FROM main.sources WHERE stored > 0")
            return Dictionary(
                try rows.map { (try $0.value("source_id") as Int64, try $0.textIfAny("mapping")) }
            ) { first, _ in first }
        }
    }

    static func save(_ mappings: [StoredMapping], _ db: Database) throws {
        for mapping in mappings {
            try db.cachedStatement(
                sql: """
                    INSERT INTO mappings (name, text) VALUES (?, ?)
                    ON CONFLICT (name) DO UPDATE SET text = excluded.text WHERE text != excluded.text
                    """
            ).execute(arguments: [mapping.name, mapping.text])
        }
    }
}
