import Columns
import Events

extension EventColumns {
    /// Takes over some columns of a batch with the same rows.
    mutating func take(_ fields: EventFields, from other: EventColumns) {
        if fields.contains(.ts) { ts = other.ts }
        if fields.contains(.event) { event = other.event }
        if fields.contains(.expiresAt) { expiresAt = other.expiresAt }
        if fields.contains(.latencyMS) { latencyMS = other.latencyMS }
        if fields.contains(.success) { success = other.success }
        if fields.contains(.scopes) { scopes = other.scopes }
        if fields.contains(.sourceOffset) { sourceOffset = other.sourceOffset }
        if fields.contains(.sourceID) { sourceID = other.sourceID }
        if fields.contains(.shape) { shape = other.shape }
        if fields.contains(.shape) { shapes = other.shapes }
        if fields.contains(.sourceLength) { sourceLength = other.sourceLength }
        for field in EventField.texts where fields.contains(field) { self[field] = other[field] }
    }

    /// The same rows with some of the columns.
    func only(_ fields: EventFields) -> EventColumns {
        guard fields != self.fields else { return self }
        var part = EventColumns(count: count, fields: fields)
        part.take(fields, from: self)
        return part
    }

    /// Fills a column that may be null, of those that later layouts added, without values.
    mutating func fillNulls(_ field: EventField) {
        if field == .sourceLength {
            sourceLength = [Int64](repeating: Self.noLength, count: count)
        } else {
            self[field] = TextColumn(
                dictionary: TextDictionary(), indices: [UInt32](repeating: TextColumn.none, count: count))
        }
    }
}
