package import ConfigFiles
internal import Console

/// A mapping's file that cannot be used.
package struct MappingError: Error, CustomStringConvertible {
    package let file: String
    package let problems: [ConfigProblem]

    package var description: String {
        let name = SafeText.visible(file)
        return "the mapping cannot be used:\n" + problems.map { "  \(name):\($0)" }.joined(separator: "\n")
            + "\n  (" + ShellWord.command("authtrail sources test", [], about: file)
            + " says the same; authtrail sources show okta prints a mapping that is right)"
    }
}
