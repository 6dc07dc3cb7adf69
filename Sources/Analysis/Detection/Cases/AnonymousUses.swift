internal import Columns
internal import Events
internal import Model

/// Uses by callers without an identity, in whichever way a log says so: by the kind `anonymous`, by that word in place
/// of a token or a principal, or by naming neither token, kind nor principal.
///
/// A log that never names the token of a use says nothing by leaving it out: its uses are not judged, which the run
/// says.
struct AnonymousUses {
    /// What scans ask for: each such use satisfies one of these, and only one.
    private(set) var conditions: [[EventField: TextCondition]] = [[.kind: .equals([Self.name])]] + Self.named
    /// What could not be judged.
    private(set) var coverage: [CoverageNote] = []

    private static let name = "anonymous"
    /// Without a kind, and with the word elsewhere.
    private static let named: [[EventField: TextCondition]] = [
        [.kind: .absent, .tokenID: .equals([name])],
        [.kind: .absent, .tokenID: .absent, .principal: .equals([name])],
    ]
    private static let nameless: [EventField: TextCondition] = [
        .kind: .absent, .tokenID: .absent, .principal: .absent,
    ]

    /// Looks which logs the uses of a window come from that name nobody.
    init(_ window: DetectionWindow, of history: any History) throws {
        let uses = try Self.namelessUses(window, history)
        if uses.isEmpty { return }
        let telling = try Self.logsWithTokens(among: Set(uses.keys), until: window.asOf, history)
        var condition = Self.nameless
        if telling.count < uses.count {
            coverage = [Self.note(uses.filter { !telling.contains($0.key) })]
            condition[.source] = .matching { telling.contains(LogName(ofPath: $0).bytes) }
        }
        if !telling.isEmpty { conditions.append(condition) }
    }

    /// The same without those whose kind says it.
    var ofNoKind: [[EventField: TextCondition]] { Array(conditions.dropFirst()) }

    /// How many there are on the days of a window, by log.
    private static func namelessUses(_ window: DetectionWindow, _ history: any History) throws -> [[UInt8]: Int] {
        guard !window.isEmpty else { return [:] }
        let days = window.wholeDays
        var uses: [[UInt8]: Int] = [:]
        let scan = EventScan(
            from: days.lowerBound, to: days.upperBound, kinds: .used, texts: nameless, fields: EventFields(.source))
        try history.scan(scan) { batch in
            for (place, count) in batch.rowsBySource where count > 0 {
                uses[LogName(ofPath: batch[.source].dictionary.slice(at: place)).bytes, default: 0] += count
            }
        }
        return uses
    }

    /// Those of some logs of which any use names a token. Nearly always the last day says it of all.
    private static func logsWithTokens(
        among logs: Set<[UInt8]>, until asOf: Int64, _ history: any History
    ) throws -> Set<[UInt8]> {
        guard let coverage = try history.coverage else { return [] }
        var telling: Set<[UInt8]> = []
        var (end, width) = (min(asOf, coverage.upperBound), Timestamp.day)
        while end > coverage.lowerBound, telling.count < logs.count {
            let scan = EventScan(
                from: max(end.minus(width), coverage.lowerBound), to: end, kinds: .used,
                texts: [.tokenID: .matching { !$0.elementsEqual(name.utf8) }], fields: EventFields(.source))
            try history.scan(scan) { batch in
                for (place, count) in batch.rowsBySource where count > 0 {
                    let log = LogName(ofPath: batch[.source].dictionary.slice(at: place)).bytes
                    if logs.contains(log) { telling.insert(log) }
                }
            }
            (end, width) = (scan.from, width.plus(width))
        }
        return telling
    }

    private static func note(_ uses: [[UInt8]: Int]) -> CoverageNote {
        let names = Wording.list(uses.keys.map { String(decoding: $0, as: UTF8.self) }, of: "log")
        return CoverageNote(
            kind: .notEvaluable,
            text: "not evaluable: uses without token, kind and principal in \(names), where no use ever names a token "
                + "(\(Wording.count(uses.values.reduce(0, +), "use")) on these days)",
            isPartial: true, about: .field(.used, .tokenID))
    }
}

extension EventColumns {
    /// How many rows each entry of the sources' dictionary has.
    fileprivate var rowsBySource: [(place: Int, count: Int)] {
        var counts = [Int](repeating: 0, count: self[.source].dictionary.count)
        for place in self[.source].indices where place != TextColumn.none { counts[Int(place)] += 1 }
        return counts.enumerated().map { ($0.offset, $0.element) }
    }
}
