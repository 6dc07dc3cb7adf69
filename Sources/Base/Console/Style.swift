/// How a text looks on a terminal that has colors: SGR codes, applied by `Terminal.paint`.
package struct Style: Sendable, Equatable {
    let codes: String

    private init(_ codes: String) { self.codes = codes }

    package static let plain = Style("")
    package static let bold = Style("1")
    package static let dim = Style("2")
    package static let red = Style("31")
    package static let green = Style("32")
    package static let yellow = Style("33")
    package static let cyan = Style("36")
    package static let boldWhiteOnRed = Style("1;97;41")

    /// The style of a severity by its name: critical, high, medium, low or info; any other is plain.
    package static func severity(_ name: String) -> Style {
        switch name {
        case "critical": .boldWhiteOnRed
        case "high": .red
        case "medium": .yellow
        case "low": .cyan
        case "info": .dim
        default: .plain
        }
    }

    /// Both styles at once.
    package static func + (left: Style, right: Style) -> Style {
        left.codes.isEmpty ? right : right.codes.isEmpty ? left : Style(left.codes + ";" + right.codes)
    }
}
