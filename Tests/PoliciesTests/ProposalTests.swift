import Console
import Detection
import Testing

@testable import Policies

/// What somebody else wrote into a log or said in a request is never more than a name in a policy.
struct ProposalTests {
    /// Pieces of which names are made that mean something to YAML, to a terminal or to an eye.
    private static let pieces = [
        "\n", "\r\n", "\u{85}", "\u{2028}", "\u{2029}", "\nrates: none", "\n  evil: {auth: [anonymous]}", ": ", " #",
        "#",
        "-", "- ", "? ", "*a", "&a", "!!int", "|", ">", "%YAML 1.1", "@", "`", "'", "\"", "\\", "\"\u{301}", "\0",
        "\u{7F}",
        "\u{9B}", "\u{1B}[2J", "\u{202E}", "\u{2066}", "\u{200B}", "\u{FEFF}", "\u{E0041}", "\u{FFFF}", "---", "...",
        "true",
        "null", "~", "=", "<<", "1e3", "{", "}", "[", "]", ",", " ", "\t", "é", "e\u{301}", "漢", "😀", "x",
    ]

    private struct Seeded: RandomNumberGenerator {
        var state: UInt64
        mutating func next() -> UInt64 {
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return state ^ state >> 29
        }
        mutating func name() -> String {
            let name = (0...Int.random(in: 0..<6, using: &self)).map { _ in pieces.randomElement(using: &self)! }
                .joined()
            return YAMLText.canHold(name) ? name : "x" + name
        }
    }

    @Test(arguments: UInt64(1)...20)
    func `a policy with names of any kind reads back as it was meant, and says nothing else`(seed: UInt64) throws {
        var random = Seeded(state: seed)
        var settings = DetectorSettings()
        for _ in 0..<30 {
            let auth = Policy.kinds.filter { _ in Bool.random(using: &random) }
            settings.policy.tools[random.name()] = .init(
                auth: auth.isEmpty ? ["oauth"] : auth, scopes: (0..<3).map { _ in random.name() },
                writes: Bool.random(using: &random))
        }
        settings.policy.tools[String(repeating: random.name(), count: 400)] = .init(auth: ["oauth"])
        settings.policy.writeScopes = [random.name(), random.name()]
        let remarks = (0..<30).map { _ in random.name() }
        let text = PolicyText.text(settings, remarks: remarks)
        #expect(try PolicyFile(text, name: "p", now: 0).settings.policy == settings.policy)
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false)
        #expect(lines.prefix(30).allSatisfy { $0.hasPrefix("#") })
        #expect(lines.count { $0.hasPrefix("rates:") } == 1)
        #expect(!text.unicodeScalars.contains { $0 != "\n" && SafeText.isHidden($0.value) })
    }

    @Test(arguments: UInt64(1)...20)
    func `an allowance about a name of any kind is about that name`(seed: UInt64) throws {
        var random = Seeded(state: seed)
        let names = (0..<20).map { _ in random.name() }
        let entries = names.map { "  - {token: \(YAMLText.quoted($0)), owner: me, reason: r, until: 2027-01-01}" }
        let file = try PolicyFile("allowlist:\n" + entries.joined(separator: "\n"), name: "p", now: 0)
        #expect(file.allowlist.entries.map(\.subject) == names.map { .token($0) })
    }

    @Test(arguments: UInt64(1)...20)
    func `what is wrong is said on one line, whatever the file holds`(seed: UInt64) {
        var random = Seeded(state: seed)
        for _ in 0..<30 {
            let (key, value) = (YAMLText.quoted(random.name() + "x"), YAMLText.quoted(random.name() + "y"))
            let error = #expect(throws: PolicyError.self) {
                try PolicyFile(
                    "\(key): 1\nversion: \(value)\ntools: {\(value): {auth: [\(value)]}}\n", name: "a\nb", now: nil)
            }
            let lines = error?.description.split(separator: "\n", omittingEmptySubsequences: false) ?? []
            #expect(lines.count == 5, "\(lines)")
            #expect(lines.dropFirst().allSatisfy { $0.hasPrefix("  ") })
            let text = error?.description ?? ""
            #expect(!text.unicodeScalars.contains { $0 != "\n" && SafeText.isHidden($0.value) })
        }
    }
}
