internal import Columns
internal import Events

/// Events that a rule objects to, by what it objects to and by UTC day.
///
/// Something that goes on day after day is one case of each day: it is reported anew until it is mended, but not for
/// every line. Whole days are read, so that a case is the same whatever window of time a run looks at.
struct DayCases {
    let history: any History
    let window: DetectionWindow
    var kinds: EventKinds
    /// What the events satisfy: one of these, and only one. None of them is about the first column.
    var conditions: [[EventField: TextCondition]] = [[:]]
    /// The columns that the rule reads, at most four. By the first one the lines are found again.
    let columns: [EventField]
    /// Sources whose events are left out.
    var without: Set<Int64> = []

    struct DayCase {
        var what: String
        /// UTC days since 1970.
        var day: Int32
        var events: Case
    }

    /// The cases with an event in the window. `judge` says what is wrong with an event, or nil; it must say so from the
    /// columns alone.
    func read(_ judge: (EventColumns, Int) -> String?) throws -> [DayCase] {
        guard !window.isEmpty else { return [] }
        var cases: [Key: Case] = [:]
        for texts in conditions { try read(texts, judge, into: &cases) }
        return cases.filter(\.value.isInWindow).map { DayCase(what: $0.what, day: $0.day, events: $1) }
    }

    private struct Key: Hashable {
        var what: String
        var day: Int32
    }

    private func read(
        _ texts: [EventField: TextCondition], _ judge: (EventColumns, Int) -> String?, into cases: inout [Key: Case]
    ) throws {
        var suspects: Set<[UInt8]> = []
        var isUnnamed = false
        var scan = EventScan(
            from: window.from, to: window.to, kinds: kinds, texts: texts,
            fields: EventFields(columns + (without.isEmpty ? [] : [.sourceID])))
        try history.scan(scan) { batch in
            // Rows of one combination may come from several sources, so it is no use to look at one of them alone.
            let rows = without.isEmpty ? batch.distinctRows(by: columns) : judged(batch)
            for row in rows where judge(batch, row) != nil {
                if let text = batch[columns[0]].bytes(at: row) {
                    suspects.insert(Array(text))
                } else {
                    isUnnamed = true
                }
            }
        }
        guard isUnnamed || !suspects.isEmpty else { return }
        let days = window.wholeDays
        (scan.from, scan.to) = (days.lowerBound, days.upperBound)
        if !isUnnamed { scan.texts[columns[0]] = .anyOf(suspects) }
        scan.fields = scan.fields.union(Case.fields)
        try history.scan(scan) { batch in
            for row in judged(batch) {
                guard let what = judge(batch, row) else { continue }
                cases[Key(what: what, day: Timestamp.day(of: batch.ts[row])), default: Case()].add(batch, row, window)
            }
        }
    }

    /// The rows of sources that are not left out.
    private func judged(_ batch: EventColumns) -> [Int] {
        (0..<batch.count).filter { without.isEmpty || !without.contains(batch.sourceID[$0]) }
    }
}
