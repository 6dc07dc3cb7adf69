internal import Columns
internal import Events

/// What the log shows of the tools of a server: who calls each, which scopes it required, and whether it writes.
package struct ObservedTools: Sendable {
    /// Uses of one tool.
    package struct Tool: Sendable, Equatable {
        package var uses = 0
        /// Uses by kind of caller.
        package var kinds: [String: Int] = [:]
        /// Scopes that every use which named any required.
        package var scopes: [String]?
        /// Whether a scope that writes is among them.
        package var writes = false
    }

    package private(set) var tools: [String: Tool] = [:]
    /// Tools of which every call failed: nothing can be learned of what they need.
    package private(set) var failedOnly: Set<String> = []

    package init(_ window: DetectionWindow, of history: any History, policy: Policy = Policy()) throws {
        guard !window.isEmpty else { return }
        let scan = EventScan(
            from: window.from, to: window.to, kinds: .used, fields: EventFields([.tool, .kind, .scopes, .success]))
        try read(scan, history, policy)
        for texts in try AnonymousUses(window, of: history).ofNoKind { try readAnonymous(texts, window, history) }
        failedOnly.subtract(tools.keys)
    }

    /// What has no kind, and is anonymous by what else the log says: their uses are counted already.
    private mutating func readAnonymous(
        _ texts: [EventField: TextCondition], _ window: DetectionWindow, _ history: any History
    ) throws {
        let scan = EventScan(
            from: window.from, to: window.to, kinds: .used, texts: texts, fields: EventFields([.tool, .success]))
        try history.scan(scan) { batch in
            for row in 0..<batch.count where !batch.isFailedCall(row) {
                if let name = batch[.tool][row] { tools[name]?.kinds["anonymous", default: 0] += 1 }
            }
        }
    }

    private mutating func read(_ scan: EventScan, _ history: any History, _ policy: Policy) throws {
        var numbers: [SIMD3<UInt32>: Int] = [:]
        try history.scan(scan) { batch in
            numbers.removeAll(keepingCapacity: true)
            for row in 0..<batch.count where !batch.isFailedCall(row) {
                numbers[
                    SIMD3(batch[.tool].indices[row], batch[.kind].indices[row], batch.scopes.indices[row]),
                    default: 0] += 1
            }
            for row in batch.distinctRows(by: [.tool, .success]) where batch.isFailedCall(row) {
                if let name = batch[.tool][row] { failedOnly.insert(name) }
            }
            for row in batch.distinctRows(by: [.tool, .kind, .scopes, .success]) where !batch.isFailedCall(row) {
                let key = SIMD3(batch[.tool].indices[row], batch[.kind].indices[row], batch.scopes.indices[row])
                guard let name = batch[.tool][row], let uses = numbers.removeValue(forKey: key) else { continue }
                add(uses, of: name, kind: batch[.kind][row], scopes: batch.scopes[row], policy)
            }
        }
    }

    private mutating func add(_ uses: Int, of name: String, kind: String?, scopes: [String]?, _ policy: Policy) {
        var tool = tools[name] ?? Tool()
        tool.uses += uses
        if let kind { tool.kinds[kind, default: 0] += uses }
        if let scopes, !scopes.isEmpty {
            tool.scopes = tool.scopes.map { known in known.filter(scopes.contains) } ?? scopes.sorted()
            tool.writes = tool.writes || scopes.contains(where: policy.isWrite)
        }
        tools[name] = tool
    }
}
