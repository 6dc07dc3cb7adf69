import Events
import TestSupport

/// SeededRandom events and lines, with everything in them that may go wrong.
enum Made {
    private static let alphabet: [Unicode.Scalar] = [
        "a", "Z", "0", "_", ":", "/", " ", "\"", "\\", "\n", "\r", "\t", "\u{0}", "\u{1B}", "\u{7F}", "\u{85}",
        "\u{E9}",
        "\u{301}", "\u{2028}", "\u{2029}", "\u{202E}", "\u{FEFF}", "\u{FFFF}", "\u{1F600}", "\u{10FFFF}", "{", "}", ",",
    ]

    static func text(_ random: inout SeededRandom) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...20, using: &random) {
            text.unicodeScalars.append(alphabet[Int.random(in: 0..<alphabet.count, using: &random)])
        }
        return text
    }

    static func time(_ random: inout SeededRandom) -> Int64 {
        let second = Int64.random(in: 0...253_402_300_799, using: &random)
        let micros = [0, 212_000, Int64.random(in: 0..<1_000_000, using: &random)].randomElement(using: &random) ?? 0
        return second * 1_000_000 + micros
    }

    static func number(_ random: inout SeededRandom) -> Double {
        switch Int.random(in: 0...3, using: &random) {
        case 0: return Double(Int.random(in: 0...100_000, using: &random)) / 10
        case 1: return Double(Int.random(in: -9_007_199_254_740_991...9_007_199_254_740_991, using: &random))
        case 2: return Double.random(in: -1e6...1e6, using: &random)
        default:
            let bits = Double(bitPattern: random.next())
            return bits.magnitude < 9_007_199_254_740_992 ? bits : 0.1
        }
    }

    /// An event as a clean line would make it.
    static func event(_ random: inout SeededRandom) -> Event {
        var event = Event(ts: time(&random), kind: EventKind.allCases.randomElement(using: &random) ?? .used)
        for field in EventField.texts where ![.source, .extra, .raw, .redacted].contains(field) {
            if random.chance(40) || LineNames.required(event.kind).contains(field) {
                event.texts[field] = text(&random)
            }
        }
        // Without it an issue is flagged, and a use needs something else.
        if event.kind == .issued || event.kind == .used { event.texts[.tokenID] = text(&random) }
        if random.chance(40) { event.expiresAt = time(&random) }
        if random.chance(40) { event.latencyMS = number(&random) }
        if random.chance(40) { event.success = random.chance(50) }
        if random.chance(40) { event.scopes = (0..<Int.random(in: 0...3, using: &random)).map { _ in text(&random) } }
        if random.chance(40) { event.texts[.extra] = #"{"x":[1,{"y": null}],"z" :"é\n"}"# }
        return event
    }

    /// A line of a log whose serializer writes keys in one order and leaves out what is absent.
    static func log(_ random: inout SeededRandom) -> String {
        let kind = ["issued", "used", "failed", "revoked"].randomElement(using: &random) ?? "used"
        var line =
            #"{"ts":"2026-04-26T00:11:4\#(digit(&random)).21\#(digit(&random))Z","event":"\#(kind)","#
            + #""token_id":"t""#
        let optional: [(String, String)] = [
            ("event_id", #""e""#), ("kind", #""oauth""#), ("actor", #""a""#), ("scopes", #"["a","b"]"#),
            ("expires_at", #""2026-07-26T00:11:41.000Z""#), ("tool", #""orders""#),
            ("latency_ms", "\(Int.random(in: 1...9, using: &random)).\(digit(&random) % 9 + 1)"), ("success", "true"),
            ("ip", #""203.0.113.7""#), ("user_agent", #""a \"b\"""#), ("region", #""eu""#), ("request_id", "[1, 2]"),
        ]
        for (name, value) in optional {
            if name == "actor" { line += #","principal":"p","reason":"r""# }
            if random.chance(40) { line += ",\"\(name)\":\(value)" }
        }
        return line + "}"
    }

    /// A line that may be an event: fields in any order, other names, nulls, wrong types, repeated keys, spaces.
    static func line(_ random: inout SeededRandom) -> String {
        let kind =
            ["issued", "used", "used", "used", "revoked", "failed", "exchanged", "refreshed", "minted"]
            .randomElement(using: &random) ?? "used"
        let month = digit(&random) % 9 + 1
        var members = [
            #""ts":"2026-0\#(month)-1\#(digit(&random))T00:11:41.\#(digit(&random))\#(digit(&random))Z""#,
            #""event":"\#(kind)""#, #""token_id":\#(value(&random, mostly: #""tok_7""#))"#,
            #""principal":\#(value(&random, mostly: #""user:1""#))"#,
        ]
        for _ in 0..<Int.random(in: 0...9, using: &random) {
            let name = names.randomElement(using: &random) ?? "x"
            let space = random.chance(20) ? " " : ""
            members.append("\"\(name)\"\(space):\(space)\(value(&random, mostly: #""v""#))")
        }
        if random.chance(50) { members.shuffle(using: &random) }
        return "{" + members.joined(separator: random.chance(20) ? " , " : ",") + "}"
    }

    private static func digit(_ random: inout SeededRandom) -> Int { Int.random(in: 0...9, using: &random) }

    private static let names =
        LineName.texts + [
            "x", "y", "region", "", "source", "extra", #"\u0069p"#, #"t\u006fol"#, "reason", "reason", "ip",
        ]

    private static func value(_ random: inout SeededRandom, mostly usual: String) -> String {
        guard random.chance(40) else { return usual }
        return [
            "null", "null", "true", "false", "0", "-1.5e-3", "1e400", "1777162301", #""""#, #""\u0061\n""#,
            #""2026-04-26T00:00:00Z""#,
            "[]", #"["a","b"]"#, #"[ "a", 1 ]"#, "{}", #"{"a":{"b":[]}}"#, #""é""#,
        ].randomElement(using: &random) ?? usual
    }

    /// Changes, removes, doubles or inserts some bytes.
    static func damage(_ line: inout [UInt8], _ random: inout SeededRandom) {
        let telling = Array("\"\\{}[]:,\n\r\t 0-.eEtfnu\u{0}\u{80}".utf8) + [0xFF, 0xC3, 0xED, 0xEF, 0xBB, 0xBF]
        for _ in 0..<Int.random(in: 1...4, using: &random) where !line.isEmpty {
            let at = Int.random(in: 0..<line.count, using: &random)
            let byte = telling.randomElement(using: &random) ?? 0
            switch Int.random(in: 0...4, using: &random) {
            case 0: line[at] = byte
            case 1: line.insert(byte, at: at)
            case 2: line.remove(at: at)
            case 3: line.removeSubrange(at...)
            default: line.insert(contentsOf: line[at..<min(line.count, at + 9)], at: at)
            }
        }
    }
}
