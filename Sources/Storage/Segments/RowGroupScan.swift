import Columns
import Events
import Parquet

/// Finds the matching rows of one row group and delivers their columns.
///
/// The row group is passed over by kind, time, bounds and bloom filter, its pages by time. Conditions are then judged
/// one after the other, each only on the pages where the ones before left rows, those that cost least first; what was
/// decoded for a condition is kept if it is to be delivered, and all else is decoded only on the pages that are left.
/// Of texts that hardly repeat, as in a flood, only some pages are held at a time.
struct RowGroupScan {
    private let scan: EventScan
    private let reader: SegmentReader
    private let file: ParquetFile
    private let rowGroup: Int
    /// What is still to be looked at; nil before the first look.
    private var rest: Rest?
    /// How much is looked at together.
    private var budget: RowBudget
    /// The kinds that rows may have.
    private var kinds = EventKinds.all
    /// The pages that still have candidates, ascending.
    private var pages: [Int] = []
    /// The rows of each page of the row group.
    private var cuts: [Range<Int>] = []
    /// The places of the candidates among the rows of `pages`, ascending; nil for all.
    private var rows: [Int]?
    /// Columns of the candidates that are known already.
    private var found = EventColumns(fields: [])
    /// By field, what its condition says about the entries of the row group's dictionary.
    private var judges: [EventField: TextPredicate] = [:]
    /// Whether a condition refuses every entry: the bloom filter was wrong.
    private var isHopeless = false

    init(_ scan: EventScan, of reader: SegmentReader, _ file: ParquetFile, _ rowGroup: Int, _ budget: RowBudget) {
        self.scan = scan
        self.reader = reader
        self.file = file
        self.rowGroup = rowGroup
        self.budget = budget
    }

    /// The next matching rows, or nil after the last ones.
    mutating func next() throws(SegmentError) -> EventColumns? {
        if rest == nil { rest = try begin() }
        while !isHopeless, let part = rest?.take(budget.rows, of: cuts) {
            (pages, rows, found) = (part.pages, part.rows, EventColumns(fields: []))
            if let batch = try matches(), batch.count > 0 { return batch }
        }
        return nil
    }

    /// What has to be looked at.
    private mutating func begin() throws(SegmentError) -> Rest {
        kinds = possibleKinds
        guard !kinds.isDisjoint(with: scan.kinds), try mightMatch() else { return Rest() }
        cuts = try parquet { () throws(ParquetError) in try file.pages(rowGroup: rowGroup) }
        guard try judgeTimes() else { return Rest() }
        return Rest(pages: pages[...], rows: rows)
    }

    /// The matching rows of the pages that are left, or nil if there are none.
    private mutating func matches() throws(SegmentError) -> EventColumns? {
        if !kinds.isSubset(of: scan.kinds), try !judgeKinds() { return nil }
        for (field, condition) in scan.texts.sorted(by: { Self.cost($0) < Self.cost($1) }) {
            guard try judge(field, condition) else { return nil }
        }
        return try deliver()
    }

    /// The kinds that rows may have by the bounds of their names.
    private var possibleKinds: EventKinds {
        let bounds = file.statistics(column: SegmentSchema.index(.event), rowGroup: rowGroup)
        guard let min = bounds.min, let max = bounds.max else { return .all }
        let kinds = EventKinds(
            EventKind.allCases.filter { kind in
                let name = Array(kind.name.utf8)
                return !name.lexicographicallyPrecedes(min) && !max.lexicographicallyPrecedes(name)
            }.map { EventKinds($0) })
        // A kind that this version does not know is for the reader to refuse.
        return kinds.isEmpty ? .all : kinds
    }

    /// Whether the row group can have matches, as far as statistics and bloom filters tell.
    private func mightMatch() throws(SegmentError) -> Bool {
        let times = file.statistics(column: SegmentSchema.index(.ts), rowGroup: rowGroup)
        guard overlap(times.min, times.max) != .none else { return false }
        for (field, condition) in scan.texts {
            let absent =
                reader.has(field)
                ? file.statistics(column: SegmentSchema.index(field), rowGroup: rowGroup).nullCount
                : file.rowCount(rowGroup: rowGroup)
            if case .absent = condition {
                if absent == 0 { return false }
                continue
            }
            guard absent != file.rowCount(rowGroup: rowGroup) else { return false }
            guard case .anyOf(let texts) = condition else { continue }
            let column = SegmentSchema.index(field)
            let isPossible = try parquet { () throws(ParquetError) in
                try file.mightContain(anyOf: texts, column: column, rowGroup: rowGroup)
            }
            guard isPossible else { return false }
        }
        return true
    }

    // MARK: Conditions

    /// Chooses the pages whose time can match; on those at the ends of the span each row is looked at.
    private mutating func judgeTimes() throws(SegmentError) -> Bool {
        guard scan.from != .min || scan.to != .max else {
            pages = Array(cuts.indices)
            return !pages.isEmpty
        }
        let bounds = try parquet { () throws(ParquetError) in
            try file.pageBounds(column: SegmentSchema.index(.ts), rowGroup: rowGroup)
        }
        var meets = [Overlap](repeating: .partial, count: cuts.count)
        if let bounds { for page in meets.indices { meets[page] = overlap(bounds[page].min, bounds[page].max) } }
        guard meets.contains(.partial) else {
            pages = meets.indices.filter { meets[$0] == .whole }
            return !pages.isEmpty
        }
        var kept: [Int] = [], count = 0
        for page in cuts.indices where meets[page] != .none {
            var matching = Array(0..<cuts[page].count)
            if meets[page] == .partial {
                let times = try reader.columns(rowGroup: rowGroup, page: page, fields: EventFields(.ts)).ts
                matching.removeAll { times[$0] < scan.from || times[$0] >= scan.to }
                if matching.isEmpty { continue }
            }
            kept += matching.map { count + $0 }
            pages.append(page)
            count += cuts[page].count
        }
        if kept.count < count { rows = kept }
        return !pages.isEmpty
    }

