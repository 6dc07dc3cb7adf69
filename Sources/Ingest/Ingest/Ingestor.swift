internal import Catalog
internal import Events
internal import Files
internal import Model
package import Mappings
package import Trail

/// Reads inputs once, from their checkpoints to their ends, into a trail.
package final class Ingestor {
    private let writer: TrailWriter
    private let intake: LineIntake
    private let progress: (IngestProgress) -> Void
    private let takesUnfinishedLines: Bool
    private let limits: IngestLimits
    private let choice: SourceChoice
    private let now: () -> Int64
    /// The sources that were met.
    private var found: Set<Int64> = []
    private var identity: SourceIdentity
    /// When a pipe was committed last.
    private var committedAt: Int64 = 0
    private var done = IngestProgress()
    private var bytesBefore: Int64 = 0
    private var summary = IngestSummary()

    /// - Parameters:
    ///   - deliveries: how often a line may be delivered.
    ///   - choice: by what mapping sources are read that were not read before.
    ///   - kept: what of a record of another system stays with its events.
    ///   - takesUnfinishedLines: the inputs grow no more, so a last line without a newline is taken as it is.
    ///   - now: the clock, microseconds since the epoch.
    ///   - progress: called about once for each MiB.
    package init(
        _ writer: TrailWriter, deliveries: Deliveries = .exactlyOnce, choice: SourceChoice.Word = .recognized,
        kept: KeptPart = .record, takesUnfinishedLines: Bool = false,
        limits: IngestLimits = IngestLimits(), now: @escaping () -> Int64,
        progress: @escaping (IngestProgress) -> Void = { _ in }
    ) throws {
        let limits = limits.adapted(to: deliveries)
        let intake = try LineIntake(writer, deliveries, kept, limits, now: now)
        self.writer = writer
        self.intake = intake
        self.choice = SourceChoice(choice, try writer.catalog.mappings())
        identity = try SourceIdentity(of: writer.catalog, holdsLines: intake.holdsLines)
        self.limits = limits
        self.now = now
        self.progress = progress
        self.takesUnfinishedLines = takesUnfinishedLines
    }

    /// Reads what was found, one input after the other, and commits. An input that cannot be read becomes a problem of
    /// the summary, as patterns that name nothing do; an error of the trail is thrown, and nothing of the last batch is
    /// true then.
    package func ingest(_ named: Inputs.Found) throws -> IngestSummary {
        let inputs = named.inputs
        summary.foundNothing = named.isNothing
        summary.emptyFolders = named.emptyFolders
        summary.problems = named.problems.map { .init(input: $0.name, error: $0.error) }
        let names = Set(inputs.map { PathKey($0.name) })
        let rotations = identity.rotations(of: inputs.map(\.name)) { _, _ in false }
        summary.problems += rotations.unlisted.map { .init(input: $0.folder, error: $0.error) }
        let rotated = rotations.found.filter { !names.contains(PathKey($0.input.name)) }
        let all: [(input: Input, log: String?)] =
            rotated.map { ($0.input, $0.log) }
            + originalsFirst(inputs).map { ($0, nil) }
        let sizes = all.map { Self.size($0.input) }
        done.totalBytes = inputs.contains(.standardInput) ? nil : sizes.reduce(0, +)
        for (input, log) in all {
            summary.inputs += 1
            do {
                try ingest(input, log: log)
            } catch let error as InputError {
                summary.problems.append(.init(input: input.name, error: error.cause))
            }
        }
        let unlisted = Set(rotations.unlisted.map { PathKey($0.folder) })
        for record in identity.superseded(by: found, at: now())
        where !unlisted.contains(PathKey(parent(of: record.log))) {
            remember(record)
            if record.lost > 0 || record.ended == .missing { summary.losses.append((record.path, record.lost)) }
        }
        try intake.finish()
        summary.uncompared = intake.takeProblem()
        if intake.summary.segments > 0 { summary.unmerged = Merging.afterRun(writer, now: now) }
        try noteProblems(named)
        summary.isBlind =
            intake.summary.counts.isBlind
            && identity.sources.contains { $0.isBlind && found.contains($0.id) }
        return intake.summary.merging(summary)
    }

    /// Keeps for `status` what is wrong with inputs, and forgets what is over.
    private func noteProblems(_ named: Inputs.Found) throws {
        var problems = try ProblemList(of: writer.catalog)
        let paths = named.inputs.map(\.name)
        for path in named.patterns + paths + Set(paths.map(parent(of:))) { _ = problems.remove(path) }
        for record in identity.sources where record.isBlind && found.contains(record.id) {
            _ = problems.add(record.path, BlindError())
        }
        for problem in summary.problems { _ = problems.add(problem.input, problem.error) }
        problems.save(in: writer.catalog, at: now())
    }

    /// Files that were read before come first, so that a copy of one goes on where the original ends.
    private func originalsFirst(_ inputs: [Input]) -> [Input] {
        let known = Set(identity.sources.compactMap(\.identity))
        let isKnown = inputs.map { input in FileStatus(path: input.name).map { known.contains($0.identity) } ?? false }
        return zip(inputs, isKnown).filter(\.1).map(\.0) + zip(inputs, isKnown).filter { !$0.1 }.map(\.0)
    }

    private func ingest(_ input: Input, log: String?) throws {
        let isYoung = isYoung(input)
        if case .gzip(let path) = input, isYoung, try !isWhole(path) { return }
        let opened = try identity.open(input, log: log)
        var source = SourceReader(opened, chunkBytes: limits.chunkBytes)
        let isComplete = source.isFinite && !isYoung || takesUnfinishedLines
        let filled = try settle(&source, isComplete: isComplete)
        found.insert(opened.record.id)
        note(source)
        bytesBefore = done.bytes
        committedAt = now()
        let start = source.record
        // The lines before a damage are kept, and so is how far they go.
        defer { finish(&source, start, opened.size) }
        var hasNews = filled
        // A pipe may say nothing more for hours.
        while try hasNews || source.fill() > 0 {
            hasNews = false
            try intake.readLines(&source, hasEnded: isComplete)
            tell(source)
            if intake.isFull || input == .standardInput && isDue() {
                remember(source.state(size: opened.size))
                try intake.commit()
                committedAt = now()
            }
        }
        let isWaiting = try !readEnd(&source, isFinal: isComplete)
        if !isWaiting, source.record.checkpoint == start.checkpoint {
            summary.unchanged += 1
            if source.record.checkpoint == 0 { summary.empty += 1 }
        }
    }

    /// Reads as much of a source as it takes to find out what it is. What is not known at its end is ours, or will be
    /// known when there is more of it.
    /// - Returns: whether something was read.
    private func settle(_ source: inout SourceReader, isComplete: Bool) throws(InputError) -> Bool {
        var isAtEnd = false
        let record = source.record
        while try !source.settle(
            choice, after: identity.generation(before: record), isAll: isAtEnd && isComplete, now: now())
        {
            if isAtEnd {
                source.settleAsNative()
                break
            }
            try source.growToSettle()
            isAtEnd = try source.fill() == 0
        }
        return !source.pending.isEmpty
    }

    /// Keeps for the summary what was found out of a source.
    private func note(_ source: SourceReader) {
        guard let name = source.record.mapping else {
            summary.native += 1
            return
        }
        summary.mapped[name, default: 0] += 1
    }

    /// Whether a compressed file was changed a moment ago: more of it may be to come.
    private func isYoung(_ input: Input) -> Bool {
        guard case .gzip(let path) = input, !takesUnfinishedLines, let status = FileStatus(path: path) else {
            return false
        }
        return status.touched / 1000 > now() - limits.unfinishedPatience
    }

    /// Whether a compressed file has an end. One without is still being written if it is young, so none of it is read
    /// yet; an old one was cut, and is read as far as it goes.
    private func isWhole(_ path: String) throws(InputError) -> Bool {
        do throws(FileError) {
            guard try GzipStream.ending(of: path) == .early else { return true }
        } catch { throw InputError(cause: error) }
        // Of a file beside it nothing is missing.
        guard kind(ofPath: Self.withoutEnding(path)) == .file else {
            throw InputError(cause: FileError.unfinished(path: path))
        }
        summary.unfinished.append(path)
        return false
    }

    private static func withoutEnding(_ path: String) -> String { String(path.utf8.dropLast(3)) ?? path }

    /// Whether what a pipe has said is to be committed: it may say nothing more for hours, or little all the time.
    private func isDue() -> Bool {
        let left = limits.pipeInterval - max(0, now() - committedAt)
        return left <= 0 || !standardInputHasMore(within: Int(left / 1000))
    }

    /// A last line without a newline. It is stored if it is a whole event already, or if its source has ended;
    /// otherwise it waits for the rest.
    /// - Returns: whether nothing waits.
    private func readEnd(_ source: inout SourceReader, isFinal: Bool) throws -> Bool {
        intake.closeOpenLine(&source)
        guard !source.pending.isEmpty else { return true }
        if !isFinal, !source.holdsEvent {
            summary.waiting.append((source.record.path, source.pending.count))
            return false
        }
        try intake.readLast(&source)
        return true
    }

    private func tell(_ source: SourceReader) {
        done.bytes = bytesBefore + source.bytesOnDisk
        done.events = intake.summary.counts.stored
        progress(done)
    }

    private func finish(_ source: inout SourceReader, _ start: SourceRecord, _ size: Int64) {
        let read = source.record.checkpoint - start.checkpoint
        done.bytes = bytesBefore + size
        if read > 0 {
            let time = now()
            source.note { $0.readAt = time }
        }
        let state = source.state(size: size)
        if read > 0 || !identity.knows(state) { remember(state) }
        if let reader = source.takeRecords() { choice.keep(reader) }
    }

    private func remember(_ state: SourceRecord) {
        intake.update(state)
        identity.remember(state)
    }

    private static func size(_ input: Input) -> Int64 {
        switch input {
        case .file(let path), .gzip(let path): FileStatus(path: path)?.size ?? 0
        case .standardInput: 0
        }
    }
}
