internal import ArgumentParser
internal import Console
internal import Runs

/// `detect --from T --to T --every D`: every scheduled run of a time that is past, as it would have been.
struct Backtest: ParsableArguments {
    @Option(
        name: .long, help: ArgumentHelp("With --every: runs from this time on.", valueName: "time"),
        transform: TimeOption.parse)
    var from: TimeOption?

    @Option(
        name: .long,
        help: ArgumentHelp("With --every: runs up to this time (default: the newest event).", valueName: "time"),
        transform: TimeOption.parse)
    var to: TimeOption?

    @Option(
        name: .long,
        help: ArgumentHelp(
            "Run the detectors as a job would have, so often between --from and --to: alerts by day, and when each "
                + "finding was first reported. Nothing is noted.", valueName: "span"),
        transform: DurationOption.parse)
    var every: DurationOption?

    func validate() throws {
        guard let every else {
            if from == nil, to == nil { return }
            throw ValidationError("--from and --to need --every, such as --every 1h")
        }
        guard let from else { throw ValidationError("--every needs --from, the time of the first run") }
        if let to { _ = try plan(from.micros, to.micros, every.micros, width: 0) }
    }

    private func plan(_ from: Int64, _ to: Int64, _ every: Int64, width: Int64) throws -> BacktestPlan {
        do { return try BacktestPlan(from: from, to: to, every: every, width: width) } catch {
            throw ValidationError("\(error)")
        }
    }

    /// Runs `run` for each moment, up to `newest` if no end is given.
    func report(
        width: Int64, newest: Int64, isQuiet: Bool, _ run: (Int64) throws -> DetectionReport
    ) throws -> BacktestReport? {
        guard let every, let from else { return nil }
        let plan = try plan(from.micros, to?.micros ?? newest, every.micros, width: width)
        let progress = Progress.standardError("backtest", total: nil, unit: "of \(plan.runs) runs", quiet: isQuiet)
        defer { progress.finish() }
        return try plan.report(run) { progress.update(bytes: 0, count: $0) }
    }
}
