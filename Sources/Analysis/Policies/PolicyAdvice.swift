internal import Console
package import Detection
internal import Events

/// A policy that fits what the log shows, with the reasons beside it. It allows nothing that the log does not show.
package struct PolicyAdvice {
    package private(set) var settings = DetectorSettings()
    /// Lines of comment; they hold names of the log as they are.
    package private(set) var remarks: [String] = []

    /// A kind of caller with a smaller share of a tool's uses is not proposed: it may be the violation.
    private static let leastShare = 0.01
    /// The most tools that are proposed, those with the most uses; a server with more is a caller who makes names up.
    private static let mostTools = 1000
    /// The most tools that a remark names.
    private static let mostNamed = 20
    /// The most bytes of a name that somebody gave to a tool or a scope, and the most scopes of a tool.
    private static let longestName = 200
    private static let mostScopes = 100

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
        leaveOut(observed.failedOnly.sorted(), "every call of it failed")
        let (named, nameless) = Self.divide(observed.tools) { name, tool in
            let scopes = tool.scopes ?? []
            return scopes.count <= Self.mostScopes && ([name] + scopes).allSatisfy(Self.isName)
        }
        leaveOut(
            nameless.map(\.key),
            "its name or a scope is empty, has more than \(Self.longestName) bytes or begins with U+FEFF")
        let byUses = named.sorted { ($1.value.uses, $0.key) < ($0.value.uses, $1.key) }
        leaveOut(byUses.dropFirst(Self.mostTools).map(\.key), "\(Self.mostTools) others were used more often")
        for (name, tool) in byUses.prefix(Self.mostTools).sorted(by: { $0.key < $1.key }) { propose(name, tool) }
    }

    private mutating func propose(_ name: String, _ tool: ObservedTools.Tool) {
        let whole = max(1, tool.kinds.values.reduce(0, +))
        let (known, strange) = Self.divide(tool.kinds) { kind, _ in Policy.kinds.contains(kind) }
        let rare = known.filter { Double($0.value) < Self.leastShare * Double(whole) }
        var auth = Set(known.map(\.key)).subtracting(rare.map(\.key))
        for (kind, uses) in rare {
            remarks.append("- \(name): \(kind) left out, \(uses) of \(whole) uses; is that allowed?")
        }
        if !strange.isEmpty {
            let uses = strange.reduce(0) { $0 + $1.value }
            let kinds = strange.prefix(3).map { "`\(Self.short($0.key))`" }.joined(separator: ", ")
            remarks.append(
                "- \(name): \(uses) of \(whole) uses by kinds of caller that a policy does not know, such as \(kinds)")
            if auth.isEmpty { return leaveOut([name], "nobody whom a policy can name calls it") }
        }
        if auth.isEmpty {
            auth = ["api_token", "oauth"]
            remarks.append("- \(name): its uses name no kind of caller; who may call it is a guess")
        }
        if tool.scopes == nil { remarks.append("- \(name): its uses name no scopes") }
        if tool.writes, auth.contains("anonymous") {
            remarks.append("- \(name): writes, and anonymous callers use it")
        }
        settings.policy.tools[name] = Policy.Tool(auth: auth, scopes: tool.scopes ?? [], writes: tool.writes)
    }

    private mutating func leaveOut(_ names: [String], _ why: String) {
        for name in names.prefix(Self.mostNamed) {
            remarks.append(
                "- \(Self.short(name)): left out, \(why); tool-undeclared will tell of it until it is declared")
        }
        let more = names.count - Self.mostNamed
        if more > 0 { remarks.append("- and \(more) more, for the same reason") }
    }

    /// Those for which something is so, and the others, each by name.
    private static func divide<Value>(
        _ all: [String: Value], _ isSo: (String, Value) -> Bool
    ) -> (so: [(key: String, value: Value)], others: [(key: String, value: Value)]) {
        let sorted = all.sorted { $0.key < $1.key }
        return (sorted.filter { isSo($0.key, $0.value) }, sorted.filter { !isSo($0.key, $0.value) })
    }

    private static func isName(_ text: String) -> Bool {
        !text.isEmpty && text.utf8.count <= longestName && YAMLText.canHold(text)
    }

    private static func short(_ name: String) -> String {
        if name.isEmpty { return "\"\"" }
        guard name.utf8.count > longestName else { return name }
        return "\"\(String(name.unicodeScalars.prefix(20)))…\" (\(name.utf8.count) bytes)"
    }

    private mutating func readRates(_ rates: ObservedRates) {
        let name = rates.cell.rawValue
        // More than this a policy does not take, and it limits nobody.
        guard let limit = rates.recommended.map({ min($0, Policy.mostCalls) }) else {
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
