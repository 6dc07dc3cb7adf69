import Console
import Detection
import Foundation
import Policies
import Testing

/// Every hostile text in every field, seen through every output: it stays a text, and the output stays what it is.
struct HostileOutputTests {
    let program = Program()
    private let log = "evil\nINJECTED '\u{301}$(touch INJECTED) \u{1B}[31m\u{202E}.log"
    private let trail = "tr ail'\u{301}; touch INJECTED #"

    init() throws {
        _ = program.write(log, HostileTexts.log() + "not JSON \u{1B}[2J\u{85}\n")
        let ingested = try program.run("ingest", "-q", log, "--trail", trail)
        #expect(ingested.status == 0, "\(ingested.errors)")
    }

    /// `text` is a word that is no option, whatever it looks like.
    private func run(_ arguments: String..., about text: String? = nil, status: Int32? = 0) throws -> Run {
        let run = try program.run(arguments + ["--trail", trail] + (text.map { ["--", $0] } ?? []))
        if let status { #expect(run.status == status, "\(arguments): \(run.errors)") }
        check(run, "\(arguments)")
        return run
    }

    /// What holds for every output: nothing hidden, no line that a text made, no file that a command made.
    private func check(_ run: Run, _ name: String) {
        for text in [run.output, run.errors] {
            let hidden = text.unicodeScalars.filter { $0 != "\n" && SafeText.isHidden($0.value) }
            #expect(hidden.isEmpty, "\(name): \(Set(hidden.map { String($0.value, radix: 16) }))")
            let lines = text.split(separator: "\n").map { $0.drop { " -|#".contains($0) } }
            #expect(!lines.contains { $0.hasPrefix(HostileTexts.injected) }, "\(name)")
        }
        #expect(!FileManager.default.fileExists(atPath: program.folder + "/" + HostileTexts.injected), "\(name)")
    }

    private func findings(_ words: String...) throws -> [JSONValue] {
        let json = try program.run(["detect", "--since", "start", "--format", "json", "--trail", trail] + words).output
        return try JSONParser.parse(json)["findings"]?.elements ?? []
    }

    private static let fields = [
        "used": [
            "token_id", "principal", "tool", "ip", "user_agent", "kind", "client_id", "family_id", "event_id",
            "code_id",
        ],
        "issued": ["token_id", "principal", "actor", "ip"],
        "failed": ["reason", "presented", "token_id", "tool", "ip"],
        "revoked": ["token_id", "actor", "reason"], "refreshed": ["old_token_id", "refresh_token_id"],
    ]

    private static func bytes(_ texts: [String?]) -> [[UInt8]] { texts.map { Array(($0 ?? "∅").utf8) } }

    // MARK: Formats of rows

    @Test(arguments: fields.keys.sorted())
    func `JSON, NDJSON and exports give every text of every field back exactly`(_ kind: String) throws {
        let fields = Self.fields[kind] ?? []
        let sql = "SELECT \(fields.joined(separator: ", ")) FROM events WHERE event = '\(kind)' ORDER BY source_offset"
        let document = try JSONParser.parse(run("query", sql, "--format", "json").output)["rows"]?.elements ?? []
        let rows = try run("query", sql, "--format", "ndjson").output.split(separator: "\n").map {
            try JSONParser.parse(String($0))
        }
        let exported = try run("export", "--event", kind).output.split(separator: "\n").map {
            try JSONParser.parse(String($0))
        }
        let want = Self.bytes(HostileTexts.all)
        for field in fields {
            for rows in [document, rows, exported] {
                #expect(Self.bytes(rows.map { $0[field]?.text }) == want, "\(field)")
            }
        }
        let unknown = exported.map { ($0["unknown"] ?? $0["extra"]?["unknown"])?["a"]?[0]?.text }
        #expect(Self.bytes(unknown) == want)
        for (event, text) in zip(exported, HostileTexts.all) {
            let members = (event.members ?? []) + (event["extra"]?.members ?? [])
            #expect(members.contains { $0.key.utf8.elementsEqual(text.utf8) }, "\(text)")
        }
        let whole = try JSONParser.parse(run("export", "--event", kind, "--format", "json").output)["events"]?.elements
        #expect(whole == exported)
    }

    @Test func `CSV is a row for each event, with every text as eyes may see it and none that a spreadsheet runs`()
        throws
    {
        let sql = "SELECT token_id, tool, ip, extra FROM events WHERE event = 'used' ORDER BY source_offset"
        for csv in [
            try run("query", sql, "--format", "csv").output,
            try run("export", "--event", "used", "--format", "csv").output,
        ] {
            let rows = Self.csv(csv)
            #expect(rows.count == HostileTexts.count + 1 && Set(rows.map(\.count)).count == 1)
            let place = try #require(rows[0].firstIndex(of: "tool"))
            for (row, text) in zip(rows.dropFirst(), HostileTexts.all) {
                let cell =
                    row[place].hasPrefix("'") && !text.hasPrefix("'") ? String(row[place].dropFirst()) : row[place]
                #expect(cell == HostileTexts.shown(text))
                #expect(
                    !row.contains { "=+-@＝＋－＠".contains($0.first { !$0.isWhitespace } ?? "x") && Double($0) == nil })
            }
        }
    }

