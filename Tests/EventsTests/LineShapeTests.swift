import Columns
import Events
import Testing
import TestSupport

struct LineShapeTests {
    @Test(arguments: 1...60)
    func `every line comes back byte for byte`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        let lines = (0..<300).map { _ in OddLines.line(&random) }
        let rendering = try Rendering(lines)
        #expect(rendering.stored > 200)
        expectSame(rendering.bytes(endsInNewline: true), lines)
    }

    @Test(arguments: lineRules)
    func `the line of every rule comes back byte for byte`(_ rule: LineRule) throws {
        let bytes = Array(rule.line.utf8)
        #expect(try Rendering(bytes + [0x0A]).lines.values.first ?? [] == bytes)
        #expect(try Rendering(bytes).lines.values.first ?? [] == bytes)
    }

    @Test(arguments: 1...20)
    func `an input comes back however it is cut, with blank and damaged lines`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        var bytes: [UInt8] = []
        for _ in 0..<200 {
            var line = Array((random.chance(80) ? OddLines.line(&random) : Made.line(&random)).utf8)
            if random.chance(10) { Made.damage(&line, &random) }
            if random.chance(10) {
                line = [[], [0x20], [0x0D], [0x09, 0x20, 0x0D]].randomElement(using: &random) ?? []
            }
            bytes += line + [0x0A]
        }
        let isWhole = random.chance(50)
        if !isWhole { bytes += Array(OddLines.line(&random).utf8) }
        var limits = EventBatch.Limits()
        limits.rowsPerMonth = Int.random(in: 1...200, using: &random)
        limits.bytes = Int.random(in: 1...40_000, using: &random)
        let cuts = (0..<30).map { _ in Int.random(in: 0...bytes.count, using: &random) }.sorted()
        #expect(try Rendering(bytes, texts: true).bytes(endsInNewline: isWhole) == bytes)
        #expect(try Rendering(bytes, cuts: cuts, limits: limits, texts: true).bytes(endsInNewline: isWhole) == bytes)
    }

    @Test(arguments: 1...10)
    func `earlier rows stay what they were when their shapes have grown`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        var reader = LineReader()
        var parts: [(columns: EventColumns, bytes: [UInt8])] = []
        for _ in 0..<100 {
            let line = Array((Made.log(&random) + "\n").utf8)
            var batch = EventBatch()
            _ = reader.read(line.span.bytes, at: 0, source: "s", into: &batch)
            for (_, columns) in batch.takeMonths() { parts.append((columns, line)) }
        }
        let renderer = LineRenderer(shapes: try #require(parts.last).columns.shapes)
        for (columns, line) in parts {
            var out: [UInt8] = []
            try renderer.append(columns, row: 0, to: &out)
            #expect(out + [0x0A] == line)
        }
    }

    @Test(arguments: 1...20)
    func `shapes read back from their text`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        let shapes = try Rendering((0..<300).map { _ in OddLines.line(&random) }).shapes
        #expect(shapes.count > 30)
        for shape in shapes {
            #expect(try LineShape(text: shape.text) == shape)
            var text = Array(shape.text.utf8)
            text[Int.random(in: 0..<text.count, using: &random)] = UInt8(ascii: "~")
            #expect(throws: LineShapeError.self) { try LineShape(text: String(decoding: text, as: UTF8.self)) }
        }
    }

    @Test func `a shape's text is as documented`() throws {
        let shape = try #require(
            try Rendering([
                #"{ "ts": 1, "x": 2, "event": "used", "token_id": "t", "ip": null, "#
                    + #""expires_at": "2026-04-26 02:00:00.5+02:00" }"#
                    + "\r",
                #"{ "ts": 1, "x": 2, "event": "used", "token_id": "t", "ip": "a", "latency_ms": 8.00, "y": 1 }"# + "\r",
            ]).shapes.first)
        #expect(
            shape.text
                == #"{"spaces":"{,:","end":"cr","escapes":"minimal","ts":"s","expires_at":" 1+02:00","#
                + #""latency_ms":"fixed2","scopes":"compact","members":["ts","extra:1","event","token_id","ip:null","#
                + #""expires_at","latency_ms","extra"]}"#)
    }

    @Test func `a text that is no shape is refused`() throws {
        let good = try #require(try Rendering([#"{"ts":1,"event":"used","token_id":"t","x":1}"#]).shapes.first).text
        for (part, other) in [
            ("\"token_id\"", "\"ts\""), ("\"token_id\"", "\"extra\""), ("\"event\",", ""), ("extra", "extra:-1"),
            ("extra", "extra:01"), ("\"s\"", "\"T10Z\""), ("\"s\"", "\"T3+24:00\""), ("\"s\"", "\"T3Z00:00\""),
            ("shortest", "fixed8"), ("minimal", ""), ("]}", "]} "), ("]}", ",]}"), ("{", " {"), ("token_id", "extra:x"),
            ("token_id", "token_id:"), ("token_id", "token"), ("]}", "]"), ("\"spaces\":\"\"", "\"spaces\":\":,\""),
        ] {
            let text = good.replacing(part, with: other, maxReplacements: 1)
            #expect(text != good)
            #expect(throws: LineShapeError.self, "\(text)") { try LineShape(text: text) }
        }
        #expect(throws: LineShapeError.self) { try LineShape(text: "") }
    }

    @Test func `a row whose shape is not known or does not fit is refused`() throws {
        var reader = LineReader()
        var batch = EventBatch()
        let line = Array((#"{"x":1,"ts":1,"event":"used","token_id":"t","y":2,"z":3}"# + "\n").utf8)
        _ = reader.read(line.span.bytes, at: 0, source: "s", into: &batch)
        var columns = try #require(batch[0])
        var out: [UInt8] = []
        for number in [1, Int64.max, -2, .min] {
            columns.shape = [number]
            #expect(throws: LineRenderError.unknownShape(number: number, known: 1)) {
                try LineRenderer(shapes: columns.shapes).append(columns, row: 0, to: &out)
            }
        }
        columns.shape = [0]
        for extra in [#"{"x":1}"#, "", "x", #"{"x":1,"y":2"#, "{}"] {
            columns[.extra] = TextColumn()
            columns[.extra].append(extra)
            #expect(throws: LineRenderError.badExtra(shape: 0), "\(extra)") {
                try LineRenderer(shapes: columns.shapes).append(columns, row: 0, to: &out)
            }
        }
    }

    @Test func `a row made by value is written as the writer of events does`() throws {
        var columns = EventColumns()
        columns.append(Event(ts: 0, kind: .used, [.tokenID: "t"]))
        var out: [UInt8] = []
        try LineRenderer(shapes: []).append(columns, row: 0, to: &out)
        #expect(String(decoding: out, as: UTF8.self) == #"{"ts":"1970-01-01T00:00:00Z","event":"used","token_id":"t"}"#)
    }

    /// Names the first line that differs.
    private func expectSame(_ bytes: [UInt8], _ lines: [String]) {
        let got = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map {
            String(decoding: $0, as: UTF8.self)
        }
        #expect(got.count == lines.count + 1)
        for (mine, line) in zip(got, lines) where Array(mine.utf8) != Array(line.utf8) {
            Issue.record("\(line) became \(mine)")
        }
    }
}
