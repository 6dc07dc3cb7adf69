internal import Catalog
internal import Events
internal import Files
internal import Foundation
internal import Model
internal import Rollups
internal import Segments

/// One run of `verify`. A check that cannot go on because something it needs is damaged names that and ends; the others
/// go on.
final class Verifier {
    private static let mostDifferences = 20

    private let trail: Trail
    private let recount: TokenRecount?
    private var listed: [SegmentRecord] = []
    private var tiling = SourceCoverage()
    private var measure = LineMeasure()
    private var states = SegmentMetadata()
    /// Whether all segments could be read, without which sources and tokens cannot be judged.
    private var isComplete = true
    private(set) var result = Verification()

    private var catalog: Catalog { trail.catalog }

    init(_ trail: Trail) {
        self.trail = trail
        var result = Verification()
        do { recount = try TokenRecount(of: trail.catalog) } catch {
            recount = nil
            result.add("catalog", "pruned_tokens", error, otherwise: .rebuild)
        }
        self.result = result
    }

    /// SQLite's own checks, the tables' checksums, and what tells that the WAL is damaged.
    func checkCatalog() {
        inCatalog(SegmentLayout.catalog) {
            for what in try catalog.integrityProblems() { result.add("catalog", SegmentLayout.catalog, what, .rebuild) }
        }
        inCatalog(SegmentLayout.catalog) {
            for what in try recount?.schemaProblems(of: catalog) ?? [] {
                result.add("catalog", SegmentLayout.catalog, what, .rebuild)
            }
        }
        inCatalog("table_sums") {
            for (table, what) in try catalog.sumProblems() { result.add("catalog", table, what, .rebuild) }
        }
        inCatalog("kept_token_days") {
            if let what = try catalog.keptDaysFault() { result.add("catalog", "kept_token_days", what, .rebuild) }
        }
        // A writer may be in the middle of a frame.
        let wal = SegmentLayout.catalog + "-wal"
        inCatalog(wal) {
            guard try !isLocked(trail.path + "/" + SegmentLayout.lock),
                let what = try WALFile.fault(trail.path + "/" + wal)
            else { return }
            // So may somebody who writes to the ledger, but not for long.
            Thread.sleep(forTimeInterval: 0.2)
            guard try WALFile.fault(trail.path + "/" + wal) == what else { return }
            result.add("catalog", wal, what, .readAgain)
        }
    }

    /// Each segment against its row.
    func checkSegments(_ progress: (_ done: Int, _ of: Int) -> Void) {
        inCatalog("segments") { listed = try catalog.segments() }
        for (place, segment) in listed.enumerated() {
            result.segments += 1
            result.events += segment.rows
            result.bytes += segment.bytes
            do {
                for (what, advice) in try faults(of: segment) { result.add("segment", segment.file, what, advice) }
            } catch let error as CatalogError {
                isComplete = false
                result.add("catalog", segment.file, error, otherwise: .rebuild)
            } catch {
                isComplete = false
                result.add("segment", segment.file, error, otherwise: .restoreSegment)
            }
            progress(place + 1, listed.count)
        }
    }

    private func faults(of segment: SegmentRecord) throws -> [(String, Verification.Advice)] {
        let path = trail.path + "/" + segment.file
        guard SegmentLayout.path(month: segment.month, sequence: segment.id) == segment.file else {
            isComplete = false
            return [("is listed under the number \(segment.id) of another file", .rebuild)]
        }
        let digest = try SegmentContent.digest(of: path)
        if digest.sha256 != segment.sha256 {
            isComplete = false
            if let other = listed.first(where: { $0.sha256 == digest.sha256 }) {
                return [("has the content of \(other.file)", .restoreName)]
            }
            let what =
                digest.bytes == segment.bytes
                ? "has SHA-256 \(digest.sha256), the catalog says \(segment.sha256)"
                : "has \(digest.bytes) bytes, the catalog says \(segment.bytes)"
            return [(what, .restoreSegment)]
        }
        let content = try SegmentContent(of: path, batch: tile) { try recount?.add($0) }
        try recount?.add(content.rollups.tokenUse)
        states.add(later: content.notes.sources)
        return try differences(segment, digest.bytes, content).map { ($0, .rebuild) }
    }

    /// The file is what was written; so where it and its row differ, the row is wrong.
    private func differences(_ segment: SegmentRecord, _ bytes: Int64, _ content: SegmentContent) throws -> [String] {
        var found: [String] = []
        func compare(_ what: String, _ got: some Equatable, _ listed: some Equatable) {
            if "\(got)" != "\(listed)" { found.append("has \(what) \(got), the catalog says \(listed)") }
        }
        compare("bytes", bytes, segment.bytes)
        compare("row groups", Int64(content.rowGroups), segment.rowGroups)
        compare("events by kind", content.counts, segment.counts)
        compare("rows", content.rows, segment.rows)
        compare("its first event at", Timestamp.text(content.minTS), Timestamp.text(segment.minTS))
        compare("its last event at", Timestamp.text(content.maxTS), Timestamp.text(segment.maxTS))
        compare("rank", content.notes.rank ?? segment.id, segment.rank)
        if !content.belongs(to: segment.month) { found.append("holds events of another month") }
        if let what = try catalog.rollupFault(of: segment, content.rollups) { found.append(what) }
        return found
    }

