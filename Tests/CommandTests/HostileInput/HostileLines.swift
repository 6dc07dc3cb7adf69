import Foundation
import Testing

/// A class of hostile input: a row of the table in Docs/hostile-input.md, and lines that belong to it.
struct HostileClass: Sendable, CustomTestStringConvertible {
    let name: String
    let lines: [HostileLine]

    var testDescription: String { name }

    init(_ name: String, _ lines: HostileLine...) {
        self.name = name
        self.lines = lines
    }
}

/// One line, and what must become of it.
struct HostileLine: Sendable {
    let bytes: [UInt8]
    let stored: Int
    let flagged: Bool
    /// Of the lines that it makes, those in quarantine.
    let reasons: [String]
    /// What `tool` must be in JSON, if that is said.
    let tool: String?

    static func stored(_ text: String, tool: String? = nil) -> Self { .init(Array(text.utf8), 1, false, [], tool) }
    static func flagged(_ text: String, tool: String? = nil) -> Self { .init(Array(text.utf8), 1, true, [], tool) }
    static func quarantined(_ text: String, _ reasons: String...) -> Self {
        .init(Array(text.utf8), 0, false, reasons, nil)
    }
    static func quarantined(bytes: [UInt8], _ reasons: String...) -> Self { .init(bytes, 0, false, reasons, nil) }
    static func both(_ text: String, _ reason: String) -> Self { .init(Array(text.utf8), 1, false, [reason], nil) }

    private init(_ bytes: [UInt8], _ stored: Int, _ flagged: Bool, _ reasons: [String], _ tool: String?) {
        self.bytes = bytes
        self.stored = stored
        self.flagged = flagged
        self.reasons = reasons
        self.tool = tool
    }
}

/// An event with more members.
private func used(_ members: String) -> String {
    #"{"ts":"2026-05-01T10:00:05Z","event":"used","token_id":"h""# + (members.isEmpty ? "" : "," + members) + "}"
}

