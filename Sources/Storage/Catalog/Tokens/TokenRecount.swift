internal import Foundation
internal import GRDB
package import Rollups

/// The table `tokens` as the events make it, counted anew beside the catalog: in a database that lives in a temporary
/// file of SQLite's own, so that millions of tokens take no memory.
package final class TokenRecount {
    private let database: DatabaseQueue
    private var known = KnownTokens()

    /// Texts of the log as bytes: read as texts they would end at a NUL.
    static let columns = """
        CAST(token_id AS BLOB) AS token_id, CAST(kind AS BLOB) AS kind, CAST(principal AS BLOB) AS principal, scopes,
        issued_at, CAST(issued_by AS BLOB) AS issued_by, expires_at, revoked_at, superseded_at,
        CAST(superseded_by AS BLOB) AS superseded_by, first_use, last_use, uses
        """

    /// Begins with what dropped events said. Throws `CatalogError`.
    package init(of catalog: Catalog) throws {
        database = try DatabaseQueue.scratch()
        try catalog.read("read what was dropped") { db in
            let rows = try Row.fetchCursor(db, sql: "SELECT \(Self.columns) FROM main.pruned_tokens ORDER BY token_no")
            try database.write { copy in
                let insert = try copy.makeStatement(
                    sql: """
                        INSERT INTO tokens (token_id, kind, principal, scopes, issued_at, issued_by, expires_at,
                            revoked_at, superseded_at, superseded_by, first_use, last_use, uses)
                        VALUES (CAST(? AS TEXT), CAST(? AS TEXT), CAST(? AS TEXT), ?, ?, CAST(? AS TEXT), ?, ?, ?,
                            CAST(? AS TEXT), ?, ?, ?)
                        """)
                while let row = try rows.next() {
                    try insert.execute(arguments: StatementArguments(row.databaseValues))
                }
            }
        }
    }

    /// Takes in facts of a segment, in the order in which their lines were read.
    package func add(_ facts: [TokenFact]) throws { try note { try $0.add(facts) } }

    /// Takes in the uses of a segment, after its facts.
    package func add(_ uses: TokenUse) throws { try note { try $0.add(uses) } }

    private func note(_ body: (TokenNotes) throws -> Void) throws { try TokenNotes.note(in: database, &known, body) }

    /// What the catalog says otherwise, at most so many sentences.
    package func differences(from catalog: Catalog, atMost most: Int) throws -> [String] {
        let sql = "SELECT \(Self.columns) FROM main.tokens ORDER BY tokens.token_id"
        return try catalog.read("compare tokens") { theirs in
            try database.read { ours in
                let (got, wanted) = (try Row.fetchCursor(theirs, sql: sql), try Row.fetchCursor(ours, sql: sql))
                var left = try got.next()?.copy(), right = try wanted.next()?.copy()
                var found: [String] = []
                while found.count < most, left != nil || right != nil {
                    let order = try Self.order(left, right)
                    if order < 0, let row = left {
                        try found.append("lists \(Self.name(row)), of which no event tells")
                    }
                    if order > 0, let row = right { try found.append("does not list \(Self.name(row))") }
                    if order == 0, let left, let right, let what = try Self.difference(left, right) {
                        found.append(what)
                    }
                    if order <= 0 { left = try got.next()?.copy() }
                    if order >= 0 { right = try wanted.next()?.copy() }
                }
                return found
            }
        }
    }

    /// What the tables, indexes and triggers of a catalog should be and are not.
    package func schemaProblems(of catalog: Catalog) throws -> [String] {
        let sql = "SELECT name, ifnull(sql, '') AS sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
        func parts(_ db: Database) throws -> [String: String] {
            try Row.fetchAll(db, sql: sql).reduce(into: [:]) { try $0[$1.value("name")] = $1.value("sql") as String }
        }
        let wanted = try database.read(parts), got = try catalog.read("read the tables", parts)
        return Set(wanted.keys).union(got.keys).sorted().filter { wanted[$0] != got[$0] }.map { name in
            got[name] == nil
                ? "has no \(name)"
                : wanted[name] == nil
                    ? "has \(name), which is none of its tables"
                    : "has \(name) defined otherwise than this version makes it"
        }
    }

    private static func order(_ left: Row?, _ right: Row?) throws -> Int {
        guard let left else { return 1 }
        guard let right else { return -1 }
        let (a, b) = try (left.bytes("token_id"), right.bytes("token_id"))
        return a == b ? 0 : a.lexicographicallyPrecedes(b) ? -1 : 1
    }

    private static func name(_ row: Row) throws -> String {
        try "token " + String(decoding: row.bytes("token_id"), as: UTF8.self)
    }

    private static func difference(_ got: Row, _ wanted: Row) throws -> String? {
        for (place, column) in got.columnNames.enumerated() {
            let (a, b): (DatabaseValue, DatabaseValue) = (got[place], wanted[place])
            if a != b { return try "says of \(name(got)) \(column) \(a), its events say \(b)" }
        }
        return nil
    }
}
