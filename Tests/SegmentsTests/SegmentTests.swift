import Columns
import Events
import Testing

@testable import Parquet
@testable import Segments

struct SegmentTests {
    @Test func `events come back from a segment, every field of each`() throws {
        var made = Made(seed: 1)
        // The second batch is large enough to be written by several threads; it has three pages of other kinds.
        let batches = [made.events(3000), made.events(32_000), made.events(1)]
        let segment = try sealed(batches)
        #expect(segment.rows == 35_001)
        #expect(segment.rowGroups == 3)
        #expect(segment.month == Made.month)
        #expect(Array(segment.parts.joined()) == segment.bytes)
        #expect(segment.byteCount == segment.bytes.count)
        let all = batches.flatMap { $0 }
        #expect(segment.minTS == all.map(\.ts).min())
        #expect(segment.maxTS == all.map(\.ts).max())
        #expect(segment.counts == EventKind.allCases.map { kind in all.count { $0.kind == kind } })
        let reader = try SegmentReader(bytes: segment.bytes)
        #expect(reader.rows == 35_001)
        #expect(reader.rowGroupCount == 3)
        #expect(reader.metadata.map(\.key) == ["authtrail.format", "authtrail.batch"])
        #expect(reader.metadata.map(\.value) == ["3", "7"])
        let fields = EventFields([.ip, .ts])
        for (group, events) in all.groups.enumerated() {
            let isEqual = try reader.columns(rowGroup: group).events == events
            #expect(isEqual)
            let some = try reader.columns(rowGroup: group, fields: fields)
            #expect(some.events == events.map { $0.only(fields) })
            for (page, rows) in try reader.pages(rowGroup: group).enumerated() {
                let some = try reader.columns(rowGroup: group, page: page, fields: fields)
                #expect(some.events == events[rows].map { $0.only(fields) })
            }
        }
    }

