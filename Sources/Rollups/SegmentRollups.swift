package import Events

/// All that the catalog keeps about one segment beside the segment itself, counted from the segment's own columns.
///
/// A rollup lives and dies with its segment: it is written in the transaction that lists the segment and removed in the
/// one that drops it, so that no sum can drift from the events, and `rebuild` makes the same rollups from the files.
package struct SegmentRollups: Sendable {
    package private(set) var tokenUse = TokenUse()
    package private(set) var facts: [TokenFact] = []
    package private(set) var eventCounts = EventCounts()
    private var ipHourCounter = IPHourCounter()

    package init() {}

    /// Counts a batch of the segment. The batch must hold all columns.
    package mutating func add(_ columns: EventColumns) {
        eventCounts.add(columns)
        tokenUse.add(columns)
        ipHourCounter.add(columns)
        facts.append(contentsOf: TokenFact.facts(in: columns))
    }

    /// The failures by address and hour so far, one rollup for each UTC day, ascending.
    package func ipHours() -> [IPHours] { ipHourCounter.finish() }
}
