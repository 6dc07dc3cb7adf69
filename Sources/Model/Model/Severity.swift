/// How bad it is if true.
package enum Severity: Int, Sendable, CaseIterable, Comparable {
    case info, low, medium, high, critical

    /// The word that outputs and `--fail-on` use.
    package var name: String { Self.names[rawValue] }

    /// The severity that a word names, or nil.
    package init?(name: String) {
        guard let place = Self.names.firstIndex(of: name) else { return nil }
        self.init(rawValue: place)
    }

    /// Some steps up or down, held within the scale.
    package func raised(by steps: Int) -> Severity {
        let last = Self.names.count - 1
        return Severity(rawValue: min(max(rawValue + min(max(steps, -last), last), 0), last)) ?? self
    }

    package static func < (left: Severity, right: Severity) -> Bool { left.rawValue < right.rawValue }

    private static let names = ["info", "low", "medium", "high", "critical"]
}
