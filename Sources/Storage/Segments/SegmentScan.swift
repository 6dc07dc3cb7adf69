package import Events

/// The rows of a segment that match a scan, batch by batch, in the order in which they are stored.
///
/// Each batch holds the columns that the scan asks for, about so many bytes of rows at most, and comes from one row
/// group.
package struct SegmentScan {
    private let scan: EventScan
    private let reader: SegmentReader
    private let bytes: Int
    private var rowGroup = 0
    private var rows: RowGroupScan?

    /// Nobody else may use the reader meanwhile.
    package init(_ scan: EventScan, of reader: SegmentReader, bytes: Int = Limits.scanBytes) {
        (self.scan, self.reader, self.bytes) = (scan, reader, bytes)
    }

    /// The next batch, which is not empty, or nil after the last one.
    package mutating func next() throws(SegmentError) -> EventColumns? {
        while rowGroup < reader.rowGroupCount {
            if rows == nil { rows = reader.rows(scan, rowGroup: rowGroup, bytes: bytes) }
            if let batch = try rows?.next() { return batch }
            rows = nil
            rowGroup += 1
        }
        return nil
    }
}