    private mutating func judgeKinds() throws(SegmentError) -> Bool {
        let columns = try decode(EventFields(.event))
        let kinds = columns.event
        return narrow(to: (0..<count).filter { scan.kinds.rawValue & (1 << kinds[place($0)]) != 0 }, columns)
    }

    private mutating func judge(_ field: EventField, _ condition: TextCondition) throws(SegmentError) -> Bool {
        if judges[field] == nil, reader.has(field) {
            let dictionary = try parquet { () throws(ParquetError) in
                try file.dictionary(column: SegmentSchema.index(field), rowGroup: rowGroup)
            }
            judges[field] = dictionary.map { TextPredicate(condition, $0) }
            isHopeless = judges[field]?.refusesAll ?? false
        }
        if isHopeless { return false }
        let columns = try decode(EventFields(field))
        let indices = columns[field].indices
        if let kept = judges[field]?.places(of: indices, at: rows) { return narrow(to: kept, columns) }
        var judge = TextPredicate(condition, columns[field].dictionary)
        return narrow(to: judge.places(of: indices, at: rows), columns)
    }

    /// What is looked for exactly is rarer, and a function costs more.
    private static func cost(_ text: (key: EventField, value: TextCondition)) -> Int {
        let isExact = if case .matching = text.value { false } else { true }
        return (isExact ? 0 : 100) + Int(text.key.rawValue)
    }

    // MARK: Candidates

    /// Number of candidates.
    private var count: Int { rows?.count ?? pages.reduce(0) { $0 + cuts[$1].count } }

    private func place(_ candidate: Int) -> Int { rows?[candidate] ?? candidate }

    /// Columns of all rows of the pages that are left.
    private mutating func decode(_ fields: EventFields) throws(SegmentError) -> EventColumns {
        var columns = EventColumns(count: pages.reduce(0) { $0 + cuts[$1].count }, fields: fields)
        try reader.fill(&columns, fields, rowGroup: rowGroup, pages: pages)
        budget.note(columns, fields)
        return columns
    }

    /// Keeps some of the candidates and, if it will be delivered, the column that decided; false if none is left.
    private mutating func narrow(to kept: [Int], _ columns: EventColumns) -> Bool {
        let isDelivered = !columns.fields.isDisjoint(with: scan.fields)
        let fields = found.fields.union(isDelivered ? columns.fields : [])
        if kept.count == count {
            take(rows.map { columns.gathering($0) } ?? columns, fields)
            return !kept.isEmpty
        }
        let rows = kept.map(place)
        found = found.gathering(kept)
        take(isDelivered ? columns.gathering(rows) : EventColumns(fields: []), fields)
        dropPages(rows)
        return !kept.isEmpty
    }

    private mutating func take(_ columns: EventColumns, _ fields: EventFields) {
        var all = EventColumns(count: columns.fields.isEmpty ? found.count : columns.count, fields: fields)
        all.take(found.fields, from: found)
        all.take(columns.fields.intersection(fields), from: columns)
        found = all
    }

    /// Leaves the pages that hold any of the rows, which then count over these alone.
    private mutating func dropPages(_ rows: [Int]) {
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
        pages = kept
        self.rows = places.count == keptRows ? nil : places
    }

    /// The wanted columns of the candidates.
    private mutating func deliver() throws(SegmentError) -> EventColumns {
        var all = EventColumns(count: count, fields: scan.fields)
        let known = found.fields.intersection(scan.fields), missing = scan.fields.subtracting(known)
        all.take(known, from: found)
        if !missing.isEmpty { try reader.fill(&all, missing, rowGroup: rowGroup, pages: pages, rows: rows) }
        budget.note(all, missing)
        try check(all)
        return all
    }

    /// Where bounds said that all of a page matches, its rows were not looked at: they must not belie the bounds, since
    /// whoever asked counts on what was asked for.
    private func check(_ columns: EventColumns) throws(SegmentError) {
        if columns.fields.contains(.ts) {
            var low = scan.from, high = low
            for time in columns.ts {
                low = min(low, time)
                high = max(high, time)
            }
            guard low >= scan.from, columns.count == 0 || high < scan.to else {
                throw reader.belied("times outside of the bounds of their page")
            }
        }
        let kinds = scan.kinds.rawValue
        guard !columns.fields.contains(.event) || columns.event.allSatisfy({ kinds & (1 << $0) != 0 }) else {
            throw reader.belied("kinds outside of the bounds of their row group")
        }
    }

    // MARK: Time

    private enum Overlap { case none, partial, whole }

    /// How a span of time with the given bounds, as the file states them, meets the scan's. Unknown bounds do in part.
    private func overlap(_ min: [UInt8]?, _ max: [UInt8]?) -> Overlap {
        guard let min = min.flatMap(reader.time), let max = max.flatMap(reader.time) else { return .partial }
        if min >= scan.to || max < scan.from { return .none }
        return min >= scan.from && max < scan.to ? .whole : .partial
    }
}
