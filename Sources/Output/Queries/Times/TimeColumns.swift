internal import GRDB

/// Which columns of a table hold times, in which form, by their numbers.
struct TimeColumns: Sendable {
    /// Texts of ours (`SortableTime`).
    var times: Set<Int32> = []
    var microseconds: Set<Int32> = []
    /// UTC days such as `2026-05-01`.
    var days: Set<Int32> = []

    func content(of column: Int) -> Content {
        let column = Int32(clamping: column)
        if times.contains(column) { return Content([.time, .null]) }
        if microseconds.contains(column) { return Content([.microseconds, .null]) }
        return days.contains(column) ? Content(form: .date) : Content(.unknown)
    }
}

/// The same for all tables that a statement may name.
struct TimeTables {
    /// Of a virtual table, by the name that a program gives it.
    let virtual: (String) -> TimeColumns
    /// Of a table of the catalog, by its first page.
    let stored: [Int: TimeColumns]

    init(_ db: Database) throws {
        virtual = VirtualTableModule.timeColumns
        var stored: [Int: TimeColumns] = [:]
        let rows = try Row.fetchCursor(db, sql: "SELECT name, rootpage FROM main.sqlite_schema WHERE type = 'table'")
        while let row = try rows.next() {
            let names = CatalogViews.microseconds(of: row["name"])
            guard !names.isEmpty else { continue }
            let columns = try db.columns(in: row["name"], in: "main").map(\.name)
            let places = columns.indices.filter { names.contains(columns[$0]) }
            stored[row["rootpage"]] = TimeColumns(microseconds: Set(places.map { Int32($0) }))
        }
        self.stored = stored
    }
}
