internal import Columns
internal import Events

extension EventColumns {
    /// The first row of each different combination of values in at most four columns: text fields, `scopes` and
    /// `success`. What is true of one row of a combination is true of all, so a rule need not look at the others.
    func distinctRows(by fields: [EventField]) -> [Int] {
        let combination = combinations(of: fields)
        var seen: Set<SIMD4<UInt32>> = []
        return (0..<count).filter { seen.insert(combination($0)).inserted }
    }

    /// What tells the combinations of values in at most four columns apart, within this batch: text fields, `scopes`
    /// and `success`.
    func combinations(of fields: [EventField]) -> (_ row: Int) -> SIMD4<UInt32> {
        precondition(fields.count <= 4, "combinations of at most four columns")
        let columns = fields.map { field -> [UInt32] in
            switch field {
            case .scopes: scopes.indices
            case .success: success.map { UInt32($0) }
            default: self[field].indices
            }
        }
        return { row in
            var combination = SIMD4<UInt32>(repeating: 0)
            for place in columns.indices { combination[place] = columns[place][row] }
            return combination
        }
    }

    /// All rows, from both ends inward. What keeps the first and the last of many rows that lie in the order of time
    /// then has nearly all of them at once, and looks no further at those between.
    var rowsEndsFirst: some Sequence<Int> {
        let last = count - 1
        return (0..<count).lazy.map { $0 & 1 == 0 ? $0 >> 1 : last - $0 >> 1 }
    }

    /// Whether a row says that its call failed. The token was accepted all the same.
    func isFailedCall(_ row: Int) -> Bool { success[row] == 0 }
}

extension DetectionWindow {
    /// The UTC days that the window touches, whole, as far as the run may look.
    var wholeDays: Range<Int64> {
        let first = Timestamp.start(ofDay: Timestamp.day(of: max(0, from)))
        let end = Timestamp.start(ofDay: Timestamp.day(of: max(0, to.minus(1)))).plus(Timestamp.day)
        return first..<max(first, min(end, asOf))
    }
}

extension History {
    /// The UTC days of a window, as far as there are events that the run may see; nil if there are none.
    func days(of window: DetectionWindow) throws -> ClosedRange<Int32>? {
        let days = window.wholeDays
        guard !window.isEmpty, let coverage = try coverage else { return nil }
        let first = max(days.lowerBound, coverage.lowerBound), end = min(days.upperBound, coverage.upperBound)
        return first < end ? Timestamp.day(of: first)...Timestamp.day(of: end - 1) : nil
    }
}
