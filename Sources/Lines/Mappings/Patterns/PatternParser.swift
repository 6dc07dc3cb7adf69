/// Why a text is no pattern, and where in it.
struct PatternFault: Error, Equatable {
    /// In characters, from 0.
    var position: Int
    var text: String
}

/// Reads the text of a pattern: what regular expressions have in common, less what cannot be tried in linear time (back
/// references, looking ahead and behind).
///
/// `.` and a class that names what is not meant take a whole character; other classes hold ASCII only.
struct PatternParser {
    /// What a pattern is made of.
    indirect enum Node: Sendable {
        case empty
        case bytes(ByteClass)
        /// An ASCII character of the class, or any other character.
        case character(ByteClass)
        case start, end
        case sequence([Node])
        case choice([Node])
        case group(Node, number: Int)
        case repeated(Node, least: Int, most: Int?, isLazy: Bool)
    }

    private static let mostRepeats = 256
    private static let deepest = 32

    private let text: [Character]
    private var at = 0
    private var depth = 0
    private(set) var names: [String?] = []

    init(_ text: String) { self.text = Array(text) }

    mutating func parse() throws(PatternFault) -> Node {
        let node = try choice()
        if at < text.count { throw fault("`)` closes nothing") }
        return node
    }

    private func fault(_ text: String) -> PatternFault { PatternFault(position: at, text: text) }

    private var next: Character? { at < text.count ? text[at] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard next == character else { return false }
        at += 1
        return true
    }

    private mutating func choice() throws(PatternFault) -> Node {
        var choices = [try sequence()]
        while take("|") { choices.append(try sequence()) }
        return choices.count == 1 ? choices[0] : .choice(choices)
    }

    private mutating func sequence() throws(PatternFault) -> Node {
        var nodes: [Node] = []
        while let character = next, character != "|", character != ")" { nodes.append(try repeated(try atom())) }
        return nodes.isEmpty ? .empty : nodes.count == 1 ? nodes[0] : .sequence(nodes)
    }

    private mutating func repeated(_ node: Node) throws(PatternFault) -> Node {
        var node = node
        while let (least, most) = try bounds() {
            if case .repeated = node { throw fault("a repetition of a repetition; put it into ( )") }
            // Of any number of characters it is the same to take them byte by byte.
            if case .character(let set) = node, most == nil { node = .bytes(set) }
            node = .repeated(node, least: least, most: most, isLazy: take("?"))
        }
        return node
    }

