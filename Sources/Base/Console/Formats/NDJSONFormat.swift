/// One JSON object a row, its keys the column names in order, nothing else: no header, no envelope.
struct NDJSONFormat: TableFormat {
    func write(_ table: Table, to output: Output) throws {
        let rows = JSONRows(table)
        try table.eachRow { row in
            var line = rows.object(row)
            line.append(0x0A)
            try output.write(bytes: line)
        }
    }
}

/// Rows as JSON objects, the keys escaped once.
struct JSONRows {
    private let keys: [[UInt8]]

    init(_ table: Table) {
        keys = table.columns.enumerated().map { place, column in
            var bytes = Array((place == 0 ? "{" : ",").utf8)
            JSONWriter.append(column.name, to: &bytes)
            bytes.append(UInt8(ascii: ":"))
            return bytes
        }
    }

    /// One row on one line, without white space.
    func object(_ row: [Cell]) -> [UInt8] {
        var out: [UInt8] = []
        out.reserveCapacity(row.count * 32)
        for (key, cell) in zip(keys, row) {
            out.append(contentsOf: key)
            Self.append(cell, to: &out)
        }
        if keys.isEmpty { out.append(UInt8(ascii: "{")) }
        out.append(UInt8(ascii: "}"))
        return out
    }

    private static func append(_ cell: Cell, to out: inout [UInt8]) {
        switch cell {
        case .text(let text): JSONWriter.append(text, to: &out)
        case .integer(let value): out.append(contentsOf: String(value).utf8)
        default:
            var writer = JSONWriter()
            writer.write(cell.json)
            out.append(contentsOf: writer.bytes)
        }
    }
}
