import Catalog
import Events
import Foundation
import Ingest
import Mappings
import Model
import TestSupport
import Testing
import Trail
import TrailSupport

/// Logs of other systems on their way into a trail.
struct MappedSourceTests {
    let place = Place()

    private static func trailRecord(_ number: Int, name: String = "GetObject") -> String {
        #"{"eventVersion":"1.08","userIdentity":{"type":"IAMUser","arn":"arn:aws:iam::1:user/u","#
            + #""accessKeyId":"AKIA\#(number)"},"eventTime":"2026-04-26T00:00:\#(number % 60 < 10 ? "0" : "")\#(number % 60)Z","#
            + #""eventSource":"s3.amazonaws.com","eventName":"\#(name)","sourceIPAddress":"203.0.113.7","#
            + #""eventID":"e-\#(number)"}"#
    }

    private static func document(_ numbers: Range<Int>) -> String {
        #"{"Records":["# + numbers.map { trailRecord($0) }.joined(separator: ",") + "]}"
    }

    private func ingest(
        _ words: String..., final: Bool = false, limits: IngestLimits = IngestLimits()
    ) throws -> IngestSummary {
        let writer = try TrailWriter(path: place.trail)
        return try Ingestor(writer, takesUnfinishedLines: final, limits: limits, now: { 1_780_272_000_000_000 })
            .ingest(Inputs.resolve(words))
    }

    private var sources: [SourceRecord] { get throws { try Trail(reading: place.trail).catalog.sources() } }

    @Test func `a document is read as far as its records are whole, and goes on at the next one`() throws {
        let text = Self.document(0..<50)
        let cut = text.utf8.count * 3 / 5
        place.write("a.json", String(text.prefix(cut)))
        var limits = IngestLimits()
        (limits.chunkBytes, limits.batchRows) = (700, 4)
        let first = try ingest(place.path("a.json"), limits: limits).counts
        #expect(first.stored > 20 && first.stored < 35)
        #expect(try sources.first?.frame == "document list 1")
        place.append("a.json", String(text.dropFirst(cut)))
        let second = try ingest(place.path("a.json"), limits: limits).counts
        #expect(first.stored + second.stored == 50)
        #expect(try place.tokens() == (0..<50).map { "AKIA\($0)" }.sorted())
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
        #expect(try ingest(place.path("a.json")).counts.lines == 0)
    }

    @Test func `encoded columns are committed before they take too much memory`() throws {
        place.write("a.json", Self.document(0..<200))
        var limits = IngestLimits()
        (limits.chunkBytes, limits.rowsPerBatch) = (700, 8)
        #expect(try ingest(place.path("a.json"), limits: limits).segments == 1)
        place.write("b.json", Self.document(200..<400))
        limits.heldBytes = 1
        let summary = try ingest(place.path("b.json"), limits: limits)
        #expect(summary.counts.stored == 200 && summary.segments > 2)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `an object of a bucket is known again among others that begin as it does`() throws {
        for end in 1...40 { place.write("\(end).json", Self.document(0..<end)) }
        let names = (1...40).map { place.path("\($0).json") }
        let writer = { try TrailWriter(path: place.trail) }
        let read = { () throws -> IngestSummary in
            try Ingestor(writer(), now: { 1_780_272_000_000_000 }).ingest(Inputs.resolve(names))
        }
        let first = try read()
        #expect(first.counts.stored == 40 && first.unchanged == 0)
        let again = try read()
        #expect(again.counts.lines == 0 && again.unchanged == 40)
        place.append("7.json", Self.document(50..<52))
        let grown = try read()
        #expect(grown.counts.stored == 2 && grown.unchanged == 39)
    }

