import Console
@testable import Detection
import Events
import Foundation
import Model
@testable import Reports
import Runs
import Testing

/// One report in every format.
struct DetectionReportTests {
    /// 2026-05-01T10:00:00Z.
    private static let time = Int64(1_777_629_600_000_000)

    private var report: DetectionReport {
        var result = DetectionResult(detector: "failed-verification-by-ip")
        result.findings = [
            Finding(
                id: "3f9a2c11", detector: "failed-verification-by-ip", version: 1, class: "brute_force",
                severity: .high, confidence: .high, entity: .init("ip", "203.0.113.9"), firstSeen: Self.time,
                lastSeen: Self.time + 90 * Timestamp.second, asOf: Self.time + Timestamp.hour, title: "Brute force",
                explanation: "Why.", evidence: [], context: Context(), references: [])
        ]
        var report = DetectionReport(
            window: DetectionWindow(from: Self.time, to: Self.time + Timestamp.hour, asOf: Self.time + Timestamp.hour),
            results: [result], asOfIsNewest: false, oldest: Self.time)
        report.lines = 40
        return report
    }

    private func text(_ format: Format) throws -> String {
        let path = NSTemporaryDirectory() + "authtrail-report-" + UUID().uuidString
        defer { try? FileManager.default.removeItem(atPath: path) }
        let output = try Output.file(path)
        try report.print(as: format, to: output)
        try output.finish()
        return try String(contentsOfFile: path, encoding: .utf8)
    }

    @Test func `NDJSON is one finding a line, and JSON one document with what was read`() throws {
        let line = try JSONParser.parse(text(.ndjson))
        #expect(line["schema_version"]?.integer == 1 && line["class"]?.text == "brute_force")
        let document = try JSONParser.parse(text(.json))
        #expect(document["findings"]?[0]?["first_seen"]?.text == "2026-05-01T10:00:00Z")
        #expect(document["lines_read"]?.integer == 40 && document["detectors"]?[0]?["findings"]?.integer == 1)
    }

    @Test func `text for eyes has the severity, the time with its length, and the reason`() throws {
        let text = try text(.text)
        for part in ["1 finding: 1 high", "Brute force", "2026-05-01 10:00:00 to 10:01:30 UTC", "Why."] {
            #expect(text.contains(part), "\(text)")
        }
    }

    @Test func `CSV has a header and a row`() throws {
        let rows = try text(.csv).split(separator: "\n")
        #expect(rows.count == 2 && rows[0].hasPrefix("severity,detector,class") && rows[1].hasPrefix("high,failed-"))
    }

    @Test func `counts are said worst first`() {
        #expect(countsText([.low, .critical, .low]) == "1 critical, 2 low")
        #expect(countsText([]) == "")
    }
}
