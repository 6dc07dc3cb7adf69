internal import Events
internal import Model

/// How many lines of a block have which reason, told without opening it.
///
/// As text, a line for each: `17 not_json`, and for the reasons that concern a field also which: `3 bad_field ip`.
struct QuarantineCounts: Equatable {
    struct Entry: Hashable {
        var reason: String
        /// The field that is missing or bad.
        var field: String?
    }

    private(set) var lines: [Entry: Int64] = [:]
    let text: String

    init(_ all: [ReadLine]) {
        for line in all {
            let record = line.record
            let hasField = [QuarantineReason.missingField.rawValue, QuarantineReason.badField.rawValue]
                .contains(record.reason)
            lines[Entry(reason: record.reason, field: hasField ? record.detail : nil), default: 0] += 1
        }
        text = lines.map { entry, count in
            "\(count) \(entry.reason)" + (entry.field.map { " " + $0 } ?? "")
        }.sorted().joined(separator: "\n")
    }

    /// Nil for what no counts look like.
    init?(_ text: String) {
        self.text = text
        for line in text.split(separator: "\n") {
            let parts = line.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
            guard parts.count >= 2, let count = Int64(parts[0]),
                (0...Int64(QuarantineBlock.mostLines)).contains(count)
            else { return nil }
            lines[Entry(reason: parts[1], field: parts.count > 2 ? parts[2] : nil), default: 0] += count
        }
    }

    func has(_ reason: String) -> Bool { lines.keys.contains { $0.reason.utf8.elementsEqual(reason.utf8) } }
}
