internal import Catalog
internal import Console
internal import Events
internal import Files
internal import Ingest
internal import Logging
internal import Trail

/// `authtrail ingest --follow`: polls until somebody asks to stop.
struct FollowRun {
    /// Between two polls at least, in microseconds: lines that come one by one are then read together.
    private static let pause: Int64 = 50_000

    let patterns: [String]
    let options: Follower.Options
    let path: String
    /// The number of a group that may read the trail.
    var group: UInt32?
    let isQuiet: Bool

    func run() throws -> IngestSummary {
        Process.keepLittleMemory()
        var options = options
        // Some are left for the trail.
        options.mostOpen = max(4, Process.allowManyFiles() - 24)
        let signals = Signals()
        let watch = FolderWatch()
        let writer = try TrailWriter(path: path, group: group, isHurried: { signals.wantsStop })
        defer { try? writer.close() }
        let logger = Logger(following: .standardError(), isQuiet: isQuiet)
        if writer.lostKey { logger.warning("\(TrailWriter.lostKeyRemark)") }
        let follower = try Follower(
            patterns, into: writer, options: options, now: Clock.now, ticks: Self.ticks, notify: logger.tell,
            wantsStop: { signals.wantsStop })
        logger.info("following \(patterns.joined(separator: " ")) into \(path)")
        while !signals.wantsStop {
            if signals.takeReload() {
                logger.info("looking up the files again")
                follower.discoverAgain()
            }
            if watch.takeNews() { follower.discoverAgain() }
            let start = Self.ticks()
            let isBusy = try follower.poll()
            watch.watch(follower.folders)
            follower.options.discoveryInterval = watch.isComplete ? 10_000_000 : 1_000_000
            if !isBusy, !signals.wantsStop { rest(since: start, follower, watch, signals) }
        }
        logger.info("stopping")
        return try follower.finish()
    }

    /// Waits until there may be something to do.
    private func rest(since start: Int64, _ follower: Follower, _ watch: FolderWatch, _ signals: Signals) {
        let soonest = start + Self.pause - Self.ticks()
        if soonest > 0 { FolderWatch.wait(milliseconds: Int(soonest / 1000) + 1, for: [signals.descriptor]) }
        guard !signals.wantsStop else { return }
        // Without a word from the system, files are looked at often.
        let latest = watch.isComplete ? follower.nextTurn : min(follower.nextTurn, start + 4 * Self.pause)
        let left = max(0, latest - Self.ticks())
        if follower.isBlocked {
            FolderWatch.wait(milliseconds: Int(left / 1000) + 1, for: [signals.descriptor])
        } else {
            watch.wait(milliseconds: Int(left / 1000) + 1, or: [signals.descriptor])
        }
    }

    private static func ticks() -> Int64 { Int64(Progress.monotonicClock() / 1000) }
}

extension Logger {
    /// Tells what happens while logs are followed, on standard error.
    /// - Parameter isQuiet: only what somebody should look at.
    init(following output: Output, isQuiet: Bool) {
        self.init(label: "authtrail.follow") { _ in LineLog(output: output) }
        logLevel = isQuiet ? .warning : .info
    }

    func tell(_ notice: FollowNotice) { log(level: notice.level, "\(notice.sentence)") }
}

extension FollowNotice {
    /// A warning is what a person should look at.
    var level: Logger.Level {
        switch self {
        case .problem, .blind, .blocked, .nothingFound, .ended(_, .missing, _): .warning
        case .ended(_, _, let lost): lost > 0 ? .warning : .info
        case .opened, .renamed, .solved, .pruned, .unblocked: .info
        }
    }

    /// What happened, in words.
    var sentence: String {
        switch self {
        case .opened(let path, let offset):
            offset > 0 ? "\(path): reading on from byte \(offset)" : "\(path): reading from its beginning"
        case .renamed(let from, let to): "\(from) is now \(to)"
        case .ended(let path, let ending, let lost):
            "\(path): \(Self.text(of: ending))"
                + (lost > 0 ? "; at least \(lost) bytes of it were written and could not be read" : "")
        case .problem(let path, let error):
            "\(error)".contains(path) ? "\(error); trying again" : "\(path): \(error); trying again"
        case .blind(let path, let error): "\(path): \(error)"
        case .nothingFound(let patterns):
            "no log found in \(patterns.joined(separator: " ")) yet; \(Inputs.folderRule)"
        case .solved(let path): "\(path) can be read again"
        case .blocked(let error, let seconds):
            "\(error); reading waits, and nothing is lost by it; trying again in \(max(1, seconds)) s, then less often"
        case .pruned(let plan):
            "dropped what is older than --keep: \(Human.count(plan.events)) events of "
                + Self.months(plan)
        case .unblocked(let seconds): "writing again after \(seconds) s; going on from the last commit"
        }
    }

    private static func months(_ plan: PrunePlan) -> String {
        let all = plan.months.map { Timestamp.monthText($0.month) }
        return all.count > 3 ? "\(all[0]) to \(all[all.count - 1])" : all.joined(separator: ", ")
    }

    private static func text(of ending: SourceRecord.Ending) -> String {
        switch ending {
        case .rotated: "rotated away and read to its end"
        case .truncated: "was truncated; what is written to it now is read from its beginning"
        case .rewritten: "holds other lines than before; it is read from its beginning"
        case .deleted: "was deleted, and is read to its end"
        case .missing:
            "another file stands in its place, and it is nowhere beside it; was it rotated while nobody looked?"
        }
    }
}
