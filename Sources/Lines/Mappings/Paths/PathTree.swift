internal import Events

/// The members of a record that its mapping asks for, as a tree: one pass over the record's bytes finds them all.
///
/// Nodes are plain numbers in one array, so that walking costs no counting of references.
struct PathTree: Sendable {
    private struct Node: Sendable, BitwiseCopyable {
        /// Where its name stands among all names.
        var name: (start: Int32, count: Int32)
        /// Its number among what is found, or -1.
        var slot: Int32 = -1
        var firstChild: Int32 = -1
        var nextSibling: Int32 = -1
    }

    private var nodes = [Node(name: (0, 0))]
    private var names: [UInt8] = []
    private(set) var slotCount = 0
    /// Whether names are compared in any case.
    let ignoresCase: Bool

    init(ignoresCase: Bool) { self.ignoresCase = ignoresCase }

    /// The number of what is found along these names.
    mutating func slot(of path: [[UInt8]]) -> Int {
        let place = path.reduce(0) { node(named: $1, below: $0) }
        if nodes[place].slot < 0 {
            nodes[place].slot = Int32(slotCount)
            slotCount += 1
        }
        return Int(nodes[place].slot)
    }

    private mutating func node(named name: [UInt8], below parent: Int) -> Int {
        let name = ignoresCase ? name.map(\.lowercasedASCII) : name
        var child = nodes[parent].firstChild
        while child >= 0 {
            if self.name(of: Int(child)) == name[...] { return Int(child) }
            child = nodes[Int(child)].nextSibling
        }
        nodes.append(Node(name: (Int32(names.count), Int32(name.count)), nextSibling: nodes[parent].firstChild))
        names += name
        nodes[parent].firstChild = Int32(nodes.count - 1)
        return nodes.count - 1
    }

    private func name(of node: Int) -> ArraySlice<UInt8> {
        names[Int(nodes[node].name.start)..<Int(nodes[node].name.start + nodes[node].name.count)]
    }

    /// Takes over all that another tree asks for.
    /// - Returns: for each number of the other tree the number here.
    mutating func join(_ other: PathTree) -> [Int] {
        var numbers = [Int](repeating: 0, count: other.slotCount)
        var open: [(node: Int, path: [[UInt8]])] = [(0, [])]
        while let (node, path) = open.popLast() {
            if other.nodes[node].slot >= 0 { numbers[Int(other.nodes[node].slot)] = slot(of: path) }
            var child = other.nodes[node].firstChild
            while child >= 0 {
                open.append((Int(child), path + [Array(other.name(of: Int(child)))]))
                child = other.nodes[Int(child)].nextSibling
            }
        }
        return numbers
    }

    /// Finds the members in the object at `from`: of each slot the first byte of the value and the one behind its last;
    /// an empty range where there is none. Of two members of one name the last counts, as most readers have it.
    ///
    /// Throws where the bytes are no JSON. The span must hold a newline behind the object, and seven bytes more.
    func find(in bytes: RawSpan, from: Int, _ found: inout [Range<Int>]) throws(LineFault) -> Int {
        found.removeAll(keepingCapacity: true)
        for _ in 0..<slotCount { found.append(0..<0) }
        if nodes[0].slot >= 0 {
            let end = try JSONGrammar.value(bytes, from, depth: 0)
            found[Int(nodes[0].slot)] = from..<end
        }
        return try object(bytes, from, node: 0, depth: 0, nodes.span, &found)
    }

    private func object(
        _ bytes: RawSpan, _ from: Int, node: Int, depth: Int, _ nodes: Span<Node>, _ found: inout [Range<Int>]
    ) throws(LineFault) -> Int {
        guard bytes.byte(from) == Byte.openBrace else { throw LineFault(.notObject, at: from) }
        var at = JSONGrammar.afterSpaces(bytes, from + 1)
        if bytes.byte(at) == Byte.closeBrace { return at + 1 }
        while true {
            guard bytes.byte(at) == Byte.quote else { throw LineFault.unexpected(bytes, at: at) }
            var isEscaped = false
            let keyEnd = try JSONGrammar.string(bytes, at + 1, escaped: &isEscaped)
            let child = child(of: node, bytes, at + 1..<keyEnd - 1, isEscaped, nodes)
            at = JSONGrammar.afterSpaces(bytes, keyEnd)
            guard bytes.byte(at) == Byte.colon else { throw LineFault.unexpected(bytes, at: at) }
            let start = JSONGrammar.afterSpaces(bytes, at + 1)
            if child >= 0, bytes.byte(start) == Byte.openBrace, nodes[child].firstChild >= 0 {
                at = try object(bytes, start, node: child, depth: depth + 1, nodes, &found)
            } else {
                at = try JSONGrammar.value(bytes, start, depth: depth + 1)
            }
            if child >= 0, nodes[child].slot >= 0 { found[Int(nodes[child].slot)] = start..<at }
            at = JSONGrammar.afterSpaces(bytes, at)
            if bytes.byte(at) == Byte.closeBrace { return at + 1 }
            guard bytes.byte(at) == Byte.comma else { throw LineFault.unexpected(bytes, at: at) }
            at = JSONGrammar.afterSpaces(bytes, at + 1)
        }
    }

    /// The child of a node that a key names, or -1.
    @inline(__always)
    private func child(
        of node: Int, _ bytes: RawSpan, _ key: Range<Int>, _ isEscaped: Bool, _ nodes: Span<Node>
    ) -> Int {
        if isEscaped || ignoresCase { return child(of: node, unusual: bytes, key) }
        let names = names.span
        var child = Int(nodes[node].firstChild)
        while child >= 0 {
            let (start, count) = (Int(nodes[child].name.start), Int(nodes[child].name.count))
            if count == key.count, count == 0 || bytes.byte(key.lowerBound) == names[start] {
                var place = 0
                while place < count, bytes.byte(key.lowerBound &+ place) == names[start &+ place] { place &+= 1 }
                if place == count { return child }
            }
            child = Int(nodes[child].nextSibling)
        }
        return -1
    }

    private func child(of node: Int, unusual bytes: RawSpan, _ key: Range<Int>) -> Int {
        var name: [UInt8] = []
        JSONText.unescape(bytes, key, into: &name)
        if ignoresCase { for place in name.indices { name[place] = name[place].lowercasedASCII } }
        var child = Int(nodes[node].firstChild)
        while child >= 0 {
            if self.name(of: child) == name[...] { return child }
            child = Int(nodes[child].nextSibling)
        }
        return -1
    }
}

extension UInt8 {
    /// A letter from `A` to `Z` in lower case, any other byte as it is.
    @inline(__always)
    var lowercasedASCII: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