    private mutating func bounds() throws(PatternFault) -> (least: Int, most: Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{") else { return nil }
        let least = try number()
        var most: Int? = least
        if take(",") { most = next == "}" ? nil : try number() }
        guard take("}") else { throw fault("want `}`; a literal brace is \\{") }
        guard (most ?? least) <= Self.mostRepeats, least <= most ?? least else {
            throw fault("repeats from 0 to \(Self.mostRepeats) times can be told")
        }
        return (least, most)
    }

    private mutating func number() throws(PatternFault) -> Int {
        var digits = ""
        while let character = next, character.isASCII, character.isNumber, digits.count < 5 {
            digits.append(character)
            at += 1
        }
        guard let number = Int(digits) else { throw fault("want a number; a literal brace is \\{") }
        return number
    }

    private mutating func atom() throws(PatternFault) -> Node {
        guard let character = next else { return .empty }
        switch character {
        case "(": return try group()
        case "[":
            at += 1
            return try byteClass()
        case "*", "+", "?", "{": throw fault("nothing stands before `\(character)` that it repeats")
        case "\\":
            at += 1
            let isInverted = next.map { "DWS".contains($0) } ?? false
            let set = try escape()
            return isInverted ? .character(set) : .bytes(set)
        default: break
        }
        at += 1
        switch character {
        case ".": return .character(.all)
        case "^": return .start
        case "$": return .end
        default:
            let bytes = Array(String(character).utf8)
            let nodes = bytes.map { Node.bytes(ByteClass([$0])) }
            return nodes.count == 1 ? nodes[0] : .sequence(nodes)
        }
    }

    private mutating func group() throws(PatternFault) -> Node {
        at += 1
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.deepest else { throw fault("groups stand in each other more than \(Self.deepest) deep") }
        var name: String?
        var isCounted = true
        if take("?") {
            if take(":") {
                isCounted = false
            } else if take("<"), let first = next, first != "=", first != "!" {
                name = try groupName()
            } else {
                throw fault("only (?: ) and (?<name> ) are known; looking ahead and behind takes too long")
            }
        }
        let number = names.count
        if isCounted { names.append(name) }
        let node = try choice()
        guard take(")") else { throw fault("want `)`") }
        return isCounted ? .group(node, number: number) : .sequence([node])
    }

    private mutating func groupName() throws(PatternFault) -> String {
        var name = ""
        while let character = next, character.isASCII, character.isLetter || character.isNumber || character == "_" {
            name.append(character)
            at += 1
        }
        guard !name.isEmpty, take(">") else { throw fault("want a name and `>`") }
        if names.contains(name) { throw fault("there is a group `\(name)` already") }
        return name
    }

    // MARK: Classes

    private mutating func byteClass() throws(PatternFault) -> Node {
        let isInverted = take("^")
        var all = ByteClass()
        var isFirst = true
        while let character = next, character != "]" || isFirst {
            isFirst = false
            let low = try member()
            guard next == "-", at + 1 < text.count, text[at + 1] != "]", let from = low.only else {
                all.formUnion(low)
                continue
            }
            at += 1
            guard let to = try member().only, from <= to else { throw fault("a range goes from low to high") }
            all.formUnion(ByteClass(Array(from...to)))
        }
        guard take("]") else { throw fault("want `]`") }
        return isInverted ? .character(all.inverted) : .bytes(all)
    }

    private mutating func member() throws(PatternFault) -> ByteClass {
        if take("\\") { return try escape() }
        guard let byte = next?.asciiValue else { throw fault("a class holds ASCII characters only") }
        at += 1
        return ByteClass([byte])
    }

    private mutating func escape() throws(PatternFault) -> ByteClass {
        guard let character = next else { throw fault("nothing stands behind `\\`") }
        let known: ByteClass? =
            switch character {
            case "d": .digits
            case "D": ByteClass.digits.inverted
            case "w": .word
            case "W": ByteClass.word.inverted
            case "s": .space
            case "S": ByteClass.space.inverted
            case "t": ByteClass([0x09])
            default: nil
            }
        if known == nil, character.isLetter || character.isNumber {
            throw fault("`\\\(character)` is not known; there are \\d \\w \\s, \\D \\W \\S and \\t")
        }
        guard let byte = character.asciiValue else { throw fault("`\\` stands before an ASCII character only") }
        at += 1
        return known ?? ByteClass([byte])
    }
}

/// A set of bytes.
struct ByteClass: Equatable, Sendable {
    private var words: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    init() {}
    init(_ bytes: [UInt8]) { for byte in bytes { insert(byte) } }

    static var all: ByteClass { ByteClass().inverted }
    static var digits: ByteClass { ByteClass(Array(0x30...0x39)) }
    static var word: ByteClass { ByteClass(Array(0x30...0x39) + Array(0x41...0x5A) + [0x5F] + Array(0x61...0x7A)) }
    static var space: ByteClass { ByteClass([0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x20]) }

    static func == (left: ByteClass, right: ByteClass) -> Bool { left.words == right.words }

    @inline(__always)
    func contains(_ byte: UInt8) -> Bool {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: return words.0 & bit != 0
        case 1: return words.1 & bit != 0
        case 2: return words.2 & bit != 0
        default: return words.3 & bit != 0
        }
    }

    mutating func insert(_ byte: UInt8) {
        let bit: UInt64 = 1 << UInt64(byte & 63)
        switch byte >> 6 {
        case 0: words.0 |= bit
        case 1: words.1 |= bit
        case 2: words.2 |= bit
        default: words.3 |= bit
        }
    }

    mutating func formUnion(_ other: ByteClass) {
        words = (
            words.0 | other.words.0, words.1 | other.words.1, words.2 | other.words.2, words.3 | other.words.3
        )
    }

    var inverted: ByteClass {
        var other = self
        other.words = (~words.0, ~words.1, ~words.2, ~words.3)
        return other
    }

    /// The byte of a set of one.
    var only: UInt8? {
        let bytes = (0...255).map { UInt8($0) }.filter(contains)
        return bytes.count == 1 ? bytes[0] : nil
    }
}
