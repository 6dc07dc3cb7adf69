internal import Catalog
internal import Events
internal import Files
internal import Model
internal import Segments

/// One pass over the segments of a trail that fills a new catalog.
final class RebuildAttempt {
    /// A segment by its footer.
    private struct Candidate {
        var id: Int64
        var month: Int32
        var file: String
        var notes: SegmentMetadata
        var rank: Int64 { notes.rank ?? id }
    }

    private let path: String
    private var candidates: [Candidate] = []
    private var states = SegmentMetadata()
    private var dead: Set<Int64> = []
    private var traces = SourceRecovery(known: [])
    private var known = KnownTokens()
    private var duplicates: [DuplicateSpan] = []
    private var outcome = Rebuild.Outcome()
    /// Number of well-named files.
    private(set) var files = 0
    /// Files that cannot be read and that nothing can stand for.
    private(set) var damaged: [DamagedFile] = []
    /// Damaged files without which there is to be another attempt: merged segments for whose sake others were passed
    /// over, and the file of what was pruned.
    private(set) var doneWithout: [DamagedFile] = []

    /// The file of what was pruned, or nil if there is none or it cannot be read.
    private var prunedFile: String?
    var hasPruned: Bool { prunedFile != nil }

    init(_ path: String, excluding excluded: Set<String>) throws {
        self.path = path
        let pruned = path + "/" + SegmentLayout.pruned
        if try checkedKind(ofPath: pruned) != .missing, !excluded.contains(SegmentLayout.pruned) { prunedFile = pruned }
        for file in try SegmentFiles.all(inTrail: path) {
            guard let (month, id) = SegmentLayout.parse(file) else { continue }
            files += 1
            guard !excluded.contains(file) else { continue }
            do {
                let notes = SegmentMetadata(try SegmentReader(path: path + "/" + file).metadata)
                candidates.append(Candidate(id: id, month: month, file: file, notes: notes))
            } catch {
                guard !error.isInputOutput else { throw error }
                damaged.append(DamagedFile(file: file, reason: "\(error)"))
            }
        }
        candidates.sort { ($0.rank, $0.id) < ($1.rank, $1.id) }
    }

    /// Lists all segments that count. Throws what the disk and the new catalog throw, also where a segment cannot be
    /// read just now; not what is wrong with segments.
    func fill(_ catalog: Catalog, progress: (_ done: Int, _ of: Int) -> Void) throws {
        guard let kept = try begin(catalog) else { return }
        dead = candidates.reduce(into: Set(kept.dead)) { $0.formUnion($1.notes.replaces) }
        damaged.removeAll { file in SegmentLayout.parse(file.file).map { dead.contains($0.sequence) } ?? false }
        let live = candidates.filter { !dead.contains($0.id) }
        states.add(later: kept.sources)
        // Also those of dead ones: what they say about how far sources were read is true.
        for candidate in candidates { states.add(later: candidate.notes.sources) }
        duplicates = try PrunedFile.duplicates(path: prunedFile)
        traces = SourceRecovery(known: Set(states.sources.map(\.id)))
        for (place, candidate) in live.enumerated() {
            try list(candidate, in: catalog)
            progress(place + 1, live.count)
        }
    }

    /// Nil if the file of what was pruned is damaged: the catalog has a part of it then, and this attempt is none.
    private func begin(_ catalog: Catalog) throws -> (dead: [Int64], sources: [SourceRecord])? {
        do {
            return try catalog.beginRebuild(pruned: prunedFile)
        } catch {
            guard case .damaged(let file, let reason) = error, file == prunedFile else { throw error }
            doneWithout.append(DamagedFile(file: SegmentLayout.pruned, reason: reason))
            return nil
        }
    }

