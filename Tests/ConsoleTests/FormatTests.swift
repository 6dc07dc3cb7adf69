import Testing

@testable import Console

/// Each format, word for word.
@Suite struct FormatTests {
    private var table: Table {
        var table = Table(
            "failed-by-ip", title: "Failed verification by IP",
            columns: [
                .init("severity", .severity), .init("ip", .text, fit: .whole), .init("failures", .integer),
                .init("idle_days", .integer), .init("reasons", .text),
                .init("span_s", .duration(.seconds), heading: "span"),
                .init("bytes_in", .bytes, heading: "bytes"), .init("first_seen", .time),
            ],
            members: [
                .init("parameters", ["window": "1h", "min_failures": 10]), .init("as_of", "2026-04-27T00:00:00Z"),
            ])
        table.append([
            "critical", "203.0.113.9", 1_234_567, 203, ["bad_token", "expired"], 183_600, 12_345_678,
            "2026-04-26T00:11:41.212Z",
        ])
        table.append(["low", "2001:db8::1", 12, nil, "=漢字|x", 59, 999, "2026-04-25T23:00:00Z"])
        table.notes = ["2 of 120 shown."]
        return table
    }

    private func text(_ table: Table, _ format: Format, _ terminal: Terminal = .pipe) throws -> String {
        let output = Output.memory(terminal)
        try print(table, as: format, to: output)
        return output.text
    }

    @Test func `text in a pipe is aligned and exact`() throws {
        let expected = """
            Failed verification by IP
            severity  ip           failures  idle_days  reasons             span_s  bytes_in  first_seen
            critical  203.0.113.9   1234567        203  bad_token, expired  183600  12345678  2026-04-26T00:11:41.212Z
            low       2001:db8::1        12          -  =漢字|x                 59       999  2026-04-25T23:00:00Z

            2 of 120 shown.

            """
        #expect(try text(table, .text) == expected)
    }

