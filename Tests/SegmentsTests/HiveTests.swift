import EngineChecks
import Events
import Foundation
import Testing

@testable import Segments

/// A trail is what other engines call a partitioned data set.
@Suite(.disabled(if: Engines.maySkip, "needs a Python with pyarrow and duckdb"))
struct HiveTests {
    @Test func `pyarrow and DuckDB read the segments of several months as one table`() throws {
        let trail = FileManager.default.temporaryDirectory.appendingPathComponent("trail-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: trail) }
        var made = Made(seed: 21)
        var all: [(event: Event, month: Int32)] = []
        for (month, count) in [(Made.month, 900), (Made.month + 1, 400), (Made.month + 3, 1)] {
            // One file of a month in microseconds, one in milliseconds, as batches with and without finer times give.
            for (sequence, isMillis) in [(1, false), (2, true)] {
                var events = made.events(count, from: Timestamp.start(ofMonth: month))
                if isMillis { events = events.map(\.inMillis) }
                for at in events.indices { events[at].sourceOffset = Int64(all.count + at) }
                let writer = SegmentWriter(month: month, isMillis: isMillis)
                try writer.add(batch(Array(events.prefix(300))))
                try writer.add(batch(Array(events.dropFirst(300))))
                let file = trail.appendingPathComponent(SegmentLayout.path(month: month, sequence: Int64(sequence)))
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(writer.finish().bytes).write(to: file)
                #expect(try SegmentReader(path: file.path).events() == events.asStored)
                all += events.map { ($0, month) }
            }
        }
        #expect(try Engines.check(trail.path, expectation(all)) == nil)
    }

    private func expectation(_ all: [(event: Event, month: Int32)]) -> Expected {
        var expected = Expected(order: "source_offset", bloom: [], metadata: [:])
        let events = all.map(\.event)
        expected.add("ts", "timestamp", events.map(\.ts))
        expected.add("event", "text", events.map(\.kind.name))
        expected.add("expires_at", "timestamp", events.map(\.expiresAt))
        expected.add("latency_ms", "double", events.map(\.latencyMS))
        expected.add("success", "boolean", events.map(\.success))
        expected.add("scopes", "list", events.map(\.scopes))
        expected.add("source_offset", "int64", events.map(\.sourceOffset))
        expected.add("source_id", "int64", events.map(\.sourceID))
        expected.add("shape", "int64", events.map { _ in Int64(-1) })
        expected.add("source_length", "int64", events.map { _ in Int64?.none })
        for field in EventField.texts { expected.add(field.name, "text", events.map { $0.texts[field] }) }
        expected.add("month", "month", all.map { Timestamp.monthText($0.month) })
        return expected
    }
}
