internal import Catalog
internal import Model

/// Walks through the lines of one source in their order and looks for bytes that no line has, or several.
struct CoverageScan {
    private let source: SourceRecord
    private let lost: LostLines?
    private var waiting: [StoredLines]
    private var open: [StoredLines] = []
    /// Descending.
    private var kept: [(span: LineSpan, kind: KeptLine)]
    /// The end of the last line, without its newline; nil before the first.
    private var end: Int64?
    /// Whether the last line may have been taken before it had its newline: what came later then follows at once.
    private var mayGoOn = false
    /// Bytes between lines that are no line's newline: empty lines, if all is well.
    private var empty: Int64 = 0
    private var widest: (from: Int64, bytes: Int64) = (0, 0)
    private var blankRows: Int64 = 0

    /// `kept` are the lines of the source that stand in the catalog. Throws what catalog and segments throw.
    init(_ source: SourceRecord, in trail: Trail, kept: [(span: LineSpan, kind: KeptLine)], lost: LostLines?) throws {
        self.source = source
        self.lost = lost
        self.kept = kept.sorted { $0.span.from > $1.span.from }
        waiting = try StoredLines.all(of: source.id, in: trail)
    }

    /// The first thing that is wrong, or nil. Throws what the segments throw.
    mutating func fault() throws -> String? {
        while let (span, kind) = try next() {
            if let what = place(span, kind) { return what }
        }
        return endFault()
    }

    private mutating func next() throws -> (LineSpan, KeptLine?)? {
        while let stored = waiting.last, (open.map(\.offset).min() ?? .max) >= stored.first {
            waiting.removeLast()
            if try stored.advance() { open.append(stored) }
        }
        let least = open.indices.min { open[$0].offset < open[$1].offset }
        if let line = kept.last, least.map({ line.span.from < open[$0].offset }) ?? true {
            kept.removeLast()
            return (line.span, line.kind)
        }
        guard let least else { return nil }
        let from = open[least].offset
        let span = LineSpan(sourceID: source.id, from: from, to: from + (try open[least].length()), lines: 1)
        if try !open[least].advance() { open.remove(at: least) }
        return (span, nil)
    }

    private mutating func place(_ span: LineSpan, _ kind: KeptLine?) -> String? {
        let from = end ?? source.start
        if span.from < from { return "two lines cover its byte \(span.from)" }
        var gap = span.from - from
        // The carriage return of a line that was stored before its end came belongs to that line.
        let isEndOfLine = kind == .loneReturn && gap == 0 && end != nil
        if kind == .blank || kind == .loneReturn, !isEndOfLine { blankRows += 1 }
        if end != nil, !isEndOfLine {
            if gap == 0, !mayGoOn { return "the lines around its byte \(span.from) have no newline between them" }
            gap = max(0, gap - 1)
        }
        mayGoOn = kind == .unterminated
        note(gap, from)
        end = span.to
        return nil
    }

    private mutating func note(_ gap: Int64, _ from: Int64) {
        // What a rebuild could not bring back may have stood here.
        if let lost, from < lost.before { return }
        empty += gap
        if gap > widest.bytes { widest = (from, gap) }
    }

    private mutating func endFault() -> String? {
        let last = end ?? source.start
        guard last <= source.checkpoint else {
            return "a line ends at byte \(last), behind its checkpoint \(source.checkpoint)"
        }
        let rest = source.checkpoint - last
        note(end == nil ? rest : max(0, rest - 1), last)
        let expected = source.counts.blank - blankRows - (lost?.blank ?? 0)
        guard empty != expected, lost == nil || empty > expected else { return nil }
        return "\(empty) bytes of it are in no line, though \(expected) empty lines were read"
            + (widest.bytes > 0 ? "; most of them behind byte \(widest.from)" : "")
    }
}
