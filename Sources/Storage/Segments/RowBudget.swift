import Columns
import Events

/// How many rows of a row group are looked at together, so that their columns take about so many bytes.
///
/// Dictionaries do not count: they are shared by all rows of the row group. How long texts are that are stored one by
/// one is known only when some were decoded: what they have in common is stored once.
struct RowBudget {
    private let bytes: Int
    /// Bytes of a row, by column.
    private var widths: [EventField: Int] = [:]
    /// Columns whose texts are stored one by one.
    private var direct: EventFields = []
    private var isFirst = true

    /// So many rows are looked at to see how long texts are.
    private static let firstRows = 2 * Limits.rowsPerPage

    init(bytes: Int) { self.bytes = bytes }

    /// Counts a column. `textBytes` is what a row has of texts that are stored one by one, as far as it is known; nil
    /// for other columns.
    mutating func add(_ field: EventField, textBytes: Int?) {
        widths[field] = 8 + (textBytes ?? 0)
        if textBytes != nil { direct.formUnion(EventFields(field)) }
    }

    /// The most rows, unless one page has more.
    var rows: Int {
        let most = bytes / max(1, widths.values.reduce(0, +))
        return isFirst && !direct.isEmpty ? min(most, Self.firstRows) : most
    }

    /// Notes how long the texts of some columns are.
    mutating func note(_ columns: EventColumns, _ fields: EventFields) {
        isFirst = false
        guard columns.count > 0 else { return }
        for field in EventField.texts where direct.contains(field) && fields.contains(field) {
            widths[field] = max(widths[field] ?? 0, columns[field].memory / columns.count)
        }
    }
}

/// Pages that are still to be looked at and, if only some of their rows are candidates, the places of these among them.
struct Rest {
    var pages: ArraySlice<Int> = []
    var rows: [Int]?
    /// Rows of the pages that were taken, and candidates among them.
    private var taken = (rows: 0, candidates: 0)

    init(pages: ArraySlice<Int> = [], rows: [Int]? = nil) { (self.pages, self.rows) = (pages, rows) }

    /// The next pages with at most so many rows, or one, and the candidates among theirs; nil if there are none left.
    mutating func take(_ most: Int, of cuts: [Range<Int>]) -> (pages: [Int], rows: [Int]?)? {
        guard let first = pages.first else { return nil }
        var part = [first], count = cuts[first].count
        for page in pages.dropFirst() {
            guard count + cuts[page].count <= most else { break }
            part.append(page)
            count += cuts[page].count
        }
        pages = pages.dropFirst(part.count)
        defer { taken.rows += count }
        guard let rows else { return (part, nil) }
        let start = taken.candidates
        while taken.candidates < rows.count, rows[taken.candidates] < taken.rows + count { taken.candidates += 1 }
        return (part, rows[start..<taken.candidates].map { $0 - taken.rows })
    }
}
