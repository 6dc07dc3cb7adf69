internal import Catalog
internal import Detection
internal import Events
package import Trail

/// Events that are dated so far ahead of the clock that a clock must be wrong.
package struct Ahead {
    /// Where they begin.
    package let from: Int64
    /// The time of the last one.
    package let last: Int64
    package let events: Int

    /// Clocks that differ by less are taken for right.
    private static let leeway = 5 * Timestamp.minute

    /// Nil if there are none. Whoever looks as of an earlier time looks at what was.
    package init?(of now: Int64, asOf: Int64?, _ trail: Trail) throws {
        from = now.plus(Self.leeway)
        let start = from
        guard asOf.map({ $0 >= now.minus(Self.leeway) && $0 < start }) ?? true,
            let last = try trail.catalog.segments(from: start, to: .max).map(\.maxTS).max(), last >= start
        else { return nil }
        self.last = last
        var events = 0
        try trail.scan(EventScan(from: start, fields: [])) { events += $0.count }
        guard events > 0 else { return nil }
        self.events = events
    }

    /// All of their time.
    var window: DetectionWindow { DetectionWindow(from: from, to: last.plus(1), asOf: last.plus(1)) }

    /// They alone.
    func history(_ all: any History) -> AheadHistory { AheadHistory(all, from: from) }
}
