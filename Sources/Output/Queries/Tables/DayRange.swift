internal import Events

/// The days that conditions on a date, or on a time of the day, leave.
struct DayRange {
    private var low = Int32.min
    private var high = Int32.max

    mutating func apply(_ comparison: SQLCondition.Operator, _ text: String) {
        guard text.utf8.count == 10, let midnight = TimeText.time(text) else { return }
        let day = Timestamp.day(of: midnight)
        switch comparison {
        case .equal: (low, high) = (max(low, day), min(high, day))
        case .greaterOrEqual: low = max(low, day)
        case .greater: low = max(low, day + 1)
        case .lessOrEqual: high = min(high, day)
        case .less: high = min(high, day - 1)
        }
    }

    /// A condition on a time that lies on the day.
    mutating func apply(_ comparison: SQLCondition.Operator, _ time: Int64) {
        let day = Timestamp.day(of: time)
        switch comparison {
        case .equal: (low, high) = (max(low, day), min(high, day))
        case .greaterOrEqual, .greater: low = max(low, day)
        case .lessOrEqual, .less: high = min(high, day)
        }
    }

    func contains(_ day: Int32) -> Bool { low <= day && day <= high }
}
