import Columns

/// Which rows of a block had credentials, of which types and where. Nearly always it is empty.
struct RowRedactions: Sendable {
    /// By row: `type:field`.
    private var notes: [Int: Set<String>] = [:]

    /// What to keep in place of a text, or nil if it has no credential. `extra` and `raw` are JSON.
    mutating func screen(
        _ text: RawSpan, _ field: EventField, row: Int, with secrets: SecretMarker?
    ) -> [UInt8]? {
        let isJSON = field == .extra || field == .raw
        guard let redaction = isJSON ? secrets?.redacted(line: text) : secrets?.redacted(text: text) else { return nil }
        note(redaction, row: row, field)
        return redaction.bytes
    }

    /// Notes what was replaced in a field of a row: under the name of an unknown field, if it has one that can be
    /// shown. A line in `raw` says nothing that its fields did not say.
    mutating func note(_ redaction: SecretMarker.Redaction, row: Int, _ field: EventField) {
        if field == .raw, notes[row] != nil { return }
        for secret in redaction.secrets {
            notes[row, default: []].insert("\(secret.type.rawValue):\(secret.member ?? field.name)")
        }
    }

    /// Fills the two columns about replaced credentials and starts anew; returns the number of rows that had some.
    mutating func flush(into columns: inout EventColumns, _ lengths: Span<Int32>) -> Int {
        guard !notes.isEmpty else {
            columns[.redacted].append(entry: TextColumn.none, count: lengths.count)
            columns.sourceLength.append(contentsOf: repeatElement(EventColumns.noLength, count: lengths.count))
            return 0
        }
        for row in 0..<lengths.count {
            columns[.redacted].append(notes[row].map { $0.sorted().joined(separator: ",") })
            columns.sourceLength.append(notes[row] == nil ? EventColumns.noLength : Int64(lengths[row]))
        }
        defer { notes = [:] }
        return notes.count
    }
}
