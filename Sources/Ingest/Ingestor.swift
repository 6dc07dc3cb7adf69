internal import Catalog
internal import Events
internal import Files
package import Trail

/// Reads inputs once, from their checkpoints to their ends, into a trail.
package final class Ingestor {
    private let writer: TrailWriter
    private let intake: LineIntake
    private let progress: (IngestProgress) -> Void
    private let takesUnfinishedLines: Bool
    private let limits: IngestLimits
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
    ///   - takesUnfinishedLines: the inputs grow no more, so a last line without a newline is taken as it is.
    ///   - now: the clock, microseconds since the epoch.
    ///   - progress: called about once for each MiB.
    package init(
        _ writer: TrailWriter, takesUnfinishedLines: Bool = false, limits: IngestLimits = IngestLimits(),
        now: @escaping () -> Int64, progress: @escaping (IngestProgress) -> Void = { _ in }
    ) throws {
        let intake = LineIntake(writer, limits, now: now)
        self.writer = writer
        self.intake = intake
        identity = try SourceIdentity(of: writer.catalog, holdsLines: intake.holdsLines)
        self.limits = limits
        self.now = now
        self.progress = progress
        self.takesUnfinishedLines = takesUnfinishedLines
    }

    /// Reads the inputs, one after the other, and commits. An input that cannot be read becomes a problem of the
    /// summary; an error of the trail is thrown, and nothing of the last batch is true then.
    package func ingest(_ inputs: [Input]) throws -> IngestSummary {
        let rotations = identity.rotations(of: inputs.map(\.name)) { _, _ in false }
            .filter { !inputs.contains($0.input) }
        let all: [(input: Input, log: String?)] = rotations.map { ($0.input, $0.log) }
            + originalsFirst(inputs).map { ($0, nil) }
        let sizes = all.map { Self.size($0.input) }
        done.totalBytes = inputs.contains(.standardInput) ? nil : sizes.reduce(0, +)
        for (input, log) in all {
            summary.inputs += 1
            do {
                try ingest(input, log: log)
            } catch let error as FileError where error.isAboutInput(input.name) {
                summary.problems.append(.init(input: input.name, error: error))
            }
        }
        for record in identity.superseded(by: found, at: now()) {
            remember(record)
            if record.lost > 0 || record.ended == .missing { summary.losses.append((record.path, record.lost)) }
        }
        try intake.finish()
        if intake.summary.segments > 0 { summary.unmerged = Merging.afterRun(writer, now: now) }
        return intake.summary.merging(summary)
    }

    /// Files that were read before come first, so that a copy of one goes on where the original ends.
    private func originalsFirst(_ inputs: [Input]) -> [Input] {
        let known = Set(identity.sources.compactMap(\.identity))
        let isKnown = inputs.map { input in FileLook(path: input.name).map { known.contains($0.identity) } ?? false }
        return zip(inputs, isKnown).filter(\.1).map(\.0) + zip(inputs, isKnown).filter { !$0.1 }.map(\.0)
    }

    private func ingest(_ input: Input, log: String?) throws {
        let opened = try identity.open(input, log: log)
        found.insert(opened.record.id)
        var source = SourceReader(opened, chunkBytes: limits.chunkBytes)
        bytesBefore = done.bytes
        committedAt = now()
        let start = source.record
        // The lines before a damage are kept, and so is how far they go.
        defer { finish(&source, start, opened.size) }
        while try source.fill() > 0 {
            try intake.readLines(&source, hasEnded: source.isFinite || takesUnfinishedLines)
            tell(source)
            if intake.isFull || input == .standardInput && isDue() {
                remember(source.state(size: opened.size))
                try intake.commit()
                committedAt = now()
            }
        }
        try readEnd(&source)
    }

    /// Whether what a pipe has said is to be made true: it may say nothing more for hours, or little all the time.
    private func isDue() -> Bool {
        let left = limits.pipeInterval - max(0, now() - committedAt)
        return left <= 0 || !standardInputHasMore(within: Int(left / 1000))
    }

    /// A last line without a newline. It is stored if it is a whole event already, or if its source has ended;
    /// otherwise it waits for the rest.
    private func readEnd(_ source: inout SourceReader) throws {
        intake.closeOpenLine(&source)
        guard !source.pending.isEmpty else { return }
        if !source.isFinite, !takesUnfinishedLines, !source.holdsEvent {
            return summary.waiting.append((source.record.path, source.pending.count))
        }
        try intake.readLast(&source)
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
        if read == 0 { summary.unchanged += 1 }
        if read > 0 || !identity.knows(state) { remember(state) }
    }

    private func remember(_ state: SourceRecord) {
        intake.update(state)
        identity.remember(state)
    }

    private static func size(_ input: Input) -> Int64 {
        switch input {
        case .file(let path), .gzip(let path): (try? InputFile(path: path).size()) ?? 0
        case .standardInput: 0
        }
    }
}

extension FileError {
    /// Whether the error concerns this input, so that the others can go on.
    func isAboutInput(_ name: String) -> Bool {
        switch self {
        case .missing(let path), .notRegular(let path, _), .untrusted(let path, _), .cannotRead(_, let path, _),
            .damaged(let path, _):
            path == name || name == "-"
        case .cannotWrite, .locked: false
        }
    }
}
