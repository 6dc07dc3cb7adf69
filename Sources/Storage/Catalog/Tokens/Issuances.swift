internal import Foundation
internal import GRDB

extension Catalog {
    /// When the first token of a kind came into being, as far as the log tells; `nil` asks for tokens without a kind.
    package func firstIssuance(ofKind kind: String?) throws(CatalogError) -> Int64? {
        try read("read tokens") { db in
            try db.number(
                "issued_at", .time, sql: "SELECT min(issued_at) FROM main.tokens WHERE kind IS CAST(? AS TEXT)",
                arguments: [kind.map { Data($0.utf8) }])
        }
    }

    /// The same of all kinds.
    package func firstIssuances() throws(CatalogError) -> [String?: Int64] {
        try read("read tokens") { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT kind, min(issued_at) AS since FROM main.tokens WHERE issued_at NOT NULL GROUP BY kind
                    """)
            return Dictionary(
                try rows.map { (try $0.textIfAny("kind"), try $0.time("since")) }
            ) { first, _ in first }
        }
    }
}
