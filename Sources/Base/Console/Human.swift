/// Numbers as people read them. Units are rounded half up, in integers, so that no magnitude overflows or drifts.
package enum Human {
    /// `1,234,567`.
    package static func count(_ value: Int64) -> String {
        var out = ""
        let digits = String(value.magnitude)
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { out.append(",") }
            out.append(digit)
        }
        return value < 0 ? "-" + out : out
    }

    /// `1,234,567`.
    package static func count(_ value: Int) -> String { count(Int64(value)) }

    /// `999 B`, `12.3 MB`: decimal units, one digit after the point.
    package static func bytes(_ value: Int64) -> String {
        let sign = value < 0 ? "-" : ""
        guard value.magnitude >= 1000 else { return "\(value) B" }
        let (number, prefix) = scaled(value.magnitude, prefixes: ["k", "M", "G", "T", "P", "E"])
        return "\(sign)\(number) \(prefix)B"
    }

    /// Something per second: `85/s`, `1.2 M/s`; `-` for what is no finite number or negative.
    package static func rate(_ perSecond: Double) -> String {
        guard let value = whole(perSecond) else { return "-" }
        guard value >= 1000 else { return "\(value)/s" }
        let (number, prefix) = scaled(value, prefixes: ["k", "M", "G", "T", "P", "E"])
        return "\(number) \(prefix)/s"
    }

    /// Bytes per second: `191.2 MB/s`; `-` for what is no finite number or negative.
    package static func byteRate(_ perSecond: Double) -> String {
        guard let value = whole(perSecond), let bytes = Int64(exactly: value) else { return "-" }
        return Self.bytes(bytes) + "/s"
    }

    /// A number with a fixed count of digits after the point, rounded as `printf` does, and separators before it:
    /// `1,234.50`; `-` for what is no finite number.
    package static func decimal(_ value: Double, digits: Int, separators: Bool = true) -> String {
        guard value.isFinite else { return "-" }
        let text = FixedPoint.text(value, digits: digits)
        let point = text.firstIndex(of: ".") ?? text.endIndex
        guard separators, let whole = Int64(text[..<point]) else { return text }
        // `-0.50` has no sign left in its whole part.
        let sign = text.hasPrefix("-") && whole == 0 ? "-" : ""
        return sign + count(whole) + text[point...]
    }

    /// A span of time in its two largest units: `0 s`, `0.25 ms`, `850 ms`, `12.3 s`, `5 min 02 s`, `3 h 07 min`,
    /// `2 d 03 h`, `412 d`.
    package static func duration(microseconds: Int64) -> String {
        let sign = microseconds < 0 ? "-" : ""
        let span = microseconds.magnitude
        if span == 0 { return "0 s" }
        if span < 1000 { return "\(sign)0.\(two(span / 10)) ms" }
        let milliseconds = divide(span, 1000)
        if milliseconds < 1000 { return "\(sign)\(milliseconds) ms" }
        let tenths = divide(span, 100_000)
        if tenths < 600 { return "\(sign)\(tenths / 10).\(tenths % 10) s" }
        return sign + long(seconds: divide(span, 1_000_000))
    }

    /// The same for whole seconds, without fractions: `8 s`, `2 min 05 s`.
    package static func duration(seconds: Int64) -> String {
        let sign = seconds < 0 ? "-" : ""
        return seconds.magnitude < 60 ? "\(seconds) s" : sign + long(seconds: seconds.magnitude)
    }

    private static func long(seconds: UInt64) -> String {
        if seconds < 3600 { return "\(seconds / 60) min \(two(seconds % 60)) s" }
        let minutes = divide(seconds, 60)
        if minutes < 24 * 60 { return "\(minutes / 60) h \(two(minutes % 60)) min" }
        let hours = divide(seconds, 3600)
        if hours < 100 * 24 { return "\(hours / 24) d \(two(hours % 24)) h" }
        return "\(count(Int64(clamping: divide(seconds, 86_400)))) d"
    }

    private static func two(_ value: UInt64) -> String { value < 10 ? "0\(value)" : "\(value)" }

    /// Division that rounds half up.
    private static func divide(_ value: UInt64, _ by: UInt64) -> UInt64 {
        value / by + (value % by >= by - by / 2 ? 1 : 0)
    }

    /// One digit after the point, in the largest unit of a thousand that leaves at least one before it.
    private static func scaled(_ value: UInt64, prefixes: [String]) -> (String, String) {
        var unit: UInt64 = 1000
        for prefix in prefixes {
            let tenths = divide(value, unit / 10)
            if tenths < 10_000 || prefix == prefixes.last { return ("\(tenths / 10).\(tenths % 10)", prefix) }
            unit *= 1000
        }
        return (String(value), "")
    }

    private static func whole(_ value: Double) -> UInt64? {
        value >= 0 ? UInt64(exactly: value.rounded()) : nil
    }
}
