/// One auth event by value: what a line says. The hot path never makes one; see `EventColumns`.
package struct Event: Sendable, Equatable {
    /// Microseconds since the epoch, UTC.
    package var ts: Int64
    package var kind: EventKind
    /// Microseconds since the epoch, UTC.
    package var expiresAt: Int64?
    package var latencyMS: Double?
    package var success: Bool?
    package var scopes: [String]?
    /// Byte offset of the line in its source.
    package var sourceOffset: Int64 = 0
    /// The catalog's number of the source: a name may have stood for several files, one after the other.
    package var sourceID: Int64 = 0
    /// The values of the fields in `EventField.texts`.
    package var texts: [EventField: String] = [:]

    package init(ts: Int64, kind: EventKind, _ texts: [EventField: String] = [:]) {
        self.ts = ts
        self.kind = kind
        self.texts = texts
    }

    /// A text field, or nil.
    package subscript(field: EventField) -> String? { texts[field] }
}
