package import Yams

/// Reads a YAML file of settings and notes everything that is wrong in it, with its place, so that a person can mend
/// all of it at once.
package protocol ConfigReader {
    var problems: [ConfigProblem] { get set }
}

extension ConfigReader {
    package mutating func list(_ node: Node) -> [Node]? {
        if let sequence = node.sequence { return Array(sequence) }
        note(node, "\(Self.say(node)) is no list; write [a, b]")
        return nil
    }

    package mutating func texts(_ node: Node) -> [String]? {
        list(node)?.compactMap { text($0) }
    }

    package mutating func text(_ node: Node) -> String? {
        if let text = node.string, !text.isEmpty { return text }
        note(node, "\(Self.say(node)) is no text")
        return nil
    }

    /// The members of a mapping whose names are known; the others are noted, with what may have been meant.
    package mutating func members(
        _ node: Node, known: [String], of path: String
    ) -> [(key: Node, name: String, value: Node)] {
        if node.null != nil { return [] }
        guard let mapping = node.mapping else {
            note(node, "\(path) is \(Self.say(node)); want names with values")
            return []
        }
        return mapping.compactMap { key, value in
            guard let name = key.scalar?.string, known.contains(name) else {
                let near = Spelling.nearest(to: key.scalar?.string ?? "", of: known)
                let advice = near.map { "; did you mean `\($0)`?" } ?? "; there are \(known.joined(separator: ", "))"
                note(key, "\(path) has no `\(key.scalar?.string ?? "?")`\(advice)")
                return nil
            }
            return (key, name, value)
        }
    }

    package mutating func note(_ node: Node, _ text: String, isWarning: Bool = false) {
        let mark = node.mark
        problems.append(
            ConfigProblem(line: mark?.line ?? 1, column: mark?.column ?? 1, text: text, isWarning: isWarning))
    }

    /// A value as messages quote it.
    package static func say(_ node: Node) -> String {
        switch node {
        case .scalar(let scalar): "`\(scalar.string)`"
        case .mapping: "a mapping"
        case .sequence: "a list"
        case .alias: "an alias"
        }
    }
}

extension ConfigProblem {
    /// Why a text is no YAML.
    package init(_ error: any Error, in text: String) {
        switch error {
        case YamlError.scanner(_, let problem, let mark, _), YamlError.parser(_, let problem, let mark, _),
            YamlError.composer(_, let problem, let mark, _):
            self.init(line: mark.line, column: mark.column, text: "no YAML: \(problem)")
        case YamlError.duplicatedKeysInMapping(let duplicates, _):
            let names = duplicates.sorted()
            self.init(
                line: Self.line(ofSecond: names.first ?? "", in: text), column: 1,
                text: "`\(names.joined(separator: "`, `"))` stands twice in one mapping")
        default:
            self.init(line: 1, column: 1, text: "no YAML: \(error)")
        }
    }

    /// The line, from 1, in which a key stands the second time.
    private static func line(ofSecond key: String, in text: String) -> Int {
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        let places = lines.indices.filter { lines[$0].drop { $0 == " " }.hasPrefix(key + ":") }
        return (places.dropFirst().first ?? 0) + 1
    }
}
