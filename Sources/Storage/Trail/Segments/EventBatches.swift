internal import Catalog
package import Events
internal import Segments

/// The events that match a scan, one batch after the other, in the order in which they are stored.
package final class EventBatches {
    private let scan: EventScan
    private let path: String
    private let readers: SegmentReaderCache
    /// Those to come, the next one at the end.
    private var segments: [SegmentRecord]
    private var open: (file: String, reader: SegmentReader, rows: SegmentScan)?

    init(_ scan: EventScan, of path: String, _ readers: SegmentReaderCache, _ segments: [SegmentRecord]) {
        (self.scan, self.path, self.readers) = (scan, path, readers)
        self.segments = segments.filter { $0.count(of: scan.kinds) > 0 }.reversed()
    }

    deinit { close() }

    /// The next batch, which is not empty, or nil after the last one. Throws `SegmentError`.
    package func next() throws -> EventColumns? {
        while true {
            if let batch = try open?.rows.next() { return batch }
            close()
            guard let segment = segments.popLast() else { return nil }
            let file = path + "/" + segment.file
            let reader = try readers.take(file)
            open = (file, reader, SegmentScan(scan, of: reader))
        }
    }

    private func close() {
        if let open { readers.put(open.file, open.reader) }
        open = nil
    }
}
