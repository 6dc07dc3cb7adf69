import Events
import Parquet

/// How events lie in a Parquet file: one column per field, in the order of `EventField`.
enum SegmentSchema {
    /// The metadata entry that says how a segment is laid out, and the layout that this version writes.
    static let formatKey = "authtrail.format"
    static let format = "3"
    /// The layouts that this version reads, with the number of their columns: the first ones of `EventField`. Those
    /// that a segment lacks read as null.
    static let columnCounts = ["2": 27, "3": EventField.allCases.count]
    /// The metadata entries that hold the shapes of lines: this and the number that rows have.
    static let shapeKey = "authtrail.shape."

    /// The schema of a segment whose times are whole milliseconds, or of one that has others.
    static let schemas = [true, false].map { isMillis in
        ParquetSchema(EventField.allCases.map { column($0, isMillis) })
    }

    /// The kinds of each row group. Uses are nine of ten events and detection rarely wants all of them; failures, which
    /// it wants first, are then read without the rest, with a dictionary of their own addresses.
    static let groups: [EventKinds] = [
        .used, .failed, .all.subtracting(.used.union(.failed)),
    ]

    /// The row groups that a batch has rows for, and which rows; nil for all of them.
    static func split(_ events: EventColumns) -> [(group: Int, rows: [Int]?)] {
        let groupOfKind = EventKind.allCases.map { kind in groups.firstIndex { $0.contains(kind) } ?? 0 }
        var rows = [[Int]](repeating: [], count: groups.count)
        for (row, kind) in events.event.enumerated() { rows[groupOfKind[Int(kind)]].append(row) }
        return rows.indices.filter { !rows[$0].isEmpty }.map { ($0, rows[$0].count == events.count ? nil : rows[$0]) }
    }

    static func schema(isMillis: Bool) -> ParquetSchema { schemas[isMillis ? 0 : 1] }

    /// Where a column of the schema lies: fields are numbered as columns are.
    static func index(_ field: EventField) -> Int { Int(field.rawValue) }

    private static func column(_ field: EventField, _ isMillis: Bool) -> ParquetColumn {
        let type: ParquetType =
            switch field.type {
            case .time: isMillis ? .timestampMillis : .timestamp
            case .kind, .text: .text
            case .texts: .textList
            case .decimal: .double
            case .boolean: .boolean
            case .integer: .int64
            }
        return ParquetColumn(field.name, type, optional: field.isOptional, bloom: soughtByValue.contains(field))
    }

    /// What an investigation starts from: asked for by value, and absent from most row groups.
    private static let soughtByValue: [EventField] = [.tokenID, .ip, .principal, .eventID]
}
