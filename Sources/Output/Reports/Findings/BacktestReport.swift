package import Console
internal import Detection
internal import Events
internal import Model
package import Runs

extension BacktestReport {
    /// Text and Markdown as two tables, JSON as one document (Docs/json.md), NDJSON and CSV as one row a finding.
    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .json: try output.line(json.json(.pretty))
        case .ndjson, .csv: try Console.print(findingTable, as: format, to: output)
        case .text, .markdown:
            try Console.print(alertTable, as: format, to: output)
            try output.line()
            try Console.print(findingTable, as: format, to: output)
        }
    }

    private var title: String {
        "\(Human.count(runs)) runs, every \(Human.duration(microseconds: every)), each over "
            + "\(Human.duration(microseconds: width))"
    }

    private var alertTable: Table {
        var table = Table(
            "alerts", title: "Alerts by day: \(title)",
            columns: [
                .init("date", .text), .init("detector", .text), .init("severity", .severity), .init("alerts", .integer),
            ])
        for (day, count) in alerts.sorted(by: { $0.key < $1.key }) {
            table.append([
                .text(Timestamp.dayText(day.day)), .text(day.detector), .text(day.severity.name),
                .integer(Int64(count)),
            ])
        }
        return table
    }

    private var ordered: [Told] {
        findings.values.sorted { ($0.at, $0.finding.id) < ($1.at, $1.finding.id) }
    }

    private var findingTable: Table {
        var table = Table(
            "findings", title: "When each finding was first reported",
            columns: [
                .init("told_at", .time), .init("severity", .severity), .init("detector", .text, minor: 4),
                .init("class", .text, minor: 3),
                .init("entity", .text, fit: .whole, minor: 2), .init("first_seen", .time, minor: 5),
                .init("last_seen", .time, minor: 6), .init("alerts", .integer), .init("title", .text, fit: .wrapped),
                .init("id", .text, fit: .beginning(8)),
            ])
        for told in ordered {
            let finding = told.finding
            table.append([
                .text(Timestamp.text(told.at)), .text(finding.severity.name), .text(finding.detector),
                .text(finding.class), .text(finding.entity.value), .text(Timestamp.text(finding.firstSeen)),
                .text(Timestamp.text(finding.lastSeen)), .integer(Int64(told.alerts)), .text(finding.title),
                .text(finding.id),
            ])
        }
        return table
    }

    private var json: JSONValue {
        .object([
            .init("schema_version", 1),
            .init("from", .string(Timestamp.text(from))),
            .init("to", .string(Timestamp.text(to))),
            .init("every_seconds", .int(every / Timestamp.second)),
            .init("window_seconds", .int(width / Timestamp.second)),
            .init("runs", .int(Int64(runs))),
            .init(
                "alerts",
                .array(
                    alerts.sorted { $0.key < $1.key }.map { day, count in
                        [
                            "date": .string(Timestamp.dayText(day.day)), "detector": .string(day.detector),
                            "severity": .string(day.severity.name), "alerts": .int(Int64(count)),
                        ]
                    })),
            .init(
                "findings",
                .array(
                    ordered.map { told in
                        [
                            "told_at": .string(Timestamp.text(told.at)), "alerts": .int(Int64(told.alerts)),
                            "finding": told.finding.json,
                        ]
                    })),
        ])
    }
}
