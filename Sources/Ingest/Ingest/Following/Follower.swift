internal import Catalog
internal import Files
package import Trail

/// Follows logs into a trail: reads what is appended, and notices what happens to the files.
///
/// It polls. A poll finds the files that the patterns name now, reads what is new in each, and commits when the
/// oldest line that it holds has waited long enough. Nothing counts before its commit, and a commit carries lines and
/// checkpoints together; so whatever goes wrong between two commits, reading starts over from the last one. Files stay
/// open until nothing more is awaited of them: what is renamed, or deleted by others, is read to its end.
package final class Follower {
    /// Reading, discovery and patience. Times in microseconds.
    package struct Options: Sendable {
        /// How long a line may wait for its commit.
        package var flushInterval: Int64 = 500_000
        /// How often patterns are looked up again. Rarely is enough where the system tells of new names.
        package var discoveryInterval: Int64 = 1_000_000
        /// How many files may be open at once.
        package var mostOpen = 1000
        /// How long a file that lost its name must have been silent until nothing more is awaited of it.
        package var grace: Int64 = 60_000_000
        /// How long a compressed file must have been the same before it is read.
        package var settling: Int64 = 2_000_000
        /// How often a file that shows no sign of change is held against what was read of it.
        package var checkInterval: Int64 = 5_000_000
        /// Bytes that are read of one file before it is the turn of the next.
        package var bytesPerTurn = 32 << 20
        /// How long events are kept before their month is dropped; nil for ever.
        package var keep: Int64?
        package var deliveries = Deliveries.exactlyOnce
        /// What of a record of another system stays with its events.
        package var kept = KeptPart.record
        /// By what mapping files are read that were not read before.
        package var choice = SourceChoice.Word.recognized
        package var limits = IngestLimits()

        package init() {}
    }

    /// How often a commit on its way is asked what became of it, in microseconds.
    private static let commitCheck: Int64 = 100_000

    let patterns: [String]
    package var options: Options
    let now: () -> Int64
    let ticks: () -> Int64
    let notify: (FollowNotice) -> Void
    /// Whether a poll is to end soon.
    let wantsStop: () -> Bool
    let writer: TrailWriter
    var intake: LineIntake
    var identity: SourceIdentity
    let choice: SourceChoice
    /// The files that are open.
    var files: [FileIdentity: LiveFile] = [:]
    /// Files of which nothing more is awaited, until what was read of them is committed.
    var leaving: [LiveFile] = []
    /// Whether files were met that nobody knew. Only what is known is looked for when it was rotated meanwhile, so the
    /// next commit is due at once.
    var hasNewcomers = false
    /// Whether there are too few descriptors to open all that is new.
    var isShort = false
    /// Files that are closed because nothing is awaited of them, or because descriptors are short: what they looked
    /// like then. They are opened again when they look different.
    var resting: [FileIdentity: FileStatus] = [:]
    /// Compressed files and copies that are not read yet, and since when they look like this.
    var settling: [FileIdentity: Settling] = [:]
    /// Files that could not be opened: what they looked like, and when they are tried again unless they look otherwise.
    var retries: [FileIdentity: (status: FileStatus, retry: Retry)] = [:]
    /// Rotations of logs that are still to be read, and the logs that they belong to.
    var awaited: [PathKey: String] = [:]
    /// Logs that were found rotated by the last discovery, and since when they may have been; and when it was.
    var turning: [PathKey: Int64] = [:]
    var listedAt: Int64?
    /// Folders that could not be looked at, in which rotations may wait.
    var unlisted: Set<PathKey> = []
    /// Whether the patterns named nothing at all when they were looked up last.
    var seesNothing = false
    /// What is wrong with inputs and patterns, as it was reported.
    var problems: ProblemList
    /// Patterns that name nothing, and since when.
    var absent: [PathKey: Int64] = [:]
    /// Where things may happen.
    package private(set) var folders: Set<String> = []
    private var discoveredAt: Int64?
    /// How long the last discovery took, in microseconds.
    private var discoveryTook: Int64 = 0
    private var wantsDiscovery = true
    var waitingSince: Int64?
    private var backoff: WriteBackoff?
    private let before: WrittenTotals
    private var merging: Merging
    private var retention: Retention?
    private var inputs: Set<PathKey> = []

    /// A file that is looked at for a while before it is read.
    struct Settling {
        var status: FileStatus
        var since: Int64
        /// Whether a compressed file has an end, once that was looked for.
        var isWhole: Bool?
    }

    /// Writing does not work; it is tried again later.
    private struct WriteBackoff {
        let since: Int64
        var delay: Int64
        var retryAt: Int64
    }

    /// - Parameters:
    ///   - patterns: files, folders and shell patterns; they need not name anything yet.
    ///   - now: the clock, microseconds since the epoch.
    ///   - ticks: a clock that never goes back, in microseconds.
    ///   - wantsStop: whether a poll is to end soon; what it has not read is left for the next run.
    package init(
        _ patterns: [String], into writer: TrailWriter, options: Options = Options(), now: @escaping () -> Int64,
        ticks: @escaping () -> Int64, notify: @escaping (FollowNotice) -> Void = { _ in },
        wantsStop: @escaping () -> Bool = { false }
    ) throws {
        self.patterns = patterns
        self.writer = writer
        self.options = options
        self.options.limits = options.limits.adapted(to: options.deliveries)
        self.now = now
        self.ticks = ticks
        self.notify = notify
        self.wantsStop = wantsStop
        before = try writer.catalog.written()
        problems = try ProblemList(of: writer.catalog)
        merging = Merging(writer)
        retention = options.keep.map { Retention(writer, span: $0) }
        intake = try LineIntake(writer, options.deliveries, options.kept, self.options.limits, now: now)
        identity = try SourceIdentity(of: writer.catalog, holdsLines: intake.holdsLines)
        choice = SourceChoice(options.choice, try writer.catalog.mappings())
    }

    /// Whether nothing can be written now, so that reading waits.
    package var isBlocked: Bool { backoff != nil }

    /// When the next poll is due at the latest, by the clock of `ticks`.
    package var nextTurn: Int64 {
        if let backoff { return backoff.retryAt }
        let flush = min(
            waitingSince.map { $0 + options.flushInterval } ?? .max,
            intake.isCommitting ? ticks() + Self.commitCheck : .max)
        return min(nextDiscovery, flush)
    }

    /// Has the next poll look up the patterns again.
    package func discoverAgain() { wantsDiscovery = true }

    /// Looking at thousands of files takes its time, so it is done the less often the longer it takes.
    private var nextDiscovery: Int64 {
        guard let discoveredAt else { return 0 }
        if wantsDiscovery { return discoveredAt + 4 * discoveryTook }
        let interval = max(options.discoveryInterval, 4 * discoveryTook)
        // Some files are not read yet.
        if !settling.isEmpty || !retries.isEmpty || !awaited.isEmpty { return discoveredAt + interval }
        return discoveredAt + max(interval, min(200 * discoveryTook, 6 * interval))
    }

    /// Does what there is to do now. Throws what cannot be waited for.
    /// - Returns: whether there is more to do at once.
    package func poll() throws -> Bool {
        let time = ticks()
        if let backoff, time < backoff.retryAt { return false }
        do {
            // Where nothing more is written, no later commit would tell that the last one failed.
            if backoff != nil { try startOver(time) } else { try intake.check() }
            if time >= nextDiscovery {
                discoveredAt = time
                wantsDiscovery = false
                try discover(time)
                folders = Inputs.folders(of: patterns).union(files.values.map { parent(of: $0.source.record.path) })
                discoveryTook = ticks() - time
            }
            var isBusy = false
            for file in files.values.sorted(by: { $0.id < $1.id }) where !wantsStop() {
                isBusy = try read(file, time) || isBusy
                if isBusy { try commitIfDue(ticks()) }
            }
            try commitIfDue(time)
            try closeLeaving()
            if !wantsStop(), merging.isDue(isBusy: isBusy) {
                try intake.settle()
                if let problem = try merging.run(now, wantsStop) { notify(.problem(path: writer.path, problem)) }
                intake.replaceSegments(with: try writer.catalog.segments())
            }
            if !wantsStop(), retention?.isDue(time) ?? false {
                try intake.settle()
                if let told = try retention?.run(now: now(), ticks: time) { notify(told) }
                intake.replaceSegments(with: try writer.catalog.segments())
            }
            if let problem = intake.takeProblem() { notify(.problem(path: writer.path, problem)) }
            if isShort { isBusy = relieve() || isBusy }
            if backoff != nil { try unblock(time) }
            problems.save(in: writer.catalog, at: now())
            return isBusy
        } catch  where error.mayPass {
            block(error, time)
            return false
        }
    }

    /// Waits for the commits that are under way.
    package func settle() throws { try intake.settle() }

    /// Commits everything, waits for that, and returns what was committed since the start. Nothing may be read
    /// afterwards.
    package func finish() throws -> IngestSummary {
        if backoff == nil {
            // What has no name any more is found by nobody afterwards; but whoever waits for the end has little time.
            let latest = ticks() + 3_000_000
            for file in files.values where file.isDeleted { try readToEnd(file.identity, ticks(), until: latest) }
            try intake.finish()
            leaving = []
        }
        var summary = IngestSummary()
        let written = try writer.catalog.written().since(before)
        summary.counts = written.counts
        summary.bytesIn = written.bytesIn
        summary.bytesStored = written.bytesStored
        summary.segments = written.segments
        summary.inputs = inputs.count
        summary.foundNothing = inputs.isEmpty && seesNothing
        summary.future = intake.summary.future
        summary.reused = intake.summary.reused
        summary.isBlind =
            summary.counts.isBlind
            && identity.sources.contains { $0.isBlind && inputs.contains(PathKey($0.path)) }
        summary.problems = problems.unsolved
        problems.save(in: writer.catalog, at: now())
        summary.waiting = files.values.filter { $0.unread > 0 }
            .map { ($0.source.record.path, Int($0.unread)) }.sorted { $0.input < $1.input }
        files = [:]
        return summary
    }

    func noteInput(_ path: String) { inputs.insert(PathKey(path)) }

    /// - Parameter mayWait: more files are about to be met, so that they need not have a commit each.
    func commitIfDue(_ time: Int64, mayWait: Bool = false) throws {
        guard intake.hasNews else { return waitingSince = nil }
        let since = waitingSince ?? time
        waitingSince = since
        let isDue = intake.isFull || hasNewcomers && !mayWait || time - since >= options.flushInterval
        guard isDue else { return }
        hasNewcomers = false
        try intake.commit()
        merging.noteCommit()
        waitingSince = nil
    }

    /// Closes files at whose end nothing is read, so that others can be opened.
    private func relieve() -> Bool {
        isShort = false
        discoverAgain()
        return closeIdle()
    }

    /// Makes true what was read of files of which nothing more is awaited, and closes them.
    private func closeLeaving() throws {
        guard !leaving.isEmpty else { return }
        try intake.finish()
        leaving = []
        waitingSince = nil
    }

    // MARK: When nothing can be written

    private func block(_ error: any Error, _ time: Int64) {
        let delay = min((backoff?.delay ?? 500_000) * 2, 30_000_000)
        if (error as? FileError)?.isTooManyOpen ?? false { _ = closeIdle() }
        if backoff == nil { notify(.blocked(error, seconds: delay / 1_000_000)) }
        backoff = WriteBackoff(since: backoff?.since ?? time, delay: delay, retryAt: time + delay)
    }

    private func unblock(_ time: Int64) throws {
        // The proof is a commit.
        try intake.finish()
        notify(.unblocked(seconds: (time - (backoff?.since ?? time)) / 1_000_000))
        backoff = nil
    }
}
