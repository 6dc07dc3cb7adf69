internal import Events

/// The members of a record that its mapping asks for, as a tree: one pass over the record's bytes finds them all.
struct PathTree: Sendable {
    private struct Node: Sendable {
        var name: [UInt8]
        /// Its number among what is found, or -1.
        var slot = -1
        var children: [Int] = []
    }

    private var nodes = [Node(name: [])]
    private(set) var slotCount = 0
    /// Whether names are compared in any case.
    let ignoresCase: Bool

    init(ignoresCase: Bool) { self.ignoresCase = ignoresCase }

    /// The number of what is found along these names.
    mutating func slot(of names: [[UInt8]]) -> Int {
        var place = 0
        for name in names {
            let name = ignoresCase ? name.map { $0.lowercasedASCII } : name
            if let child = nodes[place].children.first(where: { nodes[$0].name == name }) {
                place = child
            } else {
                nodes.append(Node(name: name))
                nodes[place].children.append(nodes.count - 1)
                place = nodes.count - 1
            }
        }
        if nodes[place].slot < 0 {
            nodes[place].slot = slotCount
            slotCount += 1
        }
        return nodes[place].slot
    }

    /// Finds the members in the object at `from`: of each slot the first byte of the value and the one behind its last;
    /// `none` where there is none. Of two members of one name the last counts, as most readers have it.
    ///
    /// Throws where the bytes are no JSON. The span must hold a newline behind the object.
    func find(in bytes: RawSpan, from: Int, _ found: inout [Range<Int>]) throws(LineFault) -> Int {
        found.removeAll(keepingCapacity: true)
        for _ in 0..<slotCount { found.append(0..<0) }
        if nodes[0].slot >= 0 {
            let end = try JSONGrammar.value(bytes, from, depth: 0)
            found[nodes[0].slot] = from..<end
        }
        return try object(bytes, from, node: 0, depth: 0, &found)
    }

    private func object(
        _ bytes: RawSpan, _ from: Int, node: Int, depth: Int, _ found: inout [Range<Int>]
    ) throws(LineFault) -> Int {
        guard bytes.byte(from) == Byte.openBrace else { throw LineFault(.notObject, at: from) }
        var at = JSONGrammar.afterSpaces(bytes, from + 1)
        if bytes.byte(at) == Byte.closeBrace { return at + 1 }
        while true {
            guard bytes.byte(at) == Byte.quote else { throw LineFault.unexpected(bytes, at: at) }
            var isEscaped = false
            let keyEnd = try JSONGrammar.string(bytes, at + 1, escaped: &isEscaped)
            let child = child(of: node, bytes, at + 1..<keyEnd - 1, isEscaped)
            at = JSONGrammar.afterSpaces(bytes, keyEnd)
            guard bytes.byte(at) == Byte.colon else { throw LineFault.unexpected(bytes, at: at) }
            let start = JSONGrammar.afterSpaces(bytes, at + 1)
            at = try value(bytes, start, child, depth: depth, &found)
            if child >= 0, nodes[child].slot >= 0 { found[nodes[child].slot] = start..<at }
            at = JSONGrammar.afterSpaces(bytes, at)
            if bytes.byte(at) == Byte.closeBrace { return at + 1 }
            guard bytes.byte(at) == Byte.comma else { throw LineFault.unexpected(bytes, at: at) }
            at = JSONGrammar.afterSpaces(bytes, at + 1)
        }
    }

    @inline(__always)
    private func value(
        _ bytes: RawSpan, _ start: Int, _ child: Int, depth: Int, _ found: inout [Range<Int>]
    ) throws(LineFault) -> Int {
        guard child >= 0, bytes.byte(start) == Byte.openBrace, !nodes[child].children.isEmpty else {
            return try JSONGrammar.value(bytes, start, depth: depth + 1)
        }
        return try object(bytes, start, node: child, depth: depth + 1, &found)
    }

    /// The child of a node that a key names, or -1.
    @inline(__always)
    private func child(of node: Int, _ bytes: RawSpan, _ key: Range<Int>, _ isEscaped: Bool) -> Int {
        if isEscaped || ignoresCase { return child(of: node, unusual: bytes, key) }
        for child in nodes[node].children where nodes[child].name.count == key.count {
            if bytes.equal(key, nodes[child].name) { return child }
        }
        return -1
    }

    private func child(of node: Int, unusual bytes: RawSpan, _ key: Range<Int>) -> Int {
        var name: [UInt8] = []
        JSONText.unescape(bytes, key, into: &name)
        if ignoresCase { name = name.map { $0.lowercasedASCII } }
        return nodes[node].children.first { nodes[$0].name == name } ?? -1
    }
}

extension UInt8 {
    /// A letter from `A` to `Z` in lower case, any other byte as it is.
    var lowercasedASCII: UInt8 { (0x41...0x5A).contains(self) ? self | 0x20 : self }
}
