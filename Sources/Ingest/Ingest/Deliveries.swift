/// How often whoever delivers lines may deliver one.
package enum Deliveries: String, Sendable, CaseIterable {
    /// Each line is an event of its own, whatever it says.
    case exactlyOnce = "exactly-once"
    /// A line whose kind, time, `event_id` and bytes are stored already is that event, delivered again.
    case atLeastOnce = "at-least-once"
}
