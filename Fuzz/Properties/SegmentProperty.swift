import Events
import Segments

/// What must hold for any bytes that are opened as a segment. The program must not stop either.
package enum SegmentProperty {
    /// What does not hold, or nil: the bytes give all rows that they claim, or an error that has a name.
    ///
    /// They are read with checksums, as always, and without, because checksums keep nearly all damage from the
    /// decoders, but nobody who makes a file on purpose.
    package static func fault(in bytes: [UInt8]) -> String? {
        for verifies in [true, false] {
            do {
                let reader = try SegmentReader(bytes: bytes, verifiesChecksums: verifies)
                if let fault = try faultOfRows(reader) ?? faultOfScans(reader) { return fault }
            } catch is SegmentError {
                continue
            } catch is LineRenderError {
                continue
            } catch {
                return "an error without a name: \(error)"
            }
        }
        return nil
    }

    private static func faultOfRows(_ reader: SegmentReader) throws -> String? {
        var rows = 0
        for group in 0..<reader.rowGroupCount {
            _ = try? reader.group(group)
            _ = reader.bounds(.ts, rowGroup: group)
            var inBatches = 0
            try reader.eachBatch(rowGroup: group) { columns in
                inBatches += columns.count
                try render(columns)
            }
            let columns = try reader.columns(rowGroup: group)
            guard columns.count == inBatches, columns.ts.count == inBatches else {
                return "\(columns.count) rows of row group \(group), but \(inBatches) in batches"
            }
            rows += inBatches
        }
        return rows == reader.rows ? nil : "\(rows) rows; the footer says \(reader.rows)"
    }

    private static func render(_ columns: EventColumns) throws {
        let renderer = LineRenderer(shapes: columns.shapes)
        var line: [UInt8] = []
        for row in 0..<columns.count {
            line.removeAll(keepingCapacity: true)
            try renderer.append(columns, row: row, to: &line)
            EventLineWriter(includesSource: true).append(columns, row: row, to: &line)
        }
    }

    private static let scans = [
        EventScan(kinds: .used, texts: [.tokenID: .equals(["t1", "tok_1"])], fields: EventFields([.ts, .ip])),
        EventScan(from: 1_777_161_600_000_000, to: 1_777_200_000_000_000, fields: EventFields([.ts, .scopes])),
        EventScan(texts: [.ip: .matching { $0.count % 2 == 1 }], fields: .all),
    ]

    private static func faultOfScans(_ reader: SegmentReader) throws -> String? {
        for scan in scans {
            var count = 0
            try reader.scan(scan) { columns in count += columns.count }
            if count > reader.rows { return "a scan gives \(count) rows of \(reader.rows)" }
        }
        return nil
    }
}
