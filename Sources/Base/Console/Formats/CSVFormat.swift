/// Comma-separated values (RFC 4180, UTF-8, lines end in `\n`): a line of column names, then one line a row.
///
/// Numbers are in full, times as given, what is missing is an empty field, several texts are joined by `|`. Control
/// characters and invisible ones are visible escapes, and a text that a spreadsheet would take for a formula starts
/// with `'`; so JSON is the format to choose where every byte of a text counts.
struct CSVFormat: TableFormat {
    func write(_ table: Table, to output: Output) throws {
        try output.line(table.columns.map { SafeText.csvField($0.name) }.joined(separator: ","))
        try table.eachRow { row in try output.line(row.map(Self.field).joined(separator: ",")) }
    }

    private static func field(_ cell: Cell) -> String {
        let text = cell.exactText(separator: "|")
        switch cell {
        case .integer, .decimal, .bool, .null: return text
        case .text, .texts, .json: return SafeText.csvField(text)
        }
    }
}
