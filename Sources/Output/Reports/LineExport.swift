package import Catalog
package import Console
internal import Events
internal import Files
internal import Model
package import Trail

/// Why a source cannot be given back.
package enum LineExportError: Error, Equatable, CustomStringConvertible {
    case noSource(name: String)
    case severalSources(name: String?, choices: [String])
    case cutLine(name: String, offset: Int64, length: Int64, kept: Int64)
    case readElsewhere(name: String, bytes: Int64)
    case mapped(name: String, mapping: String)
    case overlap(name: String, offset: Int64)
    case gap(name: String, before: Int64)
    case lost(name: String, lines: LostLines)
    case pruned(name: String, lines: Int64, spans: String, before: String)

    package var description: String {
        switch self {
        case .noSource(let name):
            "cannot export the lines of \(SafeText.visible(name)): no source has this name or number; authtrail status "
                + "lists them"
        case .severalSources(let name, let choices):
            "cannot export lines: "
                + (name.map { "several files were read under the name \(SafeText.visible($0))" }
                    ?? "the trail has several sources")
                + "; choose one with --source:\n" + choices.map { "  \($0)" }.joined(separator: "\n")
        case .cutLine(let name, let offset, let length, let kept):
            Self.back(name) + "the line at byte \(offset) has \(length) bytes, of which the first \(kept) were kept"
        case .readElsewhere(let name, let bytes):
            Self.back(name) + "it is a copy of a file of which the first \(bytes) bytes had been read already, and no "
                + "source of the trail has these"
        case .mapped(let name, let mapping):
            Self.back(name) + "its records were read by the mapping \(mapping), and those that are no auth events were "
                + "counted and not kept; authtrail export --raw gives the records of its events"
        case .overlap(let name, let offset):
            Self.back(name) + "two lines cover its byte \(offset); run authtrail verify"
        case .gap(let name, let before):
            Self.back(name) + "bytes before byte \(before) are in no line; run authtrail verify"
        case .lost(let name, let lines):
            Self.back(name) + "when the catalog was rebuilt, lines before byte \(lines.before) were lost: "
                + "\(lines.stored) stored ones, \(lines.quarantined) quarantined, up to \(lines.blank) blank, "
                + "\(lines.duplicate) delivered again; "
                + "its events come from authtrail export"
        case .pruned(let name, let lines, let spans, let before):
            Self.back(name) + "\(lines) of its lines are gone, which authtrail prune dropped with all events "
                + "before \(before): bytes \(spans); its other events come from authtrail export"
        }
    }

    private static func back(_ name: String) -> String { "cannot give back \(SafeText.visible(name)): " }
}

/// Gives back a file that was ingested, byte for byte: `cmp` with the file is silent.
package struct LineExport {
    private let trail: Trail
    private let source: SourceRecord

    /// - Parameter name: the path of a source or its number; nil if the trail has but one.
    package init(_ trail: Trail, source name: String?) throws {
        self.trail = trail
        let sources = try trail.catalog.sources().filter { $0.checkpoint > 0 }
        let matching =
            name.map { name in
                // Sources are kept under the name of the file itself, however it was called.
                let byPath = sources.filter { [name, resolved(name)].contains($0.path) }
                return byPath.isEmpty ? sources.filter { String($0.id) == name } : byPath
            } ?? sources
        guard let source = matching.first else { throw LineExportError.noSource(name: name ?? "this trail") }
        guard matching.count == 1 else {
            throw LineExportError.severalSources(
                name: name,
                choices: matching.map { "  \($0.id)  \(SafeText.visible($0.path))  \($0.checkpoint) bytes" })
        }
        self.source = source
    }

    /// Newlines must never stand where lines were.
    private func refuseIfPruned(_ source: SourceRecord) throws {
        let own = try trail.catalog.prunedSpans(ofSource: source.id)
        let spans = (own + (try trail.catalog.prunedDuplicates(ofSource: source.id))).sorted { $0.from < $1.from }
        guard !spans.isEmpty else { return }
        let shown = spans.prefix(3).map { "\($0.from) to \($0.to)" }.joined(separator: ", ")
        throw LineExportError.pruned(
            name: source.path, lines: spans.reduce(0) { $0 + $1.lines },
            spans: shown + (spans.count > 3 ? " and \(spans.count - 3) more stretches" : ""),
            before: Timestamp.monthText(try trail.catalog.pruned()?.before ?? 0))
    }

    /// Writes all lines that were read, whether they are events, in quarantine or blank. It ends early, without an
    /// error, when the reader has gone.
    ///
    /// The beginning of a copy was read as another source's, and its end may be its own: a log that was copied and
    /// truncated goes on in the copy. So it is given back from both.
    package func write(to output: Output) throws {
        for (part, end) in try parts() {
            try refuseIfIncomplete(part)
            do {
                var lines = try SourceLines(of: part, in: trail, upTo: end)
                while let bytes = try lines.next(), !output.readerIsGone { try output.write(bytes: bytes) }
            } catch let overlap as OverlappingLines {
                throw LineExportError.overlap(name: part.path, offset: overlap.offset)
            } catch let gap as GapBetweenLines {
                throw LineExportError.gap(name: part.path, before: gap.before)
            } catch let missing as MissingOriginal {
                throw LineExportError.gap(name: part.path, before: missing.span.to)
            }
        }
    }

    /// The sources that have the lines of this one, and up to which byte each.
    private func parts() throws -> [(source: SourceRecord, end: Int64)] {
        var parts = [(source: source, end: source.checkpoint)]
        let sources = try trail.catalog.sources()
        while let first = parts.first?.source, first.start > 0 {
            let origin = sources.filter { other in
                other.start < first.start && other.checkpoint >= first.start && other.beginsLike(first)
            }.max { ($0.counts.lines, $1.id) < ($1.counts.lines, $0.id) }
            guard let origin else { throw LineExportError.readElsewhere(name: source.path, bytes: first.start) }
            parts.insert((origin, first.start), at: 0)
        }
        return parts
    }

    private func refuseIfIncomplete(_ source: SourceRecord) throws {
        if let mapping = source.mapping { throw LineExportError.mapped(name: source.path, mapping: mapping) }
        if let lost = try trail.catalog.lostLines().first(where: { $0.sourceID == source.id }) {
            throw LineExportError.lost(name: source.path, lines: lost)
        }
        try refuseIfPruned(source)
        if let cut = try trail.catalog.firstCutLine(ofSource: source.id) {
            throw LineExportError.cutLine(name: source.path, offset: cut.offset, length: cut.length, kept: cut.kept)
        }
    }
}

extension SourceRecord {
    /// Whether the first bytes of two sources are the same, as far as their hashes tell.
    fileprivate func beginsLike(_ other: SourceRecord) -> Bool {
        headLength == other.headLength ? headHash == other.headHash : !startHash.isEmpty && startHash == other.startHash
    }
}
