/// A compiled pattern. Trying it on a text takes time in proportion to the text, whatever the pattern and the text are:
/// all ways to match go forward together, a byte at a time, and at most one of them is at each step of the program.
struct Pattern: Sendable {
    enum Step: Sendable {
        case bytes(ByteClass)
        case jump(Int)
        /// Goes both ways, the first preferred.
        case split(Int, Int)
        /// Notes the place; two for each group, its beginning and its end.
        case note(Int)
        case start, end
        case found
    }

    /// A program that is longer would make each byte of a text cost too much.
    private static let mostSteps = 4000

    /// As it was written.
    let text: String
    /// Of each group its name, if it has one; group 1 of the text is the first here.
    let groups: [String?]
    private let steps: [Step]
    /// Bytes with which every match begins at the beginning of the text; empty if none are known.
    private let prefix: [UInt8]
    private let isAnchored: Bool

    init(_ text: String) throws(PatternFault) {
        var parser = PatternParser(text)
        let node = try parser.parse()
        var builder = PatternBuilder(most: Self.mostSteps)
        builder.add(node)
        builder.steps.append(.found)
        guard !builder.isTooLong else {
            throw PatternFault(position: 0, text: "the pattern has more than \(Self.mostSteps) steps")
        }
        self.text = text
        groups = parser.names
        steps = builder.steps
        (isAnchored, prefix) = Self.beginning(of: builder.steps)
    }

    /// What a text must begin with.
    private static func beginning(of steps: [Step]) -> (isAnchored: Bool, prefix: [UInt8]) {
        guard case .start = steps[0] else { return (false, []) }
        var prefix: [UInt8] = []
        for step in steps.dropFirst() {
            guard case .bytes(let set) = step, let byte = set.only else { break }
            prefix.append(byte)
        }
        return (true, prefix)
    }

    /// The number of a group, from 1, by its name or number.
    func group(_ name: String) -> Int? {
        if let number = Int(name), (1...max(1, groups.count)).contains(number), groups.count >= number {
            return number
        }
        return groups.firstIndex(of: name).map { $0 + 1 }
    }

    /// Where the pattern is found first, and where its groups are: places 0 and 1 are the whole, 2 and 3 group 1, and
    /// so on; -1 for a group that took no part. Nil if it is not found.
    func find(in text: ArraySlice<UInt8>) -> [Int]? {
        text.withUnsafeBufferPointer { bytes -> [Int]? in
            guard bytes.count >= prefix.count else { return nil }
            for (place, byte) in prefix.enumerated() where bytes[place] != byte { return nil }
            var run = PatternRun(steps, places: 2 + 2 * groups.count)
            return run.find(in: bytes, isAnchored: isAnchored)
        }
    }

    func matches(_ text: ArraySlice<UInt8>) -> Bool { find(in: text) != nil }
}

/// Makes a program of what a pattern is made of.
struct PatternBuilder {
    var steps: [Pattern.Step] = []
    private(set) var isTooLong = false
    private let most: Int

    init(most: Int) { self.most = most }

    mutating func add(_ node: PatternParser.Node) {
        guard steps.count <= most else { return isTooLong = true }
        switch node {
        case .empty: break
        case .bytes(let set): steps.append(.bytes(set))
        case .character(let set): add(choice: Self.characters(set)[...])
        case .start: steps.append(.start)
        case .end: steps.append(.end)
        case .sequence(let nodes): for node in nodes { add(node) }
        case .choice(let nodes): add(choice: nodes[...])
        case .group(let node, let number):
            steps.append(.note(2 + 2 * number))
            add(node)
            steps.append(.note(3 + 2 * number))
        case .repeated(let node, let least, let most, let isLazy):
            for _ in 0..<least { add(node) }
            guard let most else { return add(loop: node, isLazy: isLazy) }
            var exits: [Int] = []
            for _ in least..<max(least, most) {
                exits.append(steps.count)
                steps.append(.found)
                add(node)
            }
            for place in exits { split(at: place, to: place + 1, or: steps.count, isLazy: isLazy) }
        }
    }

