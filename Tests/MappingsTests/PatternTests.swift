import Foundation
import TestSupport
import Testing

@testable import Mappings

struct PatternTests {
    /// What the whole and the groups of a pattern took, nil for a group that took no part; nil if it was not found.
    private func found(_ pattern: String, _ text: String) throws -> [String?]? {
        let bytes = Array(text.utf8)
        guard let places = try Pattern(pattern).find(in: bytes[...]) else { return nil }
        return stride(from: 0, to: places.count, by: 2).map { place in
            places[place] < 0 ? nil : String(decoding: bytes[places[place]..<places[place + 1]], as: UTF8.self)
        }
    }

    @Test func `a pattern finds the first place, and of several ways the one that is written first`() throws {
        #expect(try found("b+", "aabbb") == ["bbb"])
        #expect(try found("b+?", "aabbb") == ["b"])
        #expect(try found("a|ab", "ab") == ["a"])
        #expect(try found("(a|ab)(c|bcd)", "abcd") == ["abcd", "a", "bcd"])
        #expect(try found("^x", "yx") == nil)
        #expect(try found("x$", "xy") == nil)
        #expect(try found("^$", "") == [""])
        #expect(try found("a{2,3}", "aaaa") == ["aaa"])
        #expect(try found("a{2}", "a") == nil)
        #expect(try found("(?:ab)+(c)?", "ababd") == ["abab", nil])
        #expect(try found(#"[^\d\s]+"#, "12 ab-3") == ["ab-"])
        #expect(
            try found(#"\[(?<logger>[a-z.]+)\]"#, "WARN [org.keycloak.events] x") == [
                "[org.keycloak.events]", "org.keycloak.events",
            ])
        #expect(try found("[]a]+", "a]b") == ["a]"])
        #expect(try found("[a-]+", "-a") == ["-a"])
    }

    @Test func `a point and a class of what is not meant take whole characters`() throws {
        #expect(try found("a.c", "a–c") == ["a–c"])
        #expect(try found("a[^x]c", "aéc") == ["aéc"])
        #expect(try found("a..c", "a–c") == nil)
        #expect(try found(".*", "né–") == ["né–"])
        #expect(try found("^.{3}$", "né–") == ["né–"])
    }

    @Test(arguments: [
        ("a)", "closes nothing"), ("(a", "want `)`"), ("*a", "nothing stands before `*`"), ("a**", "repetition"),
        ("[a", "want `]`"), ("[z-a]", "from low to high"), (#"\1"#, "is not known"), ("(?=a)", "takes too long"),
        ("(?<a>x)(?<a>y)", "a group `a` already"), ("a{3,2}", "repeats"), ("a{1000}", "repeats"), ("a{x}", "\\{"),
        ("(a{200}){200}", "steps"),
    ])
    func `what is no pattern is refused with its reason`(_ pattern: String, _ reason: String) {
        #expect {
            _ = try Pattern(pattern)
        } throws: { error in
            (error as? PatternFault)?.text.contains(reason) ?? false
        }
    }

    @Test func `no text makes a pattern slow`() throws {
        let patterns = ["(a|a)*b", "(a*)*b", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*)(.*)(.*)(.*)x"]
        let text = Array(String(repeating: "a", count: 100_000).utf8)
        for pattern in patterns {
            let compiled = try Pattern(pattern)
            let start = ContinuousClock.now
            _ = compiled.find(in: text[...])
            // A search that goes back would take longer than the universe is old.
            #expect(ContinuousClock.now - start < .seconds(30), "\(pattern)")
        }
    }

    @Test(arguments: 1...6)
    func `patterns find what Foundation's find`(_ seed: Int) throws {
        var random = SeededRandom(UInt64(seed))
        for _ in 0..<500 {
            let pattern = Self.pattern(&random, depth: 3)
            let text = String((0..<Int(random.next() % 12)).map { _ in "abc".randomElement(using: &random) ?? "a" })
            let theirs = try NSRegularExpression(pattern: pattern)
                .firstMatch(in: text, range: NSRange(text.startIndex..., in: text))
            let ours = try Pattern(pattern).find(in: Array(text.utf8)[...])
            let expected = theirs.map { [$0.range.location, $0.range.location + $0.range.length] }
            #expect(ours.map { Array($0.prefix(2)) } == expected, "\(pattern) in \(text)")
        }
    }

    private static func pattern(_ random: inout SeededRandom, depth: Int) -> String {
        switch random.next() % (depth == 0 ? 3 : 8) {
        case 0: return "a"
        case 1: return "[bc]"
        case 2: return "[^a]"
        case 3: return pattern(&random, depth: depth - 1) + pattern(&random, depth: depth - 1)
        case 4: return "(" + pattern(&random, depth: depth - 1) + "|" + pattern(&random, depth: depth - 1) + ")"
        // What repeats takes at least a byte: engines differ on what an empty turn is.
        case 5: return "(?:a|bc|c)" + (["*", "+", "*?", "+?", "{1,2}"].randomElement(using: &random) ?? "*")
        case 6: return "(?:" + pattern(&random, depth: depth - 1) + ")?"
        default: return "." + pattern(&random, depth: depth - 1)
        }
    }
}
