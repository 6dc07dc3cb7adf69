import Columns
import Detection
import Events
import Foundation
import GRDB
import Rollups
import Runs
import TestSupport
import Testing
import Trail
import TrailSupport

/// Who was let in, as a trail tells it: from its rollups, or from the events of segments that have none.
struct TrailPrincipalDaysTests {
    let place = Place()
    /// 2026-01-01T00:00:00Z.
    private static let january = Int64(1_767_225_600_000_000)
    private static let days = Timestamp.day(of: january)...(Timestamp.day(of: january) + 99)

    /// Nobody comes from more networks in a month than are told apart.
    private func lines(_ seed: UInt64, _ count: Int) -> String {
        var random = SeededRandom(seed)
        return (0..<count).map { _ in
            let time = Timestamp.text(Self.january + Int64(random.below(100 * 86_400)) * Timestamp.second)
            let ip = random.below(7) == 0 ? "198.51.100.7, 10.0.0.1" : "203.0.\(random.below(5)).7"
            let who = random.below(5) == 0 ? "" : #""principal":"user:\#(random.below(12))","#
            return #"{"ts":"\#(time)","event":"used",\#(who)"token_id":"t\#(random.below(20))","ip":"\#(ip)","#
                + #""user_agent":"\#(["a", "b", "c"][random.below(3)])/\#(random.below(9))","tool":"x"}"# + "\n"
        }.joined()
    }

    private func told(_ history: any History) throws -> [String: UInt32] {
        var days: [String: UInt32] = [:]
        try history.principalDays(in: Self.days) { block in
            days.merge(block.daysByName, uniquingKeysWith: |)
        }
        return days
    }

    private func sql(_ statement: String) throws {
        let catalog = try DatabaseQueue(path: place.trail + "/catalog.sqlite")
        try catalog.write { db in try db.execute(sql: statement) }
        try catalog.close()
    }

    private func findings() throws -> [String] {
        var run = DetectionRun([NewSurroundings()], Clients())
        run.asOf = Self.january + 100 * Timestamp.day
        run.since = .start
        return try run.report(on: Trail(reading: place.trail)).findings.map { "\($0.id) \($0.class) \($0.title)" }
    }

    @Test func `what segments say together is what their events say, and one without a rollup changes nothing`() throws
    {
        for seed in 1...3 as ClosedRange<UInt64> { try place.ingest(place.write("\(seed).ndjson", lines(seed, 400))) }
        let known = try told(TrailHistory(Trail(reading: place.trail), Clients()))
        #expect(known.count > 200)
        let findings = try findings()
        #expect(findings.count > 5)
        try sql("DELETE FROM principal_day_blocks WHERE segment_id % 2 = 0")
        #expect(try told(TrailHistory(Trail(reading: place.trail), Clients())) == known)
        try sql("DELETE FROM principal_day_blocks")
        #expect(try told(TrailHistory(Trail(reading: place.trail), Clients())) == known)
        #expect(try self.findings() == findings)
    }

    @Test func `a damaged rollup is named with what to do`() throws {
        try place.ingest(place.write("a.ndjson", lines(1, 50)))
        try sql("UPDATE principal_day_blocks SET block = zeroblob(length(block))")
        let error = #expect(throws: (any Error).self) { try findings() }
        #expect("\(String(describing: error))".contains("principal_days"))
    }
}
