@testable import Detection
import Events
import Model
import Runs
import Testing

/// Runs of a time that is past.
struct BacktestPlanTests {
    private func report(_ asOf: Int64, _ severity: Severity?) -> DetectionReport {
        var result = DetectionResult(detector: "x")
        if let severity {
            result.findings = [
                Finding(
                    id: "1", detector: "x", version: 1, class: "c", severity: severity, confidence: .high,
                    entity: .init("ip", "203.0.113.9"), firstSeen: 0, lastSeen: 0, asOf: asOf, title: "t",
                    explanation: "e", evidence: [], context: Context(), references: [])
            ]
        }
        return DetectionReport(
            window: DetectionWindow(from: 0, to: asOf, asOf: asOf), results: [result], asOfIsNewest: false, oldest: 0)
    }

    @Test func `each run looks at what lies before it, and the last one at all`() throws {
        var moments: [Int64] = [], done: [Int64] = []
        let plan = try BacktestPlan(from: 100, to: 135, every: 10, width: 50)
        let told = plan.report {
            moments.append($0)
            return report($0, nil)
        } progress: {
            done.append($0)
        }
        #expect(moments == [110, 120, 130] && done == [1, 2, 3] && told.runs == 3 && told.worst == nil)
    }

    @Test func `a finding is an alert when it is new, and when it has become worse`() throws {
        let plan = try BacktestPlan(from: 0, to: 5, every: 1, width: 1)
        let severities: [Int64: Severity] = [2: .medium, 3: .medium, 4: .high, 5: .high]
        let told = plan.report({ report($0, severities[$0]) }, progress: { _ in })
        #expect(told.findings["1"]?.at == 2 && told.findings["1"]?.alerts == 2 && told.worst == .high)
    }

    @Test func `no run, too many runs and an end before the beginning are refused`() {
        #expect(throws: RunError.backtestStartsAfterEnd(start: 5, end: 5)) {
            try BacktestPlan(from: 5, to: 5, every: 1, width: 1)
        }
        #expect(throws: RunError.badNumberOfRuns(0, start: 0, end: 5)) {
            try BacktestPlan(from: 0, to: 5, every: 6, width: 1)
        }
        #expect(throws: RunError.badNumberOfRuns(100_001, start: 0, end: 100_001)) {
            try BacktestPlan(from: 0, to: 100_001, every: 1, width: 1)
        }
    }
}
