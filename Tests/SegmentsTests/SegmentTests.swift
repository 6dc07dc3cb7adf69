import Events
import Parquet
import Testing

@testable import Segments

struct SegmentTests {
    private func sealed(_ groups: [[Event]], level: Int = 6) throws -> SealedSegment {
        var writer = SegmentWriter(day: Made.day, level: level)
        for group in groups { try writer.add(batch(group)) }
        return writer.finish(metadata: [("authtrail.batch", "7")])
    }

    @Test func `events come back from a segment, every field of each`() throws {
        var made = Made(seed: 1)
        let groups = [made.events(3000), made.events(500), made.events(1)]
        let segment = try sealed(groups)
        #expect(segment.rows == 3501)
        #expect(segment.rowGroups == 3)
        #expect(segment.day == Made.day)
        let all = groups.flatMap { $0 }
        #expect(segment.minTS == all.map(\.ts).min())
        #expect(segment.maxTS == all.map(\.ts).max())
        #expect(segment.counts == EventKind.allCases.map { kind in all.count { $0.kind == kind } })
        let reader = try SegmentReader(bytes: segment.bytes)
        #expect(reader.rows == 3501)
        #expect(reader.rowGroupCount == 3)
        #expect(reader.metadata.map(\.key) == ["authtrail.format", "authtrail.batch"])
        #expect(reader.metadata.map(\.value) == ["1", "7"])
        for (group, events) in groups.enumerated() { #expect(try reader.columns(rowGroup: group).events == events) }
        let some = try reader.columns(rowGroup: 1, fields: EventFields([.ip, .ts]))
        #expect(some.events == groups[1].map { $0.only(EventFields([.ip, .ts])) })
    }

    @Test func `the same events give the same bytes`() throws {
        var first = Made(seed: 2), second = Made(seed: 2)
        #expect(try sealed([first.events(2000)]).bytes == sealed([second.events(2000)]).bytes)
    }

    @Test func `an event with nothing but time and kind comes back`() throws {
        let event = Event(ts: Made.start, kind: .revoked)
        #expect(try SegmentReader(bytes: sealed([[event]]).bytes).columns(rowGroup: 0).events == [event])
    }

    @Test func `a segment without rows can be written and read`() throws {
        let segment = try sealed([])
        #expect((segment.rows, segment.minTS, segment.maxTS) == (0, 0, 0))
        #expect(try SegmentReader(bytes: segment.bytes).rowGroupCount == 0)
    }

    @Test func `an event of another day is refused`() throws {
        let first = Timestamp.start(ofDay: Made.day), next = Timestamp.start(ofDay: Made.day + 1)
        #expect(throws: Never.self) { try sealed([[Event(ts: first, kind: .used), Event(ts: next - 1, kind: .used)]]) }
        let reason = "an event of 2026-04-27T00:00:00Z in the segment of 2026-04-26; give each day its own segment"
        #expect(throws: SegmentError.cannotAdd(reason: reason)) { try sealed([[Event(ts: next, kind: .used)]]) }
        #expect(throws: SegmentError.self) { try sealed([[Event(ts: first - 1, kind: .used)]]) }
    }

    @Test func `batches that are too large or incomplete are refused`() throws {
        var writer = SegmentWriter(day: Made.day)
        let large = EventColumns(count: Limits.rowsPerGroup + 1, fields: .all)
        do {
            try writer.add(large)
            Issue.record("the batch was accepted")
        } catch {
            let reason = "131073 rows in a batch; at most 131072 fit a row group"
            #expect(error == SegmentError.cannotAdd(reason: reason))
        }
        do {
            try writer.add(EventColumns(count: 5, fields: EventFields([.ts])))
            Issue.record("the batch was accepted")
        } catch {
            #expect(error == .cannotAdd(reason: "the batch lacks some columns; a segment holds all of them"))
        }
    }

    @Test func `other Parquet files are no segments`() throws {
        var writer = ParquetWriter(
            schema: ParquetSchema([ParquetColumn("a", .text)]), createdBy: "test")
        try writer.addRowGroup([.words([0], names: ["x"])])
        let foreign = writer.finish(metadata: [("authtrail.format", "1")])
        #expect(throws: SegmentError.notASegment(file: "f", reason: "it has 1 columns, not 26")) {
            try SegmentReader(bytes: foreign, name: "f")
        }
        let later = ParquetWriter(schema: SegmentSchema.schema, createdBy: "test")
            .finish(metadata: [("authtrail.format", "2")])
        #expect(throws: SegmentError.notASegment(file: "f", reason: "its format is 2; 1 is known")) {
            try SegmentReader(bytes: later, name: "f")
        }
        let error = SegmentError.notASegment(file: "f", reason: "it does not say its format; 1 is known")
        #expect("\(error)".hasPrefix("cannot read f as a segment: it does not say its format; 1 is known"))
    }

    @Test func `paths of segments have one form, and only that is understood`() {
        #expect(SegmentLayout.path(day: 20_569, sequence: 42) == "segments/date=2026-04-26/00000042.parquet")
        #expect(SegmentLayout.directory(day: 0) == "segments/date=1970-01-01")
        let parsed = SegmentLayout.parse("segments/date=2026-04-26/00000042.parquet")
        #expect(parsed?.day == 20_569)
        #expect(parsed?.sequence == 42)
        #expect(SegmentLayout.parse(SegmentLayout.path(day: 1, sequence: 123_456_789))?.sequence == 123_456_789)
        for path in [
            "segments/date=2026-04-26/42.parquet", "segments/date=2026-02-30/00000042.parquet",
            "segments/date=2026-04-26/00000042.parquet.tmp", "segments/date=2026-4-26/00000042.parquet",
            "other/date=2026-04-26/00000042.parquet", "segments/2026-04-26/00000042.parquet",
            "segments/date=2026-04-26/-0000042.parquet", "segments/date=2026-04-26/+0000042.parquet",
            "segments/date=2026-04-26/x/00000042.parquet", "segments//00000042.parquet", "", "/",
            "segments/date=2026-04-26/99999999999999999999.parquet",
        ] { #expect(SegmentLayout.parse(path) == nil, "\(path)") }
    }
}
