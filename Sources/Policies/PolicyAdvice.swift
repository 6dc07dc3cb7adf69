package import Detection
internal import Events

/// A policy that fits what the log shows, with the reasons beside it.
package struct PolicyAdvice {
    package private(set) var settings = DetectorSettings()
    package private(set) var remarks: [String] = []

    /// A kind of caller with a smaller share of a tool's uses is not proposed: it may be the violation.
    private static let leastShare = 0.01

    /// Looks at the uses in a window.
    package init(_ window: DetectionWindow, of history: any History) throws {
        let from = Timestamp.text(window.from), to = Timestamp.text(window.to)
        remarks = ["Proposed from the uses between \(from) and \(to). Read it before you trust it:", ""]
        let span = window.to.minus(window.from)
        if span < 14 * Timestamp.day {
            let days = Int((Double(span) / Double(Timestamp.day)).rounded(.up))
            remarks += [
                "That is no more than \(days) day\(days == 1 ? "" : "s"): what is rare in it may be what must not be "
                    + "allowed. Two weeks tell more.", "",
            ]
        }
        readTools(try ObservedTools(window, of: history))
        remarks += ["", "Calls of one caller within any 60 s (half of the callers, 99 of 100, and the most):"]
        for cell in RateCell.allCases { readRates(try ObservedRates(cell, window, of: history)) }
        remarks.append("")
    }

    private mutating func readTools(_ observed: ObservedTools) {
        remarks.append("\(observed.tools.count) tools were used.")
        for name in observed.failedOnly.sorted() {
            remarks.append("- \(name): left out, every call of it failed; tool-undeclared will tell of it until it is "
                + "declared")
        }
        for (name, tool) in observed.tools.sorted(by: { $0.key < $1.key }) {
            let whole = max(1, tool.kinds.values.reduce(0, +))
            let rare = tool.kinds.filter { Double($0.value) < Self.leastShare * Double(whole) }
            let auth = Set(tool.kinds.keys).subtracting(rare.keys)
            settings.policy.tools[name] = Policy.Tool(
                auth: auth.isEmpty ? ["api_token", "oauth"] : auth, scopes: tool.scopes ?? [], writes: tool.writes)
            for (kind, uses) in rare.sorted(by: { $0.key < $1.key }) {
                remarks.append("- \(name): \(kind) left out, \(uses) of \(whole) uses; is that allowed?")
            }
            if auth.isEmpty { remarks.append("- \(name): its uses name no kind of caller; who may call it is a guess") }
            if tool.scopes == nil { remarks.append("- \(name): its uses name no scopes") }
            if tool.writes, auth.contains("anonymous") { remarks.append("- \(name): writes, and anonymous callers use "
                + "it") }
        }
    }

    private mutating func readRates(_ rates: ObservedRates) {
        let name = rates.cell.rawValue
        guard let limit = rates.recommended else {
            remarks.append("- \(name): no such callers; the limit stands as it was")
            return
        }
        settings.policy.rates[rates.cell] = limit
        let (half, most, peak) = (rates.quantile(0.5), rates.quantile(0.99), rates.quantile(1))
        let cuts = [most, limit].map { "\($0) would have cut \(Self.percent(rates.shareCut(by: $0)))" }
        remarks.append(
            "- \(name): \(half), \(most), \(peak) over \(rates.peaks.count) callers; \(cuts.joined(separator: ", "))")
    }

    private static func percent(_ share: Double) -> String {
        let tenths = Int((share * 1000).rounded())
        return "\(tenths / 10).\(tenths % 10) % of them"
    }
}
