internal import Columns
package import Events

/// A system whose log a history holds: since when it logs, and what it never says.
package struct LoggedSystem: Sendable, Equatable {
    /// The name of its mapping, or `LoggedSystem.own`.
    package var name: String
    /// When its log begins, microseconds since the epoch.
    package var begins: Int64
    /// When it first said that a token of a kind came into being; nil stands for tokens whose issuance names no kind.
    package var issuances: [String?: Int64] = [:]
    /// Kinds of events and fields that it never logs, of all tokens (`scopes`) or of one kind (`issued of session`).
    package var lacks: Set<String> = []

    /// The name of the system whose logs are in our own format.
    package static let own = "own format"

    package init(_ name: String, begins: Int64) { (self.name, self.begins) = (name, begins) }

    /// Whether it never says that a token of a kind was issued.
    func lacksIssuances(ofKind kind: String?) -> Bool { lacks(EventKind.issued.name, ofKind: kind) }

    /// Whether it never says that a token of a kind was used.
    func lacksUses(ofKind kind: String?) -> Bool { lacks(EventKind.used.name, ofKind: kind) }

    /// Whether it never says when a token of a kind ends.
    func lacksExpiries(ofKind kind: String?) -> Bool { lacks(EventField.expiresAt.name, ofKind: kind) }

    /// A token whose kind nobody names is taken for an API token.
    private func lacks(_ word: String, ofKind kind: String?) -> Bool {
        lacks.contains(word) || lacks.contains("\(word) of \(kind ?? "api_token")")
    }
}

/// The systems whose logs a history holds. What one of them says, another may not; and each begins when it begins.
package struct LoggedSystems: Sendable {
    package let all: [LoggedSystem]
    private let places: [Int64: Int]

    /// - Parameter places: for the number of each source, the place of its system in `all`.
    package init(_ all: [LoggedSystem], places: [Int64: Int]) { (self.all, self.places) = (all, places) }

    /// The system that wrote a source.
    func system(ofSource id: Int64) -> LoggedSystem? { places[id].map { all[$0] } }
}

extension History {
    /// Which system told of the first use of each token within a time; empty where all logs are in our own format.
    ///
    /// - Parameter span: from when to just before when the uses lie.
    func systems(ofTokens ids: [[UInt8]], usedIn span: Range<Int64>) throws -> [[UInt8]: LoggedSystem] {
        guard let systems = try systems, !ids.isEmpty else { return [:] }
        if systems.all.count == 1 { return Dictionary(ids.map { ($0, systems.all[0]) }) { first, _ in first } }
        var first: [[UInt8]: (ts: Int64, source: Int64)] = [:]
        for start in stride(from: 0, to: ids.count, by: tokensAtOnce) {
            let some = Set(ids[start..<min(start + tokensAtOnce, ids.count)])
            let scan = EventScan(
                from: span.lowerBound, to: span.upperBound, kinds: .used, texts: [.tokenID: .anyOf(some)],
                fields: EventFields([.ts, .tokenID, .sourceID]))
            try self.scan(scan) { batch in
                let asked = batch[.tokenID].values(none: nil) { some.contains(Array($0)) ? Array($0) : nil }
                for row in 0..<batch.count {
                    guard let token = asked[row] else { continue }
                    let known = first[token] ?? (.max, 0)
                    // Of two at one time the smaller number, so that the order of batches does not matter.
                    if (batch.ts[row], batch.sourceID[row]) < known {
                        first[token] = (batch.ts[row], batch.sourceID[row])
                    }
                }
            }
        }
        return first.compactMapValues { systems.system(ofSource: $0.source) }
    }

    /// So many ids are looked for in one scan.
    private var tokensAtOnce: Int { 50_000 }
}

/// Tokens of which a rule says nothing, because their system never logs what it must know.
struct UnsaidTokens {
    private var tokens: [String: Int] = [:]

    mutating func add(_ system: LoggedSystem) { tokens[system.name, default: 0] += 1 }

    var count: Int { tokens.values.reduce(0, +) }

    /// Says what is not judged, in which logs and for want of what; nil if all is.
    func note(_ what: String, for want: String) -> CoverageNote? {
        guard !tokens.isEmpty else { return nil }
        let names = tokens.keys.sorted().joined(separator: ", ")
        return CoverageNote(
            kind: .notEvaluable,
            text: "not evaluable: \(what) in the logs of \(names), which do not say \(want) "
                + "(\(Wording.count(count, "token")) in the window)",
            isPartial: true)
    }
}
