internal import Catalog
internal import Console
internal import Events

// What keeps inputs from being read, as `status` says it.

extension StatusReport {
    /// More are counted only.
    private static let mostProblems = 12

    /// A sentence for each input that could not be read, those first that nothing was read of.
    var problemSentences: [String] {
        let order: [InputProblem.Kind] = [.missing, .unreadable, .blind, .uncertain, .unfinished, .damaged]
        let sorted = problems.enumerated().sorted { left, right in
            let (a, b) = (order.firstIndex(of: left.element.kind) ?? 0, order.firstIndex(of: right.element.kind) ?? 0)
            return (a, left.offset) < (b, right.offset)
        }.map(\.element)
        var sentences = sorted.prefix(Self.mostProblems).map(Self.sentence)
        let rest = problems.count - sentences.count
        if rest > 0 {
            let count = Human.count(Int64(rest))
            sentences.append("\(count) more inputs could not be read: authtrail status --format json")
        }
        return sentences
    }

    private static func sentence(_ problem: InputProblem) -> String {
        let since = "since \(Timestamp.text(problem.since / 1_000_000 * 1_000_000))"
        let path = SafeText.visible(problem.path), reason = SafeText.visible(problem.reason)
        return reason.contains(path) ? "\(since): \(reason)" : "\(since): \(path): \(reason)"
    }
}
