internal import TestSupport

/// Changes files of a corpus in ways that have broken readers before: a poor man's libFuzzer for every test run.
package struct Mutator {
    private let corpus: [[UInt8]]
    private let words: [[UInt8]]
    private var dice: SeededRandom

    /// - Parameter words: what may be inserted as a whole.
    package init(corpus: [[UInt8]], words: [String], seed: UInt64) {
        self.corpus = corpus
        self.words = words.map { Array($0.utf8) }
        dice = SeededRandom(seed)
    }

    /// A file of the corpus with one to four changes.
    package mutating func next() -> [UInt8] {
        var bytes = corpus[dice.below(corpus.count)]
        for _ in 0...dice.below(4) { change(&bytes) }
        return bytes
    }

    private mutating func change(_ bytes: inout [UInt8]) {
        let at = dice.below(bytes.count + 1)
        let end = min(bytes.count, at + 1 + dice.below(16))
        switch dice.below(8) {
        case 0 where at < bytes.count: bytes[at] ^= 1 << UInt8(dice.below(8))
        case 1 where at < bytes.count: bytes[at] = UInt8(truncatingIfNeeded: dice.next())
        case 2: bytes.removeSubrange(at..<end)
        case 3: bytes.insert(contentsOf: bytes[at..<end], at: at)
        case 4: bytes.insert(contentsOf: words[dice.below(words.count)], at: at)
        case 5: bytes.removeSubrange(at...)
        case 6:
            let other = corpus[dice.below(corpus.count)]
            let from = dice.below(other.count + 1)
            bytes.insert(contentsOf: other[from..<min(other.count, from + dice.below(200) + 1)], at: at)
        default: bytes.insert(contentsOf: repeatElement(UInt8(dice.below(256)), count: 1 + dice.below(40)), at: at)
        }
    }
}
