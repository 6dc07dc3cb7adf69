/// The ways to write a number without an exponent.
struct NumberStyles: OptionSet, Sendable, BitwiseCopyable {
    let rawValue: UInt16
    @inline(__always) init(rawValue: UInt16) { self.rawValue = rawValue }
    @inline(__always) init(_ style: NumberStyle) { self.init(rawValue: 1 << UInt16(style.rawValue)) }

    @inline(__always) static var all: NumberStyles { NumberStyles(rawValue: 0x3FF) }

    /// One of them, the first; nil if there is none.
    var first: NumberStyle? { NumberStyle(rawValue: UInt8(rawValue.trailingZeroBitCount)) }

    /// The ways in which a text with so many decimals is written that has at most 15 digits, no sign and no exponent.
    @inline(__always)
    static func plain(decimals: Int, endsInZero: Bool) -> NumberStyles {
        // Up to 15 digits no two texts mean one double, so without an idle zero at the end it is the shortest one.
        var styles: UInt16 = decimals <= NumberStyle.mostDecimals ? 4 << UInt16(truncatingIfNeeded: decimals) : 0
        if decimals == 0 { styles |= 1 } else if !endsInZero { styles |= 3 } else if decimals == 1 { styles |= 2 }
        return NumberStyles(rawValue: styles)
    }

    /// The ways in which a text that means this value is written.
    @inline(never)
    static func matching(_ bytes: RawSpan, _ range: Range<Int>, _ value: Double) -> NumberStyles {
        var styles: NumberStyles = []
        var text: [UInt8] = []
        // The sign of zero may get lost on the way to a file and back.
        if value == 0, value.sign == .minus { return styles }
        for style in NumberStyle.allCases {
            text.removeAll(keepingCapacity: true)
            style.append(value, to: &text)
            if text.count == range.count, bytes.equal(range, text) { styles.insert(NumberStyles(style)) }
        }
        return styles
    }
}

/// One way to write a number.
enum NumberStyle: UInt8, CaseIterable, Sendable {
    /// The fewest digits that mean the number: `8`, `31.6`.
    case shortest
    /// The same with at least one decimal, as Python and Java write: `8.0`, `31.6`.
    case float
    /// Always so many decimals: `8.00`.
    case fixed0, fixed1, fixed2, fixed3, fixed4, fixed5, fixed6, fixed7

    static var mostDecimals: Int { 7 }

    /// How a shape's text calls it.
    var name: String { "\(self)" }

    init?(name: String) {
        guard let style = Self.allCases.first(where: { $0.name == name }) else { return nil }
        self = style
    }

    /// Appends a finite number.
    func append(_ value: Double, to out: inout [UInt8]) {
        let magnitude = value.magnitude
        if value.sign == .minus { out.append(Byte.minus) }
        if rawValue >= Self.fixed0.rawValue {
            let decimals = Int(rawValue - Self.fixed0.rawValue)
            return Self.append(min(1e15, (magnitude * Self.powers[decimals]).rounded()), decimals, to: &out)
        }
        // Few decimals that mean the number are the shortest text; see `NumberStyles.plain`.
        for decimals in 0...4 {
            let scaled = (magnitude * Self.powers[decimals]).rounded()
            guard scaled < 1e15 else { break }
            if scaled / Self.powers[decimals] == magnitude {
                Self.append(scaled, decimals, to: &out)
                if decimals == 0, self == .float { out += [Byte.dot, Byte.zero] }
                return
            }
        }
        appendDescription(magnitude, to: &out)
    }

    private static let powers: [Double] = [1, 10, 100, 1000, 1e4, 1e5, 1e6, 1e7]

    /// Appends an integer below 10^15 with its point so many digits from the right.
    private static func append(_ scaled: Double, _ decimals: Int, to out: inout [UInt8]) {
        let value = UInt64(scaled)
        var power: UInt64 = 1
        for _ in 0..<decimals { power *= 10 }
        var text = DigitText()
        let whole = value / power
        text.add(whole, width: DigitText.width(whole))
        if decimals > 0 {
            text.add(Byte.dot)
            text.add(value % power, width: decimals)
        }
        text.append(to: &out)
    }

    /// Appends Swift's text of a number, which is the shortest, without its exponent if that is negative.
    private func appendDescription(_ value: Double, to out: inout [UInt8]) {
        let text = Array(value.description.utf8)
        guard let mark = text.firstIndex(of: UInt8(ascii: "e")), text[mark + 1] == Byte.minus else {
            let isWhole = text.suffix(2) == [Byte.dot, Byte.zero]
            return out.append(contentsOf: isWhole && self == .shortest ? text.dropLast(2) : text[...])
        }
        let digits = text[..<mark].filter { $0 != Byte.dot }
        let exponent = text[(mark + 2)...].reduce(0) { $0 * 10 + Int($1 - Byte.zero) }
        out += [Byte.zero, Byte.dot]
        out.append(contentsOf: repeatElement(Byte.zero, count: exponent - 1))
        // A description such as 5.0e-324 would have an idle zero.
        out.append(contentsOf: digits.count == 2 && digits[1] == Byte.zero ? digits[..<1] : digits[...])
    }
}
