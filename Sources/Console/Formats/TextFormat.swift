/// Aligned text for people, numbers on the right.
///
/// On a terminal: headings, a rule, units, thousands separators, times without zone, and lines that fit the width. Wide
/// headings break in two, wide texts lose their middle (or wrap, as their column says); where even that is not enough,
/// every row becomes a record of one line a cell. In a pipe: column names, and every value in full (decimals with the
/// digits of their column).
struct TextFormat: TableFormat {
    func write(_ table: Table, to output: Output) throws(ConsoleError) {
        let terminal = output.terminal
        if !table.title.isEmpty { try output.line(terminal.paint(SafeText.visible(table.title), .bold)) }
        let grid = TextGrid(table, terminal)
        if table.rows.isEmpty {
            try output.line(terminal.paint("no rows", .dim))
        } else if table.layout == .automatic, let plan = grid.plan() {
            try grid.writeTable(plan, to: output)
        } else {
            try grid.writeRecords(numbered: table.layout == .automatic || table.rows.count > 1, to: output)
        }
        if !table.notes.isEmpty { try output.line() }
        for note in table.notes { try output.line(terminal.paint(SafeText.visible(note), .dim)) }
    }
}
