package import Model

/// What a detector found: a fact with its reasons, in a form that people and programs act on.
///
/// A finding says the same thing whenever it is found again: its `id` comes from what happened, never from when
/// somebody looked. All times are event time, microseconds since the epoch, UTC.
package struct Finding: Sendable, Equatable {
    /// 32 hexadecimal digits; see `FindingID`.
    package var id: String
    package var detector: String
    /// Version of the detector's rule. A change of the rule's meaning counts it up, and with it all ids.
    package var version: Int
    package var `class`: String
    package var severity: Severity
    package var confidence: Confidence
    package var entity: Entity
    package var firstSeen: Int64
    package var lastSeen: Int64
    /// The run looked at events before this time. It is not part of the id.
    package var asOf: Int64
    /// A few words for a list.
    package var title: String
    /// The rule with its numbers filled in. It may hold text from the log: whoever prints it escapes it.
    package var explanation: String
    /// At most `Evidence.limit`, by time, source and offset.
    package var evidence: [Evidence]
    package var context: Context
    /// ATT&CK technique ids, such as `T1110.004`.
    package var references: [String]
    package var status: FindingStatus = .new

    /// What a finding is about.
    package struct Entity: Sendable, Equatable, Hashable {
        /// `token`, `ip`, `user_agent`, `source`, `actor`, `tool`, `client`, `code`, `principal` or `day`.
        package var type: String
        package var value: String

        package init(_ type: String, _ value: String) {
            self.type = type
            self.value = value
        }
    }
}

/// How sure it is that the finding is what it says.
package enum Confidence: String, Sendable, CaseIterable {
    case low, medium, high
}

/// A reference to a line of the log.
package struct Evidence: Sendable, Equatable {
    /// The most references that one finding carries.
    package static let limit = 20

    /// The file or stream; empty when the event carries none.
    package var source: String
    /// Byte offset of the line in its source.
    package var offset: Int64
    package var eventID: String?
    /// Event time, microseconds since the epoch.
    package var ts: Int64

    package init(source: String, offset: Int64, eventID: String?, ts: Int64) {
        self.source = source
        self.offset = offset
        self.eventID = eventID
        self.ts = ts
    }
}

extension Evidence: Comparable {
    /// By time, then source, offset and event id: an order that does not depend on how the events were stored.
    package static func < (left: Evidence, right: Evidence) -> Bool {
        if left.ts != right.ts { return left.ts < right.ts }
        if left.source != right.source { return left.source < right.source }
        if left.offset != right.offset { return left.offset < right.offset }
        return (left.eventID ?? "") < (right.eventID ?? "")
    }
}

extension Finding {
    /// The order of every list of findings: worst first, then oldest, then by detector, class, entity and id.
    package static func precedes(_ left: Finding, _ right: Finding) -> Bool {
        if left.severity != right.severity { return left.severity > right.severity }
        if left.firstSeen != right.firstSeen { return left.firstSeen < right.firstSeen }
        if left.detector != right.detector { return left.detector < right.detector }
        if left.class != right.class { return left.class < right.class }
        if left.entity.value != right.entity.value { return left.entity.value < right.entity.value }
        return left.id < right.id
    }
}

extension Finding {
    /// What to do about it now, with its names filled in; nil for what no detector finds any more.
    package var advice: String? {
        let card = Detectors.cards[detector]
        return card?.classes.first { $0.name == `class` }.map { kind in
            kind.advice.replacing("{entity}", with: entity.value).replacing("{tokens}", with: tokens)
        }
    }

    /// The first tokens that its context names, for a sentence.
    private var tokens: String {
        guard case .texts(let tokens) = context["tokens"], let first = tokens.first else { return "its tokens" }
        let more = tokens.count - 3
        guard tokens.count > 1 else { return "token \(first)" }
        return "tokens " + tokens.prefix(3).joined(separator: ", ") + (more > 0 ? " and \(more) more" : "")
    }

    /// The name in its context that says: it goes on, and `lastSeen` is only how far it was seen.
    package static var ongoing: String { "ongoing" }

    /// The line at which it began to be so: what is shown where there is room for one.
    package var decisive: Evidence? { evidence.first { $0.ts == firstSeen } ?? evidence.first }

    package var isOngoing: Bool { context[Self.ongoing] == .bool(true) }
}
