import Testing

@testable import Console

@Suite struct ChartTests {
    private func lines(_ chart: BarChart, _ terminal: Terminal) throws -> [String] {
        let output = Output.memory(terminal)
        try print(chart, to: output)
        return output.text.split(separator: "\n").map(String.init)
    }

    private var chart: BarChart {
        BarChart(
            "Events by day",
            bars: [
                .init("2026-04-01", 16_000), .init("2026-04-02", 8_250), .init("2026-04-03", 1), .init("2026-04-04", 0),
            ])
    }

    @Test func `bars are as long as their values, in eighths of a cell`() throws {
        #expect(
            try lines(chart, Terminal(isTerminal: true, width: 36)) == [
                "Events by day",
                "2026-04-01  ████████████████  16,000",
                "2026-04-02  ████████▎          8,250",
                "2026-04-03  ▏                      1",
                "2026-04-04                         0",
            ])
    }

    @Test func `without Unicode a bar is made of number signs`() throws {
        #expect(
            try lines(chart, Terminal(isTerminal: true, width: 30, unicode: false)) == [
                "Events by day",
                "2026-04-01  ##########  16,000",
                "2026-04-02  #####        8,250",
                "2026-04-03  #                1",
                "2026-04-04                   0",
            ])
    }

    @Test func `bars have colors, and labels cannot command`() throws {
        let chart = BarChart(
            kind: .bytes, bars: [.init("\u{1B}c", 2_000, style: .red), .init("b", -1), .init("c", .nan)])
        #expect(
            try lines(chart, Terminal(isTerminal: true, width: 22, color: true)) == [
                "\\u{1b}c  \u{1B}[31m█████\u{1B}[0m  2.0 kB",
                "b                 -1 B",
                "c                    -",
            ])
    }

    @Test(arguments: [1, 10, 30, 60, 200])
    func `any width will do`(width: Int) throws {
        for line in try lines(chart, Terminal(isTerminal: true, width: width)) {
            #expect(DisplayWidth.of(line) <= max(width, 22))
        }
    }

    @Test func `a sparkline goes from zero to the largest value`() {
        #expect(Sparkline.text([0, 1, 2, 3, 4, 5, 6, 7, 8]) == "▁▁▂▃▄▅▆▇█")
        #expect(Sparkline.text([0, 1, 5, 9], unicode: false) == "_.+@")
        #expect(Sparkline.text([1, .nan, 2, -1, .infinity]) == "▄ █  ")
        #expect(Sparkline.text([]) == "")
        #expect(Sparkline.text([0, 0]) == "▁▁")
    }

    @Test func `a sparkline that is too long keeps its peaks`() {
        #expect(Sparkline.text([0, 8, 0, 0, 0, 4], width: 3) == "█▁▄")
        #expect(Sparkline.text([1, 2, 3], width: 0) == "█")
    }
}
