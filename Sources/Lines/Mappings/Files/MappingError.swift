package import ConfigFiles

/// A mapping's file that cannot be used.
package struct MappingError: Error, CustomStringConvertible {
    package let file: String
    package let problems: [ConfigProblem]

    package var description: String {
        ConfigProblem.report(
            problems, in: file, "the mapping", check: "authtrail sources test",
            example: "authtrail sources show okta prints a mapping")
    }
}
