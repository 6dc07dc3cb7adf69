/// The shapes that a reader met, and which of them a line has.
///
/// Nearly every line has members and styles that some line before had: one look into a table of these finds its shape.
struct ShapeTable: Sendable {
    /// Lines that would need more shapes are kept as they stand.
    static var mostShapes: Int { 64 }
    private static var slots: Int { 1024 }

    private struct Known: BitwiseCopyable {
        var line = MemberSequence()
        var styles = LineStyles.open
        var shape: Int64 = 0
    }

    /// By number. A shape may still grow, but never so that it says something else about rows that have it.
    private(set) var shapes: [LineShape] = []
    private var growing: [GrowingShape] = []
    private var known = [Known](repeating: Known(), count: Self.slots)

    /// The number of a line's shape, or `EventColumns.noShape` if it must be kept as it stands.
    @inline(__always)
    mutating func number(_ line: MemberSequence, _ styles: LineStyles) -> Int64 {
        let slot = Self.slot(line, styles)
        // A line has members, so no line is equal to the empty one that the table starts with.
        if known[slot].styles == styles, Self.equal(known[slot].line, line) { return known[slot].shape }
        return find(line, styles, slot)
    }

    @inline(__always)
    private static func slot(_ line: MemberSequence, _ styles: LineStyles) -> Int {
        let first = (line.words[0] &* 0x9E37_79B9_7F4A_7C15) ^ (line.words[1] &* 0xC2B2_AE3D_27D4_EB4F)
        let second = (line.words[2] &* 0x1656_67B1_9E37_79F9) ^ (line.words[3] &* 0x27D4_EB2F_1656_67C5)
        let hash = (first ^ second &+ styles.word) &* 0x9FB2_1C65_1E98_DF25
        return Int(truncatingIfNeeded: hash >> 40) & (slots &- 1)
    }

    @inline(__always)
    private static func equal(_ left: MemberSequence, _ right: MemberSequence) -> Bool {
        (left.words[0] ^ right.words[0]) | (left.words[1] ^ right.words[1]) | (left.words[2] ^ right.words[2])
            | (left.words[3] ^ right.words[3]) == 0
    }

    @inline(never)
    private mutating func find(_ line: MemberSequence, _ styles: LineStyles, _ slot: Int) -> Int64 {
        let number = taken(line, styles, growing: false) ?? taken(line, styles, growing: true) ?? added(line, styles)
        // That a shape has taken a line stays true. A line that none takes may always be kept as it stands.
        known[slot] = Known(line: line, styles: styles, shape: number)
        return number
    }

    private mutating func taken(_ line: MemberSequence, _ styles: LineStyles, growing isGrowing: Bool) -> Int64? {
        for number in growing.indices where growing[number].take(line, styles, growing: isGrowing) {
            let shape = growing[number].shape
            if shapes[number] != shape { shapes[number] = shape }
            return Int64(number)
        }
        return nil
    }

    private mutating func added(_ line: MemberSequence, _ styles: LineStyles) -> Int64 {
        guard shapes.count < Self.mostShapes, let shape = GrowingShape(line, styles) else {
            return EventColumns.noShape
        }
        growing.append(shape)
        shapes.append(shape.shape)
        return Int64(shapes.count - 1)
    }
}
