/// A table of GitHub-flavored Markdown under its title, numbers on the right, the notes below.
///
/// Numbers are in full, decimals with the digits of their column, times as given, what is missing is an empty cell.
struct MarkdownFormat: TableFormat {
    func write(_ table: Table, to output: Output) throws {
        if !table.title.isEmpty { try output.line("## \(SafeText.markdownCell(table.title))\n") }
        try line(table.columns.map { SafeText.markdownCell($0.name) }, to: output)
        try line(table.columns.map { $0.kind.isNumber ? "---:" : "---" }, to: output)
        try table.eachRow { row in
            try line(
                zip(table.columns, row).map { SafeText.markdownCell($1.alignedText($0.kind)) }, to: output)
        }
        if table.rowCount == 0 { try output.line("\nNo rows.") }
        for note in table.notes { try output.line("\n\(SafeText.markdownCell(note))") }
    }

    private func line(_ cells: [String], to output: Output) throws(ConsoleError) {
        try output.line("| " + cells.joined(separator: " | ") + " |")
    }
}
