/// Labeled bars, one a line, for text: `2026-04-01  ████████▌   12,345`.
package struct BarChart: Sendable {
    /// One line of the chart.
    package struct Bar: Sendable {
        package var label: String
        /// Its length. Negative and not finite values get no bar.
        package var value: Double
        package var style: Style

        package init(_ label: String, _ value: Double, style: Style = .cyan) {
            self.label = label
            self.value = value
            self.style = style
        }
    }

    package var title: String
    package var bars: [Bar]
    /// What the values are, which decides how they are written on the right.
    package var kind: Table.Kind

    /// The longest bar; wider ones are no easier to compare.
    private static let mostCells = 60
    /// Bars where the width is not known.
    private static let cellsInPipe = 40

    package init(_ title: String = "", kind: Table.Kind = .integer, bars: [Bar]) {
        self.title = title
        self.bars = bars
        self.kind = kind
    }

    /// The lines of the chart without newlines, within the width of the terminal.
    package func lines(for terminal: Terminal) -> [String] {
        let values = bars.map { valueText($0.value) }
        let valueWidth = values.map { DisplayWidth.of($0) }.max() ?? 0
        let mostLabel = terminal.isTerminal ? max(8, terminal.width / 3) : Int.max
        let labels = bars.map {
            DisplayWidth.shorten(SafeText.visible($0.label), to: mostLabel, unicode: terminal.unicode)
        }
        let labelWidth = labels.map { DisplayWidth.of($0) }.max() ?? 0
        let room = terminal.isTerminal ? terminal.width - labelWidth - valueWidth - 4 : Self.cellsInPipe
        let cells = min(max(room, 1), Self.mostCells)
        let most = bars.map { $0.value }.filter { $0.isFinite }.max() ?? 0
        let head = title.isEmpty ? [] : [terminal.paint(SafeText.visible(title), .bold)]
        return head
            + zip(bars, zip(labels, values)).map { bar, texts in
                let drawn = Blocks.bar(share: most > 0 ? bar.value / most : 0, cells: cells, unicode: terminal.unicode)
                let blanks = String(repeating: " ", count: max(0, cells - drawn.count))
                return DisplayWidth.pad(texts.0, to: labelWidth) + "  " + terminal.paint(drawn, bar.style) + blanks
                    + "  "
                    + DisplayWidth.pad(texts.1, to: valueWidth, right: true)
            }
    }

    private func valueText(_ value: Double) -> String {
        if case .decimal = kind { return Cell.decimal(value).humanText(kind) }
        guard let whole = Int64(exactly: value.rounded()) else { return "-" }
        return Cell.integer(whole).humanText(kind)
    }
}

/// Writes a chart as text.
package func print(_ chart: BarChart, to output: Output) throws(ConsoleError) {
    for line in chart.lines(for: output.terminal) { try output.line(line) }
    if output.terminal.isTerminal { try output.flush() }
}

/// A row of values on one line: `▁▂▅█▃`.
package enum Sparkline {
    /// One character a value, from zero to the largest; a value that is not finite is a blank.
    ///
    /// With more values than `width`, each character shows the largest of its neighbors, so that no peak is lost.
    package static func text(_ values: [Double], width: Int = .max, unicode: Bool = true) -> String {
        let levels = Array(unicode ? " ▁▂▃▄▅▆▇█" : " .:-=+*#%@")
        let values = gathered(values, width: max(1, width))
        let most = values.filter { $0.isFinite }.max() ?? 0
        return String(
            values.map { value in
                guard value.isFinite, value > 0, most > 0 else { return value == 0 ? (unicode ? "▁" : "_") : " " }
                let level = Int((value / most * Double(levels.count - 1)).rounded(.up))
                return levels[min(max(level, 1), levels.count - 1)]
            })
    }

    private static func gathered(_ values: [Double], width: Int) -> [Double] {
        guard values.count > width else { return values }
        return (0..<width).map { place in
            let part = values[place * values.count / width..<(place + 1) * values.count / width]
            return part.filter { $0.isFinite }.max() ?? .nan
        }
    }
}

/// Horizontal bars of character cells.
enum Blocks {
    /// A bar of at most `cells` characters, in eighths of a cell; a share above 0 shows at least the thinnest piece.
    static func bar(share: Double, cells: Int, unicode: Bool) -> String {
        guard share.isFinite, share > 0, cells > 0 else { return "" }
        let steps = unicode ? 8 : 1
        let length = max(1, Int((min(share, 1) * Double(cells * steps)).rounded()))
        let whole = String(repeating: unicode ? "█" : "#", count: length / steps)
        let rest = length % steps
        return rest == 0 ? whole : whole + ["▏", "▎", "▍", "▌", "▋", "▊", "▉"][rest - 1]
    }
}
