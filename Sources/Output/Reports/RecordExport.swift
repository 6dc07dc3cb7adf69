internal import Columns
package import Console
package import Events
package import Trail

/// Writes the records of other systems that events were made from, in the order of their events: as they came, with
/// marks in place of credentials and spaces in place of line breaks. A record that gave several events stands once.
package struct RecordExport {
    package init() {}

    /// Writes the records of the events that match, each on a line. It ends early, without an error, when the reader
    /// has gone.
    ///
    /// - Returns: how many of the events have no record, because they were read in our own format.
    package func write(_ scan: EventScan, of trail: Trail, to output: Output) throws -> Int {
        var without = 0
        var last: (source: Int64, offset: Int64) = (-1, -1)
        do {
            try trail.scanInTimeOrder(scan) { batches, order in
                var bytes: [UInt8] = []
                for place in order {
                    let batch = batches[place.batch]
                    guard let raw = batch[.raw].bytes(at: place.row) else {
                        without += 1
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
