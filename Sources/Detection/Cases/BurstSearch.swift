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
    /// Conditions on the events, by column.
    var texts: [EventField: TextCondition] = [:]
    /// The column that says which events are counted together; events without a value are not counted.
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

    /// The bursts with an event in the window of the run, and how many keys were counted.
    func read() throws -> (bursts: [Burst], keys: Int) {
        var bursts: [Burst] = []
        var keys: Set<[UInt8]> = []
        let days = window.wholeDays
        guard !window.isEmpty, let coverage = try history.coverage else { return ([], 0) }
        let start = max(days.lowerBound, coverage.lowerBound), end = min(days.upperBound, coverage.upperBound)
        guard start < end else { return ([], 0) }
        for day in Timestamp.day(of: start)...Timestamp.day(of: end - 1) {
            let found = try self.bursts(on: day)
            bursts += found.bursts
            keys.formUnion(found.keys)
        }
        try readEvents(&bursts)
        return (bursts.filter(\.events.isInWindow), keys.count)
    }

    private func scan(from: Int64, to: Int64, _ fields: EventFields) -> EventScan {
        EventScan(from: from, to: min(to, window.asOf), kinds: kinds, texts: texts, fields: fields)
    }

    private func bursts(on day: Int32) throws -> (bursts: [Burst], keys: Set<[UInt8]>) {
        let start = Timestamp.start(ofDay: day)
        var numbers = TextNumbers()
        var rows: [(key: UInt32, ts: Int64)] = []
        let fields = EventFields([.ts, key] + Array(texts.keys))
        try history.scan(scan(from: start.minus(width - 1), to: start + Timestamp.day, fields)) { batch in
            numbers.begin(batch[key])
            for row in 0..<batch.count {
                if let number = numbers.number(batch[key], row) { rows.append((number, batch.ts[row])) }
            }
        }
        var counts = [Int](repeating: 0, count: numbers.texts.count)
        for row in rows { counts[Int(row.key)] += 1 }
        rows = rows.filter { counts[Int($0.key)] > limit }
        rows.sort { ($0.key, $0.ts) < ($1.key, $1.ts) }
        var bursts: [Burst] = []
        for group in rows.chunked(by: \.key) {
            let key = numbers.string(rows[group.lowerBound].key)
            bursts += burst(of: key, rows[group].map(\.ts), day, start).map { [$0] } ?? []
        }
        return (bursts, Set(numbers.texts))
    }

    /// The burst of one key on a day, from its times in order.
    private func burst(of key: String, _ times: [Int64], _ day: Int32, _ start: Int64) -> Burst? {
        var burst = Burst(key: key, day: day, peak: 0)
        var low = 0
        for high in times.indices {
            while times[low] <= times[high].minus(width) { low += 1 }
            let count = high - low + 1
            guard count > limit, times[high] >= start else { continue }
            burst.peak = max(burst.peak, count)
            if let last = burst.spans.last, times[low] <= last.upperBound {
                burst.spans[burst.spans.count - 1] = last.lowerBound...times[high]
            } else {
                burst.spans.append(times[low]...times[high])
            }
        }
        return burst.spans.isEmpty ? nil : burst
    }

    /// Reads the lines of the bursts.
    private func readEvents(_ bursts: inout [Burst]) throws {
        let places = Dictionary(grouping: bursts.indices) { Array(bursts[$0].key.utf8) }
        let spans = bursts.flatMap(\.spans)
        guard let from = spans.map(\.lowerBound).min(), let to = spans.map(\.upperBound).max() else { return }
        var scan = self.scan(from: from, to: to + 1, Case.fields.union(EventFields([key] + Array(texts.keys))))
        scan.texts[key] = .anyOf(Set(places.keys))
        try history.scan(scan) { batch in
            for row in 0..<batch.count {
                guard let bytes = batch[key].bytes(at: row) else { continue }
                let ts = batch.ts[row]
                for place in places[Array(bytes)] ?? [] where bursts[place].spans.contains(where: { $0.contains(ts) }) {
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
