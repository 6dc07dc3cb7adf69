/// Every scheduled run of a time that is past, as it would have been.
///
/// Each run sees the events before its moment, whenever they were ingested: what a log that was late would have hidden
/// is not known.
package struct BacktestPlan: Sendable {
    /// The runs look at the events before `from + every`, `from + 2 · every` and so on to `to`, microseconds.
    package let from: Int64
    package let to: Int64
    package let every: Int64
    /// How far back each run looks.
    package let width: Int64
    package let runs: Int64

    package static let mostRuns: Int64 = 100_000

    package init(from: Int64, to: Int64, every: Int64, width: Int64) throws(RunError) {
        guard from < to else { throw .backtestStartsAfterEnd(start: from, end: to) }
        runs = (to - from) / every
        guard (1...Self.mostRuns).contains(runs) else { throw .badNumberOfRuns(runs, start: from, end: to) }
        (self.from, self.to, self.every, self.width) = (from, to, every, width)
    }

    /// Runs `run` as of each moment; `progress` is told how many are done.
    package func report(
        _ run: (_ asOf: Int64) throws -> DetectionReport, progress: (Int64) -> Void
    ) rethrows -> BacktestReport {
        var report = BacktestReport(from: from, to: to, every: every, width: width)
        for number in 1...runs {
            report.add(try run(from + number * every))
            progress(number)
        }
        return report
    }
}
