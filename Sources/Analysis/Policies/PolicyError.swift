package import ConfigFiles

/// A policy file that cannot be used.
package struct PolicyError: Error, CustomStringConvertible {
    package var file: String
    package var problems: [ConfigProblem]

    package var description: String {
        ConfigProblem.report(
            problems, in: file, "the policy", check: "authtrail policy check",
            example: "authtrail policy init prints a file")
    }
}
