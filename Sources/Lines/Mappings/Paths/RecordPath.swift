/// Where a value stands in a record: `userIdentity.arn`, `"log.logger"`, `target[type~token].id`.
///
/// A name is a member of an object, in quotes where it holds a dot or a bracket. Behind it, `[2]` is an element of an
/// array, `[-1]` the last one, `[]` each of them, and `[name=value]` or `[name~part]` each whose member is the value or
/// has the part in it, in any case; `{name=value}` is the same. `^.` before a path asks the record around the one that
/// was unfolded from it.
struct RecordPath: Hashable, Sendable {
    enum Step: Hashable, Sendable {
        case member([UInt8])
        case element(Int)
        case all
        case chosen(member: [UInt8], value: [UInt8], isPart: Bool)
    }

    /// How many records further out it begins.
    var outward = 0
    var steps: [Step] = []
    /// As it was written.
    var text: String

    /// The members that it goes through before it meets an array.
    var members: [[UInt8]] {
        var names: [[UInt8]] = []
        for case .member(let name) in steps.prefix(while: { if case .member = $0 { true } else { false } }) {
            names.append(name)
        }
        return names
    }

    private static let mostSteps = 24

    /// - Parameter problem: what is wrong with the text.
    init(_ text: String) throws(PathFault) {
        self.text = text
        var parser = PathParser(text)
        outward = parser.takeOutward()
        repeat { steps.append(contentsOf: try parser.takeMember()) } while try parser.goesOn()
        guard steps.count <= Self.mostSteps else { throw PathFault("has more than \(Self.mostSteps) steps") }
    }
}

/// Why a text is no path.
struct PathFault: Error {
    var text: String
    init(_ text: String) { self.text = text }
}

private struct PathParser {
    private let text: [UInt8]
    private var at = 0

    init(_ text: String) { self.text = Array(text.utf8) }

    private var next: UInt8? { at < text.count ? text[at] : nil }

    private mutating func take(_ character: Character) -> Bool {
        guard next == character.asciiValue else { return false }
        at += 1
        return true
    }

    mutating func takeOutward() -> Int {
        var outward = 0
        while take("^") { outward += 1 }
        if outward > 0 { _ = take(".") }
        return outward
    }

    /// A name and what stands in brackets behind it.
    mutating func takeMember() throws(PathFault) -> [RecordPath.Step] {
        var steps: [RecordPath.Step] = []
        if next != UInt8(ascii: "[") {
            let name = try takeName(until: Array(".[{".utf8))
            guard !name.isEmpty else { throw PathFault("lacks a name at character \(at + 1)") }
            steps.append(.member(name))
        }
        while let open = next, open == UInt8(ascii: "[") || open == UInt8(ascii: "{") {
            at += 1
            steps.append(try takeBracket(closing: open == UInt8(ascii: "[") ? "]" : "}"))
        }
        return steps
    }

    mutating func goesOn() throws(PathFault) -> Bool {
        if take(".") { return true }
        guard at == text.count else { throw PathFault("wants a dot or a bracket at character \(at + 1)") }
        return false
    }

    private mutating func takeName(until ends: [UInt8]) throws(PathFault) -> [UInt8] {
        var name: [UInt8] = []
        if take("\"") {
            while let byte = next, byte != UInt8(ascii: "\"") {
                name.append(byte)
                at += 1
            }
            guard take("\"") else { throw PathFault("lacks the quote that closes a name") }
            return name
        }
        while let byte = next, !ends.contains(byte) {
            name.append(byte)
            at += 1
        }
        return name
    }

    private mutating func takeBracket(closing: Character) throws(PathFault) -> RecordPath.Step {
        if take(closing) { return .all }
        let name = try takeName(until: Array("=~]}".utf8))
        if take(closing) {
            let text = String(decoding: name, as: UTF8.self)
            guard let number = Int(text) else {
                throw PathFault("wants a number, name=value or name~part in brackets, and has `\(text)`")
            }
            return .element(number)
        }
        let isPart = take("~")
        if isPart { _ = take("=") } else if !take("=") { throw PathFault("lacks `\(closing)`") }
        let value = try takeName(until: Array("]}".utf8))
        guard take(closing), !value.isEmpty else { throw PathFault("lacks a value and `\(closing)`") }
        return .chosen(member: name, value: value, isPart: isPart)
    }
}
