internal import ConfigFiles
internal import Events
internal import Yams

// What a mapping itself says a field to be: constants, and what words are mapped to.

extension MappingReader {
    static let tokenKinds = ["anonymous", "api_token", "oauth", "session"]

    /// Notes what a field is said to be and can never be: the event would come without it.
    /// - Parameters:
    ///   - node: the value of the field.
    ///   - form: how times are written in it.
    mutating func checkWords(_ node: Node, of field: EventField, _ form: SourceTime, _ path: String) {
        for (place, word) in words(node) {
            switch field {
            case .kind: require(Self.tokenKinds.contains(word), place, word, path, oneOf: Self.tokenKinds)
            case .success:
                require(["true", "false"].contains(word.lowercased()), place, word, path, oneOf: ["true", "false"])
            case .ip: require(IPKey(bytes: Array(word.utf8)[...]) != nil, place, word, path, "an address")
            case .ts, .expiresAt:
                require(form.read(Array(word.utf8)[...], reference: 0) != nil, place, word, path, "a time")
            case .latencyMS:
                let number = Double(word) ?? -1
                require(number.isFinite && number >= 0, place, word, path, "a number of milliseconds")
            default: break
            }
        }
    }

    /// Notes a number of events that is none.
    mutating func checkTimes(_ node: Node) {
        for (place, word) in words(node) { require((Int(word) ?? 0) > 0, place, word, "times", "a number") }
    }

    private mutating func require(
        _ isSound: Bool, _ node: Node, _ word: String, _ path: String, oneOf known: [String]
    ) {
        let near = Spelling.nearest(to: word, of: known).map { "; did you mean `\($0)`?" } ?? ""
        require(isSound, node, word, path, known.joined(separator: ", ") + near)
    }

    private mutating func require(_ isSound: Bool, _ node: Node, _ word: String, _ path: String, _ wanted: String) {
        if !isSound { note(node, "\(path) is \(Self.say(node)); want \(wanted)") }
    }

    /// The words that a value can be whatever the record says, and where they stand.
    private func words(_ node: Node) -> [(place: Node, word: String)] {
        if let scalar = node.scalar {
            guard scalar.string.hasPrefix("$") else { return [] }
            return namedNodes[String(scalar.string.dropFirst())].map { words($0) } ?? []
        }
        if let sequence = node.sequence { return sequence.flatMap { words($0) } }
        guard let mapping = node.mapping else { return [] }
        if let map = mapping["map"]?.mapping {
            let results = map.map(\.value) + [mapping["otherwise"]].compactMap(\.self)
            return results.compactMap { result in result.scalar.map { (result, $0.string) } }
        }
        // A pattern takes a part of it, or nothing.
        if mapping["pattern"] != nil { return [] }
        if let text = mapping["text"], let scalar = text.scalar {
            let isLowered = mapping["lower"]?.string == "true"
            return [(text, isLowered ? scalar.string.lowercased() : scalar.string)]
        }
        if let template = mapping["template"], let text = template.string, !text.contains("{") {
            return [(template, text)]
        }
        return ["first", "path"].compactMap { mapping[$0] }.flatMap { words($0) }
    }
}
