import Columns
import Events
import Model
import Testing

struct EventLineTests {
    @Test(arguments: lineRules)
    func `every rule about lines holds`(_ rule: LineRule) throws {
        let reading = Reading(rule.line + "\n")
        #expect(reading.counts.lines == 1)
        #expect(try outcome(of: reading) == rule.outcome)
    }

    @Test(arguments: lineRules)
    func `what a line says does not depend on the lines around it`(_ rule: LineRule) throws {
        let neighbor = #"{"ts":"2026-04-26T00:22:07.085Z","event":"used","token_id":"tok_1","tool":"orders","new":1}"#
        let alone = Reading(rule.line + "\n")
        let both = Reading(neighbor + "\n" + rule.line + "\n" + neighbor + "\n")
        #expect(both.counts.stored == alone.counts.stored + 2)
        #expect(both.counts.flagged == alone.counts.flagged)
        #expect(both.counts.quarantined == alone.counts.quarantined)
        #expect(both.counts.blank == alone.counts.blank)
        let others = both.allEvents.filter { $0[.tokenID] != "tok_1" }
        #expect(others.map { written($0) } == alone.allEvents.map { written($0) })
    }

    @Test(arguments: lineRules)
    func `a line without its newline says the same, but is flagged`(_ rule: LineRule) throws {
        let ended = Reading(rule.line + "\n")
        let open = Reading(Array(rule.line.utf8), last: true)
        #expect(open.events == ended.events)
        #expect(open.quarantined == ended.quarantined)
        #expect(open.counts.flagged == open.counts.stored)
        #expect(open.counts.lines == (rule.line.isEmpty ? 0 : 1))
    }

    private func outcome(of reading: Reading) throws -> LineRule.Outcome {
        if let line = reading.quarantined.first { return .quarantined(line.reason, line.detail) }
        if reading.counts.blank == 1 { return .blank }
        let event = try #require(reading.allEvents.first)
        return reading.counts.flagged == 1 ? .flagged(written(event)) : .event(written(event))
    }

    @Test func `a quarantined line has its place, its bytes and one reason`() throws {
        let reading = Reading("\n{\"ts\":1}\n  no event \n")
        #expect(
            reading.quarantined == [
                QuarantinedLine(
                    source: "auth.log", offset: 1, length: 8, reason: .noEvent, bytes: Array(#"{"ts":1}"#.utf8)),
                QuarantinedLine(
                    source: "auth.log", offset: 10, length: 11, reason: .notJSON, position: 3,
                    bytes: Array("  no event ".utf8)),
            ])
        #expect(reading.counts.lines == 3)
        #expect(reading.counts.blank == 1)
        #expect(reading.counts.quarantined == 2)
    }

    @Test func `a long line in quarantine is kept whole`() throws {
        let line = try #require(Reading("x" + String(repeating: "y", count: 100_000) + "\n").quarantined.first)
        #expect(line.length == 100_001)
        #expect(line.bytes == Array("x".utf8) + [UInt8](repeating: 0x79, count: 100_000))
        #expect(line.reason == "not_json")
    }

    @Test func `bytes that are not UTF-8 cost their line and no neighbor`() {
        let bad: [[UInt8]] = [
            [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC3], [0xC3, 0x28], [0xE0, 0x9F, 0xBF], [0xE2, 0x82],
            [0xED, 0xA0, 0x80], [0xED, 0xBF, 0xBF], [0xF0, 0x8F, 0xBF, 0xBF], [0xF4, 0x90, 0x80, 0x80],
            [0xF5, 0x80, 0x80, 0x80], [0xFE], [0xFF], [0xE2, 0x82, 0x22],
        ]
        for bytes in bad {
            let head = Array(#"{"ts":1,"event":"used","token_id":""#.utf8)
            let good = head + Array("t\"}\n".utf8)
            let reading = Reading(good + head + bytes + Array("\"}\n".utf8) + good)
            #expect(reading.counts.stored == 2, "\(bytes)")
            #expect(reading.quarantined.map(\.reason) == ["bad_utf8"], "\(bytes)")
            #expect(reading.quarantined.first?.detail == "at byte 35", "\(bytes)")
        }
    }

    @Test func `the first and last characters of every UTF-8 length are read`() throws {
        let text = "\u{80}\u{7FF}\u{800}\u{D7FF}\u{E000}\u{FFFF}\u{10000}\u{10FFFF}"
        let reading = Reading("{\"ts\":1,\"event\":\"used\",\"token_id\":\"\(text)\"}\n")
        #expect(reading.allEvents.first?[.tokenID] == text)
    }

    @Test func `an event after the latest time expected is stored, flagged and counted`() {
        var reader = LineReader()
        reader.latest = 5_000_000
        var batch = EventBatch()
        let lines = [5, 6].flatMap { Array("{\"ts\":\($0),\"event\":\"used\",\"token_id\":\"t\"}\n".utf8) }
        _ = reader.read(lines.span.bytes, at: 0, source: "s", into: &batch)
        #expect(batch.counts.stored == 2)
        #expect(batch.counts.flagged == 1)
        #expect(batch.future == 1)
        #expect(batch.takeNewest() == 5_000_000)
        #expect(batch.takeNewest() == nil)
    }

    @Test func `reasons have stable names and say something`() {
        #expect(
            QuarantineReason.allCases.map(\.rawValue) == [
                "line_too_long", "byte_order_mark", "nul_bytes", "bad_utf8", "not_json", "unterminated", "not_object",
                "too_deep", "too_many_fields", "no_ts", "bad_ts", "no_event", "unknown_event", "missing_field",
                "bad_field",
            ])
        #expect(QuarantineReason.allCases.allSatisfy { $0.explanation.hasSuffix(".") })
    }
}
