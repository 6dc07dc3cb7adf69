/// Times and durations as people write them in options and parameters.
package enum TimeText {
    /// What `time(_:)` takes, for messages.
    package static let timeForms =
        "a time such as 2026-04-26T00:11:41Z or 2026-04-26, a span such as 7d, newest or oldest"
    /// What `duration(_:)` takes, for messages.
    package static let durationForms = "a duration such as 15min, 24h, 90d or 2w"

    /// Microseconds of an RFC 3339 time, or of midnight UTC of a date alone; nil for anything else.
    package static func time(_ text: String) -> Int64? {
        if text.utf8.count == 10 { return Timestamp.parse(text + "T00:00:00Z") }
        return Timestamp.parse(text)
    }

    /// What `utcTime(_:)` takes, for messages.
    package static let utcForms = "a time such as 2026-04-26, 2026-04-26 10:00 or 2026-04-26T10:00:00Z (UTC)"

    /// As `time(_:)`, and without a zone in UTC, without seconds too: `2026-04-26 10:00`.
    package static func utcTime(_ text: String) -> Int64? {
        if let time = time(text) { return time }
        let hasSeconds = text.utf8.dropFirst(16).first == UInt8(ascii: ":")
        if text.utf8.count == 16 { return Timestamp.parse(text + ":00Z") }
        return hasSeconds ? Timestamp.parse(text + "Z") : Timestamp.parse(text.prefix(16) + ":00" + text.dropFirst(16))
    }

    /// Microseconds of a number with a unit (us, ms, s, min, h, d, w); nil for anything else, and for more than 1,000
    /// years.
    package static func duration(_ text: String) -> Int64? {
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        guard let number = Int64(digits), let unit = units[String(text.dropFirst(digits.count))] else { return nil }
        let (product, overflow) = number.multipliedReportingOverflow(by: unit)
        return overflow || product > 365_000 * Timestamp.day ? nil : product
    }

    /// A duration in its largest whole unit: `90d`, `36h`, `15min`.
    package static func text(duration: Int64) -> String {
        for (name, unit) in [
            ("d", Timestamp.day), ("h", Timestamp.hour), ("min", Timestamp.minute), ("s", Timestamp.second),
        ]
        where duration != 0 && duration % unit == 0 {
            return "\(duration / unit)\(name)"
        }
        return "\(duration)us"
    }

    private static let units: [String: Int64] = [
        "us": 1, "ms": 1000, "s": Timestamp.second, "min": Timestamp.minute, "m": Timestamp.minute,
        "h": Timestamp.hour, "d": Timestamp.day, "w": 7 * Timestamp.day,
    ]
}
