package import Console
package import Detection
internal import Events
internal import Model
package import Queries

/// The detectors, as `authtrail detectors` lists them.
package struct DetectorCards {
    private let cards: [DetectorCard]

    package init(_ cards: [DetectorCard]) { self.cards = cards }

    /// Text gives each detector a paragraph; the other formats give it a row.
    package func print(as format: Format, to output: Output) throws {
        guard format == .text else { return try Console.print(table, as: format, to: output) }
        for (place, card) in cards.enumerated() {
            if place > 0 { try output.line() }
            try print(card, to: output)
        }
    }

    private func print(_ card: DetectorCard, to output: Output) throws {
        let terminal = output.terminal
        try output.line(terminal.paint(card.id, .bold) + "  " + card.title)
        try output.line("  asks     \(card.question)")
        try output.line("  needs    \(card.needs.map { $0.name }.joined(separator: ", "))")
        for kind in card.classes {
            let severity = terminal.paint(kind.severity.name, .severity(kind.severity.name))
            try output.line("  class    \(kind.name) (\(severity)): \(kind.meaning)")
            try output.line("           do: \(kind.advice)")
        }
        if !card.references.isEmpty { try output.line("  ATT&CK   \(card.references.joined(separator: ", "))") }
        for gap in card.knownGaps { try output.line("  gap      \(gap)") }
    }

    private var table: Table {
        var table = Table(
            "detectors", title: "Detectors",
            columns: [
                .init("id", .text), .init("version", .integer), .init("title", .text), .init("question", .text),
                .init("needs", .text), .init("default_severity", .severity), .init("classes", .text),
                .init("references", .text),
                .init("known_gaps", .text), .init("advice", .text),
            ])
        for card in cards {
            table.append([
                .text(card.id), .integer(Int64(card.version)), .text(card.title), .text(card.question),
                .texts(card.needs.map { $0.name }), .text(card.defaultSeverity.name),
                .texts(card.classes.map { $0.name }),
                .texts(card.references), .texts(card.knownGaps), .texts(card.classes.map { $0.advice }),
            ])
        }
        return table
    }
}

/// The reports, as `authtrail queries` lists them.
package struct QueryCards {
    private let queries: [NamedQuery]

    package init(_ queries: [NamedQuery]) { self.queries = queries }

    /// Text gives each report a paragraph; the other formats give it a row.
    package func print(as format: Format, to output: Output) throws {
        guard format == .text else { return try Console.print(table, as: format, to: output) }
        for (place, query) in queries.enumerated() {
            if place > 0 { try output.line() }
            try output.line(output.terminal.paint(query.name, .bold) + "  " + query.title)
            try output.line("  asks     \(query.question)")
            for parameter in query.parameters {
                let standard =
                    (parameter.defaultText.map { "=\($0)" } ?? "")
                    + (parameter.least.map { ", from \($0)" } ?? "")
                try output.line(
                    "  --set    \(parameter.name)\(standard) (\(parameter.type.rawValue)) \(parameter.explanation)")
            }
            try output.line("  columns  \(query.columns.map { $0.name }.joined(separator: ", "))")
        }
    }

    private var table: Table {
        var table = Table(
            "queries", title: "Reports",
            columns: [
                .init("name", .text), .init("title", .text), .init("question", .text), .init("parameters", .text),
                .init("columns", .text),
            ])
        for query in queries {
            table.append([
                .text(query.name), .text(query.title), .text(query.question),
                .texts(query.parameters.map { "\($0.name)\($0.defaultText.map { "=\($0)" } ?? "")" }),
                .texts(query.columns.map { $0.name }),
            ])
        }
        return table
    }
}
