internal import Events

/// How a value of an event is found in a record.
indirect enum MappedValue: Sendable {
    /// What stands at a path.
    case path(BoundPath)
    /// A value that has a name in the mapping.
    case named(Int)
    case text([UInt8])
    /// Texts and values, one behind the other; absent where one of the values is.
    case template([MappedValue])
    /// The first that is there.
    case first([MappedValue])
    /// A part of a value: what a group of a pattern took. Absent where the pattern is not found.
    case part(MappedValue, Pattern, group: Int, memo: Int)
    /// Another value for each of some; absent for others unless there is one for them.
    case lookup(MappedValue, WordMap, otherwise: [UInt8]?)
    case lowercased(MappedValue)
    /// A list out of a text, cut at a separator.
    case split(MappedValue, [UInt8])
}

/// Words that stand for words. Few are looked through, which is faster than hashing.
struct WordMap: Sendable {
    private static let mostLookedThrough = 8

    private let few: [(from: [UInt8], to: [UInt8])]
    private let many: [[UInt8]: [UInt8]]

    init(_ words: [[UInt8]: [UInt8]]) {
        let isLong = words.count > Self.mostLookedThrough
        many = isLong ? words : [:]
        few = isLong ? [] : words.map { (from: $0.key, to: $0.value) }
    }

    func word(for bytes: RawSpan, _ text: Range<Int>) -> [UInt8]? {
        if !many.isEmpty { return many[Array(bytes, text)] }
        for place in few.indices where bytes.equal(text, few[place].from) { return few[place].to }
        return nil
    }
}

/// A path and where its value is found.
///
/// A class, because a value is looked at for each record, and one reference costs less than the parts.
final class BoundPath: Sendable {
    /// How many records further out.
    let outward: Int
    /// The number of the value in the tree of that record.
    let slot: Int
    /// What is to be walked from there.
    let rest: [RecordPath.Step]
    /// As it was written.
    let text: String

    init(outward: Int, slot: Int, rest: [RecordPath.Step], text: String) {
        (self.outward, self.slot, self.rest, self.text) = (outward, slot, rest, text)
    }
}

/// What a value must be.
indirect enum MappedTest: Sendable {
    case anyOf([[UInt8]])
    case prefix([[UInt8]])
    case suffix([[UInt8]])
    case pattern(Pattern)
    case exists(Bool)
    case atLeast(Double)
    case not(MappedTest)
}

/// A value and what it must be for a rule to hold.
struct MappedCondition: Sendable {
    var value: MappedValue
    var test: MappedTest
}
