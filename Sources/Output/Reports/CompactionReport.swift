internal import Catalog
package import Console
internal import Runs
package import Trail

/// What a run of `compact` did.
package struct CompactionReport: Sendable {
    private var merges: Int64 = 0
    private var merged: Int64 = 0
    private var events: Int64 = 0
    private var bytesBefore: Int64 = 0
    private var bytesAfter: Int64 = 0
    private var segments: Int64 = 0
    private var files: (removed: Int64, waiting: Int64) = (0, 0)
    private let waitedBefore: Int64

    /// Begins with how the trail stands.
    package init(_ writer: TrailWriter) throws { waitedBefore = Int64(try writer.catalog.removedSegments().count) }

    /// Counts one merge.
    package mutating func add(_ step: Compaction.Step) {
        merges += 1
        merged += Int64(step.merged.count)
        events += step.into.rows
        bytesBefore += step.merged.reduce(0) { $0 + $1.bytes }
        bytesAfter += step.into.bytes
    }

    /// Notes how the trail stands at the end.
    package mutating func finish(_ writer: TrailWriter) throws {
        let left = try writer.removeFiles()
        segments = Int64(try writer.catalog.segments().count)
        files = (waitedBefore + merged - Int64(left.waiting), Int64(left.waiting))
    }

    /// Writes the summary; the JSON has the same names, see Docs/json.md.
    package func print(as format: Format, seconds: Double, to output: Output) throws {
        let members = members(seconds)
        switch format {
        case .json: try output.line(JSONValue.object([.init("schema_version", 1)] + members).json(.pretty))
        case .ndjson: try output.line(JSONValue.object([.init("schema_version", 1)] + members).json())
        case .text, .csv, .markdown:
            let kinds: [String: Table.Kind] = [
                "bytes_before": .bytes, "bytes_after": .bytes, "seconds": .decimal(digits: 3),
            ]
            try Console.print(Table(record: "compact", members, kinds), as: format, to: output)
        }
    }

    private func members(_ seconds: Double) -> [JSONValue.Member] {
        [
            .init("merges", .int(merges)), .init("merged_segments", .int(merged)), .init("merged_events", .int(events)),
            .init("bytes_before", .int(bytesBefore)), .init("bytes_after", .int(bytesAfter)),
            .init("segments", .int(segments)), .init("files_removed", .int(files.removed)),
            .init("files_waiting", .int(files.waiting)), .init("seconds", .double((seconds * 1000).rounded() / 1000)),
        ]
    }
}

extension Table {
    /// One record: a name and a value a line.
    init(record name: String, _ members: [JSONValue.Member], _ kinds: [String: Kind]) {
        self.init(
            name,
            columns: members.map { member in
                .init(member.key, kinds[member.key] ?? (member.value.integer != nil ? .integer : .text))
            })
        layout = .records
        append(
            members.map { member in
                switch member.value {
                case .int(let number): .integer(number)
                case .double(let number): .decimal(number)
                case .string(let text): .text(text)
                case .bool(let value): .bool(value)
                default: .null
                }
            })
    }
}
