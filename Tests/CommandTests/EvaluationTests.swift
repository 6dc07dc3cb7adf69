import Foundation
import Testing

/// A short version of `make evaluate`: every kind of case is planted, and must be found, with nothing else.
struct EvaluationTests {
    let program = Program()

    @Test(arguments: 1...3)
    func `every kind of case among near misses is found, and nothing else`(seed: Int) throws {
        let script = Program.repository + "/Tests/Evaluation/run.py"
        let run = try program.shell(
            "python3 -B '\(script)' '\(Program.path)' --seeds \(seed) --events 20000 --quick")
        #expect(run.status == 0, "\(run.output)\n\(run.errors)")
        // It says so of itself: a run that played nothing would be no proof.
        #expect(run.output.contains("| all ") && !run.output.contains("SHORT"))
    }
}
