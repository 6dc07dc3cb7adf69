internal import Events

/// How often callers of one cell of the rate table called within any 60 s.
package struct ObservedRates: Sendable, Equatable {
    package var cell: RateCell
    /// The most calls within 60 s, of each caller; ascending.
    package private(set) var peaks: [Int] = []

    /// Day by day, so that memory holds the calls of one day only; a minute over midnight counts to the day after.
    package init(_ cell: RateCell, _ window: DetectionWindow, of history: any History) throws {
        self.cell = cell
        guard !window.isEmpty, let coverage = try history.coverage else { return }
        let start = max(window.from, coverage.lowerBound), end = min(window.to, coverage.upperBound)
        guard start < end else { return }
        var callers: [[UInt8]: Int] = [:]
        let conditions =
            cell == .anonymousByIP ? try AnonymousUses(window, of: history).conditions : cell.conditionsOfKind
        for day in Timestamp.day(of: start)...Timestamp.day(of: end - 1) {
            let from = max(Timestamp.start(ofDay: day).minus(Timestamp.minute - 1), start)
            let to = min(Timestamp.start(ofDay: day + 1), end)
            for (caller, peak) in try Self.peaks(cell, conditions, from: from, to: to, history) {
                callers[caller] = max(callers[caller] ?? 0, peak)
            }
        }
        peaks = callers.values.sorted()
    }

    private static func peaks(
        _ cell: RateCell, _ conditions: [[EventField: TextCondition]], from: Int64, to: Int64, _ history: any History
    ) throws -> [[UInt8]: Int] {
        var numbers = TextNumbers()
        var calls: [(caller: UInt32, ts: Int64)] = []
        let key = CallerKey(cell.key, history.clients)
        let spell = key.spell
        for texts in conditions {
            let scan = EventScan(
                from: from, to: to, kinds: .used, texts: texts.merging(key.condition) { $1 },
                fields: EventFields([.ts, cell.key]))
            try history.scan(scan) { batch in
                numbers.begin(batch[cell.key])
                for row in 0..<batch.count {
                    guard let caller = numbers.number(batch[cell.key], row, spell: spell) else { continue }
                    calls.append((caller, batch.ts[row]))
                }
            }
        }
        calls.sort { ($0.caller, $0.ts) < ($1.caller, $1.ts) }
        var peaks: [[UInt8]: Int] = [:]
        for group in calls.chunked(by: \.caller) {
            var low = group.lowerBound, peak = 0
            for high in group {
                while calls[low].ts <= calls[high].ts.minus(Timestamp.minute) { low += 1 }
                peak = max(peak, high - low + 1)
            }
            peaks[numbers[calls[group.lowerBound].caller]] = peak
        }
        return peaks
    }

    /// The peak that a share of the callers does not exceed; 0 without callers.
    package func quantile(_ share: Double) -> Int {
        guard !peaks.isEmpty else { return 0 }
        return peaks[min(peaks.count - 1, max(0, Int((share * Double(peaks.count)).rounded(.up)) - 1))]
    }

    /// The share of callers that a limit would have cut at least once.
    package func shareCut(by limit: Int) -> Double {
        peaks.isEmpty ? 0 : Double(peaks.count { $0 > limit }) / Double(peaks.count)
    }

    /// Half as much again as 99 of 100 callers needed, rounded up to a number that people remember; nil without
    /// callers.
    package var recommended: Int? {
        guard !peaks.isEmpty else { return nil }
        let wanted = quantile(0.99) + (quantile(0.99) + 1) / 2
        var step = 1
        while wanted > step * 20 { step *= 10 }
        return max(10, (wanted + step - 1) / step * step)
    }
}
