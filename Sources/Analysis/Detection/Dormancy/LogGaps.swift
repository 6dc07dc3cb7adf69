internal import Events

/// Whole UTC days on which the log tells nothing at all, although it usually does.
///
/// What happened then is in no log, so a silence that spans such days may be none. Sub-day holes, and those of one log
/// among several, are not seen here: `source-silence` tells of them.
struct LogGaps {
    private let runs: [ClosedRange<Int32>]
    private let begin: Int32
    private let outages: [Policy.Outage]

    /// Looks at the days from the beginning of the log to the end of the window.
    init(_ history: any History, coverage: Range<Int64>, until end: Int64, outages: [Policy.Outage]) throws {
        begin = Timestamp.day(of: try history.begins ?? coverage.lowerBound)
        self.outages = outages
        let last = Timestamp.day(of: min(end, coverage.upperBound) - 1)
        runs = begin <= last ? Self.gaps(in: try history.daysWithEvents(in: begin...last), begin...last) : []
    }

    /// The holes between two times, as texts such as `2026-03-01 to 2026-03-03`, by time.
    func between(_ from: Int64, _ to: Int64) -> [String] {
        let usual = usualRun(before: to)
        let first = Timestamp.day(of: from), last = Timestamp.day(of: to)
        let silent = runs.filter { $0.lowerBound > first && $0.upperBound < last && $0.count > usual }.map {
            ($0.lowerBound, Self.text($0))
        }
        let declared = outages.filter { $0.from < to && $0.to > from }.map {
            (Timestamp.day(of: $0.from), "\(Timestamp.text($0.from)) to \(Timestamp.text($0.to)) (\($0.reason))")
        }
        return (silent + declared).sorted { $0 < $1 }.map(\.1)
    }

    /// The longest run of empty days in the middle one of the weeks before a time: a log that rests on weekends has no
    /// hole on every Saturday.
    private func usualRun(before time: Int64) -> Int {
        let weeks = Int((Timestamp.day(of: time) - begin) / 7)
        guard weeks > 0 else { return 0 }
        var longest = [Int](repeating: 0, count: weeks)
        for run in runs {
            let (first, last) = (Int((run.lowerBound - begin) / 7), Int((run.upperBound - begin) / 7))
            guard first < weeks else { continue }
            for week in first...min(last, weeks - 1) { longest[week] = max(longest[week], run.count) }
        }
        return longest.sorted()[weeks / 2]
    }

    /// The runs of days that are not in a list, which ascends.
    private static func gaps(in days: [Int32], _ all: ClosedRange<Int32>) -> [ClosedRange<Int32>] {
        var runs: [ClosedRange<Int32>] = []
        var next = all.lowerBound
        for day in days {
            if day > next { runs.append(next...day - 1) }
            next = day + 1
        }
        if next <= all.upperBound { runs.append(next...all.upperBound) }
        return runs
    }

    private static func text(_ run: ClosedRange<Int32>) -> String {
        func day(_ number: Int32) -> String { String(Timestamp.text(Timestamp.start(ofDay: number)).prefix(10)) }
        return run.count == 1 ? day(run.lowerBound) : "\(day(run.lowerBound)) to \(day(run.upperBound))"
    }
}
