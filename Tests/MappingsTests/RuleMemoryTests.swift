import Columns
import Events
import TestSupport
import Testing

@testable import Mappings

/// What rules remember of the records before.
struct RuleMemoryTests {
    private static let mapping = """
        mapping: 1
        source: door
        title: A door
        recognize: [when]
        time: when
        type: what
        fields: {principal: who}
        events:
          - {when: {what: refused}, event: failed, remember: link, fields: {reason: {text: refused}}}
          - {when: {what: ended}, unless: link, event: failed, fields: {reason: {text: ended}}}
          - {when: {what: ended}, event: skip, forget: link}
        """

    private func mapping() throws -> Mapping { try Mapping(Self.mapping, file: "door.yaml") }

    private static func line(_ what: String, _ link: Int, _ second: Int = 1) -> String {
        #"{"when":17771623\#(10 + second % 80),"what":"\#(what)","who":"maria","link":"l\#(link)"}"#
    }

    private func outcomes(_ lines: [String]) throws -> [String] {
        let bytes = Array(lines.joined(separator: "\n").utf8)
        return MappingTrial(try mapping(), bytes, reference: MappingTrial.sampleReference).lines.map { line in
            line.hasPrefix("{") ? (line.contains(#""reason":"ended""#) ? "ended" : "refused") : "skipped"
        }
    }

    @Test func `a rule with unless does not hold for what was remembered, until it is forgotten`() throws {
        let lines = [
            Self.line("refused", 1), Self.line("refused", 1), Self.line("ended", 2), Self.line("ended", 1),
            Self.line("ended", 1),
        ]
        #expect(try outcomes(lines) == ["refused", "refused", "ended", "skipped", "ended"])
    }

    @Test func `where the value is not there, nothing is remembered`() throws {
        let without = { (what: String) in #"{"when":1777162301,"what":"\#(what)","who":"maria"}"# }
        #expect(try outcomes([without("refused"), without("ended")]) == ["refused", "ended"])
    }

    @Test func `128 values are remembered, the oldest goes first`() throws {
        let refused = (0..<129).map { Self.line("refused", $0) }
        #expect(
            try outcomes(refused + [Self.line("ended", 0), Self.line("ended", 1)]).suffix(2) == ["ended", "skipped"])
    }

    @Test func `a reader that goes on from what the catalog keeps gives the same, wherever it stopped`() throws {
        var random = SeededRandom(7)
        let lines = (0..<200).map { Self.line(random.below(3) == 0 ? "refused" : "ended", random.below(12), $0) }
        let whole = try read(lines, stopEvery: lines.count)
        #expect(whole.contains { $0.contains("ended") } && whole.contains { $0.contains("refused") })
        for step in [1, 3, 17] { #expect(try read(lines, stopEvery: step) == whole, "\(step)") }
    }

    /// The events of lines, where another reader goes on after so many of them each time.
    private func read(_ lines: [String], stopEvery step: Int) throws -> [String] {
        var batch = EventBatch()
        var frame = RecordFrame(.lines)
        for start in stride(from: 0, to: lines.count, by: step) {
            let bytes = Array(lines[start..<min(start + step, lines.count)].map { $0 + "\n" }.joined().utf8)
            var reader = LineReader()
            var records = RecordReader(try mapping(), frame: frame, reference: MappingTrial.sampleReference)
            let count = records.read(
                bytes.span.bytes, at: 0, isLast: false, source: "s", sourceID: 1, with: &reader, into: &batch)
            #expect(count == bytes.count)
            frame = try #require(RecordFrame(records.frame.text))
        }
        return batch.months.flatMap { month -> [String] in
            guard let columns = batch[month] else { return [] }
            return (0..<columns.count).map { "\(columns.ts[$0]) \(columns[.reason][$0] ?? "")" }
        }
    }

    @Test(arguments: ["text seen", "text seen ", "text seen x", "lines seen 1,1", "lines seen 1,", "seen 1"])
    func `what the catalog never says is no frame`(_ text: String) {
        #expect(RecordFrame(text) == nil)
    }

    @Test func `frames come back from their texts`() throws {
        for text in ["text seen 1f,2e", "document list 1 seen ffffffffffffffff", "lines pass 0", "text pass 0 seen 1"] {
            #expect(RecordFrame(text)?.text == text)
        }
    }
}
