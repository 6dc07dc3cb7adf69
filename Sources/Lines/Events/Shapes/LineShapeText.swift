/// A text that is no shape, and where that shows.
package struct LineShapeError: Error, Equatable, CustomStringConvertible {
    package let text: String
    /// In bytes from the start of the text.
    package let position: Int

    package var description: String { "cannot read a line's shape: unexpected byte at \(position) in \(text)" }
}

extension LineShape {
    /// The shape as compact JSON, always with these members in this order:
    ///
    ///     {"spaces":"","end":"","escapes":"minimal","ts":"T3Z","expires_at":"T3Z","latency_ms":"shortest",
    ///      "scopes":"compact","members":["ts","event","token_id","ip:null","extra:2","extra"]}
    ///
    /// - `spaces`: where lines have a space: any of `{` (inside the braces), `,` and `:` (after them), in this order.
    /// - `end`: empty, or `cr` if lines end in a carriage return.
    /// - `escapes`: `minimal`, `ascii`, `ascii_slash` or `html`; see `EscapeStyle`.
    /// - `ts`, `expires_at`: `s`, `ms`, `us` or `ns` for an epoch integer; or the byte between date and clock, the
    ///   number of decimals, and the zone: `T3Z`, ` 6+02:00`.
    /// - `latency_ms`: `shortest`, `float` (at least one decimal), or `fixed0` to `fixed7`.
    /// - `scopes`: `compact` or `spaced`.
    /// - `members`: names of `LineName`, with `:null` if an absent value is written as null; `extra` for unknown
    ///   members, with their number if it is always the same and there are others elsewhere in the line.
    package var text: String {
        let escapes = EscapeStyle.known.first { $0.style == self.escapes }?.name ?? "minimal"
        let list = members.map { "\"\(Self.text($0))\"" }.joined(separator: ",")
        return "{\"spaces\":\"\(spacing.text)\",\"end\":\"\(endsInReturn ? "cr" : "")\",\"escapes\":\"\(escapes)\""
            + ",\"ts\":\"\(ts.name)\",\"expires_at\":\"\(expiresAt.name)\",\"latency_ms\":\"\(latency.name)\""
            + ",\"scopes\":\"\(scopes == .compact ? "compact" : "spaced")\",\"members\":[\(list)]}"
    }

    private static func text(_ member: Member) -> String {
        switch member {
        case .named(let name, let showsNull): LineName.texts[Int(name)] + (showsNull ? ":null" : "")
        case .extra(let count): "extra" + (count.map { ":\($0)" } ?? "")
        }
    }

    /// Reads what `text` gives, and nothing else.
    package init(text: String) throws(LineShapeError) {
        var cursor = ShapeCursor(text)
        let spacing = try cursor.value("{\"spaces\":\"") { Spacing(text: $0) }
        let end = try cursor.value(",\"end\":\"") { ["": false, "cr": true][$0] }
        let escapes = try cursor.value(",\"escapes\":\"") { name in
            EscapeStyle.known.first { $0.name == name }?.style
        }
        let ts = try cursor.value(",\"ts\":\"") { TimeStyle(name: $0) }
        let expiresAt = try cursor.value(",\"expires_at\":\"") { TimeStyle(name: $0) }
        let latency = try cursor.value(",\"latency_ms\":\"") { NumberStyle(name: $0) }
        let scopes = try cursor.value(",\"scopes\":\"") { ["compact": ListStyles.compact, "spaced": .spaced][$0] }
        var members = [try cursor.value(",\"members\":[\"", Self.member)]
        while !cursor.isAtEnd { members.append(try cursor.value(",\"", Self.member)) }
        self.init(
            members: members, spacing: spacing, endsInReturn: end, escapes: escapes, ts: ts, expiresAt: expiresAt,
            latency: latency, scopes: scopes)
        guard isConsistent else { throw LineShapeError(text: text, position: text.utf8.count) }
    }

    /// No field is shown twice, time and kind are always shown, and it is known how to split `extra`.
    private var isConsistent: Bool {
        var fields = LineNames()
        var rests = 0
        for member in members {
            switch member {
            case .named(let name, _):
                let field = LineNames(number: LineName.field(of: Int(name)))
                if !fields.isDisjoint(with: field) { return false }
                fields.formUnion(field)
            case .extra(let count): if count == nil { rests += 1 }
            }
        }
        return fields.contains(.ts) && fields.contains(.event) && rests <= 1
    }

    private static func member(_ text: String) -> Member? {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count <= 2, let name = parts.first else { return nil }
        if name == "extra" {
            guard parts.count == 2 else { return .extra(nil) }
            return Int(parts[1]).flatMap { 0...LineScanner.mostFields ~= $0 && parts[1] == "\($0)" ? .extra($0) : nil }
        }
        guard let number = LineName.texts.firstIndex(of: String(name)), parts.count == 1 || parts[1] == "null" else {
            return nil
        }
        return .named(UInt8(number), showsNull: parts.count == 2)
    }
}

/// Reads the text of a shape from left to right.
private struct ShapeCursor {
    private let text: String
    private let bytes: [UInt8]
    private var at = 0

    init(_ text: String) {
        self.text = text
        bytes = Array(text.utf8)
    }

    /// Whether only the end of the text is left.
    var isAtEnd: Bool { bytes[at...].elementsEqual("]}".utf8) }

    /// What follows these bytes, up to the next quote.
    mutating func value<Value>(_ head: String, _ meaning: (String) -> Value?) throws(LineShapeError) -> Value {
        guard bytes[at...].starts(with: head.utf8) else { throw LineShapeError(text: text, position: at) }
        let start = at + head.utf8.count
        guard let end = bytes[start...].firstIndex(of: Byte.quote),
            let value = meaning(String(decoding: bytes[start..<end], as: UTF8.self))
        else { throw LineShapeError(text: text, position: start) }
        at = end + 1
        return value
    }
}

extension Spacing {
    private static let marks: [(Spacing, String)] = [(.insideBraces, "{"), (.afterComma, ","), (.afterColon, ":")]

    var text: String { Self.marks.filter { contains($0.0) }.map(\.1).joined() }

    init?(text: String) {
        self = Spacing(Self.marks.filter { text.contains($0.1) }.map(\.0))
        guard self.text == text else { return nil }
    }
}
