/// The shapes that a reader met, and which of them a line has.
///
/// Nearly every line has members and styles that some line before had: one look into a table of these finds its shape.
struct ShapeTable: Sendable {
    /// Lines that would need more shapes are kept as they stand.
    static var mostShapes: Int { 64 }
    private static var slots: Int { 1024 }
    /// Once there is no room for more shapes, so many new sequences of members are looked at, and then one in sixteen.
    private static var patience: Int { 4096 }

    private struct Known: BitwiseCopyable {
        var line = MemberSequence()
        var styles = LineStyles.open
        var shape: Int64 = 0
    }

    /// By number. A shape may still grow, but never so that it says something else about rows that have it.
    private(set) var shapes: [LineShape] = []
    private var growing: [LineShapeBuilder] = []
    private var unknown = 0
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
        if shapes.count == Self.mostShapes {
            // A log without order, whose lines are kept as they stand nearly always: most are not worth a look.
            unknown &+= 1
            if unknown > Self.patience, unknown & 15 != 0 { return EventColumns.noShape }
        }
        let number = taken(line, styles) ?? added(line, styles)
        // That a shape has taken a line stays true. A line that none takes may always be kept as it stands.
        known[slot] = Known(line: line, styles: styles, shape: number)
        return number
    }

    /// The number of the shape that takes the line in: best without a new member, else with one.
    private mutating func taken(_ line: MemberSequence, _ styles: LineStyles) -> Int64? {
        var withNew: [Int] = []
        for number in growing.indices {
            switch growing[number].fit(line, styles) {
            case .known: if take(line, styles, number) { return Int64(number) }
            case .growing: withNew.append(number)
            case .not: break
            }
        }
        return withNew.first { take(line, styles, $0) }.map { Int64($0) }
    }

    private mutating func take(_ line: MemberSequence, _ styles: LineStyles, _ number: Int) -> Bool {
        guard growing[number].take(line, styles) else { return false }
        let shape = growing[number].shape
        if shapes[number] != shape { shapes[number] = shape }
        return true
    }

    private mutating func added(_ line: MemberSequence, _ styles: LineStyles) -> Int64 {
        guard shapes.count < Self.mostShapes, let shape = LineShapeBuilder(line, styles) else {
            return EventColumns.noShape
        }
        growing.append(shape)
        shapes.append(shape.shape)
        return Int64(shapes.count - 1)
    }
}
