internal import GRDB

/// What kept an input from being read, or a word of a command line from naming one.
package struct InputProblem: Sendable, Equatable {
    package enum Kind: String, Sendable {
        /// Nothing is there.
        case missing
        /// It may not be read, or the system failed.
        case unreadable
        /// What is there is damaged; what stands before the damage was read.
        case damaged
        /// A compressed file that has no end yet.
        case unfinished
        /// It was read, and nothing in it is an event.
        case blind
        /// It may be a copy of what was read before, and that cannot be told now.
        case uncertain
    }

    /// The input, or the word.
    package var path: String
    package var kind: Kind
    /// A sentence.
    package var reason: String
    /// Since when this is so, microseconds since the epoch.
    package var since: Int64

    package init(path: String, kind: Kind, reason: String, since: Int64) {
        self.path = path
        self.kind = kind
        self.reason = reason
        self.since = since
    }
}

extension Catalog {
    static let inputProblemTable = """
        CREATE TABLE input_problems (
            path   TEXT PRIMARY KEY,
            kind   TEXT NOT NULL,
            reason TEXT NOT NULL,
            since  INTEGER NOT NULL
        ) STRICT, WITHOUT ROWID;
        """

    /// What is wrong with inputs, by path.
    package func inputProblems() throws(CatalogError) -> [InputProblem] {
        try read("read what is wrong with inputs") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM main.input_problems ORDER BY path").map { row in
                let kind: String = try row.value("kind")
                return InputProblem(
                    path: try row.value("path"), kind: InputProblem.Kind(rawValue: kind) ?? .unreadable,
                    reason: try row.value("reason"), since: try row.time("since"))
            }
        }
    }

    /// Writes what is wrong with inputs, in place of what was known before.
    package func save(_ problems: [InputProblem]) throws(CatalogError) {
        try write("note what is wrong with inputs") { db in
            try db.execute(sql: "DELETE FROM main.input_problems")
            for problem in problems {
                try db.execute(
                    sql: "INSERT INTO input_problems (path, kind, reason, since) VALUES (?, ?, ?, ?)",
                    arguments: [problem.path, problem.kind.rawValue, problem.reason, problem.since])
            }
        }
    }
}
