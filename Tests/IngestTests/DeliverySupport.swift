import Catalog
import Events
import Foundation
import Ingest
import Model
import Testing
import Trail
import TrailSupport

extension Place {
    /// One run over sources that deliver at least once.
    @discardableResult
    func ingestAgain(_ names: String..., limits: IngestLimits = IngestLimits()) throws -> IngestSummary {
        try ingestAgain(names, limits: limits)
    }

    @discardableResult
    func ingestAgain(_ names: [String], limits: IngestLimits) throws -> IngestSummary {
        let writer = try TrailWriter(path: trail)
        return try Ingestor(writer, deliveries: .atLeastOnce, limits: limits, now: { [clock] in clock })
            .ingest(Inputs.resolve(names.map(path)))
    }

    /// What `export --lines` gives of a file.
    func givenBack(_ name: String) throws -> String {
        let opened = try Trail(reading: trail)
        let source = try #require(try opened.catalog.sources().first { $0.path.hasSuffix("/" + name) })
        var lines = try SourceLines(of: source, in: opened), all: [UInt8] = []
        while let bytes = try lines.next() { all += bytes }
        return String(decoding: all, as: UTF8.self)
    }

    /// The content of a file.
    func content(_ name: String) throws -> String { try String(contentsOfFile: path(name), encoding: .utf8) }

    /// Every stored line as it was read, sorted.
    func storedLines() throws -> [String] {
        var all: [String] = []
        try Trail(reading: trail).scan(EventScan()) { columns in
            let renderer = LineRenderer(shapes: columns.shapes)
            for row in 0..<columns.count {
                var bytes: [UInt8] = []
                try renderer.append(columns, row: row, to: &bytes)
                all.append(String(decoding: bytes, as: UTF8.self))
            }
        }
        return all.sorted()
    }

    func faults() throws -> [Verification.Problem] { try Trail(reading: trail).verify().problems }

    func merge() throws {
        var policy = CompactionPolicy()
        policy.takesAll = true
        try Compaction(TrailWriter(path: trail), policy: policy).run(now: { 5 })
    }

    func prune(_ day: String) throws {
        let writer = try TrailWriter(path: trail)
        let cut = try #require(Timestamp.parse(day + "T00:00:00Z"))
        try Pruning(writer).run(PrunePlan(writer.catalog.segments(), olderThan: cut), now: 7)
    }

    func counts(_ name: String) throws -> LineCounts {
        try #require(try Trail(reading: trail).catalog.sources().first { $0.path.hasSuffix("/" + name) }).counts
    }
}

/// A failure with an id, `second` seconds after midnight of 1 May 2026, or of the first day of another month.
func failure(_ id: String, _ second: Int = 0, month: Int = 5, rest: String = "") -> String {
    let start: [Int: Int64] = [3: 1_772_323_200, 4: 1_775_001_600, 5: 1_777_593_600]
    let time = Timestamp.text((start[month]! + Int64(second)) * 1_000_000)
    let what = "\"event\":\"failed\",\"reason\":\"expired\",\"event_id\":\"\(id)\",\"ip\":\"10.0.0.1\""
    return "{\"ts\":\"\(time)\",\(what)\(rest)}"
}

func text(_ lines: String...) -> String { lines.map { $0 + "\n" }.joined() }
