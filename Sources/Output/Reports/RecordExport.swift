internal import Catalog
internal import Columns
package import Console
package import Events
package import Trail

/// Writes the records of other systems that events were made from, in the order of their events: as they came, with
/// marks in place of credentials and spaces in place of line breaks. A record that gave several events stands once.
package struct RecordExport {
    /// How many events have no record, and why.
    package struct Missing: Sendable, Equatable {
        /// They were read in our own format.
        package var own = 0
        /// Only their fields were kept.
        package var dropped = 0
    }

    package init() {}

    /// Writes the records of the events that match, each on a line. It ends early, without an error, when the reader
    /// has gone.
    package func write(_ scan: EventScan, of trail: Trail, to output: Output) throws -> Missing {
        var without = Missing()
        let mappings = try trail.catalog.mappingsOfSources()
        var last: (source: Int64, offset: Int64) = (-1, -1)
        do {
            try trail.scanInTimeOrder(scan) { batches, order in
                var bytes: [UInt8] = []
                for place in order {
                    let batch = batches[place.batch]
                    // A line of our own format that no shape says stands in `raw`, too.
                    let isOwn = mappings[batch.sourceID[place.row]] == .some(nil)
                    guard !isOwn, let raw = batch[.raw].bytes(at: place.row) else {
                        let isLine = isOwn || batch.shape[place.row] != EventColumns.noShape
                        if isLine { without.own += 1 } else { without.dropped += 1 }
                        continue
                    }
                    // The events of a record have one time, so they stand side by side.
                    let own = (source: batch.sourceID[place.row], offset: batch.sourceOffset[place.row])
                    if own == last { continue }
                    last = own
                    bytes += raw
                    bytes.append(Byte.newline)
                    if bytes.count >= 1 << 16 {
                        try output.write(bytes: bytes)
                        bytes.removeAll(keepingCapacity: true)
                    }
                    if output.readerIsGone { throw ReaderGone() }
                }
                try output.write(bytes: bytes)
            }
        } catch is ReaderGone {}
        return without
    }
}
