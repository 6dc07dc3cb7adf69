package import ConfigFiles
package import Detection

/// What a policy file says: the settings of all detectors, and what is hidden.
package struct PolicyFile: Sendable {
    package var settings = DetectorSettings()
    package var allowlist = Allowlist()
    /// What is odd in it, and can be used all the same.
    package var warnings: [ConfigProblem] = []

    /// Names what it says: the same for the same text, and empty without a file.
    package private(set) var fingerprint = ""

    package init() {}

    /// Reads the text of a file; `name` is for messages, `now` tells which allowances are over. Throws `PolicyError`
    /// with everything that is wrong.
    package init(_ text: String, name: String, now: Int64?) throws(PolicyError) {
        let problems = PolicyReader.read(text, now: now, into: &self)
        let errors = problems.filter { !$0.isWarning }
        guard errors.isEmpty else { throw PolicyError(file: name, problems: errors) }
        warnings = problems.filter(\.isWarning)
        fingerprint = FindingID.make(detector: "policy", version: 1, [text])
    }
}
