package import Console
internal import Events
package import Mappings

/// The mappings, as `authtrail sources` lists them.
package struct SourceCards {
    private let mappings: [Mapping]

    package init(_ mappings: [Mapping]) { self.mappings = mappings }

    package func print(as format: Format, to output: Output) throws { try Console.print(table, as: format, to: output) }

    private var table: Table {
        var table = Table(
            "sources", title: "Sources",
            columns: [
                .init("name", .text, fit: .whole), .init("title", .text, fit: .whole),
                .init("about", .text, fit: .wrapped, minor: 1), .init("deliveries", .text, minor: 2),
                .init("lacks", .text, minor: 3),
            ])
        for mapping in mappings {
            table.append([
                .text(mapping.name), .text(mapping.title), .text(mapping.about),
                .text(mapping.isAtLeastOnce ? "at-least-once" : "exactly-once"), .texts(mapping.lacks),
            ])
        }
        return table
    }
}

/// What a mapping makes of records, for people.
package struct TrialReport {
    private let trial: MappingTrial
    private let source: String

    package init(_ trial: MappingTrial, source: String) {
        self.trial = trial
        self.source = source
    }

    package func print(to output: Output) throws {
        var counts: [String: Int] = [:]
        for (place, record) in trial.records.enumerated() {
            try output.line(output.terminal.paint("record \(place + 1), byte \(record.offset)", .bold))
            for outcome in record.outcomes {
                let (word, text) = Self.say(outcome)
                counts[word, default: 0] += 1
                try output.line("  \(word)  \(SafeText.visible(SecretMarker.covered(text)))")
            }
            if record.outcomes.isEmpty { try output.line("  nothing") }
        }
        let sums = ["event", "skipped", "unmapped", "quarantined"].map { "\(counts[$0] ?? 0) \($0)" }
        let records = trial.records.count
        try output.line("\(source): \(records) \(records == 1 ? "record" : "records"): " + sums.joined(separator: ", "))
    }

    private static func say(_ outcome: MappingTrial.Outcome) -> (word: String, text: String) {
        switch outcome {
        case .event(let line): ("event", line)
        case .skipped(let type): ("skipped", type)
        case .unmapped(let type): ("unmapped", type)
        case .refused(let reason, let field): ("quarantined", reason + (field.map { " \($0)" } ?? ""))
        }
    }
}
