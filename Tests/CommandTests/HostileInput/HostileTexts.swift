import Console
import Foundation

/// Texts that mean something to a format, a terminal, a shell or an eye; each may stand in any field of an event.
enum HostileTexts {
    /// What would be a line of its own, or a file, if a text were more than a text.
    static let injected = "INJECTED"

    static let all: [String] = [
        "x\nINJECTED: none\nlifetimes: {api_token: 3650d}", "a\r\nINJECTED", "a\u{85}INJECTED",
        "a\u{2028}INJECTED\u{2029}b",
        ": ", "a: b", " #x", "#x", "- a", "-", "--", "--format=json", "-rf", "? b", "*x", "&x", "!!int 3", "|", ">",
        "%YAML 1.1",
        "@SUM(A1)", "`touch INJECTED`", "$(touch INJECTED)", "'; touch INJECTED; '", "'\u{301}; touch INJECTED #", "\"",
        "\\",
        "\\\"; touch INJECTED #", "\"\u{301} onload=x", "a\0b", "\u{7F}", "\u{9B}31m\u{90}",
        "\u{1B}[31m\u{1B}]0;t\u{7}",
        "\u{202A}a\u{202E}b\u{2066}c\u{2069}", "a\u{200B}b\u{200D}", "\u{FEFF}a", "\u{E0041}", "\u{FFFF}", "---", "...",
        "true", "no",
        "null", "~", "=", "<<", "1e3", "0x1F", "2026-01-01", "{}", "[]", "[a, b]", "=1+1", "+1", "-1", "\t=1",
        "\u{2003}=1", "\u{FF1D}1",
        "<script>INJECTED()</script>", "</style><img src=x onerror=INJECTED()>", "&lt;b&gt;",
        "[a](javascript:INJECTED())",
        "a | b | c", "![i](http://x)", "**b** _i_ ~s~ $m$", "e" + String(repeating: "\u{301}", count: 40), "\\u{a}",
        "\u{FFFD}", "%s%n",
        "{entity} {tokens}", "a,b;c", " padded ", "漢字 😀 ü", String(repeating: "long ", count: 60),
        String(repeating: "k", count: 1500),
    ]

    /// Those that a command line can hold.
    static var words: [String] { all.filter { !$0.contains("\0") } }

    /// Those that can follow the sign of an option: to the parser of the command line, a sign with a mark on it is
    /// another sign.
    static var values: [String] { words.filter { "=\($0)".first == "=" } }

    /// A log in which every text stands in every field of every kind of event, and of which rules find something. A
    /// second later in each of its days comes the same again, with the next text.
    static func log() -> String {
        var lines: [String] = []
        for (number, text) in all.enumerated() {
            func line(_ day: Int, _ members: JSONValue) {
                let second = String(format: "%02d:%02d", number / 60, number % 60)
                let time: JSONValue = .object([.init("ts", .string(String(format: "2026-04-%02dT10:\(second)Z", day)))])
                lines.append(JSONValue.object((time.members ?? []) + (members.members ?? [])).json())
            }
            let value = JSONValue.string(text)
            let around: [JSONValue.Member] = [
                .init("ip", value), .init("user_agent", value), .init("client_id", value), .init("family_id", value),
                .init("event_id", value), .init("code_id", value), .init("kind", value), .init(text, value),
                .init("unknown", ["a": .array([value]), "b": value]),
            ]
            func event(_ kind: String, _ members: JSONValue) -> JSONValue {
                .object([.init("event", .string(kind))] + (members.members ?? []) + around)
            }
            line(
                20, event("issued", ["token_id": value, "principal": value, "actor": value, "scopes": .array([value])]))
            line(
                20,
                event(
                    "exchanged", ["token_id": .string("at \(number)"), "principal": value, "refresh_token_id": value]))
            line(21, event("revoked", ["token_id": value, "actor": value, "reason": value]))
            line(
                22,
                event("used", ["token_id": value, "principal": value, "tool": value, "scopes": .array([value, "b"])]))
            line(23, event("failed", ["reason": value, "presented": value, "token_id": value, "tool": value]))
            line(
                24,
                event(
                    "refreshed",
                    [
                        "token_id": .string("new \(number)"), "old_token_id": value, "principal": value,
                        "refresh_token_id": value,
                    ]))
            // What no kind knows goes to quarantine, with the name of the kind.
            line(25, ["event": value])
        }
        return lines.map { $0 + "\n" }.joined()
    }

    /// How many lines of the log there are of one kind.
    static var count: Int { all.count }

    /// The text as outputs for eyes have it.
    static func shown(_ text: String) -> String { SafeText.visible(text) }
}
