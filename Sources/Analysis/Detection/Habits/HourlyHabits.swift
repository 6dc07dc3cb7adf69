internal import Columns
internal import Events

/// How many calls each of some callers makes in an hour of the clock, on the days before a day.
///
/// A short window looks back step by step: of most callers the day before shows that what they do is nothing new.
struct HourlyHabits {
    let history: any History
    let window: DetectionWindow
    /// What the calls satisfy: one of these, and only one.
    let conditions: [[EventField: TextCondition]]
    let key: EventField
    /// How many UTC days make the habit.
    let memory: Int32

    struct Habit {
        /// The most calls in an hour of the clock.
        var most = 0
        /// UTC days with calls.
        var days = 0
    }

    /// So many callers are looked at in one pass, which takes some 35 MB for a year.
    private static let callersAtOnce = 1000

    /// The bursts that are at least `factor` times the habit of the days before their own, each with that habit.
    func surges(among bursts: [BurstSearch.Burst], factor: Int) throws -> [(BurstSearch.Burst, Habit)] {
        let keys = Set(bursts.map(\.key)).sorted()
        var found: [(BurstSearch.Burst, Habit)] = []
        for start in stride(from: 0, to: keys.count, by: Self.callersAtOnce) {
            let some = Set(keys[start..<min(start + Self.callersAtOnce, keys.count)])
            found += try surges(of: bursts.filter { some.contains($0.key) }, factor)
        }
        return found
    }

    private func surges(of bursts: [BurstSearch.Burst], _ factor: Int) throws -> [(BurstSearch.Burst, Habit)] {
        guard let first = bursts.map(\.day).min(), let last = bursts.map(\.day).max() else { return [] }
        var open = bursts
        var counts = Counts(firstDay: first - memory, days: Int(last - first + memory))
        var upper = last
        for reach in last - first > 1 ? [memory] : [1, 8, memory] {
            let lower = first - min(reach, memory)
            if lower < upper, !open.isEmpty { try count(lower..<upper, Set(open.map(\.key)), into: &counts) }
            upper = min(upper, lower)
            open.removeAll { $0.peak < factor * counts.habit(of: $0.key, before: $0.day, memory).most }
        }
        return open.map { ($0, counts.habit(of: $0.key, before: $0.day, memory)) }
    }

    private func count(_ days: Range<Int32>, _ keys: Set<String>, into counts: inout Counts) throws {
        let bytes = Set(keys.map { Array($0.utf8) })
        var counted = counts
        for texts in conditions {
            let scan = EventScan(
                from: Timestamp.start(ofDay: days.lowerBound),
                to: min(Timestamp.start(ofDay: days.upperBound), window.asOf), kinds: .used,
                texts: texts.merging([key: .anyOf(bytes)]) { $1 }, fields: EventFields([.ts, key]))
            try history.scan(scan) { batch in
                let names = batch[key].values(none: nil) { String(decoding: $0, as: UTF8.self) }
                for row in 0..<batch.count { if let name = names[row] { counted.add(name, batch.ts[row]) } }
            }
        }
        counts = counted
    }
}

/// Calls by caller and hour.
private struct Counts {
    let firstDay: Int32
    let days: Int
    private var hours: [String: [UInt32]] = [:]

    init(firstDay: Int32, days: Int) { (self.firstDay, self.days) = (firstDay, days) }

    mutating func add(_ key: String, _ ts: Int64) {
        let hour = Int((ts - Timestamp.start(ofDay: firstDay)) / Timestamp.hour)
        guard hour >= 0, hour < days * 24 else { return }
        hours[key, default: [UInt32](repeating: 0, count: days * 24)][hour] += 1
    }

    func habit(of key: String, before day: Int32, _ memory: Int32) -> HourlyHabits.Habit {
        guard let hours = hours[key] else { return HourlyHabits.Habit() }
        let end = Int(day - firstDay) * 24
        var habit = HourlyHabits.Habit()
        for start in stride(from: max(0, end - Int(memory) * 24), to: end, by: 24) {
            let most = hours[start..<start + 24].max() ?? 0
            habit.most = max(habit.most, Int(most))
            if most > 0 { habit.days += 1 }
        }
        return habit
    }
}
