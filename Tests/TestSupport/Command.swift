package import Foundation

/// A program that runs to its end.
package struct Command {
    /// What it gave. The status is below 0 for the signal that ended it.
    package struct Outcome: Sendable {
        package let status: Int32
        package let output: Data
        package let errors: Data

        package var text: String { String(decoding: output, as: UTF8.self) }
        package var errorText: String { String(decoding: errors, as: UTF8.self) }
    }

    package var program: String
    package var arguments: [String]
    /// The folder in which it runs.
    package var folder: String?
    /// In place of this process's environment, if given.
    package var environment: [String: String]?
    package var input = Data()

    package init(_ program: String, _ arguments: [String] = [], in folder: String? = nil) {
        (self.program, self.arguments, self.folder) = (program, arguments, folder)
    }

    /// A line of the shell.
    package init(shell line: String, in folder: String? = nil) { self.init("/bin/sh", ["-c", line], in: folder) }

    @discardableResult
    package func run() throws -> Outcome {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(fileURLWithPath: folder) }
        if let environment { process.environment = environment }
        // Files, not pipes: a full pipe would stop a program that nobody reads.
        let place = NSTemporaryDirectory() + "authtrail-run-" + UUID().uuidString
        let files = ["in", "out", "err"].map { place + $0 }
        defer { for file in files { try? FileManager.default.removeItem(atPath: file) } }
        for file in files { _ = FileManager.default.createFile(atPath: file, contents: nil) }
        try input.write(to: URL(fileURLWithPath: files[0]))
        process.standardInput = FileHandle(forReadingAtPath: files[0])
        process.standardOutput = FileHandle(forWritingAtPath: files[1])
        process.standardError = FileHandle(forWritingAtPath: files[2])
        try process.run()
        process.waitUntilExit()
        return Outcome(
            status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
            output: try Data(contentsOf: URL(fileURLWithPath: files[1])),
            errors: try Data(contentsOf: URL(fileURLWithPath: files[2])))
    }
}
