#if canImport(Glibc)
import Glibc
#else
import Darwin
#endif

/// What the place that text goes to can show. A value, so that tests can describe any place.
package struct Terminal: Sendable, Equatable {
    /// A person looks at it: values are made for eyes and lines fit the width. Otherwise values stay exact.
    package var isTerminal: Bool
    /// Columns of a line. Without meaning when this is no terminal.
    package var width: Int
    /// Colors and weights may be used. True for a pipe only when CLICOLOR_FORCE asks for it.
    package var color: Bool
    /// Characters beyond ASCII can be drawn: the locale is UTF-8.
    package var unicode: Bool
    /// A line may be drawn again in place: a terminal that is not `TERM=dumb`.
    package var redraws: Bool

    package init(isTerminal: Bool, width: Int = 80, color: Bool = false, unicode: Bool = true, redraws: Bool? = nil) {
        self.isTerminal = isTerminal
        self.width = width
        self.color = color
        self.unicode = unicode
        self.redraws = redraws ?? isTerminal
    }

    /// A pipe or a file in a UTF-8 locale.
    package static let pipe = Terminal(isTerminal: false)

    /// Reads an environment variable of this process, nil if it is not set.
    package static func environment(_ name: String) -> String? { getenv(name).map { String(cString: $0) } }

    /// What stands behind standard output now.
    package static var standardOutput: Terminal { detect(descriptor: STDOUT_FILENO) }

    /// What stands behind standard error now.
    package static var standardError: Terminal { detect(descriptor: STDERR_FILENO) }

    /// What stands behind an open descriptor, given the environment.
    package static func detect(
        descriptor: Int32, environment: (String) -> String? = Terminal.environment
    ) -> Terminal {
        decide(isTerminal: isatty(descriptor) == 1, windowWidth: windowWidth(descriptor), environment: environment)
    }

    /// The decisions alone. Width: the window, then COLUMNS, then 80. Color: NO_COLOR forbids it, CLICOLOR_FORCE asks
    /// for it even in a pipe, CLICOLOR=0 and TERM=dumb forbid it on a terminal. Locale: LC_ALL, then LC_CTYPE, then
    /// LANG.
    static func decide(isTerminal: Bool, windowWidth: Int?, environment: (String) -> String?) -> Terminal {
        func variable(_ name: String) -> String? { environment(name).flatMap { $0.isEmpty ? nil : $0 } }
        let dumb = variable("TERM") == "dumb"
        let color: Bool =
            if variable("NO_COLOR") != nil {
                false
            } else if let force = variable("CLICOLOR_FORCE"), force != "0" {
                true
            } else {
                isTerminal && !dumb && variable("CLICOLOR") != "0"
            }
        let named = variable("COLUMNS").flatMap { Int($0) }.flatMap { (1...10_000).contains($0) ? $0 : nil }
        let locale = (variable("LC_ALL") ?? variable("LC_CTYPE") ?? variable("LANG") ?? "").lowercased()
        return Terminal(
            isTerminal: isTerminal, width: windowWidth ?? named ?? 80, color: color,
            unicode: locale.contains("utf-8") || locale.contains("utf8"), redraws: isTerminal && !dumb)
    }

    /// Columns of the window behind a descriptor, nil if there is none or it does not know its size.
    static func windowWidth(_ descriptor: Int32) -> Int? {
        var size = winsize()
        guard ioctl(descriptor, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else { return nil }
        return Int(size.ws_col)
    }

    /// The text in a style, or as it is where there are no colors. The text must be safe already.
    package func paint(_ text: String, _ style: Style) -> String {
        color && !style.codes.isEmpty && !text.isEmpty ? "\u{1B}[\(style.codes)m\(text)\u{1B}[0m" : text
    }

    /// A sentence in lines that fit a terminal, less an indent, broken at blanks; a longer word stays whole, so that it
    /// can be copied. One line in a pipe.
    package func paragraph(_ text: String, indent: Int) -> [String] {
        guard isTerminal else { return [text] }
        let room = max(40, min(width, 110)) - indent
        var lines: [String] = []
        var line = ""
        for word in text.split(separator: " ", omittingEmptySubsequences: false) {
            if !line.isEmpty, DisplayWidth.of(line) + 1 + DisplayWidth.of(String(word)) > room {
                lines.append(line)
                line = String(word)
            } else {
                line += line.isEmpty ? String(word) : " " + word
            }
        }
        return lines + [line]
    }
}
