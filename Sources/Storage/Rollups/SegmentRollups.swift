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
    private var principalDayCounter = PrincipalDayCounter()
    private var counted: (ipHours: [IPHours], principalDays: PrincipalDays?)?
    private let keepsFacts: Bool

    /// Without facts where those of the events are known already, as when segments are merged.
    package init(keepsFacts: Bool = true) { self.keepsFacts = keepsFacts }

    /// Counts a batch of the segment. The batch must hold all columns.
    package mutating func add(_ columns: EventColumns) {
        precondition(counted == nil, "these rollups are finished")
        eventCounts.add(columns)
        tokenUse.add(columns)
        ipHourCounter.add(columns)
        principalDayCounter.add(columns)
        if keepsFacts { facts.append(contentsOf: TokenFact.facts(in: columns)) }
    }

    /// Takes the facts out, so that they need not all be held until the end.
    package mutating func takeFacts() -> [TokenFact] {
        defer { facts = [] }
        return facts
    }

    /// The failures by address and hour so far, one rollup for each UTC day, ascending.
    package func ipHours() -> [IPHours] { counted?.ipHours ?? ipHourCounter.finish() }

    /// Who was let in from where with what so far; nil if there are no events.
    package func principalDays() -> PrincipalDays? {
        if let counted { counted.principalDays } else { principalDayCounter.finish() }
    }

    /// Counts what is counted at the end, so that nobody who asks need wait for it. Nothing can be added afterwards.
    package mutating func finish() {
        counted = (ipHourCounter.finish(), principalDayCounter.finish())
        ipHourCounter = IPHourCounter()
        principalDayCounter = PrincipalDayCounter()
    }
}
