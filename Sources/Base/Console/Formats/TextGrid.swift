/// The cells of a table as safe texts, how wide they are, and the two ways to set them out.
struct TextGrid {
    /// How a table fits the terminal: the width of every column, and its heading on one or two lines.
    struct Plan {
        var widths: [Int]
        var headings: [[String]]
    }

    private let terminal: Terminal
    private let columns: [Table.Column]
    private let headings: [String]
    private let table: Table
    /// The places of the columns in the table.
    private let places: [Int]
    /// The widest cell of every column, its heading aside.
    private let cellWidths: [Int]
    /// A text is shortened to this width at most; a narrower column says nothing any more.
    private static let leastWidth = 8
    /// Sentences in a narrower column than this are harder to read than a record.
    private static let leastWrappedWidth = 20
    /// The blanks between two columns.
    private static let gap = "  "

    /// Some columns of a table, by their places.
    init(_ table: Table, _ terminal: Terminal, _ places: [Int]) throws {
        self.terminal = terminal
        columns = places.map { table.columns[$0] }
        (self.table, self.places) = (table, places)
        headings = columns.map { SafeText.visible(terminal.isTerminal ? $0.heading : $0.name) }
        var widths = columns.map { _ in 0 }
        try table.eachRow { [columns] row in
            for place in places.indices {
                let text = Self.text(row[places[place]], columns[place], terminal)
                widths[place] = max(widths[place], DisplayWidth.of(text))
            }
        }
        cellWidths = widths
    }

    // MARK: Fitting

    /// How the table fits, or nil if it cannot. In a pipe everything fits.
    func plan() -> Plan? {
        let single = headings.map { [$0] }
        let natural = naturalWidths(single)
        let room = terminal.width - Self.gap.count * (columns.count - 1)
        if !terminal.isTerminal || natural.reduce(0, +) <= room { return Plan(widths: natural, headings: single) }
        // A second line of headings costs less than the middle of a text.
        let broken = zip(headings, cellWidths).map { DisplayWidth.of($0) > $1 ? Self.brokenInTwo($0) : [$0] }
        return fitted(naturalWidths(broken), room: room).map { Plan(widths: $0, headings: broken) }
    }

    private func naturalWidths(_ headings: [[String]]) -> [Int] {
        zip(headings, cellWidths).map { lines, width in lines.reduce(width) { max($0, DisplayWidth.of($1)) } }
    }

    /// Widths whose sum is at most `room`, taken from the widest texts first; nil if that leaves too little of them.
    private func fitted(_ natural: [Int], room: Int) -> [Int]? {
        let shrinking = columns.indices.filter { columns[$0].kind.shrinks && columns[$0].fit.gives }
        let fixed = natural.indices.filter { !shrinking.contains($0) }.reduce(0) { $0 + natural[$1] }
        guard let cap = Self.cap(shrinking.map { natural[$0] }, room: room - fixed) else { return nil }
        var widths = natural
        for place in shrinking { widths[place] = min(natural[place], cap) }
        // What the division left over goes to the first column that still wants it.
        let spare = room - widths.reduce(0, +)
        if let place = shrinking.first(where: { widths[$0] < natural[$0] }) {
            widths[place] = min(natural[place], widths[place] + spare)
        }
        let isReadable = widths.indices.allSatisfy { place in
            columns[place].fit != .wrapped || widths[place] >= min(natural[place], Self.leastWrappedWidth)
        }
        return isReadable ? widths : nil
    }

    /// The widest cap on all widths with which their sum is at most `room`, or nil if it would fall below `leastWidth`.
    private static func cap(_ widths: [Int], room: Int) -> Int? {
        var left = room
        let sorted = widths.sorted()
        for (place, width) in sorted.enumerated() {
            let share = left / (sorted.count - place)
            if width > share { return share >= leastWidth ? share : nil }
            left -= width
        }
        return left >= 0 ? sorted.last ?? 0 : nil
    }

    /// The heading broken at the blank that makes it narrowest.
    private static func brokenInTwo(_ heading: String) -> [String] {
        let words = heading.split(separator: " ").map(String.init)
        let breaks = (1..<max(1, words.count)).map { place in
            [words[..<place].joined(separator: " "), words[place...].joined(separator: " ")]
        }
        func width(_ lines: [String]) -> Int { lines.reduce(0) { max($0, DisplayWidth.of($1)) } }
        return breaks.min { width($0) < width($1) } ?? [heading]
    }

    // MARK: Table

