package import Console
package import Events
internal import Runs
package import Trail

/// Writes events for other programs in the order of their time; memory does not grow with their number.
package struct EventExport {
    private let format: Format
    private let includesSource: Bool

    /// - Parameter format: ndjson, csv or json; anything else is written as ndjson.
    package init(format: Format, includesSource: Bool) {
        self.format = format
        self.includesSource = includesSource
    }

    /// Writes the events that match. It ends early, without an error, when the reader has gone.
    package func write(_ scan: EventScan, of trail: Trail, to output: Output) throws {
        do {
            try begin(output)
            var isFirst = true
            try trail.scanInTimeOrder(scan) { batches, order in
                try write(batches, order, isFirst: &isFirst, to: output)
                if output.readerIsGone { throw ReaderGone() }
            }
            if format == .json { try output.write(isFirst ? "]}\n" : "\n]}\n") }
        } catch is ReaderGone {
            return
        }
    }

    private func begin(_ output: Output) throws {
        switch format {
        case .json: try output.write("{\"schema_version\": 1, \"events\": [")
        case .csv: try output.line(columns.map(\.name).joined(separator: ","))
        default: break
        }
    }

    private var columns: [EventField] {
        EventField.allCases.filter { field in
            switch field {
            case .source, .sourceOffset: includesSource
            case .sourceID, .shape, .raw, .redacted, .sourceLength: false
            default: true
            }
        }
    }

    private func write(
        _ batches: [EventColumns], _ order: [EventPlace], isFirst: inout Bool, to output: Output
    ) throws {
        let writer = EventLineWriter(includesSource: includesSource)
        var bytes: [UInt8] = []
        for place in order {
            switch format {
            case .csv:
                bytes.append(contentsOf: csv(batches[place.batch].event(at: place.row)).utf8)
            case .json:
                bytes.append(contentsOf: (isFirst ? "\n" : ",\n").utf8)
                writer.append(batches[place.batch], row: place.row, to: &bytes)
                bytes.removeLast()
            default:
                writer.append(batches[place.batch], row: place.row, to: &bytes)
            }
            isFirst = false
            if bytes.count >= 1 << 16 {
                try output.write(bytes: shown(bytes))
                if output.readerIsGone { throw ReaderGone() }
                bytes.removeAll(keepingCapacity: true)
            }
        }
        try output.write(bytes: shown(bytes))
    }

    /// Unknown members of a line stand in it as the producer wrote them.
    private func shown(_ bytes: [UInt8]) -> [UInt8] { format == .csv ? bytes : JSONWriter.shown(bytes) }

    private func csv(_ event: Event) -> String {
        columns.map { field in cell(field, event) }.joined(separator: ",") + "\n"
    }

    private func cell(_ field: EventField, _ event: Event) -> String {
        switch field {
        case .ts: Timestamp.text(event.ts)
        case .event: event.kind.name
        case .expiresAt: event.expiresAt.map { Timestamp.text($0) } ?? ""
        case .latencyMS: event.latencyMS.map { JSONWriter.text($0) } ?? ""
        case .success: event.success.map { $0 ? "true" : "false" } ?? ""
        case .scopes: event.scopes.map { SafeText.csvField($0.joined(separator: " ")) } ?? ""
        case .sourceOffset: String(event.sourceOffset)
        default: event[field].map { SafeText.csvField($0) } ?? ""
        }
    }
}

/// Ends an export whose reader has gone.
struct ReaderGone: Error {}
