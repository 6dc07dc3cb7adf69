import Events
import Parquet

/// How events lie in a Parquet file: one column per field, in the order of `EventField`.
enum SegmentSchema {
    /// The metadata entry that says how a segment is laid out, and the layout that this version writes and reads.
    static let formatKey = "authtrail.format"
    static let format = "2"
    /// The metadata entries that hold the shapes of lines: this and the number that rows have.
    static let shapeKey = "authtrail.shape."

    /// The schema of a segment whose times are whole milliseconds, or of one that has others.
    static let schemas = [true, false].map { isMillis in
        ParquetSchema(EventField.allCases.map { column($0, isMillis) })
    }

    static func schema(isMillis: Bool) -> ParquetSchema { schemas[isMillis ? 0 : 1] }

    /// Where a column of the schema lies: fields are numbered as columns are.
    static func index(_ field: EventField) -> Int { Int(field.rawValue) }

    private static func column(_ field: EventField, _ isMillis: Bool) -> ParquetColumn {
        let time: ParquetType = isMillis ? .timestampMillis : .timestamp
        return switch field {
        case .ts: ParquetColumn(field.name, time, optional: false)
        case .event: ParquetColumn(field.name, .text, optional: false)
        case .scopes: ParquetColumn(field.name, .textList)
        case .expiresAt: ParquetColumn(field.name, time)
        case .latencyMS: ParquetColumn(field.name, .double)
        case .success: ParquetColumn(field.name, .boolean)
        case .sourceOffset, .sourceID, .shape: ParquetColumn(field.name, .int64, optional: false)
        // What an investigation starts from: asked for by value, and absent from most row groups.
        case .tokenID, .ip, .principal, .eventID: ParquetColumn(field.name, .text, bloom: true)
        default: ParquetColumn(field.name, .text)
        }
    }
}
