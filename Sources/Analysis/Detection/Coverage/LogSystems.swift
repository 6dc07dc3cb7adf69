internal import Columns
package import Events

/// The systems whose logs a history holds. What one of them says, another may not; and each begins when it begins.
package struct LogSystems: Sendable {
    package let all: [LogSystem]
    /// For the number of each source, the place of its system.
    private let places: [Int64: Int]

    package init(_ all: [LogSystem]) {
        self.all = all
        places = Self.places(of: all)
    }

    /// For the number of each source, the place of its system among these.
    package static func places(of all: [LogSystem]) -> [Int64: Int] {
        let pairs = all.enumerated().flatMap { place, system in system.sources.map { ($0, place) } }
        return Dictionary(pairs) { first, _ in first }
    }

    /// The system that wrote a source.
    func system(ofSource id: Int64) -> LogSystem? { places[id].map { all[$0] } }
}

extension History {
    /// Which system told of the first use of each token within a time; empty where all logs are in our own format.
    ///
    /// - Parameter span: from when to just before when the uses lie.
    func systems(ofTokens ids: [[UInt8]], usedIn span: Range<Int64>) throws -> [[UInt8]: LogSystem] {
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

    mutating func add(_ system: LogSystem) { tokens[system.name, default: 0] += 1 }

    var count: Int { tokens.values.reduce(0, +) }

    /// Says what is not judged, in which logs and for want of what; nil if all is.
    func note(_ what: String, for want: String) -> CoverageNote? {
        guard !tokens.isEmpty else { return nil }
        return .unsaid(what, by: Array(tokens.keys), want, "\(Wording.count(count, "token")) in the window")
    }
}

extension CoverageNote {
    /// Something that is not judged in the logs of some systems, because they never say what it is judged by.
    static func unsaid(_ what: String, by systems: [String], _ want: String, _ howMany: String) -> CoverageNote {
        CoverageNote(
            kind: .notEvaluable,
            text: "not evaluable: \(what) in the logs of \(systems.sorted().joined(separator: ", ")), which do not say "
                + "\(want) (\(howMany))",
            isPartial: true)
    }
}