    /// Writes headings, on a terminal a rule, and one line a row.
    func writeTable(_ plan: Plan, to output: Output) throws {
        let height = plan.headings.reduce(1) { max($0, $1.count) }
        for number in 0..<height {
            let cells = zip(plan.headings, plan.widths).map { lines, width in
                let place = number - (height - lines.count)
                return (text: place >= 0 ? shortened(lines[place], to: width) : "", style: Style.bold)
            }
            try output.line(line(cells, plan.widths))
        }
        if terminal.isTerminal {
            let dash = terminal.unicode ? "─" : "-"
            try output.line(line(plan.widths.map { (String(repeating: dash, count: $0), .dim) }, plan.widths))
        }
        try table.eachRow { row in
            for cells in lines(of: places.map { row[$0] }, plan.widths) { try output.line(line(cells, plan.widths)) }
        }
    }

    /// The lines of one row: one, or as many as its highest wrapped cell has.
    private func lines(of row: [Cell], _ widths: [Int]) -> [[(text: String, style: Style)]] {
        let cells = row.enumerated().map { place, cell in
            let (text, style) = styled(cell, columns[place])
            return (lines: fitted(text, columns[place], to: widths[place]), style: style)
        }
        let height = cells.reduce(1) { max($0, $1.lines.count) }
        return (0..<height).map { number in
            cells.map { (number < $0.lines.count ? $0.lines[number] : "", $0.style) }
        }
    }

    private func line(_ cells: [(text: String, style: Style)], _ widths: [Int]) -> String {
        var out = ""
        // Blanks are owed until something follows them, so that no line ends in blanks.
        var owed = 0
        for (place, cell) in cells.enumerated() {
            let text = cell.text
            let blanks = max(0, widths[place] - DisplayWidth.of(text))
            let isRight = columns[place].kind.isNumber
            if isRight { owed += blanks }
            if !text.isEmpty {
                out += String(repeating: " ", count: owed)
                out += terminal.paint(text, cell.style)
                owed = 0
            }
            owed += (isRight ? 0 : blanks) + Self.gap.count
        }
        return out
    }

    // MARK: Records

    /// Writes one line a cell, headings on the left, and above every row a line with its number.
    func writeRecords(numbered: Bool, to output: Output) throws {
        let nameWidth = headings.reduce(0) { max($0, DisplayWidth.of($1)) }
        let room = max(Self.leastWidth, terminal.width - nameWidth - Self.gap.count)
        var number = 0
        try table.eachRow { row in
            number += 1
            if numbered { try output.line(divider(number)) }
            for place in places.indices {
                let (text, style) = styled(row[places[place]], columns[place])
                for (number, value) in fitted(text, columns[place], to: room).enumerated() {
                    let name = DisplayWidth.pad(number == 0 ? headings[place] : "", to: nameWidth)
                    try output.line(terminal.paint(name, .dim) + Self.gap + terminal.paint(value, style))
                }
            }
        }
    }

    private func divider(_ number: Int) -> String {
        let dash = terminal.unicode ? "─" : "-"
        let text = "\(dash)\(dash) \(Human.count(number)) of \(Human.count(table.rowCount)) "
        let length = terminal.isTerminal ? terminal.width : 40
        return terminal.paint(text + String(repeating: dash, count: max(2, length - DisplayWidth.of(text))), .dim)
    }

    // MARK: Cells

    private func fitted(_ text: String, _ column: Table.Column, to width: Int) -> [String] {
        guard terminal.isTerminal, column.kind.shrinks else { return [text] }
        switch column.fit {
        case .whole, .beginning: return [text]
        case .wrapped: return DisplayWidth.wrap(text, to: width)
        case .shortened: return [shortened(text, to: width)]
        }
    }

    private func shortened(_ text: String, to width: Int) -> String {
        terminal.isTerminal ? DisplayWidth.shorten(text, to: width, unicode: terminal.unicode) : text
    }

    private func styled(_ cell: Cell, _ column: Table.Column) -> (text: String, style: Style) {
        let text = Self.text(cell, column, terminal)
        if cell == .null { return (text, .dim) }
        return (text, column.kind == .severity ? .severity(text) : .plain)
    }

    private static func text(_ cell: Cell, _ column: Table.Column, _ terminal: Terminal) -> String {
        if cell == .null { return terminal.isTerminal && terminal.unicode ? "–" : "-" }
        guard terminal.isTerminal else { return SafeText.visible(cell.alignedText(column.kind)) }
        let text = SafeText.visible(cell.humanText(column.kind))
        if case .beginning(let length) = column.fit { return String(text.prefix(length)) }
        return text
    }
}
