import TestSupport
import Testing

@testable import Console

/// What every format owes, whatever it looks like. Each test runs for each format.
@Suite struct FormatContractTests {
    private static let places: [Terminal] = [
        .pipe, Terminal(isTerminal: false, unicode: false), Terminal(isTerminal: true, width: 20),
        Terminal(isTerminal: true, width: 60), Terminal(isTerminal: true, width: 100, color: true),
        Terminal(isTerminal: true, width: 140, unicode: false), Terminal(isTerminal: true, width: 1),
    ]

    private func text(_ table: Table, _ format: Format, _ terminal: Terminal = .pipe) throws -> String {
        let output = Output.memory(terminal)
        try print(table, as: format, to: output)
        return output.text
    }

    @Test(arguments: Format.allCases)
    func `nothing hidden gets through, not even on a terminal`(format: Format) throws {
        var random = SeededRandom(21)
        for _ in 0..<40 {
            let table = random.table()
            for place in Self.places {
                var place = place
                place.color = false
                let shown = try text(table, format, place)
                #expect(!shown.unicodeScalars.contains { $0 != "\n" && SafeText.isHidden($0.value) })
            }
        }
    }

    @Test(arguments: Format.allCases)
    func `the only escape sequences on a terminal are colors`(format: Format) throws {
        var random = SeededRandom(22)
        for _ in 0..<40 {
            let shown = try text(random.table(), format, Terminal(isTerminal: true, width: 100, color: true))
            #expect(!shown.replacing(#/\u{1B}\[[0-9;]+m/#, with: "").unicodeScalars.contains("\u{1B}"))
        }
    }

    @Test(arguments: Format.allCases)
    func `outside a terminal a row is one line`(format: Format) throws {
        var random = SeededRandom(23)
        for _ in 0..<40 {
            var table = random.table()
            let with = try text(table, format).split(separator: "\n", omittingEmptySubsequences: false).count
            table.append(table.columns.map { _ in "one\nmore\r\nline\u{2028}" })
            let more = try text(table, format).split(separator: "\n", omittingEmptySubsequences: false).count
            #expect(more == with + 1)
        }
    }

    @Test(arguments: Format.allCases)
    func `the output ends with one newline and is the same each time`(format: Format) throws {
        var random = SeededRandom(24)
        for _ in 0..<20 {
            let table = random.table()
            let once = try text(table, format)
            #expect(once.hasSuffix("\n") && !once.hasSuffix("\n\n"))
            #expect(try text(table, format) == once)
        }
    }

    @Test(arguments: Format.allCases.filter { $0 != .text })
    func `only text asks what the place can show`(format: Format) throws {
        var random = SeededRandom(25)
        let table = random.table()
        let outputs = try Self.places.map { try text(table, format, $0) }
        #expect(Set(outputs).count == 1)
    }

    @Test(arguments: Format.allCases)
    func `a table without rows says so or says nothing, and fails never`(format: Format) throws {
        let table = Table("empty", columns: [.init("ip", .text), .init("failures", .integer)])
        let expected: [Format: String] = [
            .text: "no rows\n",
            .json: """
            {
              "schema_version": 1,
              "report": "empty",
              "columns": [
                {"name":"ip","type":"text"},
                {"name":"failures","type":"integer"}
              ],
              "rows": []
            }

            """,
            .ndjson: "",
            .csv: "ip,failures\n",
            .markdown: "| ip | failures |\n| --- | ---: |\n\nNo rows.\n",
        ]
        #expect(try text(table, format) == expected[format])
    }

