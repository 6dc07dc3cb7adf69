import Columns
import Events
import Model

/// What came of some input, by value.
struct Reading: Equatable {
    var counts = LineCounts()
    /// By month, ascending.
    var events: [Int32: [Event]] = [:]
    var quarantined: [QuarantinedLine] = []

    /// All events, by month.
    var allEvents: [Event] { events.sorted { $0.key < $1.key }.flatMap(\.value) }

    init() {}

    /// Reads bytes in chunks that end at the given places, as a follower of a growing file does.
    init(_ bytes: [UInt8], cuts: [Int] = [], limits: EventBatch.Limits = .init(), last: Bool = false) {
        var reader = LineReader()
        var batch = EventBatch(limits: limits)
        var at = 0
        for cut in cuts + [bytes.count] {
            while at < cut {
                let taken = reader.read(
                    bytes.span.bytes.extracting(at..<cut), at: Int64(at), source: "auth.log", into: &batch)
                at += taken
                let full = batch.full
                take(&batch, full)
                if taken == 0, full == nil { break }
            }
        }
        if last { reader.readLast(bytes.span.bytes.extracting(at...), at: Int64(at), source: "auth.log", into: &batch) }
        take(&batch, .all)
        quarantined += batch.takeQuarantined()
        counts = batch.takeCounts().counts
    }

    /// Takes what is full.
    private mutating func take(_ batch: inout EventBatch, _ full: EventBatch.Full?) {
        switch full {
        case .month(let month):
            if let columns = batch.take(month: month) { add(month, columns) }
        case .all:
            for (month, columns) in batch.takeMonths() { add(month, columns) }
            quarantined += batch.takeQuarantined()
        case nil: break
        }
    }

    private mutating func add(_ month: Int32, _ columns: EventColumns) {
        events[month, default: []] += (0..<columns.count).map { columns.event(at: $0) }
    }
}

extension Reading {
    init(_ text: String, cuts: [Int] = []) { self.init(Array(text.utf8), cuts: cuts) }
}

/// The line that the writer makes of an event, without its newline.
func written(_ event: Event, includesSource: Bool = false) -> String {
    var columns = EventColumns()
    columns.append(event)
    var out: [UInt8] = []
    EventLineWriter(includesSource: includesSource).append(columns, row: 0, to: &out)
    precondition(out.last == 0x0A, "a line ends with a newline")
    return String(decoding: out.dropLast(), as: UTF8.self)
}
