internal import GRDB

/// A file beside the catalog that no segment can tell: how it was left, so that `verify` sees any change of it.
package struct KeptFile: Sendable, Equatable {
    package var bytes: Int64
    /// Hex: the SHA-256 of the file, or of a key something that tells nothing about it.
    package var digest: String

    package init(bytes: Int64, digest: String) {
        self.bytes = bytes
        self.digest = digest
    }
}

extension Catalog {
    /// The last row of a name is what holds now; of a key, those before it tell that there were others.
    static let keptFilesTable = """
        CREATE TABLE kept_files (
            note_id       INTEGER PRIMARY KEY,
            file          TEXT NOT NULL,
            bytes         INTEGER NOT NULL,
            digest        TEXT NOT NULL
        ) STRICT;
        """

    /// How a file was left, the last time at the end; empty if nobody ever noted it.
    package func keptFiles(_ name: String) throws(CatalogError) -> [KeptFile] {
        try read("read kept_files") { db in
            try Row.fetchAll(
                db, sql: "SELECT bytes, digest FROM kept_files WHERE file = ? ORDER BY note_id", arguments: [name]
            ).map { KeptFile(bytes: try $0.count("bytes"), digest: try $0.value("digest")) }
        }
    }

    /// How a file was left last; nil if nobody ever noted it.
    package func keptFile(_ name: String) throws(CatalogError) -> KeptFile? { try keptFiles(name).last }

    /// Notes how a file is left, in place of what was noted before, unless that is to stay beside it.
    package func note(_ name: String, _ file: KeptFile, keepsOlder: Bool = false) throws(CatalogError) {
        try write("note \(name)") { db in
            if !keepsOlder { try db.execute(sql: "DELETE FROM kept_files WHERE file = ?", arguments: [name]) }
            try db.execute(
                sql: "INSERT INTO kept_files (file, bytes, digest) VALUES (?, ?, ?)",
                arguments: [name, file.bytes, file.digest])
        }
    }
}
