internal import Events

/// Why a statement would answer wrongly about times, and how to write it.
package enum TimeRefusal: Equatable, Sendable {
    /// Behind a function texts are compared byte by byte, with this one or with one that is not known yet.
    case bytewise(String?)
    case noTime(String)
    /// A time is compared with a number.
    case number(String?)
    /// A column of numbers is compared with a text that is a time.
    case microseconds(String)
    case arithmetic
    /// `'09' >= 9`
    case textWithNumber(String)
    /// `datetime(ts) >= '2026-05-01T10:00:00Z'`
    case otherForm(function: String, form: String, String)
    /// `datetime(ts, 'unixepoch')`
    case scale(String)
    case pattern(String)

    package var description: String {
        switch self {
        case .bytewise(let text?):
            "'\(text)' is compared with what was made of a time, for which SQLite compares texts letter by letter; "
                + "write '\(TimeLiteral.sortable(text) ?? "2026-04-26T00:00:00.000000Z")'"
        case .bytewise(nil):
            "a time is compared with a text that need not be written as times are, 2026-04-26T00:00:00.000000Z; "
                + "write time_text(…) around that text"
        case .noTime(let text):
            "a time cannot be \"\(text)\"; give \(TimeText.utcForms)"
        case .number(let number):
            "a time is compared with \(number.map { "the number \($0)" } ?? "a number"); compare its microseconds, "
                + "such as ts_us or last_use_us, or write the time as a text such as '2026-04-26'"
        case .microseconds(let text):
            "a number is compared with '\(text)'; compare the time itself, such as ts and not ts_us, or write "
                + "time_micros('\(text)')"
        case .arithmetic:
            "times are texts such as 2026-04-26T00:00:00.000000Z; calculate with their microseconds: ts_us, "
                + "last_use_us, time_micros(…)"
        case .textWithNumber(let number):
            "a text is compared with the number \(number), which SQLite takes for smaller than any text; write "
                + "CAST(… AS INTEGER) around the text"
        case .otherForm(let function, let form, let text):
            "\(function)(…) gives texts such as '\(form)', which are compared with '\(text)' letter by letter; write "
                + "the time in that form, or compare the column itself"
        case .scale(let modifier):
            "a time is no number for '\(modifier)' to explain; leave '\(modifier)' out"
        case .pattern(let pattern):
            "no time looks like '\(pattern)': they are texts such as 2026-04-26T10:00:00.000000Z"
        }
    }
}
