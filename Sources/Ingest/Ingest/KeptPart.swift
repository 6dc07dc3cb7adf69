/// What of a record of another system stays with the events that it gave.
package enum KeptPart: String, Sendable, CaseIterable {
    /// The record itself, as evidence.
    case record
    /// The fields of the events alone.
    case fields
}
