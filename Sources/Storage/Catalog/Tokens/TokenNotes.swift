internal import GRDB
package import Rollups

/// Writes what segments say about tokens into a table like `tokens`, segment by segment in the order of their ranks:
/// the facts of each first, then its uses. It ends as committing them did.
package final class TokenNotes {
    private(set) var known: KnownTokens
    private let db: Database
    private let table: String

    init(_ db: Database, table: String, known: KnownTokens = KnownTokens()) {
        self.known = known
        self.db = db
        self.table = table
    }

    /// Notes in the table `tokens` of a database of one's own.
    static func note(
        in database: DatabaseQueue, _ known: inout KnownTokens, _ body: (TokenNotes) throws -> Void
    ) throws {
        let before = known
        // Held by the notes alone, so that it is changed in place.
        known = KnownTokens()
        known = try database.writeScratch { db in
            let notes = TokenNotes(db, table: "tokens", known: before)
            try body(notes)
            return notes.known
        }
    }

    /// Notes facts, in the order in which their lines were read.
    package func add(_ facts: [TokenFact]) throws {
        var tokens = TokenNumbers()
        tokens.add(facts)
        try tokens.save(db, &known, table: table)
    }

    /// Notes the uses of one segment; returns the numbers of its tokens.
    @discardableResult
    package func add(_ uses: TokenUse) throws -> [UInt32] {
        var tokens = TokenNumbers()
        tokens.add(uses)
        try tokens.save(db, &known, table: table)
        return tokens.numbers(of: uses.tokens)
    }
}
