package import Events
internal import Foundation
internal import GRDB

/// Lines that are no events.
extension Catalog {
    /// Number of quarantined lines by reason, most first.
    package func quarantineByReason() throws(CatalogError) -> [(reason: String, lines: Int64)] {
        try read("count the quarantine") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT reason, count(*) AS lines FROM main.quarantine GROUP BY reason ORDER BY lines DESC, reason
                    """
            ).map { try ($0.value("reason"), $0.value("lines")) }
        }
    }

    /// Which fields quarantined lines lack, or have as something else than text, with the number of lines.
    package func quarantinedFields() throws(CatalogError) -> [(reason: String, field: String, lines: Int64)] {
        try read("count the quarantine") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT reason, detail, count(*) AS lines FROM main.quarantine
                    WHERE reason IN ('missing_field', 'bad_field') AND detail NOT NULL
                    GROUP BY reason, detail ORDER BY lines DESC, detail
                    """
            ).map { try ($0.value("reason"), $0.value("detail"), $0.value("lines")) }
        }
    }

    /// The quarantined lines in which credentials were replaced, and when each was read.
    package func quarantinedSecrets() throws(CatalogError) -> [QuarantinedSecrets] {
        try read("read the quarantine") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT q.source, q.source_offset, q.redacted, q.bytes, b.committed_at
                    FROM main.quarantine AS q JOIN main.batches AS b USING (batch_id) WHERE q.redacted IS NOT NULL
                    """
            ).map { row in
                try QuarantinedSecrets(
                    source: row.value("source"), offset: row.count("source_offset"), types: row.value("redacted"),
                    text: row.bytes("bytes"), readAt: row.time("committed_at"))
            }
        }
    }

    /// What is kept of the quarantined line that begins there, or nil.
    package func quarantinedLine(source: String, offset: Int64) throws(CatalogError) -> [UInt8]? {
        try read("read the quarantine") { db in
            try Data.fetchOne(
                db,
                // All sources are named, because the index of lines begins with them.
                sql: """
                    SELECT bytes FROM main.quarantine
                    WHERE source_id IN (SELECT source_id FROM main.sources) AND source_offset = ?2 AND source = ?1
                    ORDER BY quarantine_id DESC
                    """, arguments: [source, offset]
            ).map { [UInt8]($0) }
        }
    }

    /// The lines of a source that are no events, in their order, each without its newline. The length is that in the
    /// source, which differs from the number of bytes where credentials were replaced.
    package func keptLines(
        ofSource id: Int64
    ) throws(CatalogError) -> [(offset: Int64, length: Int64, bytes: [UInt8])] {
        try read("read quarantine and blank lines") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT source_offset, length, bytes FROM main.quarantine WHERE source_id = ?1
                    UNION ALL SELECT source_offset, length(bytes), bytes FROM blank_lines WHERE source_id = ?1
                    ORDER BY source_offset
                    """, arguments: [id]
            ).map { try ($0.count("source_offset"), $0.count("length"), $0.bytes("bytes")) }
        }
    }

    /// The quarantined lines of a source that begin in a range of it: as they are kept, which may be a beginning, or
    /// with marks in place of credentials.
    package func quarantinedLines(
        ofSource id: Int64, in range: Range<Int64>
    ) throws(CatalogError) -> [(offset: Int64, length: Int64, bytes: [UInt8], isRedacted: Bool)] {
        try read("read the quarantine") { db in
            try Row.fetchAll(
                db,
                sql: """
                    SELECT source_offset, length, bytes, redacted NOT NULL AS marked FROM main.quarantine
                    WHERE source_id = ? AND source_offset >= ? AND source_offset < ? ORDER BY source_offset
                    """, arguments: [id, range.lowerBound, range.upperBound]
            ).map {
                try ($0.count("source_offset"), $0.count("length"), $0.bytes("bytes"), $0.value("marked"))
            }
        }
    }

    /// The first line of a source of which only the beginning was kept, or nil. A line in which a long credential was
    /// replaced is shorter than its source has it, and whole.
    package func firstCutLine(ofSource id: Int64) throws(CatalogError) -> (offset: Int64, length: Int64, kept: Int64)? {
        try read("read the quarantine") { db in
            try Row.fetchOne(
                db,
                sql: """
                    SELECT source_offset, length, length(bytes) AS kept FROM main.quarantine
                    WHERE source_id = ?1
                        AND (reason = ?2 OR reason = ?3 AND length > length(bytes) AND redacted IS NULL)
                    ORDER BY source_offset
                    """, arguments: [id, QuarantineReason.lineTooLong.rawValue, QuarantineReason.nulBytes.rawValue]
            ).map { try ($0.count("source_offset"), $0.count("length"), $0.count("kept")) }
        }
    }
}
