internal import Columns
internal import Events

extension EventColumns {
    /// The first row of each different combination of values in at most four columns: text fields, `scopes` and
    /// `success`. What is true of one row of a combination is true of all, so a rule need not look at the others.
    func distinctRows(by fields: [EventField]) -> [Int] {
        precondition(fields.count <= 4, "combinations of at most four columns")
        var seen: Set<SIMD4<UInt32>> = []
        return (0..<count).filter { row in
            var combination = SIMD4<UInt32>(repeating: 0)
            for (place, field) in fields.enumerated() {
                switch field {
                case .scopes: combination[place] = scopes.indices[row]
                case .success: combination[place] = UInt32(success[row])
                default: combination[place] = self[field].indices[row]
                }
            }
            return seen.insert(combination).inserted
        }
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
