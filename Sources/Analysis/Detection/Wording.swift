internal import Events

/// Numbers in sentences, without locale and without Foundation.
enum Wording {
    /// A length of time in one unit, with one decimal where it says something: `103.4 days`, `24 h`, `90 s`.
    static func span(_ micros: Int64) -> String {
        let magnitude = micros.magnitude
        if magnitude >= UInt64(2 * Timestamp.day) { return decimal(micros, unit: Timestamp.day) + " days" }
        if magnitude >= UInt64(2 * Timestamp.hour) { return decimal(micros, unit: Timestamp.hour) + " h" }
        if magnitude >= UInt64(2 * Timestamp.minute) { return decimal(micros, unit: Timestamp.minute) + " min" }
        if magnitude >= UInt64(Timestamp.second) { return decimal(micros, unit: Timestamp.second) + " s" }
        return decimal(micros, unit: 1000) + " ms"
    }

    /// The width of a rule's window: `1 min`, `10 min`, `1 h`, `24 h`, `7 days`.
    static func width(_ micros: Int64) -> String {
        if micros % Timestamp.day == 0, micros > Timestamp.day { return decimal(micros, unit: Timestamp.day) + " days" }
        if micros % Timestamp.hour == 0 { return decimal(micros, unit: Timestamp.hour) + " h" }
        if micros % Timestamp.minute == 0 { return decimal(micros, unit: Timestamp.minute) + " min" }
        return span(micros)
    }

    /// Whole per cent, rounded down; a little is not nothing.
    static func percent(_ part: Int, of whole: Int) -> String {
        if part > 0, Double(part) / Double(whole) < 0.01 { return "less than 1 %" }
        return whole == 0 ? "0 %" : "\(Int(Double(part) / Double(whole) * 100)) %"
    }

    /// `1 use`, `2 uses`.
    static func count(_ number: Int, _ noun: String, _ plural: String? = nil) -> String {
        "\(number) \(number == 1 ? noun : plural ?? noun + "s")"
    }

    /// The first three of some names, and how many more there are: `a, b, c and 4 more logs`.
    static func list(_ names: [String], of noun: String) -> String {
        let sorted = names.sorted()
        let more = sorted.count > 3 ? " and \(count(sorted.count - 3, "more \(noun)"))" : ""
        return sorted.prefix(3).joined(separator: ", ") + more
    }

    /// With at most `places` decimals, rounded down, no trailing zeros.
    static func number(_ value: Double, places: Int = 2) -> String {
        let scale = places == 1 ? 10.0 : 100.0
        guard let scaled = Int64(exactly: (value * scale).rounded(.down)) else { return "very many" }
        return fraction(scaled, of: Int64(scale))
    }

    private static func decimal(_ value: Int64, unit: Int64) -> String {
        let whole = value / unit
        let tenth = (value % unit).magnitude / max(UInt64(unit / 10), 1)
        return tenth == 0 ? String(whole) : "\(whole).\(min(tenth, 9))"
    }

    private static func fraction(_ scaled: Int64, of scale: Int64) -> String {
        let rest = String((scaled % scale).magnitude)
        var digits = String(repeating: "0", count: max(0, (scale == 10 ? 1 : 2) - rest.count)) + rest
        while digits.last == "0" { digits.removeLast() }
        return digits.isEmpty ? String(scaled / scale) : "\(scaled / scale).\(digits)"
    }
}
