import Events
import TestSupport

/// SeededRandom lines in all the ways in which producers write them, and in some in which none should.
enum OddLines {
    /// A line without its newline. Most are events.
    static func line(_ random: inout SeededRandom) -> String {
        let kind = ["issued", "used", "used", "failed", "revoked", "refreshed"].randomElement(using: &random) ?? "used"
        var members = [
            ("ts", time(&random)), ("event", #""\#(kind)""#), ("token_id", text(&random)), ("principal", text(&random)),
            ("reason", text(&random)), ("old_token_id", text(&random)),
        ]
        for name in optional where random.chance(30) { members.append((name, value(name, &random))) }
        if random.chance(15) { members.shuffle(using: &random) }
        for _ in 0..<Int.random(in: 0...2, using: &random) where random.chance(50) {
            let place = Int.random(in: 0...members.count, using: &random)
            members.insert(("x\(Int.random(in: 0...3, using: &random))", any(&random)), at: place)
        }
        if random.chance(3) { members.append(members[0]) }
        return written(members, &random)
    }

    private static let optional = [
        "event_id", "kind", "actor", "scopes", "expires_at", "tool", "latency_ms", "success", "ip", "user_agent",
        "presented", "client_id", "admin", "user_id", "new_token_id", "region", "x y", "shape", "raw", "extra",
    ]

    private static func written(_ members: [(String, String)], _ random: inout SeededRandom) -> String {
        let style = Int.random(in: 0...19, using: &random)
        var (open, comma, colon, close) = ("{", ",", ":", "}")
        if style < 6 { (comma, colon) = (", ", ": ") }
        if style == 6 { (open, comma, close) = ("{ ", ", ", " }") }
        if style == 7 { (colon) = (" : ") }
        if style == 8 { comma = ["\t,", ",  ", " ,"].randomElement(using: &random) ?? "," }
        if style == 9 { (open, close) = ("{ ", "}") }
        if style == 10 { (open, close) = (" {", "} ") }
        var line = open
        for (place, (name, value)) in members.enumerated() {
            if place > 0 { line += random.chance(1) ? ", " : comma }
            line += random.chance(1) ? #""\u00\#(hex(name))\#(name.dropFirst())""# : "\"\(name)\""
            line += random.chance(1) ? ": " : colon
            line += value
        }
        return line + close + (random.chance(20) ? "\r" : "")
    }

    private static func hex(_ name: String) -> String { String(name.utf8.first ?? 0x78, radix: 16) }

    private static func value(_ name: String, _ random: inout SeededRandom) -> String {
        if random.chance(8) { return "null" }
        if random.chance(4) { return any(&random) }
        return switch name {
        case "expires_at": time(&random)
        case "latency_ms": number(&random)
        case "success": random.chance(50) ? "true" : "false"
        case "scopes": scopes(&random)
        default: text(&random)
        }
    }

    private static func pick(_ texts: [String], _ random: inout SeededRandom) -> String {
        texts.randomElement(using: &random) ?? ""
    }

    static func any(_ random: inout SeededRandom) -> String {
        pick(["null", "1", "-0.50", "[1, 2]", #"{"a": {"b":[]}}"#, #""x""#, #""\u00E9\/""#, "true", #"[ ]"#], &random)
    }

    static func text(_ random: inout SeededRandom) -> String {
        guard random.chance(25) else { return pick([#""tok_7""#, #""user:1""#, #""a/b (c)""#, #""""#], &random) }
        return pick(
            [
                #""a\"b\\""#, #""\n\t\r\b\f""#, #""\u0001\u001f""#, #""\u001F""#, #""\u0041""#, #""a\/b""#, #""é""#,
                #""\u00e9""#, #""\u00E9""#, #""\ud83d\ude00""#, #""😀/\u00e9""#, #""\ud83d\ude00\/""#, "\"\u{7F}\"",
                #""\u007f""#, #""\u003ca\u003e\u0026""#, #""<a>""#, #""<a>\n""#, "\"\u{2028}\"", #""\u2028""#,
            ], &random)
    }

    static func time(_ random: inout SeededRandom) -> String {
        guard random.chance(40) else {
            return #""2026-04-2\#(Int.random(in: 0...9, using: &random))T00:11:41.\#(pick(["212", "000"], &random))Z""#
        }
        let epochs = ["1777162301", "1777162301212", "1777162301212345", "1777162301212345678", "1777162301212345000"]
        if random.chance(20) { return pick(epochs, &random) }
        let fraction = pick(
            ["", ".2", ".20", ".212345", ".2123450", ".212345678", ".212000000", ".1234567890"], &random)
        let zone = pick(["Z", "z", "+00:00", "-00:00", "+02:00", "-05:30", "+23:59", #"\u005a"#], &random)
        return #""2026-04-26\#(pick(["T", "t", " "], &random))00:11:41\#(fraction)\#(zone)""#
    }

    static func number(_ random: inout SeededRandom) -> String {
        if random.chance(50) {
            return "\(Int.random(in: 0...99, using: &random)).\(Int.random(in: 1...9, using: &random))"
        }
        return pick(
            [
                "8", "8.0", "8.00", "1.50", "1e3", "1E3", "-0", "-0.0", "0", "0.0", "-1.5", "-2.0", "12.25", "0.001",
                "0.00001", "1e-5", "0.30000000000000004", "31.623456789012345", "123456789012345.67",
                "9007199254740991",
                "9007199254740991.0", "1000000000000000", "0.1000000000000000055511151231257827", "5e-324", "0.12345",
                "9007199254740993", "100.0000000", "100.00000000",
            ], &random)
    }

    private static func scopes(_ random: inout SeededRandom) -> String {
        pick(
            [
                "[]", "[ ]", #"["a"]"#, #"["a","b"]"#, #"["a", "b"]"#, #"[ "a","b" ]"#, #"["\u0061"]"#, #"["a\n"]"#,
                #"["a",1]"#, #"["é","b"]"#, #"["a/b"]"#, #"["a\/b"]"#,
            ], &random)
    }
}
