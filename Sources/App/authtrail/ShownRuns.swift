internal import ArgumentParser
internal import Console
internal import Detection
internal import Runs
internal import Trail

/// Runs as a command line shows them: with progress, and what is asked for wrongly as wrong usage.
extension DetectionRun {
    func report(on trail: Trail, isQuiet: Bool) throws -> DetectionReport {
        try shown(detectors.count, isQuiet) { progress in try report(on: trail, progress: progress) }
    }
}

extension LedgerRun {
    init(_ request: Request, on trail: Trail, isQuiet: Bool) throws {
        self = try shown(request.detectors.count, isQuiet) { progress in
            try LedgerRun(request, on: trail, progress: progress)
        }
    }
}

extension DoctorRun {
    func checkup(of trail: Trail, isQuiet: Bool) throws -> Checkup {
        try shown(Detectors.all().count, isQuiet) { progress in try checkup(of: trail, progress: progress) }
    }
}

private func shown<Result>(
    _ detectors: Int, _ isQuiet: Bool, _ run: (_ progress: @Sendable (Int) -> Void) throws -> Result
) throws -> Result {
    let progress = Progress.standardError("detect", total: nil, unit: "of \(detectors) detectors", quiet: isQuiet)
    defer { progress.finish() }
    do { return try run { progress.update(bytes: 0, count: Int64($0)) } } catch let error as RunError {
        throw ValidationError("\(error)")
    }
}
