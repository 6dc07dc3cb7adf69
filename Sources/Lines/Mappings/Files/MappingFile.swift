internal import ConfigFiles
internal import Events
internal import Yams

extension Mapping {
    /// No mapping needs more, and a longer file would only cost time.
    private static let longestFile = 1 << 20

    /// Compiles the text of a mapping's file; `file` is for messages. Throws `MappingError` with all that is wrong.
    package init(_ text: String, file: String) throws(MappingError) {
        var reader = MappingReader()
        guard text.utf8.count <= Self.longestFile else {
            let problem = ConfigProblem(
                line: 1, column: 1, text: "the file has \(text.utf8.count) bytes; a mapping has at most 1 MiB")
            throw MappingError(file: file, problems: [problem])
        }
        var read: Mapping?
        do {
            if let root = try Yams.compose(yaml: text) {
                read = reader.read(root, text: text)
            } else {
                reader.problems.append(ConfigProblem(line: 1, column: 1, text: "the file is empty"))
            }
        } catch { reader.problems.append(ConfigProblem(error, in: text)) }
        let problems = reader.problems.sorted { ($0.line, $0.column) < ($1.line, $1.column) }
        guard let read, problems.isEmpty else { throw MappingError(file: file, problems: problems) }
        self = read
    }
}

/// Reads a mapping's file and notes everything that is wrong in it.
struct MappingReader: ConfigReader {
    static let known = [
        "mapping", "source", "title", "about", "deliveries", "keys", "text", "lists", "unfold", "recognize", "time",
        "id", "type", "let", "fields", "session", "extra", "times", "events", "otherwise", "lacks", "own", "reasons",
    ]
    static let reasonClasses = ["mismatch", "unknown", "dead", "reuse", "denied", "throttled", "other"]

    var problems: [ConfigProblem] = []
    var trees = [PathTree(ignoresCase: false)]
    var named: [MappedValue] = []
    var names: [String: Int] = [:]
    /// Where the values stand that have a name.
    var namedNodes: [String: Node] = [:]
    var parts = 0
    /// The depth of the records whose values are asked for.
    var depth = 0

    mutating func read(_ root: Node, text: String) -> Mapping? {
        var nodes: [String: Node] = [:]
        for (_, name, value) in members(root, known: Self.known, of: "the mapping") { nodes[name] = value }
        for name in ["mapping", "source", "title", "recognize", "time", "events"] where nodes[name] == nil {
            note(root, "the mapping lacks `\(name)`")
        }
        guard root.mapping != nil, let time = nodes["time"] else { return nil }
        if let version = nodes["mapping"], version.int != 1 {
            note(version, "mapping is \(Self.say(version)); this program knows version 1")
        }
        let ignoresCase = word(nodes["keys"], "keys", ["any-case": true, "as-written": false]) ?? false
        trees = [PathTree(ignoresCase: ignoresCase)]
        let lists = readLists(nodes["lists"])
        let patterns = readPatterns(nodes["text"])
        let recognition = readConditions(nodes["recognize"], "recognize")
        var unfoldings = readUnfoldings(nodes["unfold"], ignoresCase)
        depth = unfoldings.count
        readNamed(nodes["let"])
        let (timeValue, timeForm) = timed(time, "time")
        checkWords(time, of: .ts, timeForm, "time")
        let fields = readFields(nodes["fields"], "fields").compactMap(\.value)
        let extra = readExtra(nodes["extra"])
        let rules = readRules(nodes["events"])
        let eventID = nodes["id"].flatMap { value($0, "id") }
        let type = nodes["type"].flatMap { value($0, "type") }
        let session = nodes["session"].flatMap { value($0, "session") }
        let times = nodes["times"].flatMap { value($0, "times") }
        if let node = nodes["times"] { checkTimes(node) }
        let otherwise = nodes["otherwise"].flatMap { outcome($0, "otherwise") } ?? .unmapped
        // The trees hold every path now that all of them are read.
        for place in unfoldings.indices.reversed() where unfoldings[place].isOptional {
            unfoldings[place].ownSlots = trees[place].join(trees[place + 1])
        }
        return Mapping(
            name: readName(nodes["source"]), title: nodes["title"].flatMap { self.text($0) } ?? "",
            about: nodes["about"].flatMap { self.text($0) } ?? "",
            isAtLeastOnce: word(
                nodes["deliveries"], "deliveries", ["at-least-once": true, "exactly-once": false]) ?? false,
            text: text, lacks: readLacks(nodes["lacks"]), own: readOwn(nodes["own"]),
            reasons: readReasons(nodes["reasons"]), patterns: patterns, lists: lists, ignoresCase: ignoresCase,
            unfoldings: unfoldings, trees: trees, recognition: recognition,
            named: named, parts: parts, time: timeValue ?? .text([]), timeForm: timeForm, eventID: eventID, type: type,
            fields: fields, session: session, extra: extra, times: times, rules: rules, otherwise: otherwise)
    }

    /// One of some words.
    mutating func word<Value>(_ node: Node?, _ path: String, _ words: [String: Value]) -> Value? {
        guard let node else { return nil }
        if let value = node.string.flatMap({ words[$0] }) { return value }
        note(node, "\(path) is \(Self.say(node)); want \(words.keys.sorted().joined(separator: " or "))")
        return nil
    }

