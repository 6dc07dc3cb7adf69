internal import Events

/// Where searches for episodes look, and which episodes matter.
///
/// An episode must not depend on where a run's window begins: a search reads as far around the window as its rule
/// reaches, and where an episode is still cut by the edge of what was read, it reads further for that client alone.
struct SearchSpan {
    let coverage: Range<Int64>
    /// Where an episode may begin or end to matter: in the window, or so shortly before it that an accepted use in the
    /// window may follow.
    let relevant: DetectionWindow

    init(_ window: DetectionWindow, coverage: Range<Int64>, reach: Int64) {
        self.coverage = coverage
        relevant = DetectionWindow(from: window.from.minus(reach), to: window.to, asOf: window.asOf)
    }

    /// What is read first by a rule that reaches so far.
    func around(_ margin: Int64) -> Range<Int64> {
        clipped(relevant.from.minus(margin), relevant.to.plus(margin))
    }

    func isRelevant(_ failureSpan: FailureSpan) -> Bool {
        relevant.touches(first: failureSpan.first, last: failureSpan.last)
    }

    /// Whether nothing beyond the edges of what was read can change a span.
    func isWhole(_ failureSpan: FailureSpan, in span: Range<Int64>, margin: Int64) -> Bool {
        let all = clipped(.min, .max)
        return (span.lowerBound <= all.lowerBound || failureSpan.first >= span.lowerBound.plus(margin))
            && (span.upperBound >= all.upperBound || failureSpan.last < span.upperBound.minus(margin))
    }

    /// Three times as wide, as far as there are events that may be seen.
    func widened(_ span: Range<Int64>) -> Range<Int64> {
        let length = max(span.upperBound.minus(span.lowerBound), Timestamp.day)
        return clipped(span.lowerBound.minus(length), span.upperBound.plus(length))
    }

    /// What a rule found out about one client, and the spans of time in which it qualifies.
    typealias Found<Value> = (key: IPKey, failureSpans: [FailureSpan], value: Value)

    /// What `look` finds, each with its relevant spans in their full extent. It is asked first about all clients,
    /// then, over wider spans, about those whose spans were cut.
    func whole<Value>(
        margin: Int64, _ look: (_ span: Range<Int64>, _ only: Set<IPKey>?) throws -> [Found<Value>]
    ) rethrows -> [Found<Value>] {
        var whole: [Found<Value>] = []
        var span = around(margin)
        var only: Set<IPKey>?
        while true {
            var cut: Set<IPKey> = []
            for (key, failureSpans, value) in try look(span, only) {
                let relevant = failureSpans.filter(isRelevant)
                if relevant.isEmpty { continue }
                if relevant.allSatisfy({ isWhole($0, in: span, margin: margin) }) {
                    whole.append((key, relevant, value))
                } else {
                    cut.insert(key)
                }
            }
            if cut.isEmpty { return whole }
            span = widened(span)
            only = cut
        }
    }

    private func clipped(_ from: Int64, _ to: Int64) -> Range<Int64> {
        let end = min(relevant.asOf, coverage.upperBound)
        let lower = max(from, coverage.lowerBound)
        return lower..<max(lower, min(to, end))
    }
}

extension FailureSpan {
    func holds(_ time: Int64) -> Bool { first <= time && time <= last }
}
