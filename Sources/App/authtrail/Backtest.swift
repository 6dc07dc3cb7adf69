internal import ArgumentParser
internal import Console
internal import Detection
internal import Events
internal import Reports
internal import Trail

/// `detect --from T --to T --every D`: every scheduled run of a time that is past, as it would have been.
///
/// Each run sees the events before its moment, whenever they were ingested: what a log that was late would have hidden
/// is not known.
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
                + "finding was first told. Nothing is noted.", valueName: "span"),
        transform: DurationOption.parse)
    var every: DurationOption?

    private static let mostRuns: Int64 = 100_000

    func validate() throws {
        guard let every else {
            if from == nil, to == nil { return }
            throw ValidationError("--from and --to need --every, such as --every 1h")
        }
        guard let from else { throw ValidationError("--every needs --from, the time of the first run") }
        if let to { _ = try runs(from.micros, to.micros, every.micros) }
    }

    private func runs(_ from: Int64, _ to: Int64, _ every: Int64) throws -> Int64 {
        guard from < to else {
            throw ValidationError("--from \(Timestamp.text(from)) does not lie before the end, \(Timestamp.text(to))")
        }
        let runs = (to - from) / every
        guard (1...Self.mostRuns).contains(runs) else {
            throw ValidationError(
                "--every gives \(runs) runs from \(Timestamp.text(from)) to \(Timestamp.text(to)); want 1 to "
                    + "\(Self.mostRuns)")
        }
        return runs
    }

    /// Runs `run` for each moment, up to `newest` if no end is given.
    func report(
        width: Int64, newest: Int64, isQuiet: Bool, _ run: (Int64) throws -> DetectionReport
    ) throws -> BacktestReport? {
        guard let every, let from else { return nil }
        let end = to?.micros ?? newest
        let runs = try runs(from.micros, end, every.micros)
        var report = BacktestReport(from: from.micros, to: end, every: every.micros, width: width)
        let progress = Progress.standardError("backtest", total: nil, unit: "of \(runs) runs", quiet: isQuiet)
        defer { progress.finish() }
        for number in 1...runs {
            report.add(try run(from.micros + number * every.micros))
            progress.update(bytes: 0, count: number)
        }
        return report
    }
}
