import Events

@testable import Detection

/// The rule of dormant tokens written down a second time: straight from the definition, over all events, without
/// rollups. Slow, and on purpose unlike the detector.
struct DormantTokenOracle {
    struct Answer: Hashable, Comparable {
        var token: String
        var use: Int64
        var previous: Int64?
        var `class`: String

        static func < (left: Answer, right: Answer) -> Bool { (left.use, left.token) < (right.use, right.token) }
    }

    let events: [Event]
    let dormancy: Int64

    /// Every use in the window that ended a silence, and every first use; of all classes.
    func gaps(in window: DetectionWindow) -> Set<Answer> {
        var answers: Set<Answer> = []
        for (token, uses) in uses(before: window.asOf) {
            for use in uses where use >= window.from && use < window.to {
                let previous = uses.filter { $0 < use }.max()
                if let previous, use - previous < dormancy { continue }
                answers.insert(
                    Answer(token: token, use: use, previous: previous, class: kind(token, use, previous, window)))
            }
        }
        return answers
    }

    /// Tokens used in the window and not in the `dormancy` before it.
    func literal(in window: DetectionWindow) -> Set<Answer> {
        var answers: Set<Answer> = []
        for (token, uses) in uses(before: window.asOf) {
            guard let use = uses.filter({ $0 >= window.from && $0 < window.to }).min(),
                !uses.contains(where: { $0 >= window.from - dormancy && $0 < window.from })
            else { continue }
            let previous = uses.filter { $0 < use }.max()
            answers.insert(
                Answer(token: token, use: use, previous: previous, class: kind(token, use, previous, window)))
        }
        return answers
    }

    private func uses(before asOf: Int64) -> [String: Set<Int64>] {
        var uses: [String: Set<Int64>] = [:]
        for event in events where event.kind == .used && event.ts < asOf {
            if let token = event[.tokenID] { uses[token, default: []].insert(event.ts) }
        }
        return uses
    }

    private func kind(_ token: String, _ use: Int64, _ previous: Int64?, _ window: DetectionWindow) -> String {
        if previous != nil { return "dormant_reactivated" }
        let issuances = events.filter {
            // The clocks of two hosts may differ by a minute.
            [.issued, .exchanged, .refreshed].contains($0.kind) && $0[.tokenID] == token && $0.ts < window.asOf
                && $0.ts <= use + Timestamp.minute
        }
        if let issuance = issuances.map({ $0.ts }).min() {
            return use - issuance >= dormancy ? "dormant_from_birth" : "first_use"
        }
        let begin = events.map { $0.ts }.min() ?? use
        return use - begin >= dormancy ? "unknown_origin" : "insufficient_history"
    }
}
