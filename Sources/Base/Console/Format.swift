/// The ways to write a table; the raw value is the word after `--format`.
///
/// `text` is for people: on a terminal with colors, units and shortened texts, in a pipe aligned but exact. The others
/// are contracts and look the same everywhere. A row is one line wherever no terminal limits it, and no format shows a
/// character of a log raw that could command a terminal or hide itself.
package enum Format: String, CaseIterable, Sendable {
    case text, json, ndjson, csv, markdown

    var writer: any TableFormat {
        switch self {
        case .text: TextFormat()
        case .json: JSONFormat()
        case .ndjson: NDJSONFormat()
        case .csv: CSVFormat()
        case .markdown: MarkdownFormat()
        }
    }
}

/// One way to write a table. The kinds stand in `Formats/`.
protocol TableFormat: Sendable {
    /// Writes the whole table, ending with a newline, and flushes nothing.
    func write(_ table: Table, to output: Output) throws
}

/// Writes a table. On a terminal it appears at once; elsewhere when the buffer is full or `output` finishes. Throws
/// `ConsoleError` and what the table's rows throw.
package func print(_ table: Table, as format: Format, to output: Output) throws {
    try format.writer.write(table, to: output)
    if output.terminal.isTerminal { try output.flush() }
}
