internal import Events

/// How the records of a kind of log become events: what a mapping's file says, compiled. Applying it takes time in
/// proportion to the record.
package struct Mapping: Sendable {
    /// What `--source` calls it.
    package let name: String
    /// The kind of log, in a few words.
    package let title: String
    /// What it reads and from where, in a sentence or two; may be empty.
    package let about: String
    /// Whether the same event may come several times.
    package let isAtLeastOnce: Bool
    /// The text of its file.
    package let text: String
    /// What events of this source cannot say, because it never logs it.
    package let lacks: [String]
    /// The kinds of tokens that people of this source make for themselves, and nobody for them.
    package let own: [String]
    /// What its reasons mean: the class of each word.
    package let reasons: [String: String]

    /// Of text lines: what they look like. Empty where all is JSON.
    let patterns: [Pattern]
    /// Names along which lists of records stand in a document.
    let lists: [[[UInt8]]]
    let ignoresCase: Bool
    /// How records are unfolded, from the outermost.
    let unfoldings: [Unfolding]
    /// What is asked for in the records of each depth.
    let trees: [PathTree]
    /// What a record must be to be one of this kind.
    let recognition: [MappedCondition]
    let named: [MappedValue]
    /// How many values are parts that patterns take.
    let parts: Int
    let time: MappedValue
    let timeForm: SourceTime
    let eventID: MappedValue?
    /// What skipped and unmapped records are counted by.
    let type: MappedValue?
    let fields: [MappedField]
    let session: MappedValue?
    let extra: [(name: [UInt8], value: MappedValue)]
    /// How often an event is to be counted.
    let times: MappedValue?
    let rules: [MappedRule]
    let otherwise: MappedOutcome

    /// The form of a source whose first bytes are these, or nil if more are needed to tell.
    package func form(of bytes: RawSpan, isAll: Bool) -> RecordFrame.Form? {
        if !patterns.isEmpty, SourceForm.isText(bytes) { return .text }
        if let form = SourceForm.find(bytes, isAll: isAll, lists: lists) { return form }
        return bytes.byteCount < Recognition.mostBytes ? nil : SourceForm.likely(bytes, hasLists: !lists.isEmpty)
    }
}

/// A record that holds others.
struct Unfolding: Sendable {
    enum Content: String, CaseIterable, Sendable {
        /// Objects, or texts that hold JSON.
        case json
        /// Texts of names and values: `type=LOGIN, user=maria`.
        case kv
    }

    /// Where they are; the first path that there is counts.
    var paths: [BoundPath]
    var content: Content
    /// Between name and value of `kv`.
    var separator: [UInt8]
    /// What a producer puts where it has cut a text; empty if it never does.
    var cutMark: [UInt8]
    /// Without such records the record stands for itself.
    var isOptional: Bool
    /// Of an optional one: for each number of the inner record's tree that of the outer one's, so that a record that
    /// stands for itself is looked at once.
    var ownSlots: [Int] = []
}

/// A field of the event and where its value comes from.
struct MappedField: Sendable {
    var field: EventField
    var value: MappedValue
    var timeForm: SourceTime
}

/// What becomes of a record.
enum MappedOutcome: Sendable {
    case event(EventKind)
    /// It is no auth event.
    case skip
    /// The mapping does not know it.
    case unmapped
}

/// What becomes of the records for which all conditions hold.
struct MappedRule: Sendable {
    var conditions: [MappedCondition]
    var outcome: MappedOutcome
    /// In place of those that the mapping has for all events; nil leaves a field out.
    var fields: [(field: EventField, value: MappedField?)]
    var session: MappedValue?
    /// The rule does not hold where this is remembered.
    var unless: MappedValue?
    /// What is remembered of its records, and what is forgotten.
    var remember: MappedValue?
    var forget: MappedValue?
    /// The line of the mapping's file, from 1.
    var line: Int
}