    private mutating func readName(_ node: Node?) -> String {
        guard let node, let name = text(node) else { return "" }
        let isPlain = name.utf8.allSatisfy { $0.isDigit || $0 == Byte.minus || (0x61...0x7A).contains($0) }
        if !isPlain || name.count > 40 {
            note(node, "source is \(Self.say(node)); want small letters, digits and -, at most 40")
        }
        if name == "native" { note(node, "native is the name of our own format") }
        return name
    }

    private mutating func readLists(_ node: Node?) -> [[[UInt8]]] {
        guard let node else { return [] }
        return (texts(node) ?? []).compactMap { text in
            guard let path = path(text, node, "lists"), path.outward == 0, path.members.count == path.steps.count else {
                return nil
            }
            return path.members
        }
    }

    private mutating func readPatterns(_ node: Node?) -> [Pattern] {
        guard let node else { return [] }
        let nodes = node.sequence.map { Array($0) } ?? [node]
        return nodes.compactMap { pattern($0, "text") }
    }

    mutating func pattern(_ node: Node, _ path: String) -> Pattern? {
        guard let text = text(node) else { return nil }
        do throws(PatternFault) { return try Pattern(text) } catch {
            note(node, "\(path): the pattern `\(text)` is wrong at its character \(error.position + 1): \(error.text)")
            return nil
        }
    }

    private mutating func readUnfoldings(_ node: Node?, _ ignoresCase: Bool) -> [Unfolding] {
        guard let node else { return [] }
        let nodes = node.sequence.map { Array($0) } ?? [node]
        var unfoldings: [Unfolding] = []
        for node in nodes {
            if let unfolding = readUnfolding(node) { unfoldings.append(unfolding) }
            trees.append(PathTree(ignoresCase: ignoresCase))
            depth += 1
        }
        return unfoldings
    }

    private mutating func readUnfolding(_ node: Node) -> Unfolding? {
        var unfolding = Unfolding(
            paths: [], content: .json, separator: Array(", ".utf8), cutMark: [], isOptional: false)
        if node.string != nil {
            unfolding.paths = bound(node, "unfold").map { [$0] } ?? []
            return unfolding
        }
        for (_, name, value) in members(node, known: ["path", "as", "separator", "cut", "optional"], of: "unfold") {
            switch name {
            case "path":
                let nodes = value.sequence.map { Array($0) } ?? [value]
                unfolding.paths = nodes.compactMap { bound($0, "unfold.path") }
            case "as":
                if let content = value.string.flatMap({ Unfolding.Content(rawValue: $0) }) {
                    unfolding.content = content
                } else {
                    note(value, "unfold.as is \(Self.say(value)); want json or kv")
                }
            case "cut": unfolding.cutMark = Array((text(value) ?? "").utf8)
            case "separator": unfolding.separator = Array((text(value) ?? ", ").utf8)
            default: unfolding.isOptional = word(value, "unfold.optional", ["true": true, "false": false]) ?? false
            }
        }
        if unfolding.paths.isEmpty { note(node, "unfold lacks `path`") }
        return unfolding
    }

    private mutating func readNamed(_ node: Node?) {
        guard let node else { return }
        guard let mapping = node.mapping else { return note(node, "let is \(Self.say(node)); want names with values") }
        for (key, value) in mapping {
            guard let name = text(key), let read = self.value(value, "let.\(name)") else { continue }
            // Only those before it are known to it, so none can go round in a circle.
            names[name] = named.count
            namedNodes[name] = value
            named.append(read)
        }
    }

    /// Kinds of events and fields, each alone or `of` a kind of token; a field also `of` a kind of event.
    private mutating func readLacks(_ node: Node?) -> [String] {
        guard let node else { return [] }
        let events = EventKind.allCases.map(\.name)
        let known = events + EventField.allCases.map(\.name)
        for item in list(node) ?? [] {
            let parts = (item.string ?? "").split(separator: " of ").map(String.init)
            let word = parts.first ?? ""
            if !known.contains(word) {
                let near = Spelling.nearest(to: word, of: known).map { "; did you mean `\($0)`?" } ?? ""
                note(item, "lacks names \(Self.say(item)), which is no kind of event and no field\(near)")
                continue
            }
            let whose = Self.tokenKinds + (events.contains(word) ? [] : events)
            if parts.count > 2 || parts.count == 2 && !whose.contains(parts[1]) {
                let wanted = events.contains(word) ? "a kind of token" : "a kind of token or of event"
                note(
                    item,
                    "lacks names \(Self.say(item)); behind `of` want \(wanted): \(whose.joined(separator: ", "))")
            }
        }
        return texts(node) ?? []
    }

    private mutating func readOwn(_ node: Node?) -> [String] {
        guard let node else { return [] }
        for item in list(node) ?? [] where !Self.tokenKinds.contains(item.string ?? "") {
            let kinds = Self.tokenKinds.joined(separator: ", ")
            note(item, "own names \(Self.say(item)); want a kind of token: \(kinds)")
        }
        return texts(node) ?? []
    }

    private mutating func readReasons(_ node: Node?) -> [String: String] {
        guard let node else { return [:] }
        var reasons: [String: String] = [:]
        for (_, name, value) in members(node, known: Self.reasonClasses, of: "reasons") {
            for word in texts(value) ?? [] {
                if let other = reasons[word], other != name { note(value, "`\(word)` is \(other) and \(name)") }
                reasons[word] = name
            }
        }
        return reasons
    }
}
