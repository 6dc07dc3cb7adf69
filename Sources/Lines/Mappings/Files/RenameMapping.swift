internal import Events

/// A mapping that only gives names: which fields of a log are which of ours, and what its words for events mean.
package enum RenameMapping {
    package static let name = "rename"

    /// Why a pair cannot be meant.
    package struct Fault: Error, CustomStringConvertible {
        package let description: String
    }

    /// - Parameter pairs: `ts=timestamp`, `event=type`, `event.token_issued=issued`, `ip=client.address`: a field of
    ///   ours and a path, or a word for an event and what it means.
    package static func make(_ pairs: [String]) throws -> Mapping {
        var fields: [(name: String, path: String)] = []
        var words: [(word: String, kind: String)] = []
        let known = EventField.allCases.filter { $0.rawValue < EventField.extra.rawValue }.map(\.name)
        let kinds = EventKind.allCases.map(\.name)
        for pair in pairs {
            guard let equals = pair.firstIndex(of: "="), equals != pair.startIndex else {
                throw Fault(description: "`\(pair)` is no pair; want one such as ts=timestamp")
            }
            let (left, right) = (String(pair[..<equals]), String(pair[pair.index(after: equals)...]))
            if left.hasPrefix("event.") {
                guard kinds.contains(right) else {
                    throw Fault(
                        description: "`\(pair)`: `\(right)` is no event; there are \(kinds.joined(separator: ", "))")
                }
                words.append((String(left.dropFirst(6)), right))
            } else if known.contains(left) {
                fields.append((left, right))
            } else {
                throw Fault(
                    description: "`\(left)` is no field of events; there are \(known.joined(separator: ", ")), and "
                        + "event.WORD for a word that means an event")
            }
        }
        for name in ["ts", "event"] where !fields.contains(where: { $0.name == name }) {
            throw Fault(description: "--map \(name)=NAME is missing: nothing is an event without it")
        }
        return try Mapping(text(fields, words), file: "--map")
    }

    private static func text(_ fields: [(name: String, path: String)], _ words: [(word: String, kind: String)])
        -> String
    {
        let path = { (name: String) in fields.first { $0.name == name }.map { quoted($0.path) } ?? "''" }
        var lines = [
            "mapping: 1", "source: \(name)", "title: a log under other names", "recognize: [\(path("ts"))]",
            "time: \(path("ts"))", "type: \(path("event"))",
        ]
        if fields.contains(where: { $0.name == "event_id" }) { lines.append("id: \(path("event_id"))") }
        lines.append("fields:")
        let own: Set<String> = ["ts", "event", "event_id"]
        // What has our names already is read under them.
        for field in EventField.allCases
        where field.rawValue < EventField.extra.rawValue && !own.contains(field.name) {
            let value = fields.first { $0.name == field.name }?.path ?? field.name
            lines.append("  \(field.name): \(quoted(value))")
        }
        lines.append("events:")
        let all = words + EventKind.allCases.map { ($0.name, $0.name) }
        for (word, kind) in all {
            lines.append("  - {when: {\(path("event")): \(quoted(word))}, event: \(quoted(kind))}")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static func quoted(_ text: String) -> String { "'" + text.replacing("'", with: "''") + "'" }
}
