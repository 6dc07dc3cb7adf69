import Catalog
import Events
import Ingest
import Mappings
import Model
import TestSupport
import Testing
import Trail
import TrailSupport

/// Logs of other systems whose first record is longer than what is looked at to recognize it.
struct LongRecordTests {
    let place = Place()

    /// How a log is written.
    enum Form: String, CaseIterable {
        case document, lines, array
    }

    /// A record of CloudTrail with so many MiB of parameters, behind what tells it or before.
    private static func record(_ number: Int, megabytes: Int = 0, isFirst: Bool = false) -> String {
        let parameters = #""requestParameters":{"x":""# + String(repeating: "a", count: megabytes << 20) + #""}"#
        let rest =
            #""eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/u","#
            + #""accessKeyId":"AKIA\#(number)"},"eventTime":"2026-04-26T00:00:0\#(number)Z","#
            + #""eventSource":"s3.amazonaws.com","eventName":"GetObject","sourceIPAddress":"203.0.113.7","#
            + #""eventID":"e-\#(number)""#
        return isFirst ? "{\(parameters),\(rest)}" : "{\(rest),\(parameters)}"
    }

    private func write(_ name: String, _ form: Form, _ records: [String]) -> String {
        switch form {
        case .document: place.write(name, #"{"Records":["# + records.joined(separator: ",") + "]}")
        case .lines: place.write(name, records.map { $0 + "\n" }.joined())
        case .array: place.write(name, "[\n" + records.joined(separator: ",\n") + "\n]\n")
        }
    }

    private func cloudTrail() throws -> SourceChoice.Word { .mapping(try #require(Mapping.named("cloudtrail"))) }

    @Test(arguments: Form.allCases)
    func `a log that is named is read, however long its first record is`(_ form: Form) throws {
        let path = write("a.json", form, [Self.record(1, megabytes: 17, isFirst: true), Self.record(2)])
        let summary = try place.ingest(path, choice: cloudTrail())
        #expect(summary.problems.isEmpty, "\(summary.problems)")
        #expect((summary.counts.stored, summary.counts.quarantined) == (2, 0))
        #expect(try place.tokens() == ["AKIA1", "AKIA2"])
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `a line that is over the limit of a record goes to quarantine and costs the next one nothing`() throws {
        let records = [Self.record(1, megabytes: 33), Self.record(2), Self.record(3, megabytes: 70), Self.record(4)]
        let summary = try place.ingest(write("a.json", .lines, records), choice: cloudTrail())
        #expect((summary.counts.stored, summary.counts.quarantined) == (2, 2))
        #expect(try place.tokens() == ["AKIA2", "AKIA4"])
        #expect(try Trail(reading: place.trail).catalog.quarantineByReason().map(\.reason) == ["line_too_long"])
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `without a name it is recognized by what stands before the long part`() throws {
        let path = write("a.json", .document, [Self.record(1, megabytes: 17), Self.record(2)])
        let summary = try place.ingest(path, choice: .recognized)
        #expect((summary.mapped, summary.counts.stored) == (["cloudtrail": 1], 2), "\(summary.problems)")
    }

    @Test func `a log of our own format is known by its first members, too`() throws {
        let long = #","x":""# + String(repeating: "a", count: 17 << 20) + #""}"#
        let path = place.write("a.ndjson", use("t1").dropLast() + long + "\n" + use("t2") + "\n")
        #expect(try place.ingest(path, choice: .recognized).counts.stored == 2)
    }

    @Test func `what cannot be recognized is named with what was seen, and with what reads it`() throws {
        let path = write("a.json", .lines, [Self.record(1, megabytes: 17, isFirst: true)])
        let problem = try #require(try place.ingest(path, choice: .recognized).problems.first)
        #expect(
            "\(problem.error)" == "its first record is not whole within 16 MiB, and no source recognizes what can be "
                + "seen of it, which is `requestParameters`; --source NAME or --mapping FILE reads it")
    }

    @Test func `a compressed one is read alike`() throws {
        _ = write("a.json", .lines, [Self.record(1, megabytes: 17), Self.record(2)])
        place.shell("gzip -1 a.json")
        #expect(try place.ingest(place.path("a.json.gz"), final: true, choice: .recognized).counts.stored == 2)
    }

    @Test func `a log that is followed is read when enough of it is there`() throws {
        _ = write("a.json", .lines, [Self.record(1, megabytes: 17), Self.record(2)])
        var options = Follower.Options()
        options.choice = try cloudTrail()
        let followed = try Followed(place, "a.json", options: options)
        try followed.pass(seconds: 8)
        try followed.stop()
        #expect(try place.tokens() == ["AKIA1", "AKIA2"])
    }
}
