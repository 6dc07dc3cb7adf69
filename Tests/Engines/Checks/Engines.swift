import Foundation
internal import TestSupport

/// Runs the Python scripts of `Tests/Engines`, in which other engines look at what was written here.
package enum Engines {
    private static let root = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// Whether tests that need an engine may be skipped: on a build server a missing one is a failure.
    package static var maySkip: Bool { python == nil && ProcessInfo.processInfo.environment["CI"] == nil }

    /// A Python with pyarrow and duckdb, if there is one: `AUTHTRAIL_PYTHON`, or the one that `make test` sets up.
    package static let python: String? = {
        let named = ProcessInfo.processInfo.environment["AUTHTRAIL_PYTHON"]
        let candidates = [named, root.appendingPathComponent(".venv/bin/python").path].compactMap { $0 }
        return candidates.first {
            (try? execute($0, ["-c", "import duckdb, jsonschema, prometheus_client, pyarrow"]).status) == 0
        }
    }()

    /// Runs a script of `Tests/Engines` and returns what it printed, errors included, with its exit status.
    package static func run(_ script: String, _ arguments: String...) throws -> (status: Int32, output: String) {
        guard let python else { return (-1, noPython) }
        return try execute(python, [root.appendingPathComponent("Tests/Engines/\(script)").path] + arguments)
    }

    /// Has pyarrow and DuckDB read a file, or the directory of a trail, and compare it with what must be in it.
    /// Returns nil if all is equal, else what is not.
    package static func check(_ path: String, _ expected: Expected) throws -> String? {
        let expectation = FileManager.default.temporaryDirectory.appendingPathComponent("\(UUID().uuidString).json")
        try expected.json().write(to: expectation)
        defer { try? FileManager.default.removeItem(at: expectation) }
        let result = try run("check_parquet.py", path, expectation.path)
        return result.status == 0 ? nil : result.output
    }

    private static let noPython =
        "no Python with what Tests/Engines/requirements.txt lists; set AUTHTRAIL_PYTHON or run make test"

    private static func execute(_ program: String, _ arguments: [String]) throws -> (status: Int32, output: String) {
        let outcome = try Command(program, arguments).run()
        return (outcome.status, outcome.text + outcome.errorText)
    }
}
