internal import Columns
internal import Events

/// More events of one key in a sliding window of time than a limit allows.
///
/// An event that makes its window too full belongs to the burst of its UTC day, with all events of that window. So a
/// burst is the same whatever window of time a run looks at, and one that goes on over midnight is one of each day.
struct BurstSearch {
    let history: any History
    let window: DetectionWindow
    var kinds: EventKinds
    /// What the events satisfy: one of these, and only one.
    var conditions: [[EventField: TextCondition]] = [[:]]
    /// The column that says which events are counted together, addresses by client; events without a value, and those
    /// whose address is none (`unknown`), are not counted: they are no one's.
    let key: EventField
    /// In microseconds.
    let width: Int64
    /// The most events that a window may hold.
    let limit: Int

    struct Burst {
        var key: String
        /// UTC days since 1970.
        var day: Int32
        /// The most events that one window held.
        var peak: Int
        var events = Case()
        fileprivate var spans: [ClosedRange<Int64>] = []
    }

    /// The bursts with an event in the window of the run, and how many keys were counted. `select` may leave out bursts
    /// before their lines are read.
    func read(_ select: ([Burst]) throws -> [Burst] = { $0 }) throws -> (bursts: [Burst], keys: Int) {
        var bursts: [Burst] = []
        var keys = TextNumbers()
        guard let days = try history.days(of: window) else { return ([], 0) }
        // Some days at a time: few scans, and memory for the events of these days only. Between two events there may
        // be thousands of years.
        var behind = Int32.min
        for day in try history.daysWithEvents(in: days) where day > behind {
            behind = min(days.upperBound, day + 6)
            bursts += try self.bursts(on: day...behind, &keys)
        }
        bursts = try select(bursts)
        try readEvents(&bursts)
        return (bursts.filter(\.events.isInWindow), keys.count)
    }

    private func bursts(on days: ClosedRange<Int32>, _ keys: inout TextNumbers) throws -> [Burst] {
        let start = Timestamp.start(ofDay: days.lowerBound), end = Timestamp.start(ofDay: days.upperBound + 1)
        let span = start.minus(width - 1)..<end
        var times = KeyTimes(width: width, limit: limit, spell: spell)
        try eachBatch(in: span, [:]) { times.add($0[key], $0.ts, &keys) }
        if times.isCrowded {
            // Who never has half of the limit in one part of time has no burst.
            let suspects = times.suspects.map { keys[$0] }
            var texts: [EventField: TextCondition] = [:]
            if suspects.count <= Self.mostListed { texts[key] = condition(Set(suspects)) }
            times.beginAgain()
            if !suspects.isEmpty { try eachBatch(in: span, texts) { times.addSuspected($0[key], $0.ts, &keys) } }
        }
        return times.sorted.chunked(by: \.key).flatMap { group in
            let times = times.sorted[group]
            return self.bursts(of: keys.string(times[group.lowerBound].key), times.map(\.ts), from: start)
        }
    }

    /// What a text of the key column counts as.
    private var spell: ((ArraySlice<UInt8>) -> [UInt8])? { CallerKey(key, history.clients).spell }

    /// The events of some keys.
    private func condition(_ keys: Set<[UInt8]>) -> TextCondition {
        let clients = history.clients
        return key == .ip ? .matching { keys.contains(Array(clients.name(of: $0))) } : .anyOf(keys)
    }

    /// A list of more keys costs a scan more than it spares.
    private static let mostListed = 4096

    private func eachBatch(
        in span: Range<Int64>, _ narrower: [EventField: TextCondition], _ fields: EventFields = [],
        _ body: (EventColumns) -> Void
    ) throws {
        let narrower = CallerKey(key, history.clients).condition.merging(narrower) { $1 }
        for texts in conditions {
            let scan = EventScan(
                from: span.lowerBound, to: min(span.upperBound, window.asOf), kinds: kinds,
                texts: texts.merging(narrower) { $1 },
                fields: fields.union(EventFields([.ts, key])))
            try history.scan(scan) { body($0) }
        }
    }

    /// The bursts of one key, one for each day, from its times in order.
    private func bursts(of key: String, _ times: [Int64], from start: Int64) -> [Burst] {
        var bursts: [Burst] = []
        var low = 0
        for high in times.indices {
            while times[low] <= times[high].minus(width) { low += 1 }
            let count = high - low + 1
            guard count > limit, times[high] >= start else { continue }
            let day = Timestamp.day(of: times[high])
            if bursts.last?.day != day { bursts.append(Burst(key: key, day: day, peak: 0)) }
            let place = bursts.count - 1
            bursts[place].peak = max(bursts[place].peak, count)
            if let last = bursts[place].spans.last, times[low] <= last.upperBound {
                bursts[place].spans[bursts[place].spans.count - 1] = last.lowerBound...times[high]
            } else {
                bursts[place].spans.append(times[low]...times[high])
            }
        }
        return bursts
    }

    /// Reads the lines of the bursts.
    private func readEvents(_ bursts: inout [Burst]) throws {
        let places = Dictionary(grouping: bursts.indices) { Array(bursts[$0].key.utf8) }
        let spans = bursts.flatMap(\.spans)
        guard let from = spans.map(\.lowerBound).min(), let to = spans.map(\.upperBound).max() else { return }
        let spell = spell
        try eachBatch(in: from..<to.plus(1), [key: condition(Set(places.keys))], Case.fields) { batch in
            for row in 0..<batch.count {
                guard let bytes = batch[key].bytes(at: row) else { continue }
                let ts = batch.ts[row]
                let own = places[spell.map { $0(bytes) } ?? Array(bytes)] ?? []
                for place in own where bursts[place].spans.contains(where: { $0.contains(ts) }) {
                    bursts[place].events.add(batch, row, window)
                }
            }
        }
    }
}

extension Array {
    /// The runs of neighbors of which something is equal, as ranges of places.
    func chunked<Value: Equatable>(by value: (Element) -> Value) -> [Range<Int>] {
        var chunks: [Range<Int>] = []
        var start = 0
        for place in indices where place + 1 == count || value(self[place]) != value(self[place + 1]) {
            chunks.append(start..<place + 1)
            start = place + 1
        }
        return chunks
    }
}
