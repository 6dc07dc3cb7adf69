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

    package var description: String { "\(line):\(column): \(isWarning ? "warning: " : "")\(SafeText.visible(text))" }
}
