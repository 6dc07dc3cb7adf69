internal import Events

/// What a statement says in place of a time.
enum TimeLiteral {
    /// Numbers are taken as microseconds from here on (March 1973) and 0: smaller ones were meant as seconds,
    /// milliseconds or a year.
    private static let least = 1e14

    /// The whole microseconds of a number that can mean a time, or nil.
    static func micros(_ number: Double) -> Int64? {
        guard number.isFinite, number == 0 || number >= least else { return nil }
        return Int64(exactly: min(9e18, number.rounded(.down)))
    }

    /// How a text must be written to sort among times byte by byte, or nil if it is no time.
    static func sortable(_ text: String) -> String? {
        guard let time = TimeText.utcTime(text) else { return nil }
        var writer = SortableTime()
        return writer.text(time).map { String(decoding: $0, as: UTF8.self) }
    }
}
