import Catalog
import Events
import Foundation
import Ingest
import Trail

/// A folder with logs and a trail, gone with its owner.
final class Place {
    let folder: String
    var trail: String { folder + "/trail" }

    init() {
        folder = NSTemporaryDirectory() + "authtrail-ingest-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    func path(_ name: String) -> String { folder + "/" + name }

    @discardableResult func write(_ name: String, _ text: String) -> String {
        try! Data(text.utf8).write(to: URL(fileURLWithPath: path(name)))
        return path(name)
    }

    func append(_ name: String, _ text: String) { append(name, bytes: Array(text.utf8)[...]) }

    func append(_ name: String, bytes: ArraySlice<UInt8>) {
        let handle = FileHandle(forWritingAtPath: path(name))!
        handle.seekToEndOfFile()
        handle.write(Data(bytes))
        try! handle.close()
    }

    func shell(_ command: String) {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/bin/sh")
        process.arguments = ["-c", "cd '\(folder)' && " + command]
        try! process.run()
        process.waitUntilExit()
    }

    /// One run of ingestion at a fixed clock: 2026-06-01T00:00:00Z.
    @discardableResult
    func ingest(_ words: String..., final: Bool = false, limits: IngestLimits = IngestLimits()) throws -> IngestSummary {
        let writer = try TrailWriter(path: trail)
        return try Ingestor(writer, takesUnfinishedLines: final, limits: limits, now: { 1_780_272_000_000_000 })
            .ingest(Inputs.resolve(words))
    }

    /// The stored events as canonical lines, in stored order.
    func lines() throws -> [String] {
        var bytes: [UInt8] = []
        try Trail(reading: trail).scan(EventScan()) { columns in
            for row in 0..<columns.count { EventLineWriter().append(columns, row: row, to: &bytes) }
        }
        return String(decoding: bytes, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}

/// `{"ts":…,"event":"used","token_id":…}` `second` seconds and `micros` microseconds after midnight of 1 May 2026.
func use(_ token: String, _ second: Int = 0, micros: Int = 0) -> String {
    let time = Timestamp.text(1_777_593_600_000_000 + Int64(second) * 1_000_000 + Int64(micros))
    return "{\"ts\":\"\(time)\",\"event\":\"used\",\"token_id\":\"\(token)\"}"
}