    @Test(arguments: Format.allCases)
    func `any cell may stand in any column`(format: Format) throws {
        let kinds: [Table.Kind] = [
            .text, .severity, .integer, .decimal(digits: 2), .time, .duration(.days), .duration(.microseconds),
            .bytes, .bool, .json,
        ]
        let cells: [Cell] = [
            nil, "", "critical", 0, .integer(.min), .integer(.max), .decimal(.nan), .decimal(.infinity), 1e300, -0.0,
            true, [], ["a", "b"], .json(["k": [1, nil]]), "2026-04-26T00:11:41Z", "2026-04-26T00:11:41.5+02:00",
        ]
        var table = Table("all", columns: kinds.enumerated().map { .init("c\($0)", $1) })
        for cell in cells { table.append(kinds.map { _ in cell }) }
        for place in Self.places { #expect(try !text(table, format, place).isEmpty) }
    }

    @Test(arguments: [1, 20, 40, 60, 80, 100, 140], [true, false])
    func `text on a terminal is never wider than the terminal`(width: Int, unicode: Bool) throws {
        var random = SeededRandom(26)
        let least = 40
        for _ in 0..<60 {
            var table = random.table()
            table.title = ""
            let terminal = Terminal(isTerminal: true, width: width, unicode: unicode)
            for line in try text(table, .text, terminal).split(separator: "\n") {
                #expect(DisplayWidth.of(String(line)) <= max(width, least), "\(line)")
            }
        }
    }

    @Test func `JSON and NDJSON give every cell back exactly`() throws {
        var random = SeededRandom(27)
        for _ in 0..<60 {
            let table = random.table()
            let rows: [JSONValue] = table.rows.map { row in
                .object(zip(table.columns, row).map { .init($0.name, $1.json) })
            }
            let document = try JSONParser.parse(try text(table, .json))
            #expect(document.members?.map(\.key) == ["schema_version", "report", "as_of", "columns", "rows"])
            #expect(document["rows"] == .array(rows))
            let lines = try text(table, .ndjson).utf8.split(separator: 0x0A)
            #expect(try lines.map { try JSONParser.parse(bytes: Array($0)) } == rows)
        }
    }

    @Test func `CSV read by the rules of RFC 4180 has every field, and no formula`() throws {
        var random = SeededRandom(28)
        for _ in 0..<60 {
            let table = random.table()
            let records = try fields(try text(table, .csv))
            #expect(records.count == table.rows.count + 1)
            for (row, record) in zip(table.rows, records.dropFirst()) {
                #expect(record.count == row.count)
                for (cell, field) in zip(row, record) {
                    guard case .text(let text) = cell else { continue }
                    #expect(field == SafeText.visible(text) || field == "'" + SafeText.visible(text))
                    #expect(!["=", "+", "-", "@"].contains(field.prefix(1)))
                }
            }
        }
    }

    @Test func `a row of Markdown has as many cells as there are columns`() throws {
        var random = SeededRandom(29)
        for _ in 0..<60 {
            let table = random.table()
            let lines = try text(table, .markdown).split(separator: "\n").filter { $0.hasPrefix("| ") }
            #expect(lines.count == table.rows.count + 2)
            for line in lines {
                let bars = line.replacing(#/\\./#, with: "").count { $0 == "|" }
                #expect(bars == table.columns.count + 1)
            }
        }
    }

    /// Records of fields of CSV, each field without its quotes.
    private func fields(_ text: String) throws -> [[String]] {
        try text.split(separator: "\n").map { line in
            var fields: [String] = []
            var field = ""
            var rest = Substring(line).unicodeScalars[...]
            while true {
                if rest.first == "\"" {
                    rest.removeFirst()
                    while let end = rest.firstIndex(of: "\"") {
                        field += String(rest[..<end])
                        rest = rest[rest.index(after: end)...]
                        guard rest.first == "\"" else { break }
                        field += "\""
                        rest.removeFirst()
                    }
                    try #require(rest.isEmpty || rest.first == ",")
                } else {
                    let end = rest.firstIndex(of: ",") ?? rest.endIndex
                    field = String(rest[..<end])
                    try #require(!field.contains("\""))
                    rest = rest[end...]
                }
                fields.append(field)
                field = ""
                guard rest.first == "," else { return fields }
                rest.removeFirst()
            }
        }
    }
}

extension SeededRandom {
    /// A table of four columns with hostile texts.
    mutating func table() -> Table {
        var table = Table(
            "made-up", title: "Made up",
            columns: [
                .init("who", .text), .init("count", .integer), .init("share", .decimal(digits: 3)),
                .init("story", .text, fit: .wrapped),
            ],
            members: [.init("as_of", "2026-04-26T00:11:41Z")])
        for _ in 0..<Int.random(in: 1...5, using: &self) {
            table.append([
                .text(text() + text()), .integer(Int64.random(in: -99_999...99_999, using: &self)),
                .decimal(Double.random(in: -1...1, using: &self)),
                Bool.random(using: &self) ? .null : .text((0..<6).map { _ in text() }.joined(separator: " ")),
            ])
        }
        return table
    }
}
