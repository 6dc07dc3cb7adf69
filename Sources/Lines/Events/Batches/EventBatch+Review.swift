internal import Columns
internal import Model

extension EventBatch {
    /// What is to become of a row that was just read.
    package enum Verdict: Sendable {
        case kept
        /// It is stored already.
        case duplicate
        /// It has the id of an event that says something else: it is stored, and flagged.
        case reused
    }

    /// Shows the rows that came since the last call to `judge`, month by month, which gives a verdict for each; nil
    /// keeps all of them. What is taken out is counted as duplicate, as if it had never been a row.
    ///
    /// The texts of a row that is taken out stay in the dictionaries of its month, and count for `Limits.bytes`, until
    /// the month is taken or has no rows left.
    /// - Parameter latest: what `LineReader.latest` was.
    package mutating func review(
        latest: Int64, _ judge: (_ columns: EventColumns, _ rows: Range<Int>) throws -> [Verdict]?
    ) rethrows {
        var empty: [Int32] = []
        for place in open.indices where open[place].columns.count > open[place].reviewed {
            let rows = open[place].reviewed..<open[place].columns.count
            if let verdicts = try judge(open[place].columns, rows) {
                apply(verdicts, rows, place, latest)
                if open[place].columns.count == 0 { empty.append(open[place].number) }
            }
            open[place].reviewed = open[place].columns.count
            open[place].flagged.removeAll()
        }
        for month in empty { if let columns = take(month: month) { reuse(columns) } }
    }

    private mutating func apply(_ verdicts: [Verdict], _ rows: Range<Int>, _ place: Int, _ latest: Int64) {
        let flagged = Set(open[place].flagged)
        var kept: [Int] = []
        for (row, verdict) in zip(rows, verdicts) {
            switch verdict {
            case .kept: kept.append(row)
            case .reused:
                kept.append(row)
                reused += 1
                if !flagged.contains(row) { counts.flagged += 1 }
            case .duplicate:
                counts.stored -= 1
                counts.duplicate += 1
                if flagged.contains(row) { counts.flagged -= 1 }
                if open[place].columns.ts[row] > latest { future -= 1 }
                if open[place].columns.sourceLength[row] != EventColumns.noLength { counts.redacted -= 1 }
            }
        }
        guard kept.count < rows.count else { return }
        open[place].columns.keep(kept, from: rows.lowerBound)
        // The weight of the month stays what it was.
        open[place].bytes += (rows.count - kept.count) * Limits.bytesPerLine
        full = nil
        look()
    }
}

extension EventColumns {
    /// Drops the rows from `first` on but the given ones, which ascend. All columns must be filled.
    mutating func keep(_ rows: [Int], from first: Int) {
        count = first + rows.count
        ts.keep(rows, from: first)
        event.keep(rows, from: first)
        expiresAt.keep(rows, from: first)
        latencyMS.keep(rows, from: first)
        success.keep(rows, from: first)
        scopes.keep(rows, from: first)
        sourceOffset.keep(rows, from: first)
        sourceID.keep(rows, from: first)
        shape.keep(rows, from: first)
        sourceLength.keep(rows, from: first)
        for field in EventField.texts { self[field].keep(rows, from: first) }
    }
}
