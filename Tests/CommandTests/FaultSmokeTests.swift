import Foundation
import Testing

/// A few points of each fault campaign of `Tests/Faults`; `make faults` tries thousands.
@Suite(.disabled(if: FaultPython.path == nil && FaultPython.isOptional, "needs a Python 3"))
struct FaultSmokeTests {
    private let program = Program()

    /// Why a campaign may be left out: what it needs is not on every machine.
    private static let excuses = [
        "strace is not installed", "strace may not trace here", "needs root", "need root", "mkfs.ext4 is not installed",
        "no tmpfs can be mounted here", "no ext4 that can be shut down", "proves nothing without its control: strace",
    ]

    @Test func `a few faults of each kind lose nothing, store nothing twice and leave a sound trail`() throws {
        let python = try #require(FaultPython.path)
        let script = Program.repository + "/Tests/Faults/run.py"
        let run = try program.shell("'\(python)' -B '\(script)' \"$AUTHTRAIL\" --smoke")
        #expect(run.status == 0, "\(run.output)\(run.errors)")
        let rows = run.output.split(separator: "\n").filter { $0.hasPrefix("| ") }.dropFirst()
            .map { $0.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) } }
        #expect(rows.count == 26)
        for row in rows {
            let verdict = try #require(row.last)
            #expect(verdict == "passed" || Self.excuses.contains { verdict.contains($0) }, "\(row)")
        }
    }
}

/// The Python that runs the campaigns; it needs nothing but its standard library.
private enum FaultPython {
    static let path: String? = {
        let named = ProcessInfo.processInfo.environment["AUTHTRAIL_PYTHON"]
        return [named, "python3"].compactMap { $0 }.first { python in
            (try? Program().shell("'\(python)' -c 'import sys; sys.exit(sys.version_info < (3, 8))'").status) == 0
        }
    }()

    /// On a build server a missing Python is a failure.
    static var isOptional: Bool { ProcessInfo.processInfo.environment["CI"] == nil }
}
