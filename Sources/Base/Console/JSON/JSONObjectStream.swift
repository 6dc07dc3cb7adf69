/// Writes one JSON object member by member, set out for people, so that a long list in it is never in memory whole.
package struct JSONObjectStream: ~Copyable {
    private let output: Output
    private var writer = JSONWriter(.pretty)
    private var isEmpty = true

    /// Bytes that are gathered before they are written.
    private static let held = 1 << 16

    package init(_ output: Output) {
        self.output = output
        writer.raw("{")
    }

    /// Adds a member.
    package mutating func member(_ key: String, _ value: JSONValue) throws(ConsoleError) {
        begin(key)
        writer.append(value, depth: 1)
        try flush(Self.held)
    }

    /// Adds a list whose elements are made one by one.
    package mutating func list<Element>(
        _ key: String, _ elements: [Element], _ json: (Element) -> JSONValue
    ) throws(ConsoleError) {
        begin(key)
        writer.raw("[")
        for (place, element) in elements.enumerated() {
            if place > 0 { writer.raw(",") }
            writer.breakLine(2)
            writer.append(json(element), depth: 2)
            try flush(Self.held)
        }
        if !elements.isEmpty { writer.breakLine(1) }
        writer.raw("]")
    }

    /// Ends the object and its line.
    package consuming func finish() throws(ConsoleError) {
        if !isEmpty { writer.breakLine(0) }
        writer.raw("}\n")
        try flush(0)
    }

    private mutating func begin(_ key: String) {
        if !isEmpty { writer.raw(",") }
        isEmpty = false
        writer.breakLine(1)
        writer.string(key)
        writer.raw(": ")
    }

    private mutating func flush(_ held: Int) throws(ConsoleError) {
        guard writer.bytes.count > held else { return }
        try output.write(bytes: writer.bytes)
        writer.removeAll()
    }
}
