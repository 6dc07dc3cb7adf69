package import Console
internal import Runs
package import Trail

/// What `verify` found, in every format.
package struct VerifyReport: Sendable {
    private let result: Verification

    package init(_ result: Verification) { self.result = result }

    /// JSON: `schema_version, ok, segments, events, bytes, problems [{object, name, what, advice, unread}], remarks` of
    /// the same form, `orphans {files, bytes, months}`.
    package func print(as format: Format, to output: Output) throws {
        switch format {
        case .json: try output.line(json.json(.pretty))
        case .ndjson, .csv: try Console.print(table, as: format, to: output)
        case .text, .markdown:
            let terminal = output.terminal
            let size =
                "\(Human.count(result.segments)) segments, \(Human.count(result.events)) events, "
                + Human.bytes(result.bytes)
            if result.problems.isEmpty {
                try output.line(terminal.paint("ok", .green) + "  \(size): all whole, and equal to the catalog")
            } else {
                let count = result.problems.count
                try output.line(terminal.paint("\(count) problem\(count == 1 ? "" : "s")", .red) + " in \(size)")
                try Console.print(table, as: format, to: output)
            }
            for remark in result.remarks {
                try output.line()
                let text = "\(remark.name) \(remark.what): \(remark.advice)."
                for line in terminal.paragraph(SafeText.visible(text), indent: 0) {
                    try output.line(terminal.paint(line, .yellow))
                }
            }
        }
    }

    private var json: JSONValue {
        [
            "schema_version": 1, "ok": .bool(result.problems.isEmpty), "segments": .int(Int64(result.segments)),
            "events": .int(result.events), "bytes": .int(result.bytes),
            "problems": .array(result.problems.map(Self.json)), "remarks": .array(result.remarks.map(Self.json)),
            "orphans": OrphansReport.json(result.orphans ?? Orphans()),
        ]
    }

    private static func json(_ problem: Verification.Problem) -> JSONValue {
        [
            "object": .string(problem.object), "name": .string(problem.name), "what": .string(problem.what),
            "advice": .string(problem.advice), "unread": .bool(problem.isUnread),
        ]
    }

    private var table: Table {
        var table = Table(
            "problems",
            columns: [
                .init("object", .text), .init("name", .text, fit: .whole), .init("what", .text, fit: .wrapped),
                .init("advice", .text, fit: .wrapped),
            ])
        for problem in result.problems {
            table.append([
                .text(problem.object), .text(problem.name), .text(problem.what), .text(problem.advice),
            ])
        }
        return table
    }
}
