/// A shape while lines are still read: it takes in every line that it can without changing what earlier lines mean.
///
/// Members are nodes, and the shape knows which stand before which in some line. As a row shows only what it has, the
/// others may be put in any order, and a line is taken in as long as no two lines contradict each other.
struct LineShapeBuilder: Sendable {
    private static var mostNodes: Int { 32 }

    /// Of a node that stands for members of `extra`: how many, as long as it is the same number in all lines; or nil.
    private enum Node {
        case named(UInt8)
        case run(Int?)
    }

    private var styles: LineStyles
    private var nodes: [Node] = []
    /// For each node those that stand after it in some line, directly or not.
    private var after: [UInt32] = []
    /// By number of name, or 0xFF.
    private var nodeOfName = InlineArray<27, UInt8>(repeating: 0xFF)
    /// The fields whose value a node shows.
    private var fields = LineNames()
    /// Nodes that some line omitted, and nodes that some line had with null: never both.
    private var omitted: UInt32 = 0
    private var shownNull: UInt32 = 0
    private var runs: UInt32 = 0
    private var hasRows = false

    /// The shape of a first line, or nil if it has one field under two names or too many members.
    init?(_ line: MemberSequence, _ styles: LineStyles) {
        self.styles = styles
        guard add(line) else { return nil }
        hasRows = true
    }

    /// Takes a line in; or changes nothing and returns false.
    mutating func take(_ line: MemberSequence, _ styles: LineStyles) -> Bool {
        guard let common = self.styles.common(with: styles) else { return false }
        var trial = self
        guard trial.add(line) else { return false }
        trial.styles = common
        self = trial
        return true
    }

    enum Fit { case known, growing, not }

    /// A quick look at the styles and the named members: whether the shape has these, or could be given those that it
    /// has not; `not` if `take` would refuse the line.
    func fit(_ line: MemberSequence, _ styles: LineStyles) -> Fit {
        if self.styles.common(with: styles) == nil { return .not }
        var fit = Fit.known
        var seen: UInt32 = 0
        for place in 0..<line.count {
            guard let name = line.name(at: place) else { continue }
            let node = nodeOfName[Int(name)]
            if node == 0xFF {
                if line.isNull(at: place) || !fields.isDisjoint(with: Self.field(name)) { return .not }
                fit = .growing
                continue
            }
            let bit: UInt32 = 1 << UInt32(node)
            if after[Int(node)] & seen != 0 || line.isNull(at: place) && omitted & bit != 0 { return .not }
            seen |= bit
        }
        return shownNull & ~seen == 0 ? fit : .not
    }

    /// Takes a line in; after false the shape is of no use.
    private mutating func add(_ line: MemberSequence) -> Bool {
        guard !line.isTooLong else { return false }
        var path: [Int] = []
        var seen: UInt32 = 0
        for place in 0..<line.count {
            let next = place + 1 < line.count ? line.name(at: place + 1).map { nodeOfName[Int($0)] } : nil
            let found = line.runLength(at: place).map { run(of: $0, seen, before: next ?? 0xFF) } ?? named(line, place)
            guard let node = found, seen & 1 << UInt32(node) == 0 else { return false }
            if let previous = path.last, !order(previous, node) { return false }
            path.append(node)
            seen |= 1 << UInt32(node)
        }
        let absent = allNodes & ~seen
        if shownNull & absent != 0 { return false }
        omitted |= absent & ~runs
        for node in nodes.indices where absent & runs & 1 << UInt32(node) != 0 {
            if !setLength(of: node, 0) { return false }
        }
        return true
    }

    private var allNodes: UInt32 { nodes.count == 32 ? .max : (1 << UInt32(nodes.count)) - 1 }

    /// The node of a named member, or nil if there can be none.
    private mutating func named(_ line: MemberSequence, _ place: Int) -> Int? {
        guard let name = line.name(at: place) else { return nil }
        let isNull = line.isNull(at: place)
        var node = Int(nodeOfName[Int(name)])
        if node == 0xFF {
            guard fields.isDisjoint(with: Self.field(name)), !(hasRows && isNull), let new = append(.named(name)) else {
                return nil
            }
            node = new
            nodeOfName[Int(name)] = UInt8(new)
            fields.formUnion(Self.field(name))
            if hasRows { omitted |= 1 << UInt32(new) }
        }
        if isNull {
            if omitted & 1 << UInt32(node) != 0 { return nil }
            shownNull |= 1 << UInt32(node)
        }
        return node
    }

    /// The node of a run of members of `extra` between those seen and the node `before`, or nil if there can be none.
    private mutating func run(of length: Int, _ seen: UInt32, before next: UInt8) -> Int? {
        for node in nodes.indices where runs & 1 << UInt32(node) != 0 {
            let bit: UInt32 = 1 << UInt32(node)
            let fits = seen & bit == 0 && after[node] & seen == 0 && (next == 0xFF || after[Int(next)] & bit == 0)
            if fits, setLength(of: node, length) { return node }
        }
        guard let node = append(.run(length)) else { return nil }
        runs |= 1 << UInt32(node)
        return hasRows && !setLength(of: node, 0) ? nil : node
    }

    /// Notes how many members a run has in one line. Lengths may differ in one run only: it has what the others leave.
    private mutating func setLength(of node: Int, _ length: Int) -> Bool {
        guard case .run(let known) = nodes[node] else { return false }
        if known == nil || known == length { return true }
        let others = nodes.indices.filter { $0 != node }
        if others.contains(where: { if case .run(nil) = nodes[$0] { true } else { false } }) { return false }
        nodes[node] = .run(nil)
        return true
    }

    private mutating func append(_ node: Node) -> Int? {
        guard nodes.count < Self.mostNodes else { return nil }
        nodes.append(node)
        after.append(0)
        return nodes.count - 1
    }

    /// Notes that one node stands before another; false if a line had them the other way round.
    private mutating func order(_ first: Int, _ second: Int) -> Bool {
        let (firstBit, secondBit): (UInt32, UInt32) = (1 << UInt32(first), 1 << UInt32(second))
        if after[second] & firstBit != 0 { return false }
        if after[first] & secondBit != 0 { return true }
        let reached = secondBit | after[second]
        for node in nodes.indices where node == first || after[node] & firstBit != 0 { after[node] |= reached }
        return true
    }

    private static func field(_ name: UInt8) -> LineNames { LineNames(number: LineName.field(of: Int(name))) }

    /// What rows need to be written again.
    var shape: LineShape {
        var members: [LineShape.Member] = []
        var rest = allNodes
        while rest != 0 {
            // The first node before which none of the rest stands.
            let free = nodes.indices.first { node in
                rest & 1 << UInt32(node) != 0
                    && nodes.indices.allSatisfy { rest & 1 << UInt32($0) == 0 || after[$0] & 1 << UInt32(node) == 0 }
            }
            guard let node = free else { break }  // never: there are no circles
            rest &= ~(1 << UInt32(node))
            members.append(member(node))
        }
        return LineShape(
            members: members, spacing: styles.spacing, endsInReturn: styles.endsInReturn, escapes: styles.escapes,
            ts: styles.ts, expiresAt: styles.expiresAt ?? styles.ts, latency: styles.latency.first ?? .shortest,
            scopes: styles.scopes.contains(.compact) ? .compact : .spaced)
    }

    private func member(_ node: Int) -> LineShape.Member {
        switch nodes[node] {
        case .named(let name): .named(name, showsNull: shownNull & 1 << UInt32(node) != 0)
        case .run(let length): .extra(runs.nonzeroBitCount == 1 ? nil : length)
        }
    }
}
