import Console
import Foundation
import Testing
import TestSupport

/// What a run of the program gave.
struct Run {
    let status: Int32
    let output: String
    let errors: String
}

/// The built program, and a folder to run it in.
final class Program {
    let folder: String

    init() {
        folder = NSTemporaryDirectory() + "authtrail-command-" + UUID().uuidString
        try! FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// The program lies beside the test bundle.
    static let path: String = {
        var folder = URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent()
        for bundle in Bundle.allBundles where bundle.bundlePath.hasSuffix(".xctest") {
            folder = bundle.bundleURL.deletingLastPathComponent()
        }
        return folder.appendingPathComponent("authtrail").path
    }()

    /// The repository, from this file's place in it.
    static let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().path

    @discardableResult
    func run(_ arguments: String..., input: String = "", environment: [String: String] = [:]) throws -> Run {
        try run(arguments, input: input, environment: environment)
    }

    @discardableResult
    func run(_ arguments: [String], input: String = "", environment: [String: String] = [:]) throws -> Run {
        try execute(Program.path, arguments, input, environment)
    }

    /// A command line of bash, in which `$AUTHTRAIL` is the program.
    func shell(_ command: String) throws -> Run { try execute("/bin/bash", ["-c", command], "", [:]) }

    func write(_ name: String, _ text: String) -> String { write(name, bytes: Array(text.utf8)[...]) }

    func write(_ name: String, bytes: ArraySlice<UInt8>) -> String {
        let path = folder + "/" + name
        try! Data(bytes).write(to: URL(fileURLWithPath: path))
        return path
    }

    func json(_ arguments: String...) throws -> JSONValue {
        let run = try run(arguments + ["--format", "json"])
        #expect(run.status == 0, "\(run.errors)")
        return try JSONParser.parse(run.output)
    }

    private func execute(_ path: String, _ arguments: [String], _ input: String, _ environment: [String: String]) throws
        -> Run
    {
        var command = Command(path, arguments, in: folder)
        var variables = ProcessInfo.processInfo.environment
        variables["AUTHTRAIL"] = Program.path
        variables["LC_ALL"] = "C.UTF-8"
        variables["AUTHTRAIL_TRAIL"] = nil
        variables["AUTHTRAIL_POLICY"] = nil
        variables.merge(environment) { $1 }
        command.environment = variables
        command.input = Data(input.utf8)
        let outcome = try command.run()
        return Run(status: outcome.status, output: outcome.text, errors: outcome.errorText)
    }
}

/// Two events of 1 May 2026 and a line that is none.
let threeLines = """
    {"ts":"2026-05-01T10:00:00Z","event":"used","token_id":"t1","tool":"orders.status","ip":"203.0.113.7"}
    {"ts":"2026-05-01T11:00:00Z","event":"failed","reason":"expired","token_id":"t2","ip":"198.51.100.9"}
    not json

    """