    /// The forms of UTF-8: one byte, or a first byte and one to three that follow it.
    private static func characters(_ set: ByteClass) -> [PatternParser.Node] {
        let ascii = ByteClass(Array<UInt8>(0...0x7F).filter(set.contains))
        let more = PatternParser.Node.bytes(ByteClass(Array(0x80...0xBF)))
        return [
            .bytes(ascii), .sequence([.bytes(ByteClass(Array(0xC2...0xDF))), more]),
            .sequence([.bytes(ByteClass(Array(0xE0...0xEF))), more, more]),
            .sequence([.bytes(ByteClass(Array(0xF0...0xF4))), more, more, more]),
        ]
    }

    private mutating func add(choice nodes: ArraySlice<PatternParser.Node>) {
        guard let first = nodes.first else { return }
        if nodes.count == 1 { return add(first) }
        let split = steps.count
        steps.append(.found)
        add(first)
        let jump = steps.count
        steps.append(.found)
        steps[split] = .split(split + 1, steps.count)
        add(choice: nodes.dropFirst())
        steps[jump] = .jump(steps.count)
    }

    private mutating func add(loop node: PatternParser.Node, isLazy: Bool) {
        let place = steps.count
        steps.append(.found)
        add(node)
        steps.append(.jump(place))
        split(at: place, to: place + 1, or: steps.count, isLazy: isLazy)
    }

    private mutating func split(at place: Int, to inside: Int, or outside: Int, isLazy: Bool) {
        steps[place] = isLazy ? .split(outside, inside) : .split(inside, outside)
    }
}

/// One search with a pattern.
private struct PatternRun {
    /// Ways to match, in the order of preference; each has noted its places.
    private struct Ways {
        var steps: [Int] = []
        var notes: [Int] = []

        mutating func append(_ step: Int, _ places: [Int]) {
            steps.append(step)
            notes.append(contentsOf: places)
        }

        mutating func removeAll() {
            steps.removeAll(keepingCapacity: true)
            notes.removeAll(keepingCapacity: true)
        }
    }

    private let steps: [Pattern.Step]
    private let places: Int
    private var now = Ways()
    private var next = Ways()
    /// Of each step the last round in which a way came to it.
    private var seen: [Int]
    private var round = 0
    private var notes: [Int]
    private var stack: [(step: Int, place: Int, old: Int)] = []

    init(_ steps: [Pattern.Step], places: Int) {
        self.steps = steps
        self.places = places
        seen = [Int](repeating: -1, count: steps.count)
        notes = [Int](repeating: -1, count: places)
    }

    mutating func find(in text: UnsafeBufferPointer<UInt8>, isAnchored: Bool) -> [Int]? {
        var best: [Int]?
        for at in 0...text.count {
            if best == nil, at == 0 || !isAnchored {
                if at == 0 { round += 1 }
                notes = [Int](repeating: -1, count: places)
                notes[0] = at
                follow(0, at: at, count: text.count, isNext: false)
            }
            if now.steps.isEmpty, best != nil || isAnchored { break }
            round += 1
            next.removeAll()
            scan: for way in now.steps.indices {
                switch steps[now.steps[way]] {
                case .bytes(let set):
                    guard at < text.count, set.contains(text[at]) else { continue }
                    notes = Array(now.notes[way * places..<(way + 1) * places])
                    follow(now.steps[way] + 1, at: at + 1, count: text.count, isNext: true)
                case .found:
                    var found = Array(now.notes[way * places..<(way + 1) * places])
                    found[1] = at
                    best = found
                    // Ways behind this one are not preferred to it.
                    break scan
                default: continue
                }
            }
            swap(&now, &next)
        }
        return best
    }

    /// Adds a way at a step, and those that it leads to without a byte.
    private mutating func follow(_ step: Int, at: Int, count: Int, isNext: Bool) {
        stack.removeAll(keepingCapacity: true)
        stack.append((step, -1, 0))
        while let (step, place, old) = stack.popLast() {
            if place >= 0 {
                notes[place] = old
                continue
            }
            if seen[step] == round { continue }
            seen[step] = round
            switch steps[step] {
            case .jump(let to): stack.append((to, -1, 0))
            case .split(let first, let second):
                stack.append((second, -1, 0))
                stack.append((first, -1, 0))
            case .note(let place):
                stack.append((0, place, notes[place]))
                notes[place] = at
                stack.append((step + 1, -1, 0))
            case .start: if at == 0 { stack.append((step + 1, -1, 0)) }
            case .end: if at == count { stack.append((step + 1, -1, 0)) }
            case .bytes, .found:
                if isNext { next.append(step, notes) } else { now.append(step, notes) }
            }
        }
    }
}
