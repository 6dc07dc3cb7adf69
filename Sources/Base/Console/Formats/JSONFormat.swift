/// One JSON object, schema version 1, each column and each row on a line of its own:
///
/// `{"schema_version":1,"report":NAME, …members of the table…, "columns":[{"name":…,"type":…,"unit":…}],"rows":[{…}]}`
///
/// `type` is text, integer, decimal, time, duration, boolean or json; `unit` stands only with bytes and durations.
/// A row's keys are the column names in order. Numbers are in full, times as given, what is missing is `null`.
struct JSONFormat: TableFormat {
    func write(_ table: Table, to output: Output) throws {
        var head = JSONWriter()
        head.raw("{\n")
        let members = [.init("schema_version", 1), .init("report", .string(table.name))] + table.members
        for member in members {
            head.raw("  ")
            head.string(member.key)
            head.raw(": ")
            head.write(member.value)
            head.raw(",\n")
        }
        try output.write(bytes: head.bytes)
        try list("columns", end: ",\n", to: output) { item in
            for column in table.columns { try item(Array(Self.describe(column).json().utf8)) }
        }
        let rows = JSONRows(table)
        try list("rows", end: "\n}\n", to: output) { item in try table.eachRow { try item(rows.object($0)) } }
    }

    private func list(
        _ key: String, end: String, to output: Output, items: (_ item: ([UInt8]) throws -> Void) throws -> Void
    ) throws {
        try output.write("  \"\(key)\": [")
        var isEmpty = true
        try items { item in
            try output.write(isEmpty ? "\n    " : ",\n    ")
            try output.write(bytes: item)
            isEmpty = false
        }
        try output.write(isEmpty ? "]" + end : "\n  ]" + end)
    }

    private static func describe(_ column: Table.Column) -> JSONValue {
        let unit: [JSONValue.Member] = column.kind.unitName.map { [.init("unit", .string($0))] } ?? []
        return .object([.init("name", .string(column.name)), .init("type", .string(column.kind.typeName))] + unit)
    }
}
