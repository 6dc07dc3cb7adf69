import ArgumentParser
import Catalog
import Console
import Events
import Foundation
import GRDB
import Ingest
import Testing
import Trail

@testable import authtrail

/// A trail with some of everything, which is damaged, asked and restored, many times over.
final class DamagedTrail {
    let folder: String
    var trail: String { folder + "/trail" }
    /// All files as they were, by their paths in the trail.
    private let sound: [(path: String, bytes: Data)]
    let logs: [String]

    init() throws {
        folder = NSTemporaryDirectory() + "authtrail-damage-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
        logs = try Self.fill(folder)
        let trail = folder + "/trail"
        sound = try FileManager.default.subpathsOfDirectory(atPath: trail).compactMap { path in
            var isFolder: ObjCBool = false
            _ = FileManager.default.fileExists(atPath: trail + "/" + path, isDirectory: &isFolder)
            return isFolder.boolValue ? nil : (path, try Data(contentsOf: URL(fileURLWithPath: trail + "/" + path)))
        }
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Segments of several months, a dropped month, quarantine, findings and what was decided about them.
    private static func fill(_ folder: String) throws -> [String] {
        let stories = ["all-six-kinds", "stuffing-by-ip", "stolen-refresh-token", "dormant-token", "bad-lines"]
        let samples = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().appendingPathComponent("SampleLogs").path
        let odd = [
            #"{"ts":"2026-05-01T10:00:00.123456Z","event":"used","token_id":"odd","latency_ms":1.5,"success":false}"#,
            #"{"event":"used", "ts":1777629600 ,"token_id":"odd","x":{"a":[1,2]},"user_agent":"Bearer abcdefghijklmnop1234"}"#,
            "not json", " ", "",
            #"{"ts":"2025-01-05T10:00:00Z","event":"issued","token_id":"old","principal":"p","scopes":["a","b"]}"#,
            #"{"ts":"2025-01-06T10:00:00Z","event":"used","token_id":"old","ip":"2001:db8::1"}"#,
        ]
        let log = folder + "/odd.ndjson"
        try Data((odd.joined(separator: "\n") + "\n").utf8).write(to: URL(fileURLWithPath: log))
        let logs = [log] + stories.map { samples + "/\($0).ndjson" }
        for log in logs { #expect(Self.run(["ingest", "-q", log], trail: folder + "/trail") == 0) }
        #expect(Self.run(["prune", "-q", "--older-than", "2025-02-01"], trail: folder + "/trail") == 0)
        #expect(
            Self.run(["detect", "-q", "--new", "--since", "start", "--output", "/dev/null"], trail: folder + "/trail")
                == 0)
        return logs
    }

    /// Puts everything back.
    func restore() throws {
        try? FileManager.default.removeItem(atPath: trail)
        for (path, bytes) in sound {
            let url = URL(fileURLWithPath: trail + "/" + path)
            try FileManager.default.createDirectory(
                at: url.deletingLastPathComponent(), withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            try bytes.write(to: url)
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: url.path)
        }
    }

    var segments: [String] { sound.map(\.path).filter { $0.hasSuffix(".parquet") }.sorted() }

    func bytes(_ path: String) -> [UInt8] { sound.first { $0.path == path }.map { [UInt8]($0.bytes) } ?? [] }

    func write(_ path: String, _ bytes: [UInt8]) throws {
        try Data(bytes).write(to: URL(fileURLWithPath: trail + "/" + path))
    }

    // MARK: Questions

    /// Everything that the program can be asked, as people write it.
    var questions: [[String]] {
        let null = ["-q", "--output", "/dev/null"]
        let reports = [
            "dormant-tokens", "dormant-tokens-gap", "failed-by-ip", "failures-by-reason", "events-by-day",
            "token-activity",
            "principals", "quarantine",
        ]
        return [
            ["detect", "--since", "start"] + null, ["detect", "--since", "start", "--semantics", "literal"] + null,
            ["detect", "--new"] + null,
            ["detect", "--every", "30d", "--from", "2026-01-01", "-q", "--output", "/dev/null"],
            ["findings", "list", "--format", "json"] + null,
            ["export", "--with-source"] + null, ["export", "dashboard"] + null, ["export", "--token", "odd"] + null,
            ["export", "--lines", "--source", logs[0]] + null, ["export", "--lines", "--source", logs[2]] + null,
            ["status"] + null, ["verify"] + null, ["trace", "token", "odd"] + null,
            ["trace", "ip", "198.51.100.23"] + null,
            ["explain", "--token", "odd"] + null, ["explain", "--ip", "198.51.100.23"] + null,
            ["policy", "suggest", "--since", "start", "--force"] + null,
            ["query", "SELECT * FROM events ORDER BY ts"] + null,
            ["query", "SELECT count(*), min(first_use), max(uses) FROM token_days"] + null,
            ["query", "SELECT sum(failures), max(hour) FROM ip_hours"] + null,
            ["query", "SELECT * FROM tokens JOIN sources"] + null,
            ["query", "SELECT * FROM failures_by_ip(3600000000, 0, 9e15, 1)"] + null,
        ] + reports.map { ["report", $0] + null }
    }

    /// What changes a trail.
    var changes: [[String]] {
        [
            ["ingest", "-q", "--output", "/dev/null"] + logs, ["compact", "--all", "-q", "--output", "/dev/null"],
            ["prune", "--older-than", "2026-05-01", "-q", "--output", "/dev/null"],
            ["rebuild", "--force", "--skip-damaged", "-q", "--output", "/dev/null"],
        ]
    }

    /// Runs a command in this process, where a trap ends the tests; returns its exit code, or nil for an error that has
    /// none.
    static func run(_ words: [String], trail: String) -> Int32? {
        do {
            var command = try AuthTrail.parseAsRoot(words + ["--trail", trail])
            try command.run()
            return 0
        } catch let failure as authtrail.Failure {
            return failure.code
        } catch {
            return authtrail.Failure(error)?.code ?? (AuthTrail.exitCode(for: error).rawValue == 64 ? 64 : nil)
        }
    }

    /// Asks and holds what must hold of any damaged trail: an exit code of the contract, and no waiting.
    func ask(_ words: [String], _ damage: @autoclosure () -> String) {
        let begun = ContinuousClock.now
        let code = Self.run(words, trail: trail)
        let took = ContinuousClock.now - begun
        let isDocumented = code.map { [0, 1, 64, 65, 73, 74, 75].contains($0) } ?? false
        #expect(isDocumented, "\(words.prefix(3)) after \(damage())")
        #expect(took < .seconds(20), "\(words.prefix(3)) took \(took) after \(damage())")
    }
}
