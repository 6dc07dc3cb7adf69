/// What can go wrong in detection itself. Errors of the history pass through as they are.
package enum DetectionError: Error, Equatable, CustomStringConvertible {
    /// A setting is outside what the rule can mean.
    case badSetting(detector: String, name: String, got: String, want: String)
    /// A rollup names a token by a number that the token table does not know.
    case unknownTokenNumber(UInt32)
    /// There is no detector of this id.
    case unknownDetector(String, known: [String])

    package var description: String {
        switch self {
        case .badSetting(let detector, let name, let got, let want):
            "cannot run \(detector): the setting `\(name)` is \(got); want \(want)"
        case .unknownTokenNumber(let number):
            "cannot name the token with number \(number): a rollup of uses holds it, the table of tokens does not; "
                + "the catalog is damaged, rebuild it from the segments"
        case .unknownDetector(let id, let known):
            "unknown detector `\(id)`; there are \(known.joined(separator: ", "))"
        }
    }
}