    private func list(_ candidate: Candidate, in catalog: Catalog) throws {
        let before = traces
        do {
            try catalog.restore(known: &known) { notes in
                let file = path + "/" + candidate.file
                let digest = try SegmentContent.digest(of: file)
                let content = try SegmentContent(
                    of: file, batch: { try traces.add($0) }, facts: { try notes.add($0) })
                guard content.belongs(to: candidate.month) else {
                    throw SegmentError.notASegment(file: file, reason: "its events are not of the month of its folder")
                }
                let record = SegmentRecord(
                    id: candidate.id, month: candidate.month, file: candidate.file, rows: content.rows,
                    rowGroups: Int64(content.rowGroups), bytes: digest.bytes, sha256: digest.sha256,
                    minTS: content.minTS, maxTS: content.maxTS, counts: content.counts, rank: candidate.rank)
                duplicates += candidate.notes.duplicates
                outcome.segments += 1
                outcome.events += record.rows
                outcome.bytes += record.bytes
                return (record, content.rollups)
            }
        } catch  where !(error is CatalogError) && !error.isInputOutput {
            traces = before
            let file = DamagedFile(file: candidate.file, reason: "\(error)")
            if candidates.contains(where: { candidate.notes.replaces.contains($0.id) }) {
                doneWithout.append(file)
            } else {
                damaged.append(file)
            }
        }
    }

    /// Writes sources and what is lost, once all segments are listed.
    func finish(_ catalog: Catalog, now: Int64) throws -> Rebuild.Outcome {
        let pruned = try PrunedFile.lines(path: prunedFile)
        for id in traces.sources where !states.sources.contains(where: { $0.id == id }) {
            guard let state = traces.state(of: id) else { continue }
            states.sources.append(state)
            outcome.traced.append(id)
        }
        states.sources.sort { $0.id < $1.id }
        outcome.sources = states.sources
        let listed = Set(states.sources.map(\.id))
        duplicates = duplicates.filter { listed.isSuperset(of: [$0.sourceID, $0.originalID]) }.joined()
        var again: [Int64: (lines: Int64, bytes: Int64)] = [:]
        for span in duplicates {
            again[span.sourceID, default: (0, 0)].lines += span.lines
            again[span.sourceID, default: (0, 0)].bytes += span.to - span.from + 1
        }
        for source in states.sources {
            var lost = LostLines(sourceID: source.id, before: source.checkpoint)
            lost.stored = source.counts.stored - traces.rows(of: source.id) - (pruned[source.id]?.lines ?? 0)
            lost.quarantined = source.counts.quarantined
            // Of records that were delivered again no segment says where they stand.
            if source.mapping == nil { lost.duplicate = source.counts.duplicate - (again[source.id]?.lines ?? 0) }
            let known = (pruned[source.id]?.bytes ?? 0) + (again[source.id]?.bytes ?? 0)
            if lost.quarantined > 0 || lost.stored > 0 || lost.duplicate > 0 || isShort(source, known) {
                lost.blank = max(source.counts.blank, lost.quarantined + lost.stored + lost.duplicate == 0 ? 1 : 0)
            }
            lost.isUnplaced = outcome.traced.contains(source.id) && source.headLength == 0
            if !lost.isEmpty { outcome.lost.append(lost) }
        }
        let removed = try candidates.filter { dead.contains($0.id) }.map { candidate in
            let bytes = try InputFile(path: path + "/" + candidate.file).size()
            return RemovedSegment(id: candidate.id, month: candidate.month, file: candidate.file, bytes: bytes)
        }
        outcome.dead = removed.map(\.file)
        try catalog.finishRebuild(
            states.sources, duplicates, lost: outcome.lost, removed: removed, pruned: prunedFile, at: now)
        if let prunedFile { try catalog.note(SegmentLayout.pruned, KeptFile(of: prunedFile)) }
        // Segments tell by which key their marks were made, so a key that was changed does not become the right one.
        let told = candidates.last { $0.notes.key != nil }?.notes.key
        if let told { try catalog.note(SegmentLayout.secretKey, KeptFile(bytes: 32, digest: told)) }
        return outcome
    }

    /// Whether bytes of a source are neither those of lines nor empty lines: white space, which only the catalog had.
    private func isShort(_ source: SourceRecord, _ otherBytes: Int64) -> Bool {
        if source.mapping != nil { return false }
        let known = traces.bytes(of: source.id) + otherBytes + source.counts.blank
        // The last line may have no newline yet.
        return !(known...known + 1 ~= source.checkpoint - source.start + 1)
    }
}
