internal import ConfigFiles
internal import Events
internal import Yams

// Fields and rules: what becomes of a record.

extension MappingReader {
    /// The fields of events, with nil for one that is to be left out.
    mutating func readFields(_ node: Node?, _ path: String) -> [(field: EventField, value: MappedField?)] {
        guard let node else { return [] }
        // `ts` and `event` have a place of their own, and what the program notes itself is none of a mapping.
        let settable = EventField.allCases.filter { $0.rawValue < EventField.extra.rawValue }
            .filter { ![.ts, .event, .eventID].contains($0) }
        return members(node, known: settable.map(\.name), of: path).compactMap { _, name, value in
            guard let field = EventField(name: name) else { return nil }
            if value.null != nil { return (field, nil) }
            let (read, form) = timed(value, "\(path).\(name)", mayBeTimed: field == .expiresAt)
            if read != nil { checkWords(value, of: field, form, "\(path).\(name)") }
            return read.map { (field, MappedField(field: field, value: $0, timeForm: form)) }
        }
    }

    mutating func readExtra(_ node: Node?) -> [(name: [UInt8], value: MappedValue)] {
        guard let node else { return [] }
        guard let mapping = node.mapping else {
            note(node, "extra is \(Self.say(node)); want names with values")
            return []
        }
        return mapping.compactMap { key, value in
            guard let name = text(key), let read = self.value(value, "extra.\(name)") else { return nil }
            if EventField(name: name) != nil { note(key, "`\(name)` is a field of events; it belongs to `fields`") }
            return (Array(name.utf8), read)
        }
    }

    mutating func readRules(_ node: Node?) -> [MappedRule] {
        guard let node else { return [] }
        return (list(node) ?? []).compactMap { readRule($0) }
    }

    private mutating func readRule(_ node: Node) -> MappedRule? {
        var rule = MappedRule(conditions: [], outcome: .unmapped, fields: [], line: node.mark?.line ?? 1)
        var hasOutcome = false
        let known = ["when", "unless", "event", "fields", "session", "remember", "forget"]
        for (_, name, value) in members(node, known: known, of: "a rule of events") {
            switch name {
            case "when": rule.conditions = readConditions(value, "when")
            case "event":
                hasOutcome = true
                if let outcome = outcome(value, "event") { rule.outcome = outcome }
            case "fields": rule.fields = readFields(value, "fields")
            case "unless": rule.unless = self.value(value, "unless")
            case "remember": rule.remember = self.value(value, "remember")
            case "forget": rule.forget = self.value(value, "forget")
            default: rule.session = self.value(value, "session")
            }
        }
        if !hasOutcome { note(node, "the rule lacks `event`: a kind of event, or skip") }
        return rule
    }

    mutating func outcome(_ node: Node, _ path: String) -> MappedOutcome? {
        switch node.string ?? "" {
        case "skip": return .skip
        case "unmapped": return .unmapped
        case let word:
            if let kind = EventKind(name: word) { return .event(kind) }
            let known = EventKind.allCases.map(\.name) + ["skip", "unmapped"]
            let near = Spelling.nearest(to: word, of: known).map { "; did you mean `\($0)`?" } ?? ""
            note(node, "\(path) is \(Self.say(node)); want \(known.joined(separator: ", "))\(near)")
            return nil
        }
    }

    // MARK: Conditions

    /// A mapping of values and what they must be, or a list of values that must be there.
    mutating func readConditions(_ node: Node?, _ path: String) -> [MappedCondition] {
        guard let node else { return [] }
        if let sequence = node.sequence {
            return sequence.flatMap { item -> [MappedCondition] in
                if item.mapping != nil { return readConditions(item, path) }
                return value(item, path).map { [MappedCondition(value: $0, test: .exists(true))] } ?? []
            }
        }
        guard let mapping = node.mapping else {
            note(node, "\(path) is \(Self.say(node)); want paths with what their values must be")
            return []
        }
        return mapping.compactMap { key, test in
            guard let read = value(key, path), let test = readTest(test, path) else { return nil }
            return MappedCondition(value: read, test: test)
        }
    }

    private mutating func readTest(_ node: Node, _ path: String) -> MappedTest? {
        if node.sequence != nil { return .anyOf((texts(node) ?? []).map { Array($0.utf8) }) }
        guard node.mapping != nil else {
            return node.scalar.map { .anyOf([Array($0.string.utf8)]) }
        }
        let known = ["in", "prefix", "suffix", "pattern", "exists", "at_least", "not"]
        let tests = members(node, known: known, of: path)
        guard tests.count == 1, let (_, name, value) = tests.first else {
            if tests.count > 1 { note(node, "\(path) asks \(tests.count) things at once; ask one, in a rule for each") }
            return nil
        }
        let words = { (reader: inout Self) -> [[UInt8]] in
            let nodes = value.sequence.map { Array($0) } ?? [value]
            return nodes.compactMap { reader.text($0) }.map { Array($0.utf8) }
        }
        switch name {
        case "in": return .anyOf(words(&self))
        case "prefix": return .prefix(words(&self))
        case "suffix": return .suffix(words(&self))
        case "pattern": return pattern(value, path).map { .pattern($0) }
        case "exists": return word(value, "\(path).exists", ["true": true, "false": false]).map { .exists($0) }
        case "not": return readTest(value, path).map { .not($0) }
        default:
            if let number = value.float { return .atLeast(number) }
            note(value, "\(path).at_least is \(Self.say(value)); want a number")
            return nil
        }
    }
}