    @Test func `Markdown is a row for each event, and every character of it means itself`() throws {
        let sql = "SELECT tool, principal FROM events WHERE event = 'used' ORDER BY source_offset"
        let lines = try run("query", sql, "--format", "markdown").output.split(separator: "\n").dropFirst(2)
        #expect(lines.count == HostileTexts.count)
        for (line, text) in zip(lines, HostileTexts.all) {
            var (cells, cell, escaped) = ([String](), "", false)
            for scalar in line.unicodeScalars {
                if !escaped, scalar == "|" { cells.append(cell); cell = "" }
                #expect(escaped || !"`<>&[]*_~$".unicodeScalars.contains(scalar), "\(line)")
                if escaped || scalar != "\\" && scalar != "|" { cell.unicodeScalars.append(scalar) }
                escaped = !escaped && scalar == "\\"
            }
            let want = " \(HostileTexts.shown(text)) "
            #expect(cells.dropFirst().map { $0 } == [want, want])
        }
    }

    // MARK: Findings

    @Test func `findings are found in all of it, and each format keeps them apart`() throws {
        let found = try findings()
        let entities = Set(
            found.filter { $0["class"]?.text == "use_after_revoke" }.compactMap { $0["entity"]?["value"]?.text })
        #expect(entities == Set(HostileTexts.all))
        let rows = try run("detect", "--since", "start", "--format", "ndjson", status: 65).output.split(separator: "\n")
        #expect(rows.count == found.count)
        let ocsf = try run("detect", "--since", "start", "--format", "ocsf", status: 65).output.split(separator: "\n")
            .map {
                try JSONParser.parse(String($0))
            }
        #expect(Set(ocsf.compactMap { $0["message"]?.text }) == Set(found.compactMap { $0["title"]?.text }))
        #expect(
            Self.csv(try run("detect", "--since", "start", "--format", "csv", status: 65).output).count == found.count
                + 1)
        let text = try run("detect", "--since", "start", status: 65).output.split(separator: "\n")
        #expect(text.count { $0.hasPrefix("  look      ") } == found.count)
        let metric = #/[a-z_]+(\{[a-z_]+="[a-z_-]+"(,[a-z_]+="[a-z_-]+")*\})? -?[0-9.]+/#
        for line in try run("detect", "--since", "start", "--format", "prometheus", status: 65).output.split(
            separator: "\n")
        {
            #expect(line.hasPrefix("# ") || line.wholeMatch(of: metric) != nil, "\(line)")
        }
        for format in ["text", "json", "ndjson", "csv", "markdown"] {
            _ = try run("findings", "--format", format)
            _ = try run("status", "--format", format)
            _ = try run("verify", "--format", format)
        }
    }

    @Test func `the page has no element and no attribute but its own`() throws {
        let found = try findings()
        let page = try run("detect", "--since", "start", "--format", "html", status: 65).output
        let known: Set = [
            "!DOCTYPE", "html", "head", "meta", "title", "style", "body", "header", "h1", "h2", "h3", "p", "ul", "li",
            "b", "figure",
            "figcaption", "svg", "desc", "g", "rect", "line", "text", "article", "span", "dl", "dt", "dd", "code",
            "details", "summary",
            "table", "thead", "tbody", "tr", "th", "td", "footer",
        ]
        let attributes = #/<\/?(?<name>[!A-Za-z0-9]+)(?:\s+[a-zA-Z0-9-]+(?:="[^"<>]*")?)*\s*\/?>/#
        var rest = page[...]
        var articles = 0
        while let open = rest.firstIndex(of: "<") {
            let tag = try #require(rest[open...].prefixMatch(of: attributes), "\(rest[open...].prefix(80))")
            #expect(known.contains(String(tag.name)), "\(tag.0)")
            #expect(!tag.0.contains(" on"))
            if tag.0.hasPrefix("<article") { articles += 1 }
            rest = rest[tag.range.upperBound...]
        }
        #expect(articles == found.count)
    }

    @Test func `every command that is offered is one line, and a shell takes it for what it is about`() throws {
        let text = try run("detect", "--since", "start", status: 65).output
        let offered = text.split(separator: "\n").filter { $0.hasPrefix("  look      ") }.map {
            String($0.dropFirst(12))
        }
        // In place of the program, one that notes its words.
        let noted = program.folder + "/noted"
        let fake = program.write(
            "authtrail",
            "#!/bin/sh\nfor word; do printf '%s\\0' \"$word\"; done >>'\(noted)'\nprintf '\\0' >>'\(noted)'\n")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: fake)
        let script = program.write(
            "offered.sh", "PATH='\(program.folder)':$PATH\n" + offered.joined(separator: "\n") + "\n")
        let ran = try program.shell("cd '\(program.folder)' && bash '\(script)'")
        #expect(ran.status == 0 && ran.errors.isEmpty, "\(ran.errors)")
        check(ran, "offered commands")
        let words = try Data(contentsOf: URL(fileURLWithPath: noted)).split(
            separator: 0, omittingEmptySubsequences: false
        )
        .map { Array($0) }
        let commands = words.split(separator: []).map(Array.init)
        #expect(commands.count == offered.count)
        #expect(commands.allSatisfy { $0.contains(Array(trail.utf8)) })
        let traced = Set(
            commands.filter { $0.first == Array("trace".utf8) && $0[1] == Array("token".utf8) }.flatMap { $0 })
        for text in HostileTexts.words { #expect(traced.contains(Array(text.utf8)), "\(text)") }
    }

    // MARK: Policies

    @Test func `a proposed policy passes its check and allows nothing that no line of the log shows`() throws {
        let kinds = HostileTexts.all.enumerated().map { number, text in
            let kind = ["anonymous", "api_token", "oauth"][number % 3]
            let line: JSONValue = [
                "ts": "2026-04-26T10:00:00Z", "event": "used", "token_id": "t", "kind": .string(kind),
                "tool": .string(text),
                "scopes": .strings(["s:\(text)", text]), "ip": "203.0.113.9",
            ]
            return line.json() + "\n"
        }
        #expect(try program.run("ingest", "-q", program.write("b.log", kinds.joined()), "--trail", trail).status == 0)
        let proposal = try run("policy", "suggest", "--since", "start").output
        let path = program.write("proposed.yaml", proposal)
        let checked = try program.run("policy", "check", path)
        #expect(checked.status == 0, "\(checked.errors)")
        let policy = try PolicyFile(proposal, name: "proposed.yaml", now: 0)
        // By Swift's equality, as the rules compare names. What has too long a name is left out.
        var want: [String: Policy.Tool] = [:]
        for (number, text) in HostileTexts.all.enumerated() where text.utf8.count <= 198 {
            want[text] = .init(
                auth: [["anonymous", "api_token", "oauth"][number % 3]], scopes: [text], writes: false)
        }
        want["\u{FEFF}a"] = nil
        let proposed = Set(policy.settings.policy.tools.keys)
        #expect(proposed.symmetricDifference(want.keys) == [])
        for (name, tool) in policy.settings.policy.tools {
            #expect(tool.auth == want[name]?.auth && tool.scopes == want[name]?.scopes, "\(name)")
        }
        let rest = policy.settings.policy
        #expect(rest.lifetimes == Policy.Lifetimes() && rest.rotationOverlap == Policy().rotationOverlap)
        #expect(rest.writeScopes == Policy().writeScopes && policy.allowlist.entries.isEmpty)
        #expect(rest.rates[.anonymousByIP] == 40 && policy.settings.failedVerificationByIP.trustedProxies.isEmpty)
        #expect(try program.run("detect", "-q", "orphan-token", "--policy", path, "--trail", trail).status == 0)
    }

    @Test func `an allowance that explain offers is about the name of the finding, and hides that one only`() throws {
        let found = try findings("use-after-revoke")
        var allowances: [String] = []
        func entity(_ finding: JSONValue) -> String { finding["entity"]?["value"]?.text ?? "" }
        // A mark of the byte order at the beginning of a name is lost in YAML, so none is offered there.
        let (hidden, others) = (
            found.filter { YAMLText.canHold(entity($0)) }, found.filter { !YAMLText.canHold(entity($0)) }
        )
        #expect(hidden.count == HostileTexts.count - 1)
        for finding in others {
            let explained = try JSONParser.parse(run("explain", finding["id"]?.text ?? "", "--format", "json").output)
            #expect(explained["allowance"] == .null)
        }
        for finding in hidden {
            let explained = try JSONParser.parse(run("explain", finding["id"]?.text ?? "", "--format", "json").output)
            let allowance = try #require(explained["allowance"]?.text)
            allowances.append("  - {\(allowance), owner: me, reason: r, until: 2027-01-01}")
        }
        let policy = program.write("allow.yaml", "allowlist:\n" + allowances.joined(separator: "\n") + "\n")
        let file = try PolicyFile(String(contentsOfFile: policy, encoding: .utf8), name: "p", now: 0)
        #expect(file.allowlist.entries.map(\.subject) == hidden.map { .token(entity($0)) })
        #expect(try findings("use-after-revoke", "--policy", policy).map(entity) == others.map(entity))
    }

    // MARK: Stories and messages

    @Test func `a text has its own timeline and explanation, in every format`() throws {
        for text in HostileTexts.words {
            let told = try JSONParser.parse(run("trace", "token", "--format", "json", about: text).output)
            #expect(told["rows"]?.elements?.contains { $0["what"]?.text == "revoked" } == true, "\(text)")
        }
        let words = HostileTexts.values.filter { $0.utf8.count < 200 }
        for (number, text) in words.enumerated() where number % 7 == 0 {
            for format in ["text", "csv", "markdown", "ndjson"] {
                _ = try run("trace", "principal", "--format", format, about: text)
                _ = try run("explain", "--format", format, "--token=\(text)")
            }
        }
        for finding in try findings("use-after-revoke").prefix(12) {
            for format in ["text", "csv", "markdown", "ndjson"] {
                _ = try run("explain", finding["id"]?.text ?? "", "--format", format)
            }
        }
        let reports = try program.run("queries", "--format", "ndjson").output.split(separator: "\n").map {
            try #require(JSONParser.parse(String($0))["name"]?.text)
        }
        #expect(reports.count > 5)
        for report in reports {
            for format in ["text", "csv", "markdown", "json", "ndjson"] {
                _ = try run("report", report, "--format", format)
            }
        }
        let board = try JSONParser.parse(run("export", "dashboard", "--since", "start").output)
        #expect(board["findings"]?.elements?.isEmpty == false)
    }

    @Test func `what people write about a finding is as harmless as what logs say`() throws {
        let found = try findings("use-after-revoke")
        let words = HostileTexts.values
        for (finding, text) in zip(found, words) {
            _ = try run("findings", "resolve", finding["id"]?.text ?? "", "--note=\(text)", "--by=\(text)")
        }
        let listed = try JSONParser.parse(run("findings", "list", "--status", "resolved", "--format", "json").output)
        #expect(listed["rows"]?.elements?.count == min(found.count, words.count))
        let id = found[0]["id"]?.text ?? ""
        for format in ["text", "markdown", "ndjson"] { _ = try run("explain", id, "--format", format) }
        let history = try JSONParser.parse(run("explain", id, "--format", "json").output)["history"]?.elements
        #expect(history?.last?["note"]?.text == words[0] && history?.last?["by"]?.text == words[0])
        _ = try run("findings", "resolve", id, "--note", "again")
    }

    @Test func `a message repeats nothing that would be more than a text`() throws {
        for (number, text) in HostileTexts.words.filter({ $0.utf8.count < 200 }).enumerated() {
            let policy = program.write("bad.yaml", "\(JSONValue.string(text).json()): 1\n" + text)
            let commands = [
                ["trace", "ip", "--", text], ["explain", "--", text], ["explain", "--ip=\(text)"],
                ["report", "--", text],
                ["detect", "--as-of=\(text)"], ["detect", "--", text], ["query", "--", text],
                ["policy", "check", policy],
                ["policy", "check", "--", text], ["export", "--lines", "--source=\(text)"],
                ["status", "--format=\(text)"], [text],
            ]
            // Each text with some of them, each of them with many texts.
            for (place, words) in commands.enumerated() where (place + number) % 3 == 0 {
                check(try program.run(words, environment: ["AUTHTRAIL_TRAIL": trail]), "\(words)")
            }
        }
        _ = try run("export", "--lines", "--source", "none", status: 64)
        let terminal = try program.shell(
            "python3 -c 'import pty,sys; pty.spawn(sys.argv[1:])' \"$AUTHTRAIL\" detect -q --since start "
                + "--trail \(ShellWord.quoted(trail))")
        let plain = terminal.output.replacing(#/\u{1B}\[[0-9;]*m/#, with: "").replacing("\r\n", with: "\n")
        // Long sentences are broken there: what begins a line says nothing.
        let broken = plain.replacing(HostileTexts.injected, with: "")
        check(Run(status: 0, output: broken, errors: ""), "on a terminal")
        #expect(plain.contains("use_after_revoke"))
    }

    /// Rows of RFC 4180.
    private static func csv(_ text: String) -> [[String]] {
        var (rows, row, cell) = ([[String]](), [String](), String.UnicodeScalarView())
        var rest = text.unicodeScalars[...]
        var isQuoted = false
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"" where isQuoted && rest.first == "\"": cell.append(rest.removeFirst())
            case "\"": isQuoted.toggle()
            case "," where !isQuoted:
                row.append(String(cell))
                cell = .init()
            case "\n" where !isQuoted:
                rows.append(row + [String(cell)])
                (row, cell) = ([], .init())
            default: cell.append(scalar)
            }
        }
        return rows
    }
}
