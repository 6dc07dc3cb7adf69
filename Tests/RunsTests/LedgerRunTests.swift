import Catalog
import Detection
import Events
import Files
import Ingest
import Policies
import Runs
import Testing
import Trail
import TrailSupport

/// What a scheduled job tells, run by run, and what the ledger keeps of it.
struct LedgerRunTests {
    let place = Place()
    /// 2026-05-01T00:00:00Z.
    private static let may = Int64(1_777_593_600_000_000)

    /// Thirty guesses in as many seconds, some hours into May.
    private func guesses(hour: Int, from ip: String) -> String {
        (0..<30).map { number in
            let time = Timestamp.text(Self.may + Int64(hour) * Timestamp.hour + Int64(number) * Timestamp.second)
            return #"{"ts":"\#(time)","event":"failed","reason":"hash_mismatch","presented":"\#(ip)-\#(number)","#
                + #""ip":"\#(ip)"}"# + "\n"
        }.joined()
    }

    private func run(hour: Int, isScheduled: Bool = true, _ change: (inout LedgerRun.Request) -> Void = { _ in }) throws
        -> LedgerRun
    {
        let asOf = Self.may + Int64(hour) * Timestamp.hour
        var request = LedgerRun.Request([FailedVerificationByIP()], PolicyFile(), now: asOf)
        request.asOf = asOf
        request.isScheduled = isScheduled
        change(&request)
        return try LedgerRun(request, on: Trail(reading: place.trail))
    }

    private func told(_ run: LedgerRun) -> [String] { run.report.findings.map(\.entity.value) }

    @Test func `a job tells a finding once, and again when it was not read`() throws {
        try place.ingest(place.write("a.log", guesses(hour: 1, from: "203.0.113.9")))
        let unread = try run(hour: 2)
        #expect(told(unread) == ["203.0.113.9"])
        try unread.record(isRead: false)
        let read = try run(hour: 2)
        #expect(told(read) == ["203.0.113.9"])
        try read.record(isRead: true)
        let again = try run(hour: 3)
        #expect(told(again) == [] && again.whole.findings.count == 1)
        // Who looks beside the job sees all.
        #expect(told(try run(hour: 3, isScheduled: false)) == ["203.0.113.9"])
    }

    @Test func `looking takes nothing away from the job`() throws {
        try place.ingest(place.write("a.log", guesses(hour: 1, from: "203.0.113.9")))
        try run(hour: 2, isScheduled: false).record(isRead: true)
        #expect(told(try run(hour: 2)) == ["203.0.113.9"])
    }

    @Test func `a job looks back to what the one before it left out, and to lines that came late`() throws {
        try place.ingest(place.write("a.log", guesses(hour: 1, from: "203.0.113.9")))
        try run(hour: 2).record(isRead: true)
        // Three days nobody looked, and then lines of the first day come.
        try place.ingest(
            place.write("b.log", guesses(hour: 75, from: "203.0.113.10")),
            place.write("late.log", guesses(hour: 1, from: "203.0.113.11")))
        let next = try run(hour: 80)
        #expect(next.whole.window.from <= Self.may + Timestamp.hour)
        #expect(told(next).sorted() == ["203.0.113.10", "203.0.113.11"])
        try next.record(isRead: true)
        #expect(try run(hour: 81).whole.window.from == Self.may + 81 * Timestamp.hour - Timestamp.day)
    }

    @Test func `a literal question leaves nothing in the ledger`() throws {
        try place.ingest(place.write("a.log", guesses(hour: 1, from: "203.0.113.9")))
        try run(hour: 2) { $0.isLiteral = true }.record(isRead: true)
        #expect(try Trail(reading: place.trail).catalog.findings().isEmpty)
    }

    @Test func `a window that ends before it begins is no run`() throws {
        try place.ingest(place.write("a.log", guesses(hour: 1, from: "203.0.113.9")))
        #expect(throws: RunError.startsAfterEnd(start: Self.may + 1, end: Self.may)) {
            try run(hour: 0) { $0.since = .time(Self.may + 1) }
        }
    }

    @Test func `two jobs at once take turns`() throws {
        try place.ingest(place.write("a.log", guesses(hour: 1, from: "203.0.113.9")))
        let first = try JobLock(trail: place.trail)
        #expect(throws: FileError.self) { try JobLock(trail: place.trail) }
        first.release()
        try JobLock(trail: place.trail).release()
    }
}
