import EngineChecks
import Events
import Foundation
import Testing

@testable import Segments

/// A trail is what other engines call a partitioned data set.
@Suite(.disabled(if: Engines.maySkip, "needs a Python with pyarrow and duckdb"))
struct HiveTests {
    @Test func `pyarrow and DuckDB read the segments of several days as one table`() throws {
        let trail = FileManager.default.temporaryDirectory.appendingPathComponent("trail-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: trail) }
        var made = Made(seed: 21)
        var all: [(event: Event, day: Int32)] = []
        for (day, count) in [(Made.day, 900), (Made.day + 1, 400), (Made.day + 3, 1)] {
            for sequence in 1...2 {
                var events = made.events(count, from: Timestamp.start(ofDay: day))
                for at in events.indices { events[at].sourceOffset = Int64(all.count + at) }
                var writer = SegmentWriter(day: day)
                try writer.add(batch(events))
                let file = trail.appendingPathComponent(SegmentLayout.path(day: day, sequence: Int64(sequence)))
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(writer.finish().bytes).write(to: file)
                #expect(try SegmentReader(path: file.path).columns(rowGroup: 0).events == events)
                all += events.map { ($0, day) }
            }
        }
        #expect(try Engines.check(trail.path, expectation(all)) == nil)
    }

    private func expectation(_ all: [(event: Event, day: Int32)]) -> Expected {
        var expected = Expected(order: "source_offset", bloom: [], metadata: [:])
        let events = all.map(\.event)
        expected.add("ts", "timestamp", events.map(\.ts))
        expected.add("event", "text", events.map(\.kind.name))
        expected.add("expires_at", "timestamp", events.map(\.expiresAt))
        expected.add("latency_ms", "double", events.map(\.latencyMS))
        expected.add("success", "boolean", events.map(\.success))
        expected.add("scopes", "list", events.map(\.scopes))
        expected.add("source_offset", "int64", events.map(\.sourceOffset))
        for field in EventField.texts { expected.add(field.name, "text", events.map { $0.texts[field] }) }
        expected.add("date", "date", all.map { Timestamp.dayText($0.day) })
        return expected
    }
}
