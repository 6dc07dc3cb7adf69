internal import Catalog
package import Events

/// Where an event stands among some batches.
package struct EventPlace: Sendable {
    package let batch: Int
    package let row: Int
}

extension Trail {
    /// Delivers the events that match in the order of their time; of equal times by number of the source and offset.
    ///
    /// The time is cut into slices, days or months by how many events to expect, and one slice is held at a time:
    /// `body` gets the batches of a slice and the order of their rows. Besides the fields asked for, the batches hold
    /// `ts`, `source_id` and `source_offset`. Throws what the catalog, the segments or `body` throw.
    package func scanInTimeOrder(
        _ scan: EventScan, _ body: (_ batches: [EventColumns], _ order: [EventPlace]) throws -> Void
    ) throws {
        var scan = scan
        scan.fields.formUnion(EventFields([.ts, .sourceID, .sourceOffset]))
        for slice in try slices(of: scan) {
            var part = scan
            (part.from, part.to) = (max(scan.from, slice.lowerBound), min(scan.to, slice.upperBound))
            var batches: [EventColumns] = []
            try self.scan(part) { batches.append($0) }
            if !batches.isEmpty { try body(batches, Self.timeOrder(of: batches)) }
        }
    }

    /// A slice has about so many events, unless a single hour has more.
    private static let sliceEvents: Int64 = 200_000

    /// Spans of time that follow each other and hold all events that may match.
    private func slices(of scan: EventScan) throws -> [Range<Int64>] {
        guard let span = try catalog.span() else { return [] }
        let last = max(span.lowerBound, span.upperBound - 1)
        var slices: [Range<Int64>] = []
        var from = span.lowerBound, events: Int64 = 0
        func cut(at time: Int64) {
            if time > from { slices.append(from..<time) }
            (from, events) = (max(from, time), 0)
        }
        // Conditions on texts leave few events, so a slice may span many more days.
        let most = scan.texts.isEmpty ? Self.sliceEvents : 20 * Self.sliceEvents
        for (day, count) in try catalog.eventsByDay(of: scan.kinds) {
            let start = Timestamp.start(ofDay: day)
            if events + count > most { cut(at: start) }
            events += count
            guard count > 2 * most else { continue }
            for hour in 1...24 { cut(at: start + Int64(hour) * Timestamp.hour) }
        }
        cut(at: last + 1)
        return slices.filter { $0.upperBound > scan.from && $0.lowerBound < scan.to }
    }

    private static func timeOrder(of batches: [EventColumns]) -> [EventPlace] {
        var places = batches.indices.flatMap { batch in
            (0..<batches[batch].count).map { (ts: batches[batch].ts[$0], place: EventPlace(batch: batch, row: $0)) }
        }
        places.sort { left, right in
            if left.ts != right.ts { return left.ts < right.ts }
            let (a, b) = (batches[left.place.batch], batches[right.place.batch])
            let (i, j) = (left.place.row, right.place.row)
            return (a.sourceID[i], a.sourceOffset[i]) < (b.sourceID[j], b.sourceOffset[j])
        }
        return places.map(\.place)
    }
}
