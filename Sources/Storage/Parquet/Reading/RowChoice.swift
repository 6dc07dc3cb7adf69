/// Walks the rows that are wanted of some pages, page by page.
struct RowChoice {
    /// Ascending places among the rows of all the pages; nil for all rows.
    private let rows: [Int]?
    private var taken = 0

    init(_ rows: [Int]?) { self.rows = rows }

    /// What is wanted of a page.
    struct Part {
        /// Where its first row comes in the output.
        let place: Int
        /// The rows wanted, counted from the start of the page; nil for all.
        let rows: [Int]?
        /// The same counted among the rows that have a value, without those that have none.
        let values: [Int]?

        /// Puts the values of the wanted rows where they belong; rows without one keep what is there.
        func spread<Value: BitwiseCopyable>(
            _ values: CheckedRoom<Value>, over levels: CheckedRoom<UInt32>?, _ count: Int, to out: CheckedRoom<Value>
        ) {
            if let rows {
                var value = 0
                for (at, row) in rows.enumerated() where levels.map({ $0[row] != 0 }) ?? true {
                    out[place + at] = values[self.values?[value] ?? row]
                    value += 1
                }
            } else if let levels {
                ParquetFile.spread(values, over: levels, count, to: out.from(place))
            } else {
                out.from(place).copy(count, from: values)
            }
        }
    }

    /// The rows of the next page, with a level for each row unless all have a value.
    mutating func next(of page: DataPage, _ levels: CheckedRoom<UInt32>?) -> Part {
        guard let rows else { return Part(place: page.firstRow, rows: nil, values: nil) }
        let from = taken
        while taken < rows.count, rows[taken] < page.firstRow + page.rows { taken += 1 }
        let own = rows[from..<taken].map { $0 - page.firstRow }
        guard let levels else { return Part(place: from, rows: own, values: own) }
        var values: [Int] = [], present = 0, row = 0
        for wanted in own {
            while row < wanted {
                present += Int(levels[row])
                row += 1
            }
            if levels[wanted] != 0 { values.append(present) }
        }
        return Part(place: from, rows: own, values: values)
    }
}
