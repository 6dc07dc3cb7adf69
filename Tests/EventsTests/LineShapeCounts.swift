import Events
import Testing
import TestSupport

/// How many shapes a log needs, and how many of its lines must be kept as they stand.
struct LineShapeCounts {
    @Test(arguments: 1...10)
    func `a compact log that leaves out what is absent has one shape`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        try expectOneShape((0..<2000).map { _ in Made.log(&random) })
    }

    @Test(arguments: 1...5)
    func `a log as Python writes it has one shape`(_ seed: UInt64) throws {
        var random = SeededRandom(seed)
        try expectOneShape(
            (0..<1000).map { _ in
                let names = ["event_id", "kind", "actor", "ip", "user_agent"]
                let texts = names.map { ", \"\($0)\": " + (random.chance(50) ? "null" : "\"v\"") }.joined()
                let latency = ["null", "8.0", "31.6", "12.25"].randomElement(using: &random) ?? ""
                let scopes = ["null", "[]", #"["a"]"#, #"["a", "b"]"#].randomElement(using: &random) ?? ""
                let expiry = random.chance(50) ? "null" : #""2026-04-26T00:11:41.212345+00:00""#
                let region = random.chance(50) ? #", "region": {"a": 1, "b": [1, 2]}, "zone": 1"# : ""
                return #"{"ts": "2026-04-26T00:11:41.212345+00:00", "event": "used", "token_id": "t""#
                    + texts + ", \"latency_ms\": \(latency), \"scopes\": \(scopes), \"expires_at\": \(expiry)\(region)}"
            })
    }

    @Test func `unknown fields before, between and after need no second shape`() throws {
        var random = SeededRandom(1)
        try expectOneShape(
            (0..<500).map { place in
                let last =
                    ["", #","trace":"a""#, #","trace":"a","span":[1,{"x":","}]"#].randomElement(using: &random) ?? ""
                let ip = random.chance(50) ? #","ip":"::1""# : ""
                return
                    #"{"level":"info","ts":\#(place),"caller":"a.go:1","msg":"x","event":"used","#
                    + #""token_id":"t"\#(ip)\#(last)}"#
            })
    }

    @Test func `two names of one field need two shapes`() throws {
        let rendering = try Rendering([
            #"{"ts":1,"event":"revoked","token_id":"t","actor":"a"}"#,
            #"{"ts":1,"event":"revoked","token_id":"t","admin":"a"}"#,
            #"{"ts":1,"event":"revoked","token_id":"t","actor":"a"}"#,
        ])
        #expect(rendering.shapes.count == 2)
        #expect(rendering.raw == 0)
    }

    @Test(arguments: [#"a\u00e9"#, #"a\/b\u00e9"#, #"\u003ca\u003e"#])
    func `texts escaped as Python, PHP and Go do need one more shape`(_ text: String) throws {
        let rendering = try Rendering([
            #"{"ts":1,"event":"used","token_id":"t"}"#, #"{"ts":1,"event":"used","token_id":"\#(text)"}"#,
            #"{"ts":1,"event":"used","token_id":"t\n"}"#, #"{"ts":1,"event":"used","token_id":"\#(text)"}"#,
        ])
        #expect(rendering.shapes.count == 2)
        #expect(rendering.raw == 0)
    }

    @Test func `lines in any order of keys need 64 shapes at most`() throws {
        var random = SeededRandom(2)
        let members = [
            #""ts":1"#, #""event":"used""#, #""token_id":"t""#, #""ip":"::1""#, #""tool":"x""#, #""success":true"#,
            #""kind":"k""#, #""principal":"p""#,
        ]
        let lines = (0..<3000).map { _ in "{" + members.shuffled(using: &random).joined(separator: ",") + "}" }
        let rendering = try Rendering(lines)
        #expect(rendering.shapes.count == 64)
        #expect(rendering.raw > 2000)
        #expect(rendering.raw < 3000)
        #expect(rendering.bytes(endsInNewline: true) == Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    @Test(arguments: [40, 127, 128, 200])
    func `lines of very many fields are kept as they stand or have a shape`(_ count: Int) throws {
        let usual = #"{"ts":1,"event":"used","token_id":"t"}"#
        let unknown = (0..<count).map { ",\"\($0)\":0" }.joined()
        // Each known name ends a run of unknown ones.
        let names = LineName.texts.prefix(21).filter { !["ts", "event", "token_id"].contains($0) }
        let mixed = names.enumerated().map { ",\"\($1)\":null,\"x\($0)\":1" }.joined()
        let lines = [usual, usual.dropLast() + unknown + "}", usual.dropLast() + mixed + "}", usual]
        let rendering = try Rendering(lines.map { String($0) })
        #expect(rendering.raw == (count <= 127 ? 1 : 2))
        #expect(rendering.bytes(endsInNewline: true) == Array(lines.map { $0 + "\n" }.joined().utf8))
    }

    @Test(arguments: [
        #"{"ts":1,"event":"used","token_id":"t","latency_ms":1e3}"#, #"{"ts":1,"event":"used","token_id":"t" }"#,
        #" {"ts":1,"event":"used","token_id":"t"}"#, #"{"ts":1,"event":"used","token_id" :"t"}"#,
        #"{"ts":1,"event":"used","token_id":"t","ip":"a","ip":null}"#, #"{"\u0074s":1,"event":"used","token_id":"t"}"#,
        #"{"ts":"2026-04-26T00:11:41.212345678Z","event":"used","token_id":"t"}"#,
        #"{"ts":1777162301212345678,"event":"used","token_id":"t"}"#,
        #"{"ts":1,"event":"used","token_id":"t","scopes":[ "a"]}"#, #"{"ts":1,"event":"used","token_id":"\u0041"}"#,
        #"{"ts":1,"event":"revoked","token_id":"t","actor":null,"admin":"a"}"#,
        #"{"ts":1,"event":"revoked","token_id":"t","actor":null,"admin":5}"#,
        #"{"ts":1,"event":"used","token_id":"t","latency_ms":-0}"#,
    ])
    func `a line that no shape expresses is kept as it stands`(_ line: String) throws {
        let rendering = try Rendering([line])
        #expect(rendering.stored == 1)
        #expect(rendering.raw == 1)
        #expect(rendering.shapes.isEmpty)
        #expect(rendering.lines[0] == Array(line.utf8))
    }

    private func expectOneShape(_ lines: [String]) throws {
        let rendering = try Rendering(lines)
        #expect(rendering.stored == lines.count)
        #expect(rendering.raw == 0)
        #expect(rendering.shapes.count == 1, "\(rendering.shapes.map(\.text))")
        #expect(rendering.bytes(endsInNewline: true) == Array(lines.map { $0 + "\n" }.joined().utf8))
    }
}
