import Columns
import Events
import Model
import Testing
import TestSupport

struct EventBatchTests {
    /// Ten lines a month, in the first days of months 0, 1, 2 in turn.
    private let lines = (0..<30).flatMap { place in
        let time = [0, 31, 59][place % 3] * 86_400 + place
        return Array("{\"ts\":\(time),\"event\":\"used\",\"token_id\":\"t\(place)\"}\n".utf8)
    }

    @Test func `reading stops when a month has exactly its rows and goes on when they are taken`() throws {
        var limits = EventBatch.Limits()
        limits.rowsPerMonth = 4
        var batch = EventBatch(limits: limits)
        var reader = LineReader()
        let bytes = lines.span.bytes
        let first = reader.read(bytes, at: 0, source: "s", into: &batch)
        #expect(batch.full == .month(0))
        #expect(batch.rows == 10)  // four of month 0, three of the others
        #expect(reader.read(bytes.extracting(first...), at: Int64(first), source: "s", into: &batch) == 0)
        let month = batch.take(month: 0)
        let taken = try #require(month)
        #expect(taken.count == 4)
        #expect((0..<4).map { taken[.tokenID][$0] } == ["t0", "t3", "t6", "t9"])
        #expect(batch.months == [1, 2])
        #expect(batch.full == nil)
        _ = reader.read(bytes.extracting(first...), at: Int64(first), source: "s", into: &batch)
        #expect(batch.full == .month(1))
        #expect(batch[1]?.count == 4)
    }

    @Test func `taking everything leaves nothing behind`() {
        var batch = EventBatch()
        var reader = LineReader()
        _ = reader.read(lines.span.bytes, at: 0, source: "s", into: &batch)
        #expect(batch.takeMonths().map(\.month) == [0, 1, 2])
        #expect(batch.months.isEmpty)
        #expect(batch.rows == 0)
        #expect(batch.memory == 0)
        #expect(batch.takeCounts().counts.stored == 30)
        #expect(batch.counts == LineCounts())
    }

    @Test func `given back memory holds nothing of the old month`() throws {
        var batch = EventBatch()
        var reader = LineReader()
        _ = reader.read(lines.span.bytes, at: 0, source: "old", into: &batch)
        for (_, columns) in batch.takeMonths() { batch.reuse(columns) }
        let line = Array("{\"ts\":1,\"event\":\"failed\",\"reason\":\"r\"}\n".utf8)
        _ = reader.read(line.span.bytes, at: 7, source: "new", into: &batch)
        let columns = batch.take(month: 0)
        let month = try #require(columns)
        var expected = Event(ts: 1_000_000, kind: .failed, [.reason: "r", .source: "new"])
        expected.sourceOffset = 7
        #expect(month.count == 1)
        #expect(month.event(at: 0) == expected)
        #expect(month[.source].dictionary.count == 1)
        #expect(month[.tokenID].dictionary.count == 0)
    }

    @Test func `all columns have as many rows as the batch`() {
        var batch = EventBatch()
        var reader = LineReader()
        var random = SeededRandom(11)
        let bytes = Array((0..<1000).map { _ in Made.line(&random) + "\n" }.joined().utf8)
        _ = reader.read(bytes.span.bytes, at: 0, source: "s", into: &batch)
        for (_, columns) in batch.takeMonths() {
            #expect(columns.ts.count == columns.count)
            #expect(columns.event.count == columns.count)
            #expect(columns.expiresAt.count == columns.count)
            #expect(columns.latencyMS.count == columns.count)
            #expect(columns.success.count == columns.count)
            #expect(columns.scopes.count == columns.count)
            #expect(columns.sourceOffset.count == columns.count)
            for field in EventField.texts { #expect(columns[field].count == columns.count) }
        }
    }

    @Test func `two sources in one batch keep their names and offsets`() {
        var batch = EventBatch()
        var reader = LineReader()
        let line = Array("{\"ts\":1,\"event\":\"used\",\"token_id\":\"t\"}\n".utf8)
        for source in ["a", "b", "a"] { _ = reader.read(line.span.bytes, at: 5, source: source, into: &batch) }
        let rows = batch[0].map { columns in (0..<columns.count).map { columns.event(at: $0) } } ?? []
        #expect(rows.map { $0[.source] } == ["a", "b", "a"])
        #expect(rows.map(\.sourceOffset) == [5, 5, 5])
    }

    @Test func `a line of more than 32 MiB is quarantined unread, whole or not`() {
        let line = [UInt8](repeating: 0x78, count: 32 << 20) + [0x79]
        var batch = EventBatch()
        var reader = LineReader()
        let ended = line + [0x0A]
        #expect(reader.read(ended.span.bytes, at: 0, source: "s", into: &batch) == 33_554_434)
        reader.readLast(line.span.bytes, at: 33_554_434, source: "s", into: &batch)
        #expect(batch.counts.quarantined == 2)
        #expect(batch.quarantined.map(\.reason) == ["line_too_long", "line_too_long"])
        #expect(batch.quarantined.map(\.offset) == [0, 33_554_434])
        #expect(batch.quarantined.map(\.length) == [33_554_433, 33_554_433])
        #expect(batch.quarantined.map(\.bytes.count) == [65_536, 65_536])
        #expect(batch.rows == 0)
    }

    @Test func `an over-long line that was skipped elsewhere is counted like any other`() {
        var batch = EventBatch()
        batch.add(QuarantinedLine(source: "s", offset: 9, length: 70 << 20, reason: .lineTooLong, bytes: [0x7B]))
        #expect(batch.counts.lines == 1)
        #expect(batch.counts.quarantined == 1)
        #expect(batch.takeQuarantined().map(\.length) == [73_400_320])
        #expect(batch.takeQuarantined().isEmpty)
    }

    @Test func `the writer adds source and offset before extra when asked`() {
        var event = Event(ts: 0, kind: .used, [.tokenID: "t", .source: "a\"b", .extra: #"{"x":1}"#])
        event.sourceOffset = 12
        let head = #"{"ts":"1970-01-01T00:00:00Z","event":"used","token_id":"t""#
        #expect(written(event, includesSource: true) == head + #","source":"a\"b","source_offset":12,"x":1}"#)
        #expect(written(event) == head + #","x":1}"#)
    }
}
