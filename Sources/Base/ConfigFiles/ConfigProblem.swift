internal import Console

/// Something in a file of settings that cannot be meant; its words may come from the file.
package struct ConfigProblem: Error, Equatable, CustomStringConvertible {
    /// From 1.
    package var line: Int
    package var column: Int
    package var text: String
    /// Whether the file can be used all the same.
    package var isWarning = false

    package init(line: Int, column: Int, text: String, isWarning: Bool = false) {
        self.line = line
        self.column = column
        self.text = text
        self.isWarning = isWarning
    }

    /// What is said of a file that cannot be used.
    /// - Parameters:
    ///   - what: such as `the policy`.
    ///   - check: the command that checks such a file.
    ///   - example: the command that prints one that is right, and what it prints.
    package static func report(
        _ problems: [ConfigProblem], in file: String, _ what: String, check: String, example: String
    ) -> String {
        let name = SafeText.visible(file)
        return "\(what) cannot be used:\n" + problems.map { "  \(name):\($0)" }.joined(separator: "\n")
            + "\n  (" + ShellWord.command(check, [], about: file) + " says the same; \(example) that is right)"
    }

    package var description: String { "\(line):\(column): \(isWarning ? "warning: " : "")\(SafeText.visible(text))" }
}
