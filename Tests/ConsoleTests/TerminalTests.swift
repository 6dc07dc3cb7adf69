import Testing

@testable import Console

@Suite struct TerminalTests {
    private func decide(
        _ variables: [String: String], isTerminal: Bool = true, window: Int? = nil
    ) -> Terminal {
        Terminal.decide(isTerminal: isTerminal, windowWidth: window) { variables[$0] }
    }

    @Test(
        arguments: [
            ([:], true, true), ([:], false, false),
            (["NO_COLOR": "1"], true, false), (["NO_COLOR": ""], true, true),
            (["TERM": "dumb"], true, false), (["TERM": "xterm-256color"], true, true),
            (["CLICOLOR_FORCE": "1"], false, true), (["CLICOLOR_FORCE": "0"], false, false),
            (["CLICOLOR_FORCE": "1", "TERM": "dumb"], true, true),
            (["CLICOLOR_FORCE": "1", "NO_COLOR": "1"], true, false), (["CLICOLOR": "0"], true, false),
        ] as [([String: String], Bool, Bool)])
    func `the environment decides about color`(variables: [String: String], isTerminal: Bool, color: Bool) {
        #expect(decide(variables, isTerminal: isTerminal).color == color)
    }

    @Test func `the width is that of the window, then of COLUMNS, then 80`() {
        #expect(decide(["COLUMNS": "100"], window: 132).width == 132)
        #expect(decide(["COLUMNS": "100"]).width == 100)
        #expect(decide(["COLUMNS": "wide"]).width == 80)
        #expect(decide(["COLUMNS": "0"]).width == 80)
        #expect(decide([:]).width == 80)
    }

    @Test func `the first locale variable that is set decides about Unicode`() {
        #expect(decide(["LANG": "en_US.UTF-8"]).unicode)
        #expect(decide(["LANG": "C.utf8"]).unicode)
        #expect(!decide(["LC_ALL": "C", "LANG": "en_US.UTF-8"]).unicode)
        #expect(decide(["LC_ALL": "", "LC_CTYPE": "de_DE.UTF-8", "LANG": "C"]).unicode)
        #expect(!decide([:]).unicode)
    }

    @Test func `a dumb terminal is one that cannot redraw`() {
        #expect(decide(["TERM": "dumb"]).isTerminal)
        #expect(!decide(["TERM": "dumb"]).redraws)
        #expect(decide([:]).redraws)
        #expect(!decide([:], isTerminal: false).redraws)
    }

    @Test func `styles are codes around the text, and nothing without color`() {
        let color = Terminal(isTerminal: true, color: true)
        #expect(color.paint("text", .bold) == "\u{1B}[1mtext\u{1B}[0m")
        #expect(color.paint("text", .bold + .red) == "\u{1B}[1;31mtext\u{1B}[0m")
        #expect(color.paint("text", .plain) == "text")
        #expect(color.paint("", .bold) == "")
        #expect(Terminal(isTerminal: true).paint("text", .bold) == "text")
    }

    @Test func `every severity has its color`() {
        let color = Terminal(isTerminal: true, color: true)
        let painted = ["critical", "high", "medium", "low", "info", "other"].map { color.paint("x", .severity($0)) }
        #expect(
            painted == [
                "\u{1B}[1;97;41mx\u{1B}[0m", "\u{1B}[31mx\u{1B}[0m", "\u{1B}[33mx\u{1B}[0m", "\u{1B}[36mx\u{1B}[0m",
                "\u{1B}[2mx\u{1B}[0m", "x",
            ])
    }
}
