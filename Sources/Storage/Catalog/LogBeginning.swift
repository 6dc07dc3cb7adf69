internal import Events
internal import GRDB

/// Events that lie so long before all others, and are so few, that a clock must have been wrong.
package struct StrayEvents: Sendable, Equatable {
    package let events: Int64
    package let first: Int64
    package let last: Int64
}

/// Where a log begins: with its first event, or where months were dropped, but for stray events.
///
/// Rules that ask whether a token has a past must not take one event of 1970 for the beginning of a log.
package struct LogBeginning: Sendable, Equatable {
    /// Microseconds since the epoch.
    package let begins: Int64
    /// The events before that.
    package let strays: StrayEvents?
}

extension Catalog {
    /// Nil without events. The events of all days are counted for it.
    package func logBeginning() throws(CatalogError) -> LogBeginning? {
        guard let coverage = try coverage() else { return nil }
        guard let first = try firstDayBehindStrays() else {
            return LogBeginning(begins: coverage.lowerBound, strays: nil)
        }
        let start = Timestamp.start(ofDay: first)
        // Between them lies a year, and a segment holds a month.
        let low = try segments(from: start).map(\.minTS).filter { $0 >= start }.min()
        let strays = try strays(before: start)
        return LogBeginning(begins: max(coverage.lowerBound, low ?? coverage.lowerBound), strays: strays)
    }

    private func strays(before start: Int64) throws(CatalogError) -> StrayEvents? {
        let before = try segments(from: .min, to: start)
        guard let low = before.map(\.minTS).min(), let high = before.map(\.maxTS).max() else { return nil }
        return StrayEvents(events: before.reduce(0) { $0 + $1.rows }, first: low, last: high)
    }

    /// The day of the first event that is none of those which lie more than a year before the rest and are fewer than
    /// one in a thousand; nil if there are none of these.
    private func firstDayBehindStrays() throws(CatalogError) -> Int32? {
        let days = try read("count the events of days") { db in
            try Row.fetchAll(
                db, sql: "SELECT day, sum(events) AS events FROM main.event_counts GROUP BY day ORDER BY day"
            ).map { try (day: $0.int32("day", .day), events: $0.count("events")) }
        }
        let all = days.reduce(0) { $0 + $1.events }
        var (before, first): (Int64, Int32?) = (0, nil)
        for (one, next) in zip(days, days.dropFirst()) {
            before += one.events
            if next.day - one.day > 365, before < (all + 999) / 1000 { first = next.day }
        }
        return first
    }
}
