internal import ArgumentParser
internal import Console
internal import Detection
internal import Events
internal import Files
internal import Foundation
internal import Policies
internal import Runs
internal import Trail

/// Which policy the detectors judge by: flag, then environment, then `policy.yaml` in the trail's folder, then the
/// defaults.
struct PolicyOptions: ParsableArguments {
    @Option(
        name: .long,
        help: ArgumentHelp(
            "The policy (environment AUTHTRAIL_POLICY; default policy.yaml in the trail's folder, if there is one).",
            valueName: "file"))
    var policy: String?

    /// The policy for a trail. Throws `PolicyError` for one that cannot be used, `PolicyFileError` for one that cannot
    /// be read.
    /// Sources of the trail add what their reasons mean.
    func read(trail: String) throws -> PolicyFile {
        var file = try readFile(trail: trail)
        if kind(ofPath: trail) == .folder, let opened = try? Trail(reading: trail) {
            try file.settings.addReasons(of: opened)
        }
        return file
    }

    private func readFile(trail: String) throws -> PolicyFile {
        if let named = policy ?? Terminal.environment("AUTHTRAIL_POLICY"), !named.isEmpty {
            return try Self.read(named)
        }
        // Whose trail it is not is told that, and not of a file in it.
        if try checkedKind(ofPath: trail) == .folder { try requireReadable(folder: trail) }
        let usual = trail + "/policy.yaml"
        // Who names a pipe means it; one that lies here would be waited for.
        try requireOrdinary(file: usual, mayBeLink: true)
        // One that cannot be looked at is not missing: to judge by the defaults would be another judgment.
        guard try checkedKind(ofPath: usual) != .missing else { return PolicyFile() }
        return try asOwner(of: trail) { try Self.read(usual) }
    }

    /// Which client an address stands for, if a statement asks for clients at all: what does not goes on without a
    /// policy that can be read.
    func clients(for sql: String, trail: String) throws -> Clients {
        let words = sql.lowercased()
        guard words.contains("client") || words.contains("failures_by_ip") else { return Clients() }
        return try read(trail: trail).settings.clients
    }

    /// Reads one file. What is odd in it is for `policy check` to say.
    static func read(_ path: String) throws -> PolicyFile {
        try PolicyFile(text(path), name: path, now: Clock.now())
    }

    private static let most = 4 << 20

    private static func text(_ path: String) throws -> String {
        guard let file = FileHandle(forReadingAtPath: path) else {
            throw PolicyFileError(path: path, text: String(cString: strerror(errno)))
        }
        defer { try? file.close() }
        let bytes: Data
        do { bytes = try file.read(upToCount: most + 1) ?? Data() } catch {
            throw PolicyFileError(path: path, text: error.localizedDescription)
        }
        guard bytes.count <= most else { throw PolicyFileError(path: path, text: "larger than 4 MiB") }
        guard let text = String(validating: bytes, as: UTF8.self) else {
            throw PolicyFileError(path: path, text: "not UTF-8")
        }
        return text
    }
}

/// A policy file that cannot be read.
struct PolicyFileError: Error, CustomStringConvertible {
    var path: String
    var text: String

    var description: String { "cannot read the policy \(path): \(text)" }
}
