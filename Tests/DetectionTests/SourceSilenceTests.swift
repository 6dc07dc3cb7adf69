import Events
import Testing

@testable import Detection

/// Logs that fall silent: for how long that is told, and by which runs.
struct SourceSilenceTests {
    /// A use every ten minutes of some days, in the log of a name.
    private func log(_ name: String, _ days: Range<Int64>) -> [Event] {
        days.flatMap { day in
            (0..<Int64(144)).map { place in
                var event = Event.used("tok_1", at: Event.time(day: day, minute: place * 10))
                event.texts[.source] = name
                event.sourceOffset = day * 14_400 + place * 100
                return event
            }
        }
    }

    private func detect(_ events: [Event], from: Int64? = nil, to: Int64? = nil, asOf: Int64) throws -> [Finding] {
        let window = DetectionWindow(from: from ?? asOf - Timestamp.day, to: to ?? asOf, asOf: asOf)
        return try SourceSilence().detect(in: window, of: MemoryHistory(events, batchSize: 500)).findings
    }

    @Test func `a log that is silent while another speaks is told by every run of two weeks, and then counts as ended`()
        throws
    {
        let events = log("dead.ndjson", 0..<20) + log("live.ndjson", 0..<60)
        for (day, told) in [(20, 0), (21, 1), (25, 1), (33, 1), (36, 0), (60, 0)] as [(Int64, Int)] {
            let found = try detect(events, asOf: Event.time(day: day))
            #expect(found.map(\.entity.value) == [String](repeating: "dead.ndjson", count: told), "day \(day)")
        }
    }

    @Test func `a trail in which nothing speaks any more is told of for ever, each log with its last line`() throws {
        let events = log("one.ndjson", 0..<20) + log("two.ndjson", 0..<30)
        for day in [31, 40, 400] as [Int64] {
            let found = try detect(events, asOf: Event.time(day: day))
            #expect(found.map(\.entity.value) == ["one.ndjson", "two.ndjson"], "day \(day)")
            #expect(found.map(\.firstSeen) == [20, 30].map { Event.time(day: $0) - 10 * Timestamp.minute })
            #expect(found.allSatisfy { $0.isOngoing && $0.lastSeen == Event.time(day: day) })
        }
    }

    @Test func `two hosts whose logs differ in a digit are two logs, and files that follow one another are one`() throws
    {
        let hosts =
            log("srv/node1/auth.log", 0..<20) + log("srv/node2/auth.log", 0..<30) + log("web1.log", 0..<20)
            + log("web2.log", 0..<30)
        let found = try detect(hosts, asOf: Event.time(day: 22))
        #expect(found.map(\.entity.value) == ["srv/node1/auth.log", "web1.log"])
        let daily = (0..<20).flatMap { day in log("auth-2026-01-\(day + 10).log", Int64(day)..<Int64(day + 1)) }
        #expect(try detect(daily, from: Event.time(), asOf: Event.time(day: 20)).isEmpty)
        let dead = try detect(daily, asOf: Event.time(day: 22))
        #expect(dead.map(\.entity.value) == ["auth-2026-01-29.log"])
        #expect(dead.first?.context["log"] == .text("auth-#-#-#.log"))
    }

    @Test func `the run in whose window a log speaks again tells that its silence is over`() throws {
        let events = log("a.ndjson", 0..<20) + log("a.ndjson", 23..<30) + log("b.ndjson", 0..<30)
        for day in [21, 22, 23] as [Int64] {
            #expect(try detect(events, asOf: Event.time(day: day)).map(\.isOngoing) == [true])
        }
        let over = try detect(events, asOf: Event.time(day: 23, hour: 1))
        #expect(over.map(\.lastSeen) == [Event.time(day: 23)] && over.allSatisfy { !$0.isOngoing })
        #expect(try detect(events, asOf: Event.time(day: 25)).isEmpty)
    }

    @Test func `a log too young to have a habit is counted when it falls silent`() throws {
        let events = log("old.ndjson", 0..<30) + log("young.ndjson", 24..<26)
        let window = DetectionWindow(asOf: Event.time(day: 28))
        let result = try SourceSilence().detect(in: window, of: MemoryHistory(events, batchSize: 500))
        #expect(
            result.findings.isEmpty
                && result.coverage.map(\.text) == [
                    "1 log silent for a day and more with fewer than 3 days of habit before: whether that is too long is not known"
                ])
    }

    /// A bucket gets an object every ten minutes, and each is written once.
    @Test func `of a bucket the log falls silent, and not its last object`() throws {
        let events = (0..<20 * 144).map { number in
            var event = Event.used("t", at: Event.time(day: 0, minute: Int64(number) * 10))
            let name = Timestamp.text(event.ts).prefix(16).filter { $0.isNumber || $0 == "T" }
            event.texts[.source] = "/logs/\(name.prefix(8))/\(name)00Z_\(name)59Z_a\(number % 10)b.log.gz"
            return event
        }
        let found = try detect(events, asOf: Event.time(day: 20, hour: 12))
        #expect(found.map(\.entity.value) == ["/logs/#/#.log"])
        #expect(found.map(\.title) == ["/logs/#/#.log fell silent at 2026-01-20T23:50:00Z"])
    }

    @Test func `a silence has the same id while it lasts and when it is over`() throws {
        let before = log("a.ndjson", 0..<20)
        let open = try detect(before, asOf: Event.time(day: 20, hour: 3))
        let over = try detect(before + log("a.ndjson", 21..<22), asOf: Event.time(day: 21, minute: 30))
        #expect(open.count == 1 && open[0].isOngoing)
        #expect(over.map(\.id) == open.map(\.id) && over.allSatisfy { !$0.isOngoing })
        #expect(over.map(\.lastSeen) == [Event.time(day: 21)])
    }

    /// Windows that lie side by side, each with the same end of what is known.
    @Test(arguments: [22, 30, 45, 90] as [Int64])
    func `the windows of a span find together what the span finds`(asOf day: Int64) throws {
        let events =
            log("a.ndjson", 0..<20) + log("b.ndjson", 0..<40) + log("c.ndjson", 5..<15) + log("c.ndjson", 18..<21)
        let asOf = Event.time(day: day)
        let whole = try detect(events, from: Event.time(), asOf: asOf)
        for days in [1, 3, 7] as [Int64] {
            var parts: [String: Finding] = [:]
            for start in stride(from: 0, to: day, by: Int(days)) {
                let from = Event.time(day: start)
                for one in try detect(events, from: from, to: min(asOf, from + days * Timestamp.day), asOf: asOf) {
                    #expect(parts[one.id].map { $0 == one } ?? true)
                    parts[one.id] = one
                }
            }
            #expect(Set(parts.keys) == Set(whole.map(\.id)), "\(days) days")
        }
        #expect(!whole.isEmpty)
    }
}
