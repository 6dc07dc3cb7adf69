/// Numbers that look random and are the same in every run (SplitMix64).
package struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    package init(_ seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }

    /// The same, where a type would have to be guessed.
    package var word: UInt64 { mutating get { next() } }

    /// A number from 0 up to the limit, which is not reached.
    package mutating func below(_ limit: Int) -> Int { Int(next() % UInt64(limit)) }

    package var isTrue: Bool { mutating get { next() & 1 == 0 } }

    /// True so many times in a hundred.
    package mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}
