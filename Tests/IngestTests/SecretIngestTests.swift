import Catalog
import Events
import Foundation
import Ingest
import Model
import Testing
import Trail
import TrailSupport

/// Credentials on their way into a trail, at the places where a line does not come whole.
struct SecretIngestTests {
    private static let secret = "gh" + "p_" + String(repeating: "aB3", count: 12)
    private static let segment = "segments/month=2026-05/00000001.parquet"

    /// The files of the trail that hold some bytes.
    private func files(_ place: Place, holding text: String) throws -> [String] {
        try FileManager.default.subpathsOfDirectory(atPath: place.trail).filter { name in
            let bytes = FileManager.default.contents(atPath: place.trail + "/" + name) ?? Data()
            return bytes.range(of: Data(text.utf8)) != nil
        }
    }

    @Test func `the catalog's WAL holds the marks and not the credentials`() throws {
        let place = Place()
        place.write("a.ndjson", "bad \(Self.secret)\n" + use(Self.secret) + "\n")
        // Not closed, so that the WAL is as the commit left it.
        let writer = try TrailWriter(path: place.trail)
        let summary = try Ingestor(writer, now: { 1_780_272_000_000_000 }).ingest(
            Inputs.resolve([place.path("a.ndjson")]))
        #expect(summary.counts.redacted == 2)
        #expect(try files(place, holding: Self.secret).isEmpty)
        // The bounds of the tokens stand in the segment.
        #expect(try files(place, holding: "⟨github:hmac:").sorted() == ["catalog.sqlite-wal", Self.segment])
        try writer.close()
        #expect(try files(place, holding: Self.secret).isEmpty)
        #expect(try files(place, holding: "⟨github:hmac:").sorted() == ["catalog.sqlite", Self.segment])
    }

    @Test(arguments: [0, 1, 5, 20, 39, 40, 60])
    func `of a line that is too long, the end of what is kept leaks no beginning`(cut: Int) throws {
        let place = Place()
        var limits = IngestLimits()
        limits.chunkBytes = 1000
        limits.lineBytes = 4000
        // So many bytes of the credential lie in the buffer when the line turns out to be too long.
        let text =
            #"{"a":""# + String(repeating: " ", count: 4000 - 6 - cut) + Self.secret
            + String(repeating: " ", count: 9000)
        place.write("a.ndjson", text + "\n" + use("t1") + "\n")
        let summary = try place.ingest(place.path("a.ndjson"), limits: limits)
        #expect(summary.counts.quarantined == 1 && summary.counts.stored == 1)
        #expect(summary.counts.redacted == (cut >= 4 ? 1 : 0))
        #expect(try files(place, holding: String(Self.secret.prefix(5))).isEmpty)
        let source = try Trail(reading: place.trail).catalog.sources()[0]
        let trail = try Trail(reading: place.trail)
        var kept = try trail.catalog.keptLines(ofSource: source.id)
        #expect(try kept.next()?.length == Int64(text.utf8.count))
        #expect(try kept.next() == nil)
        #expect(
            try Trail(reading: place.trail).catalog.firstCutLine(ofSource: source.id)?.length == Int64(text.utf8.count))
    }

    @Test func `a credential that is cut in two by the end of a file is replaced when the rest has come`() throws {
        let place = Place()
        func line(_ number: Int) -> String {
            #"{"ts":"2026-05-01T00:00:00Z","event":"used","token_id":"t\#(number)","tool":"\#(Self.secret)"}"#
        }
        for cut in stride(from: 72, to: line(72).utf8.count, by: 7) {
            // Each file is another one; a copy would be read only once.
            let line = line(cut)
            let name = "\(cut).ndjson"
            place.write(name, String(line.prefix(cut)))
            #expect(try place.ingest(place.path(name)).waiting.count == 1)
            place.append(name, String(line.dropFirst(cut)) + "\n")
            #expect(try place.ingest(place.path(name)).counts.redacted == 1)
        }
        // Here the file ends for good.
        place.write("final.ndjson", String(line(9).prefix(90)))
        let summary = try place.ingest(place.path("final.ndjson"), final: true)
        #expect(summary.counts.quarantined == 1 && summary.counts.redacted == 1)
        #expect(try files(place, holding: String(Self.secret.prefix(5))).isEmpty)
    }

    @Test func `many lines with credentials through small batches are all replaced and counted`() throws {
        let place = Place()
        var limits = IngestLimits()
        limits.chunkBytes = 300
        limits.rowsPerBatch = 7
        limits.batchRows = 20
        limits.bufferedBytes = 2000
        var text = ""
        for number in 0..<500 {
            let tool = number % 5 == 0 ? "x \(Self.secret)" : "orders"
            text +=
                #"{"ts":"2026-0\#(1 + number % 9)-01T00:00:00Z","event":"used","token_id":"t\#(number)","tool":"\#(tool)"}"#
                + "\n"
            if number % 50 == 0 { text += "oops \(Self.secret)\n" }
        }
        place.write("a.ndjson", text)
        let summary = try place.ingest(place.path("a.ndjson"), limits: limits)
        #expect(summary.counts.redacted == 110)
        let trail = try Trail(reading: place.trail)
        #expect(try trail.catalog.sources().map(\.counts.redacted) == [110])
        var rows = 0
        try trail.scan(EventScan(texts: [.redacted: .equals(["github:tool"])])) { rows += $0.count }
        #expect(rows == 100)
        #expect(try trail.verify().problems.isEmpty)
        #expect(try place.lines().allSatisfy { !$0.contains(Self.secret) })
    }
}