    @Test func `text on a wide terminal has units, a rule, and times without zone`() throws {
        let expected = """
            Failed verification by IP
            severity  ip            failures  idle days  reasons                 span    bytes  first seen (UTC)
            ────────  ───────────  ─────────  ─────────  ──────────────────  ────────  ───────  ───────────────────
            critical  203.0.113.9  1,234,567        203  bad_token, expired  2 d 03 h  12.3 MB  2026-04-26 00:11:41
            low       2001:db8::1         12          –  =漢字|x                 59 s    999 B  2026-04-25 23:00:00

            2 of 120 shown.

            """
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 130)) == expected)
    }

    @Test func `on a narrower one headings break first, then texts lose their middle`() throws {
        let expected = """
            Failed verification by IP
                                              idle
            severity  ip            failures  days  reasons          span    bytes  first seen (UTC)
            --------  -----------  ---------  ----  -----------  --------  -------  -------------------
            critical  203.0.113.9  1,234,567   203  bad_...ired  2 d 03 h  12.3 MB  2026-04-26 00:11:41
            low       2001:db8::1         12     -  =漢字|x          59 s    999 B  2026-04-25 23:00:00

            2 of 120 shown.

            """
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 91, unicode: false)) == expected)
    }

    @Test func `where a table cannot fit, rows become records`() throws {
        let expected = """
            Failed verification by IP
            ── 1 of 2 ────────────────────────────
            severity          critical
            ip                203.0.113.9
            failures          1,234,567
            idle days         203
            reasons           bad_token, expired
            span              2 d 03 h
            bytes             12.3 MB
            first seen (UTC)  2026-04-26 00:11:41
            ── 2 of 2 ────────────────────────────
            severity          low
            ip                2001:db8::1
            failures          12
            idle days         –
            reasons           =漢字|x
            span              59 s
            bytes             999 B
            first seen (UTC)  2026-04-25 23:00:00

            2 of 120 shown.

            """
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 38)) == expected)
    }

    @Test func `where a table cannot fit, its empty columns go first, then those that matter least`() throws {
        let table = Table(
            "t",
            columns: [
                .init("at", .time), .init("note", .text), .init("token", .text, fit: .whole, minor: 1),
                .init("principal", .text, fit: .whole, minor: 2), .init("title", .text, fit: .wrapped),
                .init("id", .text, fit: .beginning(8)),
            ],
            rows: [
                [
                    "2026-04-26T00:11:41Z", nil, "tok_0K514M7Z", "partner:acme", "used again after a long time",
                    "3f9a2c11aa",
                ]
            ])
        let expected = """
            at (UTC)             token         title                  id
            ───────────────────  ────────────  ─────────────────────  ────────
            2026-04-26 00:11:41  tok_0K514M7Z  used again after a     3f9a2c11
                                               long time
            A wider terminal, or --format json, also has principal.

            """
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 66)) == expected)
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 82)).contains("principal     title"))
        #expect(try text(table, .csv).contains("3f9a2c11aa") && text(table, .text).contains("3f9a2c11aa"))
    }

    @Test func `colors mark headings, severities, and what is missing`() throws {
        let table = Table(
            "t", title: "T", columns: [.init("severity", .severity), .init("n", .integer)],
            rows: [["critical", 1], ["high", nil]])
        let expected = """
            \u{1B}[1mT\u{1B}[0m
            \u{1B}[1mseverity\u{1B}[0m  \u{1B}[1mn\u{1B}[0m
            \u{1B}[2m────────\u{1B}[0m  \u{1B}[2m─\u{1B}[0m
            \u{1B}[1;97;41mcritical\u{1B}[0m  1
            \u{1B}[31mhigh\u{1B}[0m      \u{1B}[2m–\u{1B}[0m

            """
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 80, color: true)) == expected)
    }

    @Test func `sentences wrap between words and keep to their column`() throws {
        let table = Table(
            "t", columns: [.init("id", .text), .init("story", .text, fit: .wrapped), .init("n", .integer)],
            rows: [["a", "used 12 times after 203 days of silence", 1], ["b", "short", 22]])
        let expected = """
            id  story                   n
            ──  ─────────────────────  ──
            a   used 12 times after     1
                203 days of silence
            b   short                  22

            """
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 29)) == expected)
    }

    @Test func `what is of no use in halves stays whole, in a table and in a record`() throws {
        let table = Table(
            "t", columns: [.init("token_id", .text, fit: .whole), .init("agent", .text)],
            rows: [["tok_01J9ZX0000", "python-requests/2.31.0"]])
        let expected = """
            token id        agent
            ──────────────  ──────────────
            tok_01J9ZX0000  python-…2.31.0

            """
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 30)) == expected)
        let record = "── 1 of 1 ──────────\ntoken id  tok_01J9ZX0000\nagent     pytho…31.0\n"
        #expect(try text(table, .text, Terminal(isTerminal: true, width: 20)) == record)
    }

    @Test func `a summary is records without a number`() throws {
        var table = Table(
            "ingest", title: "Ingested",
            columns: [.init("read", .integer), .init("bytes_in", .bytes), .init("elapsed", .duration(.milliseconds))],
            rows: [[1_000_000, 325_000_000, 2_450]])
        table.layout = .records
        #expect(try text(table, .text) == "Ingested\nread      1000000\nbytes_in  325000000\nelapsed   2450\n")
        #expect(
            try text(table, .text, Terminal(isTerminal: true))
                == "Ingested\nread      1,000,000\nbytes in  325.0 MB\nelapsed   2.5 s\n")
    }

    @Test func `JSON has the members of the table between report and columns`() throws {
        let expected = #"""
            {
              "schema_version": 1,
              "report": "failed-by-ip",
              "parameters": {"window":"1h","min_failures":10},
              "as_of": "2026-04-27T00:00:00Z",
              "columns": [
                {"name":"severity","type":"text"},
                {"name":"ip","type":"text"},
                {"name":"failures","type":"integer"},
                {"name":"idle_days","type":"integer"},
                {"name":"reasons","type":"text"},
                {"name":"span_s","type":"duration","unit":"seconds"},
                {"name":"bytes_in","type":"integer","unit":"bytes"},
                {"name":"first_seen","type":"time"}
              ],
              "rows": [
                {"severity":"critical","ip":"203.0.113.9","failures":1234567,"idle_days":203,\#
            "reasons":["bad_token","expired"],"span_s":183600,"bytes_in":12345678,\#
            "first_seen":"2026-04-26T00:11:41.212Z"},
                {"severity":"low","ip":"2001:db8::1","failures":12,"idle_days":null,\#
            "reasons":"=漢字|x","span_s":59,"bytes_in":999,"first_seen":"2026-04-25T23:00:00Z"}
              ]
            }

            """#
        #expect(try text(table, .json) == expected)
    }

    @Test func `NDJSON is the rows alone`() throws {
        let table = Table(
            "t", columns: [.init("ip", .text), .init("n", .integer)], rows: [["a\n\"b\"", 1], [nil, nil]])
        #expect(try text(table, .ndjson) == "{\"ip\":\"a\\n\\\"b\\\"\",\"n\":1}\n{\"ip\":null,\"n\":null}\n")
    }

    @Test func `CSV has a line of names, numbers in full, and no formula`() throws {
        let expected = """
            severity,ip,failures,idle_days,reasons,span_s,bytes_in,first_seen
            critical,203.0.113.9,1234567,203,bad_token|expired,183600,12345678,2026-04-26T00:11:41.212Z
            low,2001:db8::1,12,,'=漢字|x,59,999,2026-04-25T23:00:00Z

            """
        #expect(try text(table, .csv) == expected)
        let numbers = Table("n", columns: [.init("n", .integer), .init("t", .text)], rows: [[-5, "-5"]])
        #expect(try text(numbers, .csv) == "n,t\n-5,'-5\n")
    }

    @Test func `Markdown escapes what would be markup and puts numbers on the right`() throws {
        let table = Table(
            "t", title: "A_b", columns: [.init("user_agent", .text), .init("share", .decimal(digits: 1))],
            rows: [["a|b <i>", 0.25], ["\u{1B}", nil]])
        let expected = #"""
            ## A\_b

            | user\_agent | share |
            | --- | ---: |
            | a\|b \<i\> | 0.2 |
            | \\u{1b} |  |

            """#
        #expect(try text(table, .markdown) == expected)
    }

    @Test func `decimals have their digits in text and all digits in data, and only UTC loses its zone`() throws {
        let table = Table(
            "t", columns: [.init("share", .decimal(digits: 2)), .init("at", .time)],
            rows: [
                [1234.0625, "2026-04-25T23:00:00.5+02:00"], [0.5, "2026-04-25T23:00:00.123456Z"], [-0.001, "soon"],
            ])
        let expected = """
               share  at (UTC)
            ────────  ───────────────────────────
            1,234.06  2026-04-25T23:00:00.5+02:00
                0.50  2026-04-25 23:00:00
                0.00  soon

            """
        #expect(try text(table, .text, Terminal(isTerminal: true)) == expected)
        #expect(
            try text(table, .csv)
                == "share,at\n1234.0625,2026-04-25T23:00:00.5+02:00\n0.5,2026-04-25T23:00:00.123456Z\n-0.001,soon\n")
    }

    @Test func `columns of one name are told apart`() throws {
        let table = Table("query", columns: ["a", "a", "a_2"].map { .init($0, .text) }, rows: [[1, 2, 3]])
        #expect(try text(table, .ndjson) == "{\"a\":1,\"a_2\":2,\"a_2_2\":3}\n")
    }

    @Test func `the plain print is still there`() { print("", terminator: "") }
}
