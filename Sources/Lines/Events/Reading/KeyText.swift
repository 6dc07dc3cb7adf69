/// A key as it stands in a line, quotes and colon included, and the name that it is: `"token_id":`.
///
/// Comparing three masked words tells whether a line goes on with this key; that is how the reader recognizes keys
/// where the lines before had them, without looking for the end of the key.
struct KeyText: Sendable {
    /// Longer texts are never guessed.
    static var capacity: Int { 24 }

    private var first: UInt64 = 1
    private var second: UInt64 = 0
    private var third: UInt64 = 0
    private var firstMask: UInt64 = 0
    private var secondMask: UInt64 = 0
    private var thirdMask: UInt64 = 0
    /// Bytes of the text.
    private(set) var length = 0
    /// A number of `LineName`, or `unknown`.
    private(set) var name = LineName.unknown

    /// A text that no line has: under an empty mask nothing equals 1.
    init() {}

    /// The text at a place of a span; `length` is at most `capacity`.
    init(_ bytes: RawSpan, at: Int, length: Int, name: UInt8) {
        self.length = length
        self.name = name
        firstMask = Self.mask(length)
        secondMask = Self.mask(length - 8)
        thirdMask = Self.mask(length - 16)
        first = bytes.wordAtEnd(at) & firstMask
        second = bytes.wordAtEnd(at + 8) & secondMask
        third = bytes.wordAtEnd(at + 16) & thirdMask
    }

    /// Whether the text stands at `at`, where the span must have `capacity` bytes.
    @inline(__always)
    func stands(in bytes: RawSpan, at: Int) -> Bool {
        (bytes.word(at) & firstMask ^ first) | (bytes.word(at &+ 8) & secondMask ^ second)
            | (bytes.word(at &+ 16) & thirdMask ^ third) == 0
    }

    private static func mask(_ length: Int) -> UInt64 {
        length >= 8 ? .max : length <= 0 ? 0 : (1 << UInt64(8 * length)) - 1
    }
}

/// Finds the number of a name by its bytes.
struct NameTable: Sendable {
    private var names: [[UInt8]] = LineName.texts.map { Array($0.utf8) }
    private var slots = [UInt8](repeating: LineName.unknown, count: 256)

    init() {
        for (number, name) in names.enumerated() {
            var slot = Self.slot(name.span.bytes, 0..<name.count)
            while slots[slot] != LineName.unknown { slot = (slot + 1) & 0xFF }
            slots[slot] = UInt8(number)
        }
    }

    /// The number of the name in a range of a span, or `LineName.unknown`.
    func number(_ bytes: RawSpan, _ range: Range<Int>) -> UInt8 {
        guard range.count >= 2, range.count <= 19 else { return LineName.unknown }
        var slot = Self.slot(bytes, range)
        while slots[slot] != LineName.unknown {
            let name = names[Int(slots[slot])]
            if name.count == range.count, Self.equal(name, bytes, range.lowerBound) { return slots[slot] }
            slot = (slot + 1) & 0xFF
        }
        return LineName.unknown
    }

    /// Length and the first two bytes and the last tell all names apart, but for a few.
    private static func slot(_ bytes: RawSpan, _ range: Range<Int>) -> Int {
        let start = range.lowerBound
        let head = Int(bytes.byte(start)) &* 5 &+ Int(bytes.byte(start + 1)) &* 17
        return (head &+ Int(bytes.byte(range.upperBound - 1)) &* 3 &+ range.count &* 29) & 0xFF
    }

    private static func equal(_ name: [UInt8], _ bytes: RawSpan, _ start: Int) -> Bool {
        for index in 0..<name.count where name[index] != bytes.byte(start + index) { return false }
        return true
    }
}
