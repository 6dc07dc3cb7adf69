import Columns
import Events
package import Model
import TestSupport

/// What must hold for any bytes that are read as lines. The program must not stop either, whatever comes.
package enum LineProperty {
    /// What does not hold, or nil.
    ///
    /// Every line is stored, in quarantine or blank; all of them together are the input again, byte for byte; how the
    /// input is cut into chunks changes nothing; a stored event, written in the canonical way, reads back equal; and
    /// replacing credentials changes nothing about what becomes of a line.
    package static func fault(in bytes: [UInt8]) -> String? {
        do {
            let whole = try LineReading(bytes)
            guard whole.counts.lines == whole.counts.stored + whole.counts.quarantined + whole.counts.blank else {
                return "the counts do not add up: \(whole.counts)"
            }
            guard whole.rendered(size: bytes.count) == bytes else { return "the lines are not the input again" }
            var dice = SeededRandom(UInt64(bytes.count) &* 31 &+ UInt64(bytes.first ?? 0))
            let some = (0..<6).map { _ in dice.below(bytes.count + 1) }.sorted()
            let every = Array(0..<min(bytes.count, 512))
            for cuts in [some, every] where try LineReading(bytes, cuts: cuts) != whole {
                return "another reading when cut at \(cuts.count) places"
            }
            return try faultOfEvents(whole) ?? faultOfMarks(bytes, whole)
        } catch {
            return "a stored line cannot be written again: \(error)"
        }
    }

    private static func faultOfEvents(_ whole: LineReading) throws -> String? {
        for event in whole.events {
            var columns = EventColumns()
            columns.append(event)
            var line: [UInt8] = []
            EventLineWriter().append(columns, row: 0, to: &line)
            let again = try LineReading(line)
            guard again.events.map({ isSame($0, event) }) == [true] else {
                return "an event reads otherwise when it was written: \(String(decoding: line, as: UTF8.self))"
            }
        }
        return nil
    }

    /// Unknown members of which one has the name of a field may stand one deeper.
    private static func isSame(_ again: Event, _ event: Event) -> Bool {
        guard let extra = event[.extra], again[.extra] == "{\"extra\":\(extra)}" else { return again == event }
        var again = again
        again.texts[.extra] = extra
        return again == event
    }

    private static func faultOfMarks(_ bytes: [UInt8], _ whole: LineReading) throws -> String? {
        let marked = try LineReading(bytes, secrets: SecretProperty.marker)
        guard marked.counts.stored == whole.counts.stored, marked.reasons == whole.reasons,
            marked.lines.keys == whole.lines.keys
        else { return "lines become something else when credentials are replaced" }
        if marked.counts.redacted == 0, marked.lines != whole.lines { return "a line changed that had no credential" }
        return nil
    }
}

/// What some input becomes when it is read, and every stored line is written again.
struct LineReading: Equatable {
    var counts = LineCounts()
    /// By offset, without newlines: stored, quarantined, and blank but not empty.
    var lines: [Int64: [UInt8]] = [:]
    var reasons: [Int64: String] = [:]
    /// Without where they came from and how they were written.
    var events: [Event] = []

    init(_ bytes: [UInt8], cuts: [Int] = [], secrets: SecretMarker? = nil) throws {
        var reader = LineReader()
        reader.secrets = secrets
        var batch = EventBatch()
        var at = 0
        for cut in cuts + [bytes.count] {
            while at < cut {
                let count = reader.read(bytes.span.bytes.extracting(at..<cut), at: Int64(at), source: "", into: &batch)
                at += count
                if batch.full != nil { try take(&batch) } else if count == 0 { break }
            }
        }
        reader.readLast(bytes.span.bytes.extracting(at...), at: Int64(at), source: "", into: &batch)
        try take(&batch)
    }

    private mutating func take(_ batch: inout EventBatch) throws {
        counts += batch.takeCounts().counts
        for (_, columns) in batch.takeMonths() { try add(columns) }
        for line in batch.takeQuarantined() {
            lines[line.offset] = line.bytes
            reasons[line.offset] = line.reason
        }
        for line in batch.takeBlanks() { lines[line.offset] = line.bytes }
        events.sort { $0.sourceOffset < $1.sourceOffset }
        for place in events.indices { events[place].sourceOffset = 0 }
    }

    private mutating func add(_ columns: EventColumns) throws {
        // Through their text, as a segment keeps them.
        let renderer = LineRenderer(shapes: try columns.shapes.map { try LineShape(text: $0.text) })
        for row in 0..<columns.count {
            var line: [UInt8] = []
            try renderer.append(columns, row: row, to: &line)
            lines[columns.sourceOffset[row]] = line
            var event = columns.event(at: row)
            for field in [EventField.source, .raw, .redacted] { event.texts[field] = nil }
            events.append(event)
        }
    }

    /// The input again: what lies between and behind the lines are newlines. A line of zero bytes may have none.
    func rendered(size: Int) -> [UInt8] {
        var out: [UInt8] = []
        for (offset, line) in lines.sorted(by: { $0.key < $1.key }) {
            while out.count < offset { out.append(0x0A) }
            out += line
        }
        while out.count < size { out.append(0x0A) }
        return out
    }
}
