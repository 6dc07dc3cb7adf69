import Model
import Events
import Foundation
import Policies
import Testing

@testable import Detection

/// What `expected/NAME.json` says about `NAME.ndjson`.
private struct Story: Decodable, CustomTestStringConvertible {
    struct Expected: Decodable, Equatable {
        struct Entity: Decodable, Equatable {
            var type: String
            var value: String
        }
        var detector: String
        var `class`: String
        var entity: Entity
        var severity: String
        var first_seen: String
        var last_seen: String
    }

    var as_of: String
    var findings: [Expected]
    var counts: [String: Int64]
    var quarantine: [String: Int]
    var name = ""
    var lines: [UInt8] = []

    var testDescription: String { name }

    private enum CodingKeys: String, CodingKey { case as_of, findings, counts, quarantine }

    static let names = [
        "admin-account-taken", "all-six-kinds", "bad-lines", "broken-checks", "broken-client", "dead-tokens-in-use",
        "distributed-stuffing", "dormant-token", "everything-read", "first-issue", "forgotten-tokens",
        "integrator-breached", "quiet-week", "refused-refresh", "rented-addresses",
        "runaway-client", "shipper-died",
        "slow-stuffing", "spent-token-and-probe",
        "stolen-refresh-token", "stuffing-by-ip", "success-after-stuffing", "token-dormant-from-issuance",
        "token-moved",
        "undeclared-tool",
    ]

    static let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../SampleLogs")

    static func read(_ name: String) throws -> Story {
        let file = folder.appending(path: "expected/\(name).json")
        var story = try JSONDecoder().decode(Story.self, from: Data(contentsOf: file))
        story.name = name
        story.lines = Array(try Data(contentsOf: folder.appending(path: "\(name).ndjson")))
        return story
    }

    /// What `NAME.policy.yaml` says, if it is there.
    static func policy(_ name: String) throws -> PolicyFile {
        let file = folder.appending(path: "\(name).policy.yaml")
        guard let text = try? String(contentsOf: file, encoding: .utf8) else { return PolicyFile() }
        return try PolicyFile(text, name: file.path(), now: nil)
    }

    /// The events of the story, as the reader of lines makes them.
    func events() -> (batch: EventBatch, events: [Event]) {
        var reader = LineReader()
        var batch = EventBatch()
        _ = reader.read(lines.span.bytes, at: 0, source: "\(name).ndjson", into: &batch)
        let events = batch.months.flatMap { month in
            batch[month].map { columns in (0..<columns.count).map { columns.event(at: $0) } } ?? []
        }
        return (batch, events)
    }
}

struct StoryTests {
    @Test(arguments: Story.names)
    func `a story gives exactly the findings beside it`(_ name: String) throws {
        let story = try Story.read(name)
        let history = MemoryHistory(story.events().events, batchSize: 40)
        let window = DetectionWindow(asOf: try time(story.as_of))
        let all = try Detectors.all(Story.policy(name).settings).flatMap {
            try $0.detect(in: window, of: history).findings
        }
        let found = OneFact.told(all).sorted(by: Finding.precedes)
            .map { finding in
                Story.Expected(
                    detector: finding.detector, class: finding.class,
                    entity: .init(type: finding.entity.type, value: finding.entity.value),
                    severity: finding.severity.name, first_seen: Timestamp.text(finding.firstSeen),
                    last_seen: Timestamp.text(finding.lastSeen))
            }
        #expect(found == story.findings)
    }

    @Test(arguments: Story.names)
    func `the lines of a story are counted as it says`(_ name: String) throws {
        let story = try Story.read(name)
        let batch = story.events().batch
        #expect(
            story.counts == [
                "read": batch.counts.lines, "stored": batch.counts.stored, "quarantined": batch.counts.quarantined,
                "blank": batch.counts.blank, "flagged": batch.counts.flagged,
            ])
        let reasons = Dictionary(grouping: batch.quarantined) { $0.reason }.mapValues { $0.count }
        #expect(story.quarantine == reasons)
    }

    @Test func `every story in the folder is in this test`() throws {
        let files = try FileManager.default.contentsOfDirectory(atPath: Story.folder.path())
        let stories = files.filter { $0.hasSuffix(".ndjson") }.map { String($0.dropLast(7)) }
        #expect(stories.sorted() == Story.names)
    }

    @Test func `the story of bad lines holds every reason that fits into a small file`() throws {
        let reasons = Set(try Story.read("bad-lines").quarantine.keys)
        #expect(reasons == Set(QuarantineReason.allCases.map { $0.rawValue }).subtracting(["line_too_long"]))
    }

    private func time(_ text: String) throws -> Int64 {
        let seconds = try Date(text, strategy: .iso8601).timeIntervalSince1970
        return Int64(seconds) * Timestamp.second
    }
}
