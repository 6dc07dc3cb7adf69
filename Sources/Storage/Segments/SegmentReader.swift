import Columns
package import Events
import Parquet

/// A sealed segment, open for reading.
///
/// A reader has one user at a time and may move between threads; open the segment twice to read it from two. It keeps
/// what it decoded of dictionaries and indexes (`memory`), so one that is kept answers the next question sooner.
package final class SegmentReader: @unchecked Sendable {
    private let file: ParquetFile
    private let name: String
    /// By number; read when rows with shapes are asked for.
    private var knownShapes: [LineShape]?

    /// Opens a segment by path; it keeps a read-only descriptor of its own until it is released.
    package convenience init(path: String) throws(SegmentError) {
        try self.init(parquet { () throws(ParquetError) in try ParquetFile(path: path) }, name: path)
    }

    /// Reads a segment that is in memory; `name` is for messages. Without checksums only to show that the decoders
    /// stand on their own.
    package convenience init(
        bytes: [UInt8], name: String = "segment in memory", verifiesChecksums: Bool = true
    ) throws(SegmentError) {
        let file = try parquet { () throws(ParquetError) in
            try ParquetFile(bytes: bytes, name: name, verifiesChecksums: verifiesChecksums)
        }
        try self.init(file, name: name)
    }

    private init(_ file: ParquetFile, name: String) throws(SegmentError) {
        let format = file.metadata.first { $0.key == SegmentSchema.formatKey }?.value
        guard let count = format.flatMap({ SegmentSchema.columnCounts[$0] }) else {
            let said = format.map { "its format is \($0)" } ?? "it does not say its format"
            let known = SegmentSchema.columnCounts.keys.sorted().joined(separator: " and ")
            throw .notASegment(file: name, reason: "\(said); \(known) are known")
        }
        let isMillis = file.schema.columns.first?.type == .timestampMillis
        let wanted = SegmentSchema.schema(isMillis: isMillis).columns.prefix(count)
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

    /// Whether the file has a column. One that it lacks, because it was written before there was one, is null.
    func has(_ field: EventField) -> Bool { SegmentSchema.index(field) < file.schema.columns.count }

    /// Number of rows.
    package var rows: Int { file.rows }

    /// Bytes that the reader keeps from earlier scans, about.
    package var memory: Int { file.dictionaryMemory }

    /// Number of row groups.
    package var rowGroupCount: Int { file.rowGroupCount }

    /// What the writer noted besides the events, in order.
    package var metadata: [(key: String, value: String)] { file.metadata }

    /// Whether its times are whole milliseconds, see `SegmentWriter.isMillis`.
    package var isMillis: Bool { file.schema.columns[SegmentSchema.index(.ts)].type == .timestampMillis }

    /// How many row groups a segment may have, each with kinds of its own.
    package static var groups: Int { SegmentSchema.groups.count }

    /// Which of the row groups that a segment may have this is: rows of one kind of group may be put together.
    package func group(_ rowGroup: Int) throws(SegmentError) -> Int {
        let names = file.statistics(column: SegmentSchema.index(.event), rowGroup: rowGroup)
        for (place, kinds) in SegmentSchema.groups.enumerated() {
            let known = EventKind.allCases.filter(kinds.contains).map { Array($0.name.utf8) }
            if let min = names.min, let max = names.max, known.contains(min), known.contains(max) { return place }
        }
        throw .notASegment(file: name, reason: "row group \(rowGroup) has kinds that belong to several")
    }

    /// Hands all rows of a row group to `body` with all columns, some pages at a time: at most `Limits.rowsPerBatch`
    /// rows and about as many bytes as `Limits.batchBytes`, unless one page has more.
    package func eachBatch(rowGroup: Int, _ body: (EventColumns) throws -> Void) throws {
        let cuts = try pages(rowGroup: rowGroup)
        let bytes = EventField.allCases.reduce(0) { sum, field in
            has(field) ? sum + file.rawBytes(column: SegmentSchema.index(field), rowGroup: rowGroup) : sum
        }
        let perRow = bytes / max(1, file.rowCount(rowGroup: rowGroup)) + 1
        let most = min(Limits.rowsPerBatch, Limits.batchBytes / perRow)
        var page = 0
        while page < cuts.count {
            var end = page + 1
            while end < cuts.count, cuts[end].upperBound - cuts[page].lowerBound <= most { end += 1 }
            let some = Array(page..<end)
            var columns = EventColumns(
                count: cuts[end - 1].upperBound - cuts[page].lowerBound, fields: .all)
            try fill(&columns, .all, rowGroup: rowGroup, pages: some)
            try body(columns)
            page = end
        }
    }

    /// Bytes of one column in the file, over all row groups, bloom filters included.
    package func storedBytes(_ field: EventField) -> Int {
        guard has(field) else { return 0 }
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

    /// The least and the greatest value of an integer column or of `ts`, in microseconds, on each page of a row group;
    /// nil for all pages if the file does not say.
    package func pageBounds(
        _ field: EventField, rowGroup: Int
    ) throws(SegmentError) -> [ClosedRange<Int64>?]? {
        let bounds = try parquet { () throws(ParquetError) in
            try file.pageBounds(column: SegmentSchema.index(field), rowGroup: rowGroup)
        }
        return bounds?.map { page in
            guard let min = page.min.flatMap({ value($0, field) }), let max = page.max.flatMap({ value($0, field) }),
                min <= max
            else { return nil }
            return min...max
        }
    }

    private func value(_ bytes: [UInt8], _ field: EventField) -> Int64? {
        field == .ts ? time(bytes) : Self.number(bytes)
    }

    /// Some rows of one page, by their places on it, which ascend.
    package func columns(
        rowGroup: Int, page: Int, rows: [Int], fields: EventFields
    ) throws(SegmentError) -> EventColumns {
        var columns = EventColumns(count: rows.count, fields: fields)
        try fill(&columns, fields, rowGroup: rowGroup, pages: [page], rows: rows)
        return columns
    }

    /// Hands the matching rows to `body`, batch by batch, as `SegmentScan` gives them.
    package func scan(_ scan: EventScan, _ body: (EventColumns) throws -> Void) throws {
        var rows = SegmentScan(scan, of: self)
        while let batch = try rows.next() { try body(batch) }
    }

    func rows(_ scan: EventScan, rowGroup: Int, bytes: Int) -> RowGroupScan {
        var budget = RowBudget(bytes: bytes)
        let rows = max(1, file.rowCount(rowGroup: rowGroup))
        for field in EventField.allCases where scan.fieldsRead.contains(field) && has(field) {
            let column = SegmentSchema.index(field)
            let isShared = !EventField.texts.contains(field) || file.hasDictionary(column: column, rowGroup: rowGroup)
            budget.add(field, textBytes: isShared ? nil : file.rawBytes(column: column, rowGroup: rowGroup) / rows)
        }
        return RowGroupScan(scan, of: self, file, rowGroup, budget)
    }

    private static func number(_ bytes: [UInt8]) -> Int64? {
        guard bytes.count == 8 else { return nil }
        return Int64(bitPattern: bytes.reversed().reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// A bound of `ts` in microseconds.
    func time(_ bytes: [UInt8]) -> Int64? {
        guard let number = Self.number(bytes) else { return nil }
        return number.multipliedReportingOverflow(by: file.schema.columns[SegmentSchema.index(.ts)].unit).partialValue
    }

    /// The error of rows that are not what is said about them.
    func belied(_ what: String) -> SegmentError { .notASegment(file: name, reason: "it has \(what)") }

    /// The shapes of its rows, by number.
    package func shapes() throws(SegmentError) -> [LineShape] {
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

    /// Decodes some columns of pages, all pages if nil; of these some rows, by their places among those of the pages.
    func fill(
        _ columns: inout EventColumns, _ fields: EventFields, rowGroup: Int, pages: [Int]?, rows: [Int]? = nil
    ) throws(SegmentError) {
        if fields.contains(.shape) { columns.shapes = try shapes() }
        file.beginBatch()
        do throws(ParquetError) {
            for field in EventField.allCases where fields.contains(field) {
                if has(field) { try fill(&columns, field, rowGroup, pages, rows) } else { columns.fillNulls(field) }
            }
        } catch { throw .parquet(error) }
        if fields.contains(.event), columns.event.contains(Self.unknownKind) {
            throw .notASegment(file: name, reason: "row group \(rowGroup) has an event of unknown kind")
        }
        for field in EventField.allCases where fields.contains(field) {
            guard let fault = columns.impossibleNumber(in: field) else { continue }
            throw .notASegment(file: name, reason: "row group \(rowGroup) has \(fault) in column \(field.name)")
        }
    }

    private func fill(
        _ columns: inout EventColumns, _ field: EventField, _ rowGroup: Int, _ pages: [Int]?, _ rows: [Int]?
    ) throws(ParquetError) {
        let column = SegmentSchema.index(field)
        func integers(none: Int64) throws(ParquetError) -> [Int64] {
            let all = try file.integers(column: column, rowGroup: rowGroup, pages: pages, none: none)
            return rows?.map { all[$0] } ?? all
        }
        switch field {
        case .ts: columns.ts = try integers(none: 0)
        case .event:
            columns.event = Self.kinds(try file.texts(column: column, rowGroup: rowGroup, pages: pages, rows: rows))
        case .scopes:
            columns.scopes = try file.textLists(column: column, rowGroup: rowGroup, pages: pages, rows: rows)
        case .expiresAt: columns.expiresAt = try integers(none: EventColumns.noTime)
        case .latencyMS:
            let all = try file.doubles(column: column, rowGroup: rowGroup, pages: pages)
            columns.latencyMS = rows?.map { all[$0] } ?? all
        case .success:
            let all = try file.booleans(column: column, rowGroup: rowGroup, pages: pages)
            columns.success = rows?.map { all[$0] } ?? all
        case .sourceID: columns.sourceID = try integers(none: 0)
        case .sourceOffset: columns.sourceOffset = try integers(none: 0)
        case .shape: columns.shape = try integers(none: EventColumns.noShape)
        case .sourceLength: columns.sourceLength = try integers(none: EventColumns.noLength)
        default: columns[field] = try file.texts(column: column, rowGroup: rowGroup, pages: pages, rows: rows)
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
