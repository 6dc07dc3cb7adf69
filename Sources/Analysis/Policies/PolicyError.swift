package import ConfigFiles
internal import Console

/// A policy file that cannot be used.
package struct PolicyError: Error, CustomStringConvertible {
    package var file: String
    package var problems: [ConfigProblem]

    package var description: String {
        let name = SafeText.visible(file)
        return "the policy cannot be used:\n" + problems.map { "  \(name):\($0)" }.joined(separator: "\n")
            + "\n  (" + ShellWord.command("authtrail policy check", [], about: file)
            + " says the same; authtrail policy init prints a file that is right)"
    }
}
