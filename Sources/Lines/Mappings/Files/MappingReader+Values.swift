internal import ConfigFiles
internal import Events
internal import Yams

// Values: where they stand in a record, and what is made of them.

extension MappingReader {
    private static let bases = ["path", "text", "template", "first"]
    private static let changes = ["pattern", "group", "lower", "map", "otherwise", "split"]

    /// A value: a path, `$name` for one that has a name, a list of which the first that is there counts, or a mapping
    /// that says more.
    mutating func value(_ node: Node, _ path: String) -> MappedValue? {
        if let scalar = node.scalar {
            if scalar.string.hasPrefix("$") { return reference(scalar.string, node) }
            return bound(node, path).map { .path($0) }
        }
        if let sequence = node.sequence {
            let values = sequence.compactMap { value($0, path) }
            if values.isEmpty { note(node, "\(path) is an empty list") }
            return .first(values)
        }
        return changed(node, path)
    }

    private mutating func reference(_ text: String, _ node: Node) -> MappedValue? {
        let name = String(text.dropFirst())
        if let place = names[name] { return .named(place) }
        let near = Spelling.nearest(to: name, of: names.keys.sorted()).map { "; did you mean `$\($0)`?" }
        note(node, "`\(text)` has no value in `let` before it\(near ?? "")")
        return nil
    }

    private mutating func changed(_ node: Node, _ path: String) -> MappedValue? {
        var parts: [String: Node] = [:]
        for (_, name, value) in members(node, known: Self.bases + Self.changes, of: path) { parts[name] = value }
        let bases = Self.bases.filter { parts[$0] != nil }
        guard bases.count == 1, let base = bases.first, let node = parts[base] else {
            note(node, "\(path) wants one of \(Self.bases.joined(separator: ", "))")
            return nil
        }
        var value: MappedValue? =
            switch base {
            case "text": .text(Array((node.scalar?.string ?? "").utf8))
            case "template": template(node, path)
            default: self.value(node, path)
            }
        if let node = parts["pattern"], let pattern = pattern(node, path) {
            let wanted = parts["group"]?.scalar?.string ?? (pattern.groups.isEmpty ? "0" : "1")
            if wanted == "0" {
                value = part(value, pattern, 0)
            } else if let group = pattern.group(wanted) {
                value = part(value, pattern, group)
            } else {
                note(parts["group"] ?? node, "\(path): the pattern has no group `\(wanted)`")
            }
        } else if parts["pattern"] == nil, let group = parts["group"] {
            note(group, "\(path): a group belongs to a pattern")
        }
        if let node = parts["lower"], word(node, "\(path).lower", ["true": true, "false": false]) ?? false {
            value = value.map { .lowercased($0) }
        }
        if let words = parts["map"] { value = lookup(value, words, parts["otherwise"], path) }
        if let node = parts["split"], let separator = text(node) {
            value = value.map { .split($0, Array(separator.utf8)) }
        }
        return value
    }

    private mutating func part(_ value: MappedValue?, _ pattern: Pattern, _ group: Int) -> MappedValue? {
        defer { parts += 1 }
        return value.map { .part($0, pattern, group: group, memo: parts) }
    }

    private mutating func lookup(_ value: MappedValue?, _ node: Node, _ otherwise: Node?, _ path: String)
        -> MappedValue?
    {
        guard let mapping = node.mapping else {
            note(node, "\(path).map is \(Self.say(node)); want words with what stands for them")
            return nil
        }
        var words: [[UInt8]: [UInt8]] = [:]
        for (key, word) in mapping {
            guard let from = key.scalar?.string, let to = word.scalar?.string else { continue }
            words[Array(from.utf8)] = Array(to.utf8)
        }
        return value.map { .lookup($0, WordMap(words), otherwise: otherwise?.scalar.map { Array($0.string.utf8) }) }
    }

    /// `{eventSource}:{eventName}`; a brace of its own is written twice.
    private mutating func template(_ node: Node, _ path: String) -> MappedValue? {
        guard let text = text(node) else { return nil }
        var parts: [MappedValue] = []
        var plain = ""
        var rest = text[...]
        while let character = rest.popFirst() {
            if (character == "{" || character == "}"), rest.first == character {
                plain.append(character)
                rest.removeFirst()
            } else if character == "{" {
                guard let end = rest.firstIndex(of: "}") else {
                    note(node, "\(path): a `{` of the template is not closed")
                    return nil
                }
                if !plain.isEmpty { parts.append(.text(Array(plain.utf8))) }
                plain = ""
                let name = String(rest[..<end])
                rest = rest[rest.index(after: end)...]
                guard
                    let value = name.hasPrefix("$") ? reference(name, node) : bound(name, node, path).map({ .path($0) })
                else { return nil }
                parts.append(value)
            } else {
                plain.append(character)
            }
        }
        if !plain.isEmpty { parts.append(.text(Array(plain.utf8))) }
        return .template(parts)
    }

    // MARK: Paths

    mutating func path(_ text: String, _ node: Node, _ path: String) -> RecordPath? {
        do throws(PathFault) { return try RecordPath(text) } catch {
            note(node, "\(path): the path `\(text)` \(error.text)")
            return nil
        }
    }

    mutating func bound(_ node: Node, _ path: String) -> BoundPath? {
        guard let text = node.scalar?.string, !text.isEmpty else {
            note(node, "\(path) is \(Self.say(node)); want a path such as actor.id")
            return nil
        }
        return bound(text, node, path)
    }

    private mutating func bound(_ text: String, _ node: Node, _ path: String) -> BoundPath? {
        guard let read = self.path(text, node, path) else { return nil }
        guard read.outward <= depth else {
            note(node, "\(path): `\(text)` goes out of more records than are unfolded, which are \(depth)")
            return nil
        }
        let names = read.members
        let slot = trees[depth - read.outward].slot(of: names)
        return BoundPath(outward: read.outward, slot: slot, rest: Array(read.steps.dropFirst(names.count)), text: text)
    }

    // MARK: Times

    /// A value that may say how its time is written: `unit` for numbers, `zone` for times that name none.
    mutating func timed(
        _ node: Node, _ path: String, mayBeTimed: Bool = true
    ) -> (value: MappedValue?, form: SourceTime) {
        var form = SourceTime()
        guard mayBeTimed, var mapping = node.mapping else { return (value(node, path), form) }
        if let unit = mapping.removeValue(forKey: "unit") {
            let words = Dictionary(uniqueKeysWithValues: SourceTime.Unit.allCases.map { ($0.rawValue, $0) })
            form.unit = word(unit, "\(path).unit", words) ?? .digits
        }
        if let zone = mapping.removeValue(forKey: "zone") {
            if let minutes = zone.scalar.flatMap({ SourceTime.zone(Array($0.string.utf8), unnamed: 0) }) {
                form.zone = minutes
            } else {
                note(zone, "\(path).zone is \(Self.say(zone)); want UTC, or an offset such as +02:00")
            }
        }
        return (value(.mapping(mapping), path), form)
    }
}

extension Node.Mapping {
    fileprivate mutating func removeValue(forKey name: String) -> Node? {
        guard let place = firstIndex(where: { $0.key.scalar?.string == name }) else { return nil }
        let value = self[place].value
        self = Node.Mapping(filter { $0.key.scalar?.string != name }.map { ($0.key, $0.value) }, tag, style, mark)
        return value
    }
}
