internal import Events

/// Finds valid tokens with which somebody tries out what they may do: refused for their scopes on many tools.
struct ScopeProbeSearch {
    let history: any History
    let settings: FailedVerificationByIP.Settings
    let span: SearchSpan

    func run() throws -> [Episode] {
        let rule = settings.scopeProbe
        var reader = NamedFailures()
        let margin = rule.width.plus(settings.episodeGap)
        let found = try span.whole(margin: margin) { span, only in
            try reader.read(rule.reasons, span, only: only, of: history, settings).byClient.map {
                let members = probing($0)
                return ($0[$0.startIndex].key, members.runs(gap: settings.episodeGap).map { FailureSpan($0) }, members)
            }
        }
        return found.flatMap { _, failureSpans, members in
            failureSpans.map { failureSpan in
                reader.episode(
                    .scopeProbe, members.filter { failureSpan.holds($0.ts) }, width: rule.width, reasons: rule.reasons)
            }
        }
    }

    /// The failures of a client that lie in a qualifying window, by time.
    private func probing(_ failures: ArraySlice<NamedFailure>) -> [NamedFailure] {
        Dictionary(grouping: failures) { $0.token }.values.flatMap(qualifying).sorted { $0.ts < $1.ts }
    }

    /// Of one token's failures, those in a window with enough tools.
    private func qualifying(_ failures: [NamedFailure]) -> [NamedFailure] {
        var counts: [UInt32: Int] = [:]
        var low = 0, told = 0
        var found: [NamedFailure] = []
        for high in failures.indices {
            if let tool = failures[high].tool { counts[tool, default: 0] += 1 }
            while failures[low].ts <= failures[high].ts.minus(settings.scopeProbe.width) {
                if let tool = failures[low].tool {
                    counts[tool] = (counts[tool] ?? 1) - 1
                    if counts[tool] == 0 { counts[tool] = nil }
                }
                low += 1
            }
            guard counts.count >= settings.scopeProbe.tools else { continue }
            found += failures[max(low, told)...high]
            told = high + 1
        }
        return found
    }
}
