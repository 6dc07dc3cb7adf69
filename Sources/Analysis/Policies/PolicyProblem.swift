internal import Console

/// Something in a policy file that cannot be meant; its words may come from the file.
package struct PolicyProblem: Error, Equatable, CustomStringConvertible {
    /// From 1.
    package var line: Int
    package var column: Int
    package var text: String
    /// Whether the file can be used all the same.
    package var isWarning = false

    package var description: String { "\(line):\(column): \(isWarning ? "warning: " : "")\(SafeText.visible(text))" }
}

/// A policy file that cannot be used.
package struct PolicyError: Error, CustomStringConvertible {
    package var file: String
    package var problems: [PolicyProblem]

    package var description: String {
        let name = SafeText.visible(file)
        return "the policy cannot be used:\n" + problems.map { "  \(name):\($0)" }.joined(separator: "\n")
            + "\n  (" + ShellWord.command("authtrail policy check", [], about: file)
            + " says the same; authtrail policy init prints a file that is right)"
    }
}