private func used(bytes: [UInt8]) -> [UInt8] { Array(used(#""tool":"a"#).utf8.dropLast()) + bytes + Array(#""}"#.utf8) }

private func at(_ time: String) -> String { #"{"ts":\#(time),"event":"used","token_id":"h"}"# }

private func times(_ text: String, _ count: Int) -> String { String(repeating: text, count: count) }

private func keys(_ count: Int) -> String { (0..<count).map { #""k\#($0)":1"# }.joined(separator: ",") }

extension HostileClass {
    /// Those whose lines become something by themselves; files that are hostile as a whole have tests of their own.
    static let ofLines: [HostileClass] = [
        .init(
            "Deep nesting", .stored(used(#""x":"# + times("[", 63) + times("]", 63))),
            .quarantined(used(#""x":"# + times("[", 64) + times("]", 64)), "too_deep"),
            .quarantined(used(#""x":"# + times("[", 100_000)), "too_deep"),
            .quarantined(times(#"{"a":"#, 100_000), "too_deep")),
        .init(
            "Many keys", .stored(used(keys(253))), .quarantined(used(keys(254)), "too_many_fields"),
            .quarantined(used(keys(200_000)), "too_many_fields"), .stored(used(#""x":{\#(keys(20_000))}"#))),
        .init(
            "Repeated keys", .flagged(used(#""tool":"a","tool":"b""#), tool: "a"),
            .flagged(used(#""tool":"a","\u0074ool":"b""#), tool: "a"),
            .flagged(used(#""\u0074ool":"a","tool":"b""#), tool: "a"), .flagged(used(#""x":1,"\u0078":2"#))),
        .init("Keys that look alike", .stored(used("\"\u{E9}\":1,\"e\u{301}\":2"))),
        .init(
            "Numbers beyond all types", .flagged(used(#""latency_ms":1e400"#)),
            .flagged(used(#""latency_ms":9007199254740993"#)), .flagged(used(#""latency_ms":18446744073709551616"#)),
            .stored(used(#""x":1e400,"y":18446744073709551616,"z":-0.0e-99999"#)),
            .flagged(used(#""latency_ms":\#(times("7", 100_000))"#)), .stored(used(#""x":\#(times("7", 100_000))"#)),
            .quarantined(at(times("7", 100_000)), "bad_ts")),
        .init(
            "Invalid UTF-8", .quarantined(bytes: used(bytes: [0xFF]), "bad_utf8"),
            .quarantined(bytes: used(bytes: [0xC0, 0xAF]), "bad_utf8"),
            .quarantined(bytes: used(bytes: [0xED, 0xA0, 0x80]), "bad_utf8"),
            .quarantined(bytes: used(bytes: [0xE2, 0x80]), "bad_utf8"),
            .quarantined(bytes: used(bytes: [0xF4, 0x90, 0x80, 0x80]), "bad_utf8")),
        .init(
            "Half surrogate pairs", .quarantined(used(#""tool":"\ud800""#), "bad_utf8"),
            .quarantined(used(#""tool":"\udc00\ud800""#), "bad_utf8"), .quarantined(used(#""\ud800":1"#), "bad_utf8"),
            .stored(used(#""tool":"\ud83d\ude00""#), tool: "😀")),
        .init("Byte order mark", .quarantined("\u{FEFF}" + used(""), "byte_order_mark")),
        .init(
            "Zero bytes", .quarantined(used("\"tool\":\"a\0b\""), "nul_bytes"),
            .quarantined(used("") + "\0", "nul_bytes"),
            .stored(used(#""tool":"a\u0000b""#), tool: "a\0b")),
        .init(
            "Runs of zero bytes", .both(times("\0", 4096) + used(""), "nul_bytes"),
            .quarantined(times("\0", 5000), "nul_bytes")),
        .init(
            "Line breaks in values",
            .stored(used(#""tool":"a\nb\r\n\u0085\u2028\u2029c""#), tool: "a\nb\r\n\u{85}\u{2028}\u{2029}c"),
            .stored(used("\"tool\":\"a\u{2028}b\u{85}\u{2029}\""), tool: "a\u{2028}b\u{85}\u{2029}")),
        .init(
            "Raw line breaks in values", .quarantined(used("\"tool\":\"a\nb\""), "unterminated", "not_json"),
            .quarantined(used("\"tool\":\"a\rb\""), "not_json")),
        .init(
            "Terminal commands",
            .stored(
                used(#""tool":"\u001b[31mred\u001b]0;title\u0007\u009b2J\u0008""#),
                tool: "\u{1B}[31mred\u{1B}]0;title\u{7}\u{9B}2J\u{8}"),
            .stored(used("\"tool\":\"\u{7F}\u{9B}31m\u{90}\""), tool: "\u{7F}\u{9B}31m\u{90}"),
            .quarantined("\u{1B}[2J" + used(""), "not_json")),
        .init(
            "Invisible and turned text",
            .stored(
                used("\"tool\":\"\u{202E}abc\u{2066}\u{200B}\u{FEFF}\u{E0041}\""),
                tool: "\u{202E}abc\u{2066}\u{200B}\u{FEFF}\u{E0041}"),
            .stored(used(#""tool":"\u202eabc\u200d""#), tool: "\u{202E}abc\u{200D}")),
        .init(
            "Heaps of marks", .stored(used("\"tool\":\"a\(times("\u{301}", 200))\""), tool: "a" + times("\u{301}", 200))
        ),
        .init(
            "Spreadsheet formulas", .stored(used(#""tool":"=1+1""#), tool: "=1+1"),
            .stored(used(#""tool":"@x""#), tool: "@x"),
            .stored(used(#""tool":"-2""#), tool: "-2"), .stored(used(#""tool":"+3""#), tool: "+3"),
            .stored(used(#""tool":"\t=1""#), tool: "\t=1"), .stored(used("\"tool\":\"\u{FF1D}1\""), tool: "\u{FF1D}1")),
        .init(
            "HTML, scripts and Markdown",
            .stored(used(#""tool":"<script>alert(1)</script>""#), tool: "<script>alert(1)</script>"),
            .stored(used(#""tool":"[a](http://b) | `x` *y*""#), tool: "[a](http://b) | `x` *y*")),
        .init(
            "SQL and paths in filters", .stored(used(#""tool":"x' OR 1=1 --""#), tool: "x' OR 1=1 --"),
            .stored(used(#""tool":"%""#), tool: "%"),
            .stored(used(#""tool":"../../etc/passwd""#), tool: "../../etc/passwd")),
        .init(
            "Regular expressions", .stored(used(#""tool":"(a+)+$""#), tool: "(a+)+$"),
            .stored(used(#""tool":".*""#), tool: ".*")),
        .init(
            "Times that do not exist", .quarantined(at(#""0000-01-01T00:00:00Z""#), "bad_ts"),
            .quarantined(at(#""2026-02-30T00:00:00Z""#), "bad_ts"),
            .quarantined(at(#""2026-02-28T23:59:60Z""#), "bad_ts"),
            .quarantined(at(#""2026-02-28T24:00:00Z""#), "bad_ts"),
            .quarantined(at(#""2026-02-28T23:59:59Zjunk""#), "bad_ts"),
            .quarantined(at(#""2026-02-28T23:59:59""#), "bad_ts"), .quarantined(at("1e18"), "bad_ts"),
            .quarantined(at("1.5"), "bad_ts"), .quarantined(at("-1"), "bad_ts"),
            .quarantined(at("10000000000000000000"), "bad_ts"),
            .quarantined(at("true"), "bad_ts"), .quarantined(at(#""9999-12-31T23:59:59-01:00""#), "bad_ts"),
            .flagged(used(#""expires_at":"2026-02-30T00:00:00Z""#))),
        .init(
            "Times at the edge", .stored(at("0")), .stored(at(#""1970-01-01T00:00:00+00:00""#)),
            .stored(at("1000000000000000000")), .flagged(at(#""9999-12-31T23:59:59.999999Z""#))),
        .init("Times in the future", .flagged(at(#""2099-01-01T00:00:00Z""#))),
        .init(
            "Misleading addresses", .stored(used(#""tool":"1","ip":"010.0.0.1""#)),
            .stored(used(#""tool":"2","ip":"::ffff:192.0.2.1""#)), .stored(used(#""tool":"3","ip":"fe80::1%eth0""#)),
            .stored(used(#""tool":"4","ip":"192.0.2.1:443""#)), .stored(used(#""tool":"5","ip":"not an address""#))),
        .init(
            "Fields of a wrong type", .flagged(used(#""tool":7"#)),
            .flagged(used(#""scopes":"x","success":"yes","latency_ms":"7","expires_at":true"#))),
        .init(
            "Required fields", .quarantined(#"{"ts":1,"event":"used"}"#, "missing_field"),
            .quarantined(#"{"ts":1,"event":"used","token_id":null}"#, "missing_field"),
            .quarantined(#"{"ts":1,"event":"used","token_id":{"a":1}}"#, "bad_field"), .quarantined("{}", "no_ts"),
            .quarantined(#"{"ts":1}"#, "no_event"),
            .quarantined(#"{"ts":1,"event":"USED","token_id":"t"}"#, "unknown_event")),
        .init(
            "Fields that imitate ours",
            .stored(
                used(#""source":"/etc/passwd","source_offset":7,"source_id":9,"raw":"r","shape":3,"redacted":"jwt:x""#)),
            .stored(used(#""\u0073ource":"/etc/shadow","extra":{"a":1}"#))),
        .init(
            "Nearly JSON", .quarantined(used(#""tool":"a","#), "not_json"), .quarantined(used(#""x":NaN"#), "not_json"),
            .quarantined("{'ts':1}", "not_json"), .quarantined(used("") + " // note", "not_json"),
            .quarantined(used("") + used(""), "not_json"), .quarantined(used(#""x":01"#), "not_json")),
        .init(
            "Lines cut off", .quarantined(String(used(#""tool":"abc""#).dropLast(3)), "unterminated"),
            .quarantined("{", "unterminated"), .quarantined(String(used("").dropLast()), "unterminated")),
        .init(
            "JSON but no object", .quarantined("[1]", "not_object"), .quarantined(#""x""#, "not_object"),
            .quarantined("7", "not_object"), .quarantined("null", "not_object")),
    ]

    /// The rows that a file as a whole belongs to.
    static let ofFiles = [
        "Lines of more than 32 MiB", "Compressed bombs", "Cut or damaged gzip files",
        "Floods of made-up tokens and addresses",
    ]
}
