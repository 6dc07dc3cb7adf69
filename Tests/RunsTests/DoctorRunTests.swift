import Detection
import Events
import Ingest
import Policies
import Runs
import Testing
import Trail
import TrailSupport

/// A trail as the doctor looks at it.
struct DoctorRunTests {
    private let place = Place()
    private static let used = EventKinds(EventKind.used)

    /// Ten uses on each of three days; `use` counts seconds from 1 May 2026.
    private func ingestThreeDays() throws {
        let lines = (0..<30).map { use("tok_\($0)", $0 / 10 * 86_400 + $0 % 10) + "\n" }
        try place.ingest(place.write("a.log", lines.joined()))
    }

    @Test func `of a large log fields are counted in all of it, tokens in the last days`() throws {
        try ingestThreeDays()
        var run = DoctorRun(PolicyFile())
        let small = try run.checkup(of: Trail(reading: place.trail))
        #expect(small.findings?.isEmpty == true && small.diagnosis.ran == small.diagnosis.window)
        for (most, seconds) in [(15, 2 * 86_400), (5, 2 * 86_400), (20, 86_400)] as [(Int64, Int64)] {
            run.mostEvents = most
            let large = try run.checkup(of: Trail(reading: place.trail))
            #expect(large.findings == nil && large.diagnosis.rules.count == 29)
            #expect(large.diagnosis.census.events(Self.used) == 30)
            #expect(large.diagnosis.ran.from == large.diagnosis.window.from + seconds * Timestamp.second)
        }
    }

    @Test func `each system has its own shares, and what its mapping can say`() throws {
        try ingestThreeDays()
        let line = "Apr 26 00:11:41 web1 sshd[812]: Failed password for root from 198.51.100.23 port 40022 ssh2\n"
        try place.ingest(place.write("auth.log", line), choice: .recognized)
        let systems = try LogSystem.all(of: Trail(reading: place.trail))
        #expect(systems.map(\.mapping) == [nil, "sshd"] && systems[1].lacks.contains("used"))
        #expect(systems[1].onlySessions.contains(.issued) && systems[1].gives?[.failed]?.contains(.ip) == true)
        #expect(systems[1].gives?[.used] == nil && systems[0].gives == nil)
        let census = try DoctorRun(PolicyFile()).checkup(of: Trail(reading: place.trail)).diagnosis.census
        #expect(census.systems.map(\.events) == [30, 1])
        #expect(census.systems[1].kinds[.failed]?.shares[[.ip]] == FieldShare(present: 1, all: 1))
        #expect(census.systems[0].kinds[.used]?.shares[[.ip]] == FieldShare(present: 0, all: 30))
    }
}
