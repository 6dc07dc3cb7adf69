internal import Columns

/// What patterns took from texts that were met before: most texts of a log are met again.
struct PatternMemo: Sendable {
    private static let most = 4096

    /// The texts that one part of a value was asked about.
    private struct Part: Sendable {
        var texts = TextDictionary()
        /// Of each text what was taken from it, as a place in it; nil where nothing was.
        var taken: [Range<Int>?] = []
    }

    private var parts: [Part]

    /// - Parameter count: how many parts of values a mapping has.
    init(count: Int) { parts = Array(repeating: Part(), count: count) }

    /// Appends what a group of a pattern takes from a text; false if that is nothing.
    ///
    /// - Parameter text: the bytes of `out` from there on, which are taken away.
    mutating func replace(_ number: Int, _ pattern: Pattern, group: Int, from text: Int, of out: inout [UInt8]) -> Bool
    {
        let entry = Int(parts[number].texts.intern(out.span.bytes.extracting(text..<out.count)))
        if entry == parts[number].taken.count {
            let places = pattern.find(in: out[text...])
            let (start, end) = places.map { ($0[2 * group], $0[2 * group + 1]) } ?? (-1, -1)
            parts[number].taken.append(start < 0 ? nil : start..<end)
        }
        defer { if parts[number].taken.count == Self.most { parts[number] = Part() } }
        guard let taken = parts[number].taken[entry] else {
            out.removeLast(out.count - text)
            return false
        }
        out.removeLast(out.count - text - taken.upperBound)
        out.removeSubrange(text..<text + taken.lowerBound)
        return true
    }
}