    @Test func `a page ends where its batch ends, and after 8,192 rows`() throws {
        func events(_ kinds: [(EventKind, Int)]) -> [Event] {
            kinds.flatMap { kind, count in (0..<count).map { Event(ts: Made.start + Int64($0), kind: kind) } }
        }
        let batches = [
            events([(.used, 9000), (.failed, 10), (.revoked, 5)]), events([(.issued, 1), (.failed, 8192)]),
            events([(.refreshed, 2), (.used, 1), (.exchanged, 3)]),
        ]
        let reader = try SegmentReader(bytes: sealed(batches).bytes)
        #expect(reader.rowGroupCount == 3)
        #expect(try reader.pages(rowGroup: 0) == [0..<8192, 8192..<9000, 9000..<9001])
        #expect(try reader.pages(rowGroup: 1) == [0..<10, 10..<8202])
        #expect(try reader.pages(rowGroup: 2) == [0..<5, 5..<6, 6..<11])
        let kinds = try reader.columns(rowGroup: 2, fields: EventFields(.event)).events.map(\.kind)
        #expect(
            kinds.map(\.name).joined(separator: " ") == """
                revoked revoked revoked revoked revoked issued refreshed refreshed exchanged exchanged exchanged
                """)
    }

    @Test(arguments: [[EventKind.used], [.failed], [.issued, .refreshed], [.failed, .revoked], [.used, .exchanged]])
    func `kinds without events have no row group`(kinds: [EventKind]) throws {
        let events = (0..<20).map { Event(ts: Made.start + Int64($0), kind: kinds[$0 % kinds.count]) }
        let segment = try sealed([events])
        let wanted = events.groups.filter { !$0.isEmpty }
        #expect(segment.rowGroups == wanted.count)
        let reader = try SegmentReader(bytes: segment.bytes)
        #expect(try (0..<reader.rowGroupCount).map { try reader.columns(rowGroup: $0).events } == wanted)
        var found: [Event] = []
        try reader.scan(EventScan(kinds: EventKinds(kinds[0]))) { found += $0.events }
        #expect(found == events.filter { $0.kind == kinds[0] })
    }

    @Test func `whole milliseconds are stored as such and come back as microseconds`() throws {
        var made = Made(seed: 3)
        let fine = made.events(5000), events = fine.map(\.inMillis)
        #expect(SegmentWriter.isMillis(batch(events)))
        #expect(!SegmentWriter.isMillis(batch(fine)))
        var late = events[0]
        late.expiresAt = late.ts + 1
        #expect(!SegmentWriter.isMillis(batch([late])))
        let millis = try sealed([events], isMillis: true), micros = try sealed([events])
        #expect((millis.minTS, millis.maxTS) == (micros.minTS, micros.maxTS))
        let reader = try SegmentReader(bytes: millis.bytes)
        #expect(try reader.events() == events.asStored)
        #expect(try SegmentReader(bytes: micros.bytes).events() == events.asStored)
        #expect(reader.storedBytes(.ts) < (try SegmentReader(bytes: micros.bytes)).storedBytes(.ts))
        let columns = try ParquetFile(bytes: millis.bytes).schema.columns
        #expect(columns.filter { $0.type == .timestampMillis }.map(\.name) == ["ts", "expires_at"])
        #expect(throws: SegmentError.self) { try sealed([events, [fine[0]]], isMillis: true) }
    }

    @Test func `a segment of milliseconds takes no finer times, and none more rows than fit`() throws {
        let event = Event(ts: Made.start, kind: .used), fine = Event(ts: Made.start + 1, kind: .used)
        let millis = SegmentWriter(month: Made.month, isMillis: true), micros = SegmentWriter(month: Made.month)
        #expect(millis.canAdd(batch([event])))
        #expect(!millis.canAdd(batch([event, fine])))
        #expect(micros.canAdd(batch([event, fine])))
        try micros.add(batch([event]))
        #expect(micros.canAdd(EventColumns(count: Limits.rowsPerSegment - 1, fields: [])))
        #expect(!micros.canAdd(EventColumns(count: Limits.rowsPerSegment, fields: [])))
    }

    @Test func `what one segment taught changes nothing about what the next one says`() throws {
        var made = Made(seed: 4)
        let first = made.events(6000), second = made.events(7000)
        let teacher = SegmentWriter(month: Made.month)
        try teacher.add(batch(first))
        let pupil = SegmentWriter(month: Made.month, hints: teacher.hints)
        try pupil.add(batch(second))
        #expect(try SegmentReader(bytes: teacher.finish().bytes).events() == first.asStored)
        #expect(try SegmentReader(bytes: pupil.finish().bytes).events() == second.asStored)
    }

    @Test func `lines come back from a segment byte for byte, in shapes and raw`() throws {
        var text: [String] = []
        for number in 0..<3000 {
            let head = #"{"ts":"2026-04-26T00:00:\#(10 + number % 50).5Z","event":"used","token_id":"t\#(number % 40)""#
            switch number % 5 {
            case 0: text.append(head + "}")
            case 1: text.append(head + #","ip":"203.0.113.7","x":\#(number)}"#)
            case 2: text.append(head.replacing(":", with: " : ", maxReplacements: 1) + #", "latency_ms":8.00}"#)
            // No shape says a key twice.
            case 3: text.append(head + #","tool":"a","tool":"b\#(number % 7)"}"#)
            default: text.append(head + #","success":true,"ip":null}"# + "\r")
            }
        }
        // Shapes that are met in the second batch only come from the same reader.
        var reader = LineReader(), offset: Int64 = 0
        let writer = SegmentWriter(month: Made.month)
        let parts = [text[..<1000].filter { !$0.contains("\r") }, Array(text[1000...])]
        for part in parts {
            let bytes = Array((part.joined(separator: "\n") + "\n").utf8)
            var events = EventBatch()
            let taken = reader.read(bytes.span.bytes, at: offset, source: "a.log", sourceID: 7, into: &events)
            #expect(taken == bytes.count)
            offset += Int64(bytes.count)
            try writer.add(try #require(events[Made.month]))
        }
        let wanted = parts.flatMap(\.self)
        let segment = try SegmentReader(bytes: writer.finish(metadata: [("authtrail.batch", "7")]).bytes)
        let columns = try segment.columns(rowGroup: 0)
        let shapeKeys = columns.shapes.indices.map { "authtrail.shape.\($0)" }
        #expect(segment.metadata.map(\.key) == ["authtrail.format"] + shapeKeys + ["authtrail.batch"])
        #expect(columns.shapes.count > 1)
        #expect(columns.shape.contains(EventColumns.noShape) && columns.shape.contains(Int64(columns.shapes.count - 1)))
        #expect(columns.sourceID == [Int64](repeating: 7, count: wanted.count))
        let renderer = LineRenderer(shapes: columns.shapes)
        let lines = try (0..<columns.count).map { row in
            var out: [UInt8] = []
            try renderer.append(columns, row: row, to: &out)
            return String(decoding: out, as: UTF8.self)
        }
        let isEqual = lines.map { Array($0.utf8) } == wanted.map { Array($0.utf8) }
        #expect(isEqual)
        // A scan that asks for shapes has them, whatever rows and pages it reads.
        var found: [String] = []
        let scan = EventScan(texts: [.tokenID: .equals(["t3"])], fields: LineRenderer.fields)
        try segment.scan(scan) { part in
            for row in 0..<part.count {
                var out: [UInt8] = []
                try LineRenderer(shapes: part.shapes).append(part, row: row, to: &out)
                found.append(String(decoding: out, as: UTF8.self))
            }
        }
        #expect(found == wanted.filter { $0.contains(#""t3""#) })
    }

    @Test func `the same events give the same bytes`() throws {
        var first = Made(seed: 2), second = Made(seed: 2)
        let bytes = try sealed([first.events(6000), first.events(2000)]).bytes
        #expect(try sealed([second.events(6000), second.events(2000)]).bytes == bytes)
    }

    @Test func `an event with nothing but time and kind comes back`() throws {
        let event = Event(ts: Made.start, kind: .revoked)
        #expect(try SegmentReader(bytes: sealed([[event]]).bytes).columns(rowGroup: 0).events == [event])
    }

    @Test func `a segment without rows can be written and read`() throws {
        let segment = try sealed([])
        #expect((segment.rows, segment.minTS, segment.maxTS) == (0, 0, 0))
        #expect(segment.rowGroups == 0)
        #expect(try SegmentReader(bytes: segment.bytes).rowGroupCount == 0)
    }

    @Test func `an event of another month is refused`() throws {
        let first = Timestamp.start(ofMonth: Made.month), next = Timestamp.start(ofMonth: Made.month + 1)
        #expect(throws: Never.self) { try sealed([[Event(ts: first, kind: .used), Event(ts: next - 1, kind: .used)]]) }
        let reason = "an event of 2026-05-01T00:00:00Z in the segment of 2026-04; give each month its own segment"
        #expect(throws: SegmentError.cannotAdd(reason: reason)) { try sealed([[Event(ts: next, kind: .used)]]) }
        #expect(throws: SegmentError.self) { try sealed([[Event(ts: first - 1, kind: .used)]]) }
    }

    @Test func `batches that are too large or incomplete are refused`() throws {
        #expect(Limits.rowsPerSegment == 1_081_344)
        let writer = SegmentWriter(month: Made.month)
        let tooMany = SegmentError.cannotAdd(reason: "1081345 rows; at most 1081344 fit a segment")
        #expect(throws: tooMany) { try writer.add(EventColumns(count: 1_081_345, fields: .all)) }
        try writer.add(batch([Event(ts: Made.start, kind: .used)]))
        #expect(throws: tooMany) { try writer.add(EventColumns(count: 1_081_344, fields: .all)) }
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
        let foreign = writer.finish(metadata: [("authtrail.format", "3")])
        #expect(throws: SegmentError.notASegment(file: "f", reason: "it has 1 columns, not 29")) {
            try SegmentReader(bytes: foreign, name: "f")
        }
        let later = ParquetWriter(schema: SegmentSchema.schema(isMillis: false), createdBy: "test")
            .finish(metadata: [("authtrail.format", "4")])
        #expect(throws: SegmentError.notASegment(file: "f", reason: "its format is 4; 2 and 3 are known")) {
            try SegmentReader(bytes: later, name: "f")
        }
        let error = SegmentError.notASegment(file: "f", reason: "it does not say its format; 2 and 3 are known")
        #expect("\(error)".hasPrefix("cannot read f as a segment: it does not say its format; 2 and 3 are known"))
    }

    @Test func `an event of a kind that this version does not know is an error, never passed over`() throws {
        let schema = SegmentSchema.schema(isMillis: false)
        var writer = ParquetWriter(schema: schema, createdBy: "test")
        try writer.addRowGroup(
            EventField.allCases.map { field in
                switch (field, schema.columns[SegmentSchema.index(field)].type) {
                case (.event, _): .words([0], names: ["paused"])
                case (_, .text): .text(batch([Event(ts: 0, kind: .used)])[.tokenID])
                case (_, .textList): .textList(batch([Event(ts: 0, kind: .used)]).scopes)
                case (_, .double): .double([.nan])
                case (_, .boolean): .boolean([2])
                default: .int64([Made.start], none: nil)
                }
            })
        let reader = try SegmentReader(bytes: writer.finish(metadata: [("authtrail.format", "3")]), name: "f")
        let error = SegmentError.notASegment(file: "f", reason: "row group 0 has an event of unknown kind")
        #expect(throws: error) { try reader.columns(rowGroup: 0) }
        for scan in [EventScan(), EventScan(kinds: .used), EventScan(from: Made.start, kinds: .failed)] {
            #expect(throws: error) { try reader.scan(scan) { _ in } }
        }
    }

    @Test func `a segment of format 2 reads as one whose lines held no credentials`() throws {
        var made = Made(seed: 33)
        let events = made.events(500).filter { $0.kind == .used }
        let columns = batch(events)
        let schema = ParquetSchema(Array(SegmentSchema.schema(isMillis: false).columns.prefix(27)))
        var writer = ParquetWriter(schema: schema, createdBy: "test")
        try writer.addRowGroup(
            EventField.allCases.prefix(27).map { field in
                switch field {
                case .ts: .int64(columns.ts, none: nil)
                case .event: .words(columns.event, names: EventKind.allCases.map(\.name))
                case .scopes: .textList(columns.scopes)
                case .expiresAt: .int64(columns.expiresAt, none: EventColumns.noTime)
                case .latencyMS: .double(columns.latencyMS)
                case .success: .boolean(columns.success)
                case .sourceOffset: .int64(columns.sourceOffset, none: nil)
                case .sourceID: .int64(columns.sourceID, none: nil)
                case .shape: .int64(columns.shape, none: nil)
                default: .text(columns[field])
                }
            })
        let reader = try SegmentReader(bytes: writer.finish(metadata: [("authtrail.format", "2")]), name: "f")
        #expect(try reader.events() == events.asStored)
        let all = try reader.columns(rowGroup: 0)
        #expect(all.sourceLength == [Int64](repeating: -1, count: events.count))
        #expect((0..<all.count).allSatisfy { all[.redacted][$0] == nil })
        #expect(reader.storedBytes(.redacted) == 0)
        var found = 0
        try reader.scan(EventScan(texts: [.redacted: .matching { _ in true }])) { found += $0.count }
        #expect(found == 0)
        var tokens = 0
        try reader.scan(EventScan(texts: [.tokenID: .equals(["tok_7"])])) { tokens += $0.sourceLength.count }
        #expect(tokens == events.count { $0[.tokenID] == "tok_7" })
    }

    @Test func `what was replaced stands in the segment, and lines without credentials cost next to nothing`() throws {
        var made = Made(seed: 34)
        var events = made.events(20_000)
        let plain = try sealed([events])
        for at in stride(from: 0, to: events.count, by: 500) { events[at].texts[.redacted] = "jwt:user_agent" }
        let reader = try SegmentReader(bytes: sealed([events]).bytes)
        var found = 0
        try reader.scan(EventScan(texts: [.redacted: .equals(["jwt:user_agent"])])) { found += $0.count }
        #expect(found == 40)
        let empty = try SegmentReader(bytes: plain.bytes)
        // Three row groups, three pages each: headers, no values.
        #expect(empty.storedBytes(.redacted) + empty.storedBytes(.sourceLength) < 1000)
    }

    @Test func `paths of segments have one form, and only that is understood`() {
        #expect(SegmentLayout.path(month: 675, sequence: 42) == "segments/month=2026-04/00000042.parquet")
        #expect(SegmentLayout.directory(month: 0) == "segments/month=1970-01")
        let parsed = SegmentLayout.parse("segments/month=2026-04/00000042.parquet")
        #expect(parsed?.month == 675)
        #expect(parsed?.sequence == 42)
        #expect(SegmentLayout.parse(SegmentLayout.path(month: 1, sequence: 123_456_789))?.sequence == 123_456_789)
        #expect(SegmentLayout.orphan(month: 675, sequence: 42) == "orphans/2026-04-00000042.parquet")
        for month in [Int32(0), 11, 12, 13, 675, 96_359] {
            #expect(SegmentLayout.parse(SegmentLayout.path(month: month, sequence: 1))?.month == month)
        }
        for path in [
            "segments/month=2026-04/42.parquet", "segments/month=2026-13/00000042.parquet",
            "segments/month=2026-00/00000042.parquet", "segments/month=2026-04-26/00000042.parquet",
            "segments/month=2026-04/00000042.parquet.tmp", "segments/month=2026-4/00000042.parquet",
            "segments/month=+2026-04/00000042.parquet", "segments/month=2026-+4/00000042.parquet",
            "segments/month=2026--4/00000042.parquet", "segments/month=/00000042.parquet",
            "segments/date=2026-04-26/00000042.parquet",
            "other/month=2026-04/00000042.parquet", "segments/2026-04/00000042.parquet",
            "segments/month=2026-04/-0000042.parquet", "segments/month=2026-04/+0000042.parquet",
            "segments/month=2026-04/x/00000042.parquet", "segments//00000042.parquet", "", "/",
            "segments/month=2026-04/99999999999999999999.parquet",
            "segments/month=99999999999999999999-04/00000042.parquet",
            "segments/month=999999999999-04/00000042.parquet",
        ] { #expect(SegmentLayout.parse(path) == nil, "\(path)") }
    }

    @Test func `a year that is too large to be counted in months is no year`() async {
        // A stray folder of this name must not end the program, which looks at all of them.
        await #expect(processExitsWith: .success) {
            for year in ["9223372036854775807", "-9223372036854775808", "-9223372036854775807", "768614336404566653"] {
                precondition(SegmentLayout.parse("segments/month=\(year)-04/00000042.parquet") == nil)
            }
        }
    }
}
