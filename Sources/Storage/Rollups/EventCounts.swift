package import Events

/// How many events of each kind one segment has on each UTC day.
package struct EventCounts: Sendable, Equatable {
    /// By day, the counts by `EventKind.rawValue`.
    package private(set) var days: [Int32: [Int64]] = [:]

    package init() {}

    /// Adds counts that were stored.
    package mutating func add(_ events: Int64, of kind: EventKind, on day: Int32) {
        days[day, default: Self.zeros][Int(kind.rawValue)] += events
    }

    /// Counts a batch. The batch must hold `ts` and `event`.
    mutating func add(_ columns: EventColumns) {
        let (times, kinds) = (columns.ts, columns.event)
        var (from, to) = (Int64.max, Int64.min)
        var day: Int32 = 0
        var counts = Self.zeros
        for row in 0..<columns.count {
            if times[row] < from || times[row] >= to {
                if to > from { days[day] = counts }
                day = Timestamp.day(of: times[row])
                from = Timestamp.start(ofDay: day)
                to = from + Timestamp.day
                counts = days[day] ?? Self.zeros
            }
            counts[Int(kinds[row])] += 1
        }
        if to > from { days[day] = counts }
    }

    private static let zeros = [Int64](repeating: 0, count: EventKind.allCases.count)
}
