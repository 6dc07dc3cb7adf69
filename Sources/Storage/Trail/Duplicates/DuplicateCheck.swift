internal import Catalog

/// Whether the lines that were delivered again are stored where their spans say.
struct DuplicateCheck {
    private static let mostFaults = 20

    private let trail: Trail
    private let sources: [SourceRecord]
    private let lost: [Int64: LostLines]

    /// - Parameter lost: by source, what a rebuild could not bring back.
    init(_ trail: Trail, _ sources: [SourceRecord], lost: [Int64: LostLines]) {
        (self.trail, self.sources, self.lost) = (trail, sources, lost)
    }

    /// What is wrong, by source. Throws what catalog and segments throw.
    func faults() throws -> [(source: String, what: String)] {
        let known = try trail.catalog.duplicateLines()
        var faults: [(source: String, what: String)] = []
        for source in sources where known[source.id] != nil {
            let pruned = Set(try trail.catalog.prunedDuplicates(ofSource: source.id).map(\.from))
            var lines = DuplicateLines(of: source.id, in: trail, range: 0..<Int64.max >> 1)
            while try lines.next() != nil || lines.hasMissing, faults.count < Self.mostFaults {
                for span in lines.takeMissing() where !pruned.contains(span.from) && !isLost(span) {
                    faults.append((source.path, sentence(span)))
                }
            }
        }
        return faults
    }

    private func isLost(_ span: DuplicateSpan) -> Bool {
        guard let lost = lost[span.originalID] else { return false }
        return lost.stored > 0 && span.originalOffset < lost.before
    }

    private func sentence(_ span: DuplicateSpan) -> String {
        let original = sources.first { $0.id == span.originalID }?.path ?? "source \(span.originalID)"
        let lines = span.lines == 1 ? "a line" : "\(span.lines) lines"
        return "has \(lines) from byte \(span.from) to \(span.to) that are to be stored as those of \(original) from "
            + "byte \(span.originalOffset) on; not all of them are there"
    }
}