    @Test func `what is delivered again in another object counts once`() throws {
        place.write("a.json", Self.document(0..<10))
        place.write("b.json", Self.document(5..<15))
        #expect(try ingest(place.path("a.json")).counts.stored == 10)
        let counts = try ingest(place.path("b.json")).counts
        #expect((counts.stored, counts.duplicate, counts.lines) == (5, 5, 10))
        place.write("c.json", Self.document(0..<15))
        place.write("d.json", Self.document(15..<20))
        let both = try ingest(place.path("c.json"), place.path("d.json")).counts
        #expect((both.stored, both.duplicate) == (5, 15))
        #expect(try place.tokens().count == 20)
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `what was refused before is remembered by another run, and by a follower that was killed`() throws {
        let refused = { (number: Int) in
            "Apr 26 00:12:42 web1 sshd[\(number)]: Failed password for root from 198.51.100.23 port 4 ssh2\n"
        }
        let ended = { (number: Int) in
            "Apr 26 00:12:43 web1 sshd[\(number)]: Connection closed by authenticating user root 198.51.100.23 port 4 [preauth]\n"
        }
        place.write("auth.log", refused(1) + refused(2))
        #expect(try ingest(place.path("auth.log")).counts.stored == 2)
        place.append("auth.log", ended(1) + ended(3))
        let second = try ingest(place.path("auth.log")).counts
        #expect((second.stored, second.skipped) == (1, 1))
        let followed = try Followed(place, "auth.log")
        try followed.pass(seconds: 8)
        place.append("auth.log", refused(4))
        try followed.pass(seconds: 8)
        followed.kill()
        place.append("auth.log", ended(4) + ended(2))
        try followed.start()
        try followed.pass(seconds: 8)
        try followed.stop()
        let source = try #require(try sources.first)
        #expect((source.counts.stored, source.counts.skipped, source.frame) == (4, 3, "text"))
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `logs of all kinds lie in one tree, each with its own mapping`() throws {
        place.shell("mkdir -p tree/2026/04 tree/.hidden")
        place.write("tree/ours.ndjson", use("t1") + "\n")
        place.write("tree/2026/trail.json", Self.document(0..<3))
        place.write("tree/2026/04/more.json", Self.document(3..<5))
        place.write("tree/.hidden/no.json", Self.document(7..<9))
        place.write(
            "tree/2026/auth.log",
            "Apr 26 00:12:42 web1 sshd[812]: Failed password for root from 198.51.100.23 port 40022 ssh2\n")
        place.shell("gzip tree/2026/04/more.json")
        let summary = try ingest(place.path("tree"), final: true)
        #expect(summary.inputs == 4)
        #expect(summary.mapped == ["cloudtrail": 2, "sshd": 1])
        #expect(summary.counts.stored == 7)
        let names = try sources.map { "\(($0.path as NSString).lastPathComponent) \($0.mapping ?? "native")" }.sorted()
        #expect(names == ["auth.log sshd", "more.json.gz cloudtrail", "ours.ndjson native", "trail.json cloudtrail"])
        #expect(try ingest(place.path("tree") + "/**/*.json", final: true).inputs == 1)
    }

    @Test func `what nobody knows is not read, and keeps nothing else from being read`() throws {
        place.write("a.json", #"{"foo":1,"bar":2}"# + "\n")
        place.write("b.json", Self.document(0..<3))
        place.write("c.log", "no JSON at all\n")
        let summary = try ingest(place.folder)
        #expect(summary.counts.stored == 3)
        #expect(summary.counts.quarantined == 0)
        #expect(summary.problems.count == 2)
        #expect("\(summary.problems[0].error)".contains("`bar`, `foo`"))
        #expect("\(summary.problems[1].error)".contains("no JSON at all"))
        #expect(try sources.count == 1)
        // It waits until somebody says what it is.
        #expect(try place.ingest(place.path("c.log"), choice: .native).counts.quarantined == 1)
    }

    @Test func `a source keeps its mapping, also one that is not built in`() throws {
        let text = """
            mapping: 1
            source: acme
            title: Acme
            recognize: [when]
            time: when
            fields: {token_id: key}
            events: [{when: {key: {exists: true}}, event: used}]
            """
        let mapping = try Mapping(text, file: "acme.yaml")
        place.write("a.log", #"{"when":1777162301,"key":"k1"}"# + "\n")
        #expect(try place.ingest(place.path("a.log"), choice: .mapping(mapping)).counts.stored == 1)
        place.append("a.log", #"{"when":1777162302,"key":"k2"}"# + "\n" + #"{"when":1777162303}"# + "\n")
        let counts = try ingest(place.path("a.log")).counts
        #expect((counts.stored, counts.skipped, counts.unmapped) == (1, 1, 1))
        let catalog = try Trail(reading: place.trail).catalog
        #expect(try catalog.mappings() == [StoredMapping(name: "acme", text: text)])
        #expect(try catalog.sourceTypes() == [SourceType(sourceID: 1, type: "none", skipped: 0, unmapped: 1)])
    }

    @Test func `a log that is followed is recognized when its first record is whole`() throws {
        place.write("a.json", "")
        let followed = try Followed(place, "a.json")
        let record = Self.trailRecord(1)
        place.append("a.json", String(record.prefix(40)))
        try followed.pass(seconds: 8)
        #expect(try sources.allSatisfy { $0.mapping == nil })
        place.append("a.json", String(record.dropFirst(40)) + "\n" + Self.trailRecord(2) + "\n")
        try followed.pass(seconds: 8)
        // Killed and started again, it goes on by the same mapping.
        followed.kill()
        place.append("a.json", Self.trailRecord(3) + "\n")
        try followed.start()
        try followed.pass(seconds: 8)
        try followed.stop()
        #expect(try sources.map(\.mapping) == ["cloudtrail"])
        #expect(try place.tokens() == ["AKIA1", "AKIA2", "AKIA3"])
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `beside a log that delivers twice, equal lines of our own format each count`() throws {
        place.write("a.json", Self.document(0..<3))
        place.write("b.log", use("t1") + "\n" + use("t1") + "\n")
        let counts = try ingest(place.path("a.json"), place.path("b.log")).counts
        #expect((counts.stored, counts.duplicate) == (5, 0))
    }

    @Test func `a log that was truncated is what it was, whatever its first lines are`() throws {
        place.shell("mkdir logs")
        let (mapped, ours) = ("logs/mapped.json", "logs/ours.log")
        place.write(mapped, Self.trailRecord(1) + "\n")
        place.write(ours, use("t1") + "\n")
        let followed = try Followed(place, "logs")
        try followed.pass(seconds: 2)
        for name in [mapped, ours] { place.shell("truncate -s 0 \(name)") }
        try followed.pass(seconds: 2)
        for name in [mapped, ours] { place.append(name, "a line of a crash\n") }
        try followed.pass(seconds: 8)
        place.append(mapped, Self.trailRecord(2) + "\n")
        place.append(ours, use("t2") + "\n")
        try followed.pass(seconds: 8)
        try followed.stop()
        #expect(try place.tokens() == ["AKIA1", "AKIA2", "t1", "t2"])
        let all = try sources
        #expect(all.map { $0.mapping ?? "native" }.sorted() == ["cloudtrail", "cloudtrail", "native", "native"])
        #expect(all.reduce(0) { $0 + $1.counts.quarantined } == 2)
    }

    @Test(arguments: [false, true])
    func `behind a hole of zero bytes a log is recognized`(isFollowed: Bool) throws {
        place.shell("truncate -s 40M a.json")
        place.append("a.json", Self.trailRecord(1) + "\n" + Self.trailRecord(2) + "\n")
        if isFollowed {
            let followed = try Followed(place, "a.json")
            try followed.pass(seconds: 8)
            try followed.stop()
        } else {
            _ = try ingest(place.path("a.json"))
        }
        let source = try #require(try sources.first)
        #expect(source.mapping == "cloudtrail")
        #expect((source.counts.stored, source.counts.quarantined) == (2, 1))
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test(arguments: [#"{"Records":[]}"#, #"{ "Records" : [ ] }"# + "\n"])
    func `an empty list of records is nothing, and nothing of it goes to quarantine`(_ text: String) throws {
        place.write("a.json", text)
        place.write("b.json", text)
        place.shell("gzip b.json")
        let summary = try ingest(place.folder)
        #expect(summary.problems.isEmpty)
        #expect(summary.counts.lines == 0)
        #expect(try sources.map(\.mapping) == ["cloudtrail", "cloudtrail"])
    }

    @Test func `a copy that goes on by itself is read as its original`() throws {
        place.write("a.json", Self.trailRecord(1) + "\n" + Self.trailRecord(2) + "\n")
        place.shell("cp a.json b.json; head -n 1 a.json > c.json")
        #expect(try ingest(place.folder).counts.stored == 2)
        place.append("b.json", Self.trailRecord(3) + "\n")
        place.append("c.json", Self.trailRecord(4) + "\n")
        let counts = try ingest(place.folder).counts
        #expect((counts.stored, counts.quarantined) == (2, 0))
        #expect(try sources.map(\.mapping) == ["cloudtrail", "cloudtrail", "cloudtrail"])
        #expect(try Trail(reading: place.trail).verify().problems.isEmpty)
    }

    @Test func `what was read by one mapping is not read on by another, and says so`() throws {
        place.write("a.json", Self.document(0..<3))
        place.write("b.log", use("t1") + "\n")
        _ = try ingest(place.folder)
        let okta = try #require(Mapping.named("okta"))
        let summary = try place.ingest(place.path("a.json"), place.path("b.log"), choice: .mapping(okta))
        #expect(
            summary.problems.map { "\($0.error)".prefix(28) } == [
                "it was read as cloudtrail, a", "it was read as native, and w",
            ])
        #expect(try place.ingest(place.path("a.json"), choice: .native).problems.count == 1)
        let cloudtrail = try #require(Mapping.named("cloudtrail"))
        #expect(try place.ingest(place.path("a.json"), choice: .mapping(cloudtrail)).problems.isEmpty)
    }

    @Test func `a log of which a mapping knows no record is one that tells nothing`() throws {
        let records = (0..<12).map {
            #"{"published":"2026-04-26T00:00:00Z","eventType":"made.up.\#($0)","uuid":"u\#($0)"}"#
        }
        place.write("a.log", records.joined(separator: "\n") + "\n")
        let okta = try #require(Mapping.named("okta"))
        let summary = try place.ingest(place.path("a.log"), choice: .mapping(okta))
        #expect(summary.isBlind)
        #expect((summary.counts.stored, summary.counts.unmapped) == (0, 12))
    }

    @Test func `what is compressed under another name, or UTF-16, is said to be so`() throws {
        place.write("a.log", use("t1") + "\n")
        place.write("b.json", Self.document(0..<2))
        place.shell("gzip -c a.log > c.log; iconv -f UTF-8 -t UTF-16 b.json > d.json")
        let summary = try ingest(place.folder)
        #expect(summary.counts.stored == 3)
        #expect(
            summary.problems.map { "\($0.error)".prefix(26) } == [
                "it is compressed with gzip", "it is UTF-16, of which not",
            ])
    }
}
