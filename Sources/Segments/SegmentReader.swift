import Columns
package import Events
import Parquet

/// A sealed segment, open for reading.
///
/// A reader belongs to one thread at a time; open the segment twice to read it from two.
package final class SegmentReader {
    private let file: ParquetFile
    private let name: String
    /// By number; read when rows with shapes are asked for.
    private var knownShapes: [LineShape]?

    /// Opens a segment by path; it keeps a read-only descriptor of its own until it is released.
    package convenience init(path: String) throws(SegmentError) {
        try self.init(parquet { () throws(ParquetError) in try ParquetFile(path: path) }, name: path)
    }

    /// Reads a segment that is in memory; `name` is for messages.
    package convenience init(bytes: [UInt8], name: String = "segment in memory") throws(SegmentError) {
        try self.init(parquet { () throws(ParquetError) in try ParquetFile(bytes: bytes, name: name) }, name: name)
    }

    private init(_ file: ParquetFile, name: String) throws(SegmentError) {
        let format = file.metadata.first { $0.key == SegmentSchema.formatKey }?.value
        guard format == SegmentSchema.format else {
            let said = format.map { "its format is \($0)" } ?? "it does not say its format"
            throw .notASegment(file: name, reason: "\(said); \(SegmentSchema.format) is known")
        }
        let wanted = SegmentSchema.schema(isMillis: file.schema.columns.first?.type == .timestampMillis).columns
        guard file.schema.columns.count == wanted.count else {
            throw .notASegment(file: name, reason: "it has \(file.schema.columns.count) columns, not \(wanted.count)")
        }
        for (column, want) in zip(file.schema.columns, wanted) {
            guard column.name == want.name, column.type == want.type, column.isOptional == want.isOptional else {
                throw .notASegment(file: name, reason: "column \(column.name) stands where \(want.name) belongs")
            }
        }
        self.file = file
        self.name = name
    }

    /// Number of rows.
    package var rows: Int { file.rows }

    /// Number of row groups.
    package var rowGroupCount: Int { file.rowGroupCount }

    /// What the writer noted besides the events, in order.
    package var metadata: [(key: String, value: String)] { file.metadata }

    /// Bytes of one column in the file, over all row groups, bloom filters included.
    package func storedBytes(_ field: EventField) -> Int {
        let column = SegmentSchema.index(field)
        return (0..<rowGroupCount).reduce(0) {
            $0 + file.storedBytes(column: column, rowGroup: $1) + file.bloomBytes(column: column, rowGroup: $1)
        }
    }

    /// All rows of a row group; by default with all columns.
    package func columns(rowGroup: Int, fields: EventFields = .all) throws(SegmentError) -> EventColumns {
        var columns = EventColumns(count: file.rowCount(rowGroup: rowGroup), fields: fields)
        try fill(&columns, fields, rowGroup: rowGroup, pages: nil)
        return columns
    }

    /// The cuts of a row group into pages.
    package func pages(rowGroup: Int) throws(SegmentError) -> [Range<Int>] {
        try parquet { () throws(ParquetError) in try file.pages(rowGroup: rowGroup) }
    }

    /// The rows of one page.
    package func columns(rowGroup: Int, page: Int, fields: EventFields) throws(SegmentError) -> EventColumns {
        var columns = EventColumns(count: try pages(rowGroup: rowGroup)[page].count, fields: fields)
        try fill(&columns, fields, rowGroup: rowGroup, pages: [page])
        return columns
    }

    /// The least and the greatest value of an integer column in a row group, or nil if the file does not say.
    package func bounds(_ field: EventField, rowGroup: Int) -> ClosedRange<Int64>? {
        let known = file.statistics(column: SegmentSchema.index(field), rowGroup: rowGroup)
        guard let min = known.min.flatMap(Self.number), let max = known.max.flatMap(Self.number), min <= max else {
            return nil
        }
        return min...max
    }

    /// Hands the matching rows to `body`, batch by batch, in the order in which they are stored.
    ///
    /// Each batch holds the columns that the scan asks for and comes from one row group. Row groups are passed over by
    /// time, kind, bounds and bloom filter, pages by time; only the columns of conditions are decoded to find matches,
    /// and the others only on pages that have some.
    package func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws {
        for rowGroup in 0..<rowGroupCount {
            guard let batch = try matches(scan, rowGroup: rowGroup), batch.count > 0 else { continue }
            try body(batch)
        }
    }

    private func matches(_ scan: EventScan, rowGroup: Int) throws(SegmentError) -> EventColumns? {
        guard try mightMatch(scan, rowGroup: rowGroup) else { return nil }
        let pages = try pages(scan, rowGroup: rowGroup)
        guard !pages.isEmpty else { return nil }
        let cuts = try parquet { () throws(ParquetError) in try file.pages(rowGroup: rowGroup) }
        let conditions = scan.conditionFields
        var looked = EventColumns(count: pages.reduce(0) { $0 + cuts[$1].count }, fields: conditions)
        try fill(&looked, conditions, rowGroup: rowGroup, pages: pages)
        let rows = conditions.isEmpty ? nil : scan.matchingRows(in: looked)
        if rows?.isEmpty == true { return nil }
        return try deliver(scan.fields, rows: rows, of: looked, rowGroup: rowGroup, pages: pages, cuts: cuts)
    }

    /// The wanted columns of the matching rows (all rows if nil), which are counted over the given pages.
    private func deliver(
        _ fields: EventFields, rows: [Int]?, of looked: EventColumns, rowGroup: Int, pages: [Int], cuts: [Range<Int>]
    ) throws(SegmentError) -> EventColumns {
        let known = fields.intersection(looked.fields), missing = fields.subtracting(known)
        guard let rows, rows.count < looked.count else {
            var all = EventColumns(count: looked.count, fields: fields)
            all.take(known, from: looked)
            try fill(&all, missing, rowGroup: rowGroup, pages: pages)
            return all
        }
        var matching = EventColumns(count: rows.count, fields: fields)
        matching.take(known, from: looked.only(known).gathering(rows))
        guard !missing.isEmpty else { return matching }
        let (kept, places) = Self.pagesWithMatches(rows, pages: pages, cuts: cuts)
        var rest = EventColumns(count: kept.reduce(0) { $0 + cuts[$1].count }, fields: missing)
        try fill(&rest, missing, rowGroup: rowGroup, pages: kept)
        matching.take(missing, from: rest.gathering(places))
        return matching
    }

    /// The pages that hold any of some rows, and where the rows stand among the rows of these pages alone.
    private static func pagesWithMatches(
        _ rows: [Int], pages: [Int], cuts: [Range<Int>]
    ) -> (pages: [Int], places: [Int]) {
        var kept: [Int] = [], places: [Int] = []
        places.reserveCapacity(rows.count)
        var at = 0, from = 0, keptRows = 0
        for page in pages {
            let end = from + cuts[page].count
            let first = at
            while at < rows.count, rows[at] < end {
                places.append(keptRows + rows[at] - from)
                at += 1
            }
            if at > first {
                kept.append(page)
                keptRows += cuts[page].count
            }
            from = end
        }
        return (kept, places)
    }

    /// Whether a row group can have matches, as far as statistics, dictionary of kinds and bloom filters tell.
    private func mightMatch(_ scan: EventScan, rowGroup: Int) throws(SegmentError) -> Bool {
        let times = file.statistics(column: SegmentSchema.index(.ts), rowGroup: rowGroup)
        guard overlaps(scan, times.min, times.max) else { return false }
        for (field, condition) in scan.texts {
            guard case .equals(let texts) = condition else { continue }
            let column = SegmentSchema.index(field)
            let isPossible = try parquet { () throws(ParquetError) in
                try file.mightContain(anyOf: texts, column: column, rowGroup: rowGroup)
            }
            guard isPossible else { return false }
        }
        guard scan.kinds != .all else { return true }
        let words = try parquet { () throws(ParquetError) in
            try file.dictionary(column: SegmentSchema.index(.event), rowGroup: rowGroup)
        }
        guard let words else { return true }
        return (0..<words.count).contains { EventKind(name: words.string(at: $0)).map(scan.kinds.contains) ?? false }
    }

    /// The pages whose time can match.
    private func pages(_ scan: EventScan, rowGroup: Int) throws(SegmentError) -> [Int] {
        let count = try parquet { () throws(ParquetError) in try file.pages(rowGroup: rowGroup) }.count
        guard scan.from != .min || scan.to != .max else { return Array(0..<count) }
        let bounds = try parquet { () throws(ParquetError) in
            try file.pageBounds(column: SegmentSchema.index(.ts), rowGroup: rowGroup)
        }
        guard let bounds else { return Array(0..<count) }
        return bounds.indices.filter { overlaps(scan, bounds[$0].min, bounds[$0].max) }
    }

    /// Whether a span of time with the given bounds, as the file states them, meets the scan's. Unknown bounds do.
    private func overlaps(_ scan: EventScan, _ min: [UInt8]?, _ max: [UInt8]?) -> Bool {
        if let min = min.flatMap(time), min >= scan.to { return false }
        if let max = max.flatMap(time), max < scan.from { return false }
        return true
    }

    private static func number(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count == 8 else { return nil }
        return Int64(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    private func time(_ bytes: [UInt8]) -> Int64? {
        guard let number = Self.number(bytes) else { return nil }
        return number.multipliedReportingOverflow(by: file.schema.columns[SegmentSchema.index(.ts)].unit).partialValue
    }

    private func shapes() throws(SegmentError) -> [LineShape] {
        if let knownShapes { return knownShapes }
        var shapes: [LineShape] = []
        for (key, value) in file.metadata where key == SegmentSchema.shapeKey + String(shapes.count) {
            do { shapes.append(try LineShape(text: value)) } catch {
                throw .notASegment(file: name, reason: "\(key) is no shape of lines: \(error)")
            }
        }
        knownShapes = shapes
        return shapes
    }

    private func fill(
        _ columns: inout EventColumns, _ fields: EventFields, rowGroup: Int, pages: [Int]?
    ) throws(SegmentError) {
        if fields.contains(.shape) { columns.shapes = try shapes() }
        do throws(ParquetError) {
            for field in EventField.allCases where fields.contains(field) {
                try fill(&columns, field, rowGroup: rowGroup, pages: pages)
            }
        } catch { throw .parquet(error) }
        if fields.contains(.event), columns.event.contains(Self.unknownKind) {
            throw .notASegment(file: name, reason: "row group \(rowGroup) has an event of unknown kind")
        }
    }

    private func fill(
        _ columns: inout EventColumns, _ field: EventField, rowGroup: Int, pages: [Int]?
    ) throws(ParquetError) {
        let column = SegmentSchema.index(field)
        switch field {
        case .ts: columns.ts = try file.integers(column: column, rowGroup: rowGroup, pages: pages, none: 0)
        case .event:
            columns.event = Self.kinds(try file.texts(column: column, rowGroup: rowGroup, pages: pages))
        case .scopes: columns.scopes = try file.textLists(column: column, rowGroup: rowGroup, pages: pages)
        case .expiresAt:
            let none = EventColumns.noTime
            columns.expiresAt = try file.integers(column: column, rowGroup: rowGroup, pages: pages, none: none)
        case .latencyMS: columns.latencyMS = try file.doubles(column: column, rowGroup: rowGroup, pages: pages)
        case .success: columns.success = try file.booleans(column: column, rowGroup: rowGroup, pages: pages)
        case .sourceID:
            columns.sourceID = try file.integers(column: column, rowGroup: rowGroup, pages: pages, none: 0)
        case .sourceOffset:
            columns.sourceOffset = try file.integers(column: column, rowGroup: rowGroup, pages: pages, none: 0)
        case .shape:
            let none = EventColumns.noShape
            columns.shape = try file.integers(column: column, rowGroup: rowGroup, pages: pages, none: none)
        default: columns[field] = try file.texts(column: column, rowGroup: rowGroup, pages: pages)
        }
    }

    private static let unknownKind = UInt8.max

    /// The kind of each row from its word; each distinct word is looked up once.
    private static func kinds(_ words: TextColumn) -> [UInt8] {
        let codes = (0..<words.dictionary.count).map {
            EventKind(name: words.dictionary.string(at: $0))?.rawValue ?? unknownKind
        }
        return words.indices.map { $0 == TextColumn.none ? unknownKind : codes[Int($0)] }
    }
}
