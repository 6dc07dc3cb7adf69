/// Why a line is no event. The names are stored and reported; they stay.
///
/// A line has one reason, the first that holds in the order of the cases here. The five from `not_json` to
/// `too_many_fields` are one step: of these, the one that reading from left to right meets first. In the last two,
/// `EventField` gives the order.
package enum QuarantineReason: String, CaseIterable, Sendable {
    case lineTooLong = "line_too_long"
    case byteOrderMark = "byte_order_mark"
    case nulBytes = "nul_bytes"
    case badUTF8 = "bad_utf8"
    case notJSON = "not_json"
    case unterminated
    case notObject = "not_object"
    case tooDeep = "too_deep"
    case tooManyFields = "too_many_fields"
    case noTS = "no_ts"
    case badTS = "bad_ts"
    case noEvent = "no_event"
    case unknownEvent = "unknown_event"
    case missingField = "missing_field"
    case badField = "bad_field"

    /// One sentence for people.
    package var explanation: String {
        switch self {
        case .lineTooLong: "The line is longer than 32 MiB; it was skipped, and only its beginning is kept."
        case .byteOrderMark: "The line starts with a byte order mark, which JSON text must not have."
        case .nulBytes: "The line holds bytes of value 0, as a file does whose blocks were allocated but never written."
        case .badUTF8: "The line holds bytes that are not UTF-8, or an escaped half of a surrogate pair."
        case .notJSON: "The line is not JSON as RFC 8259 defines it."
        case .unterminated: "The line ends before its JSON does, as when its writer was cut off."
        case .notObject: "The line is JSON, but not an object."
        case .tooDeep: "The line nests objects and arrays more than 64 deep."
        case .tooManyFields: "The line has more than 256 fields."
        case .noTS: "The line has no `ts`, so it is not known when the event happened."
        case .badTS: "`ts` is no RFC 3339 time with a zone and no epoch integer, or lies outside 1970 to 9999."
        case .noEvent: "The line has no `event`."
        case .unknownEvent: "`event` is none of issued, used, revoked, failed, exchanged, refreshed."
        case .missingField: "A field that this kind of event requires is absent or null."
        case .badField: "A field that this kind of event requires holds a value that is not text."
        }
    }
}
