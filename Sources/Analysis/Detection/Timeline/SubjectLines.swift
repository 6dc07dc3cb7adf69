internal import Columns
internal import Events

/// Which of some lines of the log tell of a token, principal, actor or address.
package struct SubjectLines {
    private var lines: Set<Line> = []

    private struct Line: Hashable {
        var source: String
        var offset: Int64
    }

    /// Looks for the lines of some evidence among the events about a subject before a time.
    package init(
        _ subject: Timeline.Subject, among evidence: [(source: String, offset: Int64)], until end: Int64,
        of history: any History
    ) throws {
        let asked = Set(evidence.map { Line(source: $0.source, offset: $0.offset) })
        guard !asked.isEmpty else { return }
        let offsets = Set(asked.map(\.offset))
        var found: Set<Line> = []
        for (field, condition) in Timeline.conditions(subject, history.clients) {
            let scan = EventScan(
                from: .min, to: end, texts: [field: condition], fields: EventFields([.source, .sourceOffset]))
            try history.scan(scan) { batch in
                for row in 0..<batch.count where offsets.contains(batch.sourceOffset[row]) {
                    found.insert(Line(source: batch[.source][row] ?? "", offset: batch.sourceOffset[row]))
                }
            }
        }
        lines = found.intersection(asked)
    }

    package func contains(_ source: String, _ offset: Int64) -> Bool {
        lines.contains(Line(source: source, offset: offset))
    }
}
