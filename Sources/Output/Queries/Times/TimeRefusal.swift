internal import Events
internal import GRDBSQLite

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
    /// `'09' >= 9`, by an example of the text if its form is known.
    case textWithNumber(String, example: String?)
    /// `datetime(ts) >= '2026-05-01T10:00:00Z'`, by an example of what the function gives.
    case otherForm(String, String)
    /// Microseconds are compared with seconds or milliseconds, with this number or with what a function gives.
    case unit(String?)
    /// Seconds are compared with a number that must be milliseconds or microseconds.
    case secondsWith(String)
    /// `strftime('%H', ts) + 0 >= '9'`
    case numberWithText(String)
    /// `date(ts) - date(other)`, by an example of the text.
    case calculatedText(String)
    /// `quote(ts) >= '2026-05-01'`
    case madeText(String)
    /// `strftime(ts, '%H')`
    case noFormat
    case unknownSpecifier(String)
    /// `datetime(ts_us, 'unixepoch')`
    case noMicroseconds(function: String)
    /// `datetime(ts, 'unixepoch')`
    case scale(String)
    case pattern(String, example: String)

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
        case .textWithNumber(let number, let example?) where Int(example) == nil:
            "texts such as '\(example)' are compared with the number \(number); write it as such a text"
        case .textWithNumber(let number, _):
            "a text is compared with the number \(number), which SQLite takes for smaller than any text; write "
                + "CAST(… AS INTEGER) around the text"
        case .otherForm(let form, let text):
            "texts such as '\(form)' are compared with '\(text)' letter by letter; write it in that form, or compare "
                + "the column of times itself"
        case .unit(let number):
            "microseconds are compared with \(number ?? "what a function gives in seconds"); write the time as a text, "
                + "as in ts >= '2026-04-26', or its microseconds, time_micros('2026-04-26')"
        case .noMicroseconds(let function):
            "\(function)(…) takes no microseconds; give it the time itself, as in "
                + (function == "strftime" ? "strftime('%H', ts)" : "\(function)(ts)")
        case .secondsWith(let number):
            "seconds are compared with \(number), which counts in another unit; compare the time itself, as in "
                + "ts >= '2026-04-26'"
        case .numberWithText(let text):
            "a number is compared with the text '\(text)', which SQLite takes for larger than any number; write it "
                + "without quotes"
        case .calculatedText(let example):
            "texts such as '\(example)' are no numbers to calculate with; take the microseconds: ts_us, last_use_us, "
                + "time_micros(…)"
        case .madeText(let text):
            "what a function made of a time is compared with '\(text)' letter by letter; compare the column of times "
                + "itself"
        case .noFormat:
            "strftime wants its format first, as in strftime('%H', ts)"
        case .unknownSpecifier(let specifier):
            "SQLite \(String(cString: sqlite3_libversion())) has no \(specifier) in a format of strftime; it would "
                + "give NULL for every time"
        case .scale(let modifier):
            "a time is no number for '\(modifier)' to explain; leave '\(modifier)' out"
        case .pattern(let pattern, let example):
            "nothing there looks like '\(pattern)': it holds texts such as \(example)"
        }
    }
}
