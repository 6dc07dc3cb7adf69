/// Aligned text for people, numbers on the right.
///
/// On a terminal: headings, a rule, units, thousands separators, times without zone, and lines that fit the width. Wide
/// headings break in two, wide texts lose their middle (or wrap, as their column says); where even that is not enough,
/// every row becomes a record of one line a cell. In a pipe: column names, and every value in full (decimals with the
/// digits of their column).
struct TextFormat: TableFormat {
    func write(_ table: Table, to output: Output) throws {
        let terminal = output.terminal
        if !table.title.isEmpty { try output.line(terminal.paint(SafeText.visible(table.title), .bold)) }
        if table.rowCount == 0 {
            // A note says more.
            if table.notes.isEmpty { try output.line(terminal.paint("no rows", .dim)) }
        } else if table.layout == .automatic {
            try writeFitting(table, to: output)
        } else {
            let all = table.columns.indices.map { $0 }
            try TextGrid(table, terminal, all).writeRecords(numbered: table.rowCount > 1, to: output)
        }
        if !table.notes.isEmpty, table.rowCount > 0 { try output.line() }
        for note in table.notes { try output.line(terminal.paint(SafeText.visible(note), .dim)) }
    }

    /// What does not fit is tried without its empty columns, then without those that matter least.
    private func writeFitting(_ table: Table, to output: Output) throws {
        let terminal = output.terminal
        var places = Array(table.columns.indices)
        let whole = try TextGrid(table, terminal, places)
        if let plan = whole.plan() { return try whole.writeTable(plan, to: output) }
        var isFilled = places.map { _ in false }
        try table.eachRow { row in for place in places where row[place] != .null { isFilled[place] = true } }
        places.removeAll { !isFilled[$0] }
        let filled = places
        while true {
            let grid = try TextGrid(table, terminal, places)
            if let plan = grid.plan() {
                try grid.writeTable(plan, to: output)
                return try writeLeftOut(filled.filter { !places.contains($0) }, of: table, to: output)
            }
            let least = places.filter { table.columns[$0].minor > 0 }.max { left, right in
                table.columns[left].minor < table.columns[right].minor
            }
            guard let least else { break }
            places.removeAll { $0 == least }
        }
        try TextGrid(table, terminal, filled).writeRecords(numbered: true, to: output)
    }

    private func writeLeftOut(_ places: [Int], of table: Table, to output: Output) throws {
        guard !places.isEmpty else { return }
        let names = places.map { table.columns[$0].name }.joined(separator: ", ")
        let text = "A wider terminal, or --format json, also has \(names)."
        for line in output.terminal.paragraph(text, indent: 0) {
            try output.line(output.terminal.paint(line, .dim))
        }
    }
}
