/// What the rules of a mapping remember of the records before: values such as a connection, as marks of 64 bits.
///
/// It goes into the catalog with the checkpoint, so that a record means the same whenever reading was broken off.
package struct RuleMemory: Sendable, Equatable {
    /// The oldest go first. A server lets in far fewer connections at a time that nobody has logged in on.
    static let most = 128

    /// The oldest first.
    private var marks: [UInt64] = []

    package init() {}

    var isEmpty: Bool { marks.isEmpty }

    func holds(_ value: [UInt8]) -> Bool { !marks.isEmpty && marks.contains(Self.mark(value)) }

    mutating func add(_ value: [UInt8]) {
        let mark = Self.mark(value)
        if marks.contains(mark) { return }
        if marks.count == Self.most { marks.removeFirst() }
        marks.append(mark)
    }

    mutating func remove(_ value: [UInt8]) {
        guard !marks.isEmpty else { return }
        let mark = Self.mark(value)
        marks.removeAll { $0 == mark }
    }

    /// FNV-1a.
    private static func mark(_ value: [UInt8]) -> UInt64 {
        value.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// As the catalog keeps it: `cbf29ce484222325,…`.
    var text: String { marks.map { String($0, radix: 16) }.joined(separator: ",") }

    /// Nil for what `text` never is.
    init?(_ text: Substring) {
        let words = text.split(separator: ",", omittingEmptySubsequences: false)
        let marks = words.compactMap { UInt64($0, radix: 16) }
        guard marks.count == words.count, marks.count <= Self.most, Set(marks).count == marks.count else { return nil }
        self.marks = marks
    }
}
