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

/// A line that is no event, with what is needed to find it again and to judge it.
package struct QuarantinedLine: Sendable, Equatable {
    /// How many bytes are kept of a line that is too long; any other is kept whole.
    package static let keptBytes = 64 << 10

    /// The file or stream that the line came from.
    package var source: String
    /// Where the line starts in its source.
    package var offset: Int64
    /// Bytes of the line, its newline not counted.
    package var length: Int64
    package var reason: QuarantineReason
    /// The field that is missing or bad, for the reasons that concern one.
    package var field: EventField?
    /// Where in the line reading stopped, in bytes, for the reasons that concern its form.
    package var position: Int?
    /// The line; of one that is too long its first 64 KiB. With marks in place of credentials.
    package var bytes: [UInt8]
    /// The types of the credentials that were replaced, with commas between them, or nil.
    package var redacted: String?

    package init(
        source: String, offset: Int64, length: Int64, reason: QuarantineReason, field: EventField? = nil,
        position: Int? = nil, bytes: [UInt8]
    ) {
        self.source = source
        self.offset = offset
        self.length = length
        self.reason = reason
        self.field = field
        self.position = position
        self.bytes = bytes
    }

    /// The line with marks in place of credentials. Reason, field and position stay those of the line as it was read.
    ///
    /// Where a line ends before it should, the beginning of a credential counts as one.
    package func redacted(by secrets: SecretMarker?) -> QuarantinedLine {
        let isCut = reason == .lineTooLong || reason == .unterminated
        guard let redaction = secrets?.redacted(line: bytes.span.bytes, isCut: isCut) else { return self }
        var line = self
        line.bytes = redaction.bytes
        line.redacted = redaction.types
        return line
    }

    /// `token_id`, or `at byte 17`, or nil. Never a part of the line itself, which may hold a credential.
    package var detail: String? { field?.name ?? position.map { "at byte \($0)" } }
}
