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
    case lookup(MappedValue, [[UInt8]: [UInt8]], otherwise: [UInt8]?)
    case lowercased(MappedValue)
    /// A list out of a text, cut at a separator.
    case split(MappedValue, [UInt8])
}

/// What patterns took from texts that were met before: most texts of a log are met again.
struct PatternMemo: Sendable {
    private static let most = 4096

    private var known: [[[UInt8]: [UInt8]?]]

    /// - Parameter count: how many parts of values a mapping has.
    init(count: Int) { known = Array(repeating: [:], count: count) }

    /// What a group of a pattern takes from a text, or nil.
    mutating func part(_ number: Int, of text: [UInt8], _ pattern: Pattern, group: Int) -> [UInt8]? {
        if let answer = known[number][text] { return answer }
        let places = pattern.find(in: text[...])
        let answer = places.flatMap { places in
            places[2 * group] < 0 ? nil : Array(text[places[2 * group]..<places[2 * group + 1]])
        }
        if known[number].count == Self.most { known[number].removeAll(keepingCapacity: true) }
        known[number][text] = .some(answer)
        return answer
    }
}

/// A path and where its value is found.
struct BoundPath: Sendable {
    /// How many records further out.
    var outward: Int
    /// The number of the value in the tree of that record.
    var slot: Int
    /// What is to be walked from there.
    var rest: [RecordPath.Step]
    /// As it was written.
    var text: String
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
