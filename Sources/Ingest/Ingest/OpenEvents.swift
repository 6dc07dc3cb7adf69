/// The events of one commit that are not yet true, or not yet known to be: marks of them, and where their lines stand.
///
/// Two marks of 64 bits under keys of this process stand for an event and its line. A line is taken for a copy if both
/// are alike, which for two that differ happens once in 2¹²⁸.
struct OpenEvents {
    struct Place: Equatable {
        var source: Int64
        var offset: Int64
    }

    enum Answer: Equatable {
        case unknown
        /// Kind, time and id with another line.
        case reused
        case stored(Place)
    }

    /// An event and its line.
    private struct Key: Hashable {
        var event: UInt64
        var line: UInt64
    }

    private var events: [UInt64] = []
    private var lines: [UInt64] = []
    private var offsets: [Int64] = []
    private var sources: [Int32] = []
    /// By number in `sources`: lines of few sources are open at a time.
    private var sourceIDs: [Int64] = []
    private var sourceNumbers: [Int64: Int32] = [:]
    /// A number in `events` plus one by the event's mark, or 0.
    private var table: [UInt32] = []
    /// Those whose event is in the table with another line.
    private var others: [Key: UInt32] = [:]

    /// What is known of an event.
    func answer(_ event: UInt64, _ line: UInt64) -> Answer {
        guard !table.isEmpty else { return .unknown }
        let found = table[slot(of: event)]
        guard found != 0 else { return .unknown }
        if lines[Int(found) - 1] == line { return .stored(place(Int(found) - 1)) }
        if let other = others[Key(event: event, line: line)] { return .stored(place(Int(other))) }
        return .reused
    }

    /// Adds an event that is not known with this line.
    mutating func add(_ event: UInt64, _ line: UInt64, _ place: Place) {
        if events.count * 2 >= table.count { grow() }
        let slot = slot(of: event)
        if table[slot] == 0 {
            table[slot] = UInt32(events.count + 1)
        } else {
            others[Key(event: event, line: line)] = UInt32(events.count)
        }
        events.append(event)
        lines.append(line)
        offsets.append(place.offset)
        sources.append(number(of: place.source))
    }

    private func place(_ entry: Int) -> Place {
        Place(source: sourceIDs[Int(sources[entry])], offset: offsets[entry])
    }

    private mutating func number(of source: Int64) -> Int32 {
        if let last = sources.last, sourceIDs[Int(last)] == source { return last }
        if let known = sourceNumbers[source] { return known }
        let number = Int32(sourceIDs.count)
        sourceIDs.append(source)
        sourceNumbers[source] = number
        return number
    }

    private func slot(of event: UInt64) -> Int {
        let mask = table.count - 1
        var slot = Int(truncatingIfNeeded: event) & mask
        while table[slot] != 0, events[Int(table[slot]) - 1] != event { slot = (slot + 1) & mask }
        return slot
    }

    private mutating func grow() {
        table = [UInt32](repeating: 0, count: max(1024, table.count * 2))
        for entry in events.indices {
            let slot = slot(of: events[entry])
            if table[slot] == 0 { table[slot] = UInt32(entry + 1) }
        }
    }
}