    private func tile(_ columns: EventColumns) throws {
        try measure.each(columns) { source, offset, length, _ in
            tiling.add(source, from: offset, to: offset + length, rows: 1)
        }
    }

    /// The table of tokens against what all events say.
    func checkTokens() {
        guard isComplete, let recount else { return }
        inCatalog("tokens") {
            for what in try recount.differences(from: catalog, atMost: Self.mostDifferences) {
                result.add("catalog", "tokens", what, .rebuild)
            }
        }
    }

    /// Each source: its lines are counted, and follow each other from its beginning to its checkpoint.
    func checkSources() {
        inCatalog("counters") {
            for what in try catalog.counterProblems() { result.add("counters", SegmentLayout.catalog, what, .rebuild) }
        }
        let damaged = checkQuarantine()
        guard isComplete else { return }
        inCatalog("sources") {
            let sources = try catalog.sources()
            let pruned = try catalog.prunedLines()
            let lost = try catalog.lostLines().reduce(into: [:]) { $0[$1.sourceID] = $1 }
            try catalog.eachKeptLine { span, _ in tiling.add(span.sourceID, from: span.from, to: span.to, rows: 0) }
            for id in tiling.sources.subtracting(sources.map(\.id)).sorted() {
                result.add("source", "\(id)", "has \(tiling.rows(of: id)) stored lines and is not listed", .rebuild)
            }
            for source in sources {
                let rows = tiling.rows(of: source.id)
                let gone = pruned[source.id] ?? 0, away = lost[source.id]?.stored ?? 0
                if rows + gone + away != source.counts.stored {
                    result.add(
                        "source", source.path,
                        "has \(rows) lines in segments, \(gone) were dropped and \(away) "
                            + "lost; the catalog says \(source.counts.stored) were stored", .rebuild)
                } else if let what = try stateFault(source)
                    ?? (damaged.contains(source.id) ? nil : tilingFault(source, lost[source.id]))
                {
                    result.add("source", source.path, what, .readAgain)
                }
            }
            for (source, what) in try DuplicateCheck(trail, sources, lost: lost).faults() {
                result.add("source", source, what, .readAgain)
            }
        }
    }

    /// Each block of quarantined lines can be opened and says what was written. Returns the sources with others, of
    /// which nobody can say whether their lines follow each other.
    private func checkQuarantine() -> Set<Int64> {
        var damaged: Set<Int64> = []
        inCatalog("quarantine") {
            for (source, what) in try catalog.quarantineProblems() {
                damaged.insert(source)
                result.add("catalog", "quarantine", what, .restoreQuarantine)
            }
        }
        return damaged
    }

    /// Where a segment tells how far a source was read and the catalog says the same, all else must be the same too.
    private func stateFault(_ source: SourceRecord) -> String? {
        guard let state = states.sources.first(where: { $0.id == source.id }) else { return nil }
        if state.checkpoint > source.checkpoint {
            return "was read up to byte \(state.checkpoint) as its segments tell, the catalog says \(source.checkpoint)"
        }
        guard state.checkpoint == source.checkpoint, state.counts == source.counts else { return nil }
        let isSame =
            state.headHash == source.headHash && state.headLength == source.headLength
            && state.tailHash == source.tailHash && state.tailLength == source.tailLength && state.start == source.start
        return isSame ? nil : "has other hashes in the catalog than its segments tell, and would not be known again"
    }

    private func tilingFault(_ source: SourceRecord, _ lost: LostLines?) throws -> String? {
        // What of a mapped source is no event is counted and not kept.
        guard source.mapping == nil, !tiling.tiles(source) else { return nil }
        var kept: [(span: LineSpan, kind: KeptLine)] = []
        try catalog.eachKeptLine(ofSource: source.id) { kept.append(($0, $1)) }
        var walk = try CoverageScan(source, in: trail, kept: kept, lost: lost)
        return try walk.fault()
    }

    /// Files that lie among the segments and are none, and those beside the catalog.
    func checkFiles() {
        inCatalog(SegmentLayout.catalog) {
            for file in try trail.strays() {
                let what = "lies in the trail but no catalog row lists it"
                switch file.kind {
                case .unfinished:
                    result.remark("file", file.path, "was not yet listed when its writer ended", .nextWriter)
                case .unlisted: result.add("file", file.path, what, .unlisted)
                case .foreign: result.add("file", file.path, what, .foreign)
                }
            }
        }
        inCatalog("kept_files") { try KeptFileCheck(trail).run(&result) }
        checkLeftovers()
    }

    private func checkLeftovers() {
        do {
            let orphans = try trail.orphans()
            if !orphans.isEmpty {
                result.orphans = orphans
                let what = "holds \(orphans.files) files, \(orphans.bytes) bytes, with events of \(orphans.monthsText)"
                result.remark("folder", SegmentLayout.orphans, what, .orphans)
            }
            for name in try trail.oldCatalogs() {
                result.remark("file", name, "is a catalog that rebuild has replaced", .oldCatalog)
            }
        } catch { result.add("file", SegmentLayout.orphans, error, otherwise: .foreign) }
    }

    /// Does a check that needs the catalog; what it throws is a problem of the named table.
    private func inCatalog(_ name: String, _ check: () throws -> Void) {
        do { try check() } catch { result.add("catalog", name, error, otherwise: .rebuild) }
    }
}
