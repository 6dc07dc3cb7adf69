internal import Events

/// What was asked for is no run.
package enum RunError: Error, Equatable, CustomStringConvertible {
    /// The window would end before it begins, microseconds.
    case startsAfterEnd(start: Int64, end: Int64)
    /// A backtest would end before it begins.
    case backtestStartsAfterEnd(start: Int64, end: Int64)
    /// A backtest would have no run, or too many.
    case badNumberOfRuns(Int64, start: Int64, end: Int64)

    package var description: String {
        switch self {
        case .startsAfterEnd(let start, let end):
            "--since \(Timestamp.text(start)) lies after the end of the window, \(Timestamp.text(end)); give an "
                + "earlier one"
        case .backtestStartsAfterEnd(let start, let end):
            "--from \(Timestamp.text(start)) does not lie before the end, \(Timestamp.text(end))"
        case .badNumberOfRuns(let runs, let start, let end):
            "--every gives \(runs) runs from \(Timestamp.text(start)) to \(Timestamp.text(end)); want 1 to "
                + "\(BacktestPlan.mostRuns)"
        }
    }
}
