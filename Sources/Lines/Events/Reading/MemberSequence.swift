/// Which members a line has, in their order, one byte for each: with `LineStyles` all that its shape depends on.
///
/// A known name is its number plus one, with a bit if its value is null. Members that `extra` keeps and that follow
/// each other are one byte: a bit, and how many they are.
struct MemberSequence: Sendable, BitwiseCopyable {
    /// Longer sequences are told by `isTooLong` and by nothing else.
    static var capacity: Int { 32 }
    private static var nullBit: UInt8 { 0x40 }
    private static var runBit: UInt8 { 0x80 }
    private static var longestRun: UInt8 { 0x7F }

    /// The bytes, eight to a word, the first lowest.
    private(set) var words = InlineArray<4, UInt64>(repeating: 0)
    private(set) var count = 0

    var isTooLong: Bool { count > Self.capacity }

    @inline(__always)
    mutating func append(name: UInt8, isNull: Bool) { append((name &+ 1) | (isNull ? Self.nullBit : 0)) }

    /// Appends a member that `extra` keeps.
    mutating func appendExtra() {
        guard count > 0, !isTooLong, let length = runLength(at: count - 1) else { return append(Self.runBit | 1) }
        if length == Int(Self.longestRun) {
            count = Self.capacity + 1
        } else {
            words[(count &- 1) >> 3] &+= 1 << Self.shift(count &- 1)
        }
    }

    @inline(__always)
    private mutating func append(_ code: UInt8) {
        if count < Self.capacity { words[count >> 3] |= UInt64(code) << Self.shift(count) }
        count &+= 1
    }

    /// The number of the name at a place, or nil if members of `extra` stand there.
    func name(at place: Int) -> UInt8? {
        let code = code(at: place)
        return code & Self.runBit == 0 ? (code & ~Self.nullBit) &- 1 : nil
    }

    /// Whether the known name at a place has the value null.
    func isNull(at place: Int) -> Bool { code(at: place) & (Self.runBit | Self.nullBit) == Self.nullBit }

    /// How many members of `extra` stand at a place, or nil if a known name does.
    func runLength(at place: Int) -> Int? {
        let code = code(at: place)
        return code & Self.runBit == 0 ? nil : Int(code & ~Self.runBit)
    }

    private func code(at place: Int) -> UInt8 { UInt8(truncatingIfNeeded: words[place >> 3] >> Self.shift(place)) }

    @inline(__always)
    private static func shift(_ place: Int) -> UInt64 { UInt64(truncatingIfNeeded: (place & 7) &* 8) }
}
