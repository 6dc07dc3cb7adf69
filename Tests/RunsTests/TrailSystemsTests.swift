import Detection
import Events
import Ingest
import Runs
import Testing
import Trail
import TrailSupport

/// The systems of a trail, and the facts that two rules would tell.
struct TrailSystemsTests {
    let place = Place()
    /// 2026-01-01T00:00:00Z.
    private static let january = Int64(1_767_225_600_000_000)

    private func time(day: Int64) -> String { Timestamp.text(Self.january + day * Timestamp.day) }

    private func used(_ token: String, day: Int64) -> String {
        #"{"ts":"\#(time(day: day))","event":"used","token_id":"\#(token)","principal":"partner:a","ip":"192.0.2.1"}"#
            + "\n"
    }

    private func issued(_ token: String, day: Int64) -> String {
        #"{"ts":"\#(time(day: day))","event":"issued","token_id":"\#(token)","principal":"partner:a","actor":"admin","#
            + #""kind":"api_token","expires_at":"\#(time(day: day + 60))"}"# + "\n"
    }

    /// A call with an access key, as CloudTrail tells it.
    private func call(_ key: String, day: Int64, name: String = "ListBuckets") -> String {
        #"{"eventVersion":"1.08","eventTime":"\#(time(day: day).prefix(19))Z","eventSource":"s3.amazonaws.com","#
            + #""eventName":"\#(name)","awsRegion":"eu-central-1","sourceIPAddress":"192.0.2.7","userAgent":"cli","#
            + #""userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::111122223333:user/m","accessKeyId":"\#(key)"},"#
            + #""eventID":"e-\#(key)-\#(day)","eventType":"AwsApiCall","recipientAccountId":"111122223333"}"# + "\n"
    }

    private func report(_ detectors: [any Detector], day: Int64) throws -> DetectionReport {
        var run = DetectionRun(detectors, Clients())
        run.asOf = Self.january + day * Timestamp.day
        return try run.report(on: Trail(reading: place.trail))
    }

    @Test func `each system begins with its own first event`() throws {
        try place.ingest(
            place.write("auth.log", issued("tok_1", day: 0) + used("tok_1", day: 1)),
            place.write("aws.json", call("AKIA1", day: 100) + call("AKIA2", day: 101)), choice: .recognized)
        let systems = try #require(try TrailHistory(Trail(reading: place.trail), Clients()).systems).all
        #expect(systems.map(\.name) == ["our own format", "cloudtrail"])
        #expect(systems.map(\.begins) == [Self.january, Self.january + 100 * Timestamp.day])
        #expect(systems.map(\.issuances) == [["api_token": Self.january], [:]])
        #expect(systems[1].lacks.isSuperset(of: ["scopes", "expires_at of api_token", "issued of session"]))
        #expect(systems[0].lacks == [])
    }

    @Test func `a trail of our own format has no systems to tell apart`() throws {
        try place.ingest(place.write("auth.log", issued("tok_1", day: 0)))
        #expect(try TrailHistory(Trail(reading: place.trail), Clients()).systems == nil)
    }

    @Test func `a key of a young bucket is no token of unknown origin`() throws {
        let calls = call("AKIA1", day: 100) + call("AKIA2", day: 120)
        try place.ingest(
            place.write("auth.log", issued("tok_1", day: 0) + used("tok_1", day: 1)),
            place.write("aws.json", calls), choice: .recognized)
        let report = try report([DormantTokenReactivation(), OrphanToken()], day: 121)
        #expect(report.findings.isEmpty)
    }

    @Test func `a token that nobody issued is told once`() throws {
        try place.ingest(place.write("auth.log", issued("tok_1", day: 0) + used("forged", day: 99)))
        let both = try report([DormantTokenReactivation(), OrphanToken()], day: 100)
        #expect(both.findings.map(\.class) == ["orphan_token"])
        #expect(both.findings.first?.context["also"] == .texts(["unknown_origin"]))
        let one = try report([DormantTokenReactivation()], day: 100)
        #expect(one.findings.map(\.class) == ["unknown_origin"])
        #expect(one.findings.first?.context["also"] == nil)
    }
}
