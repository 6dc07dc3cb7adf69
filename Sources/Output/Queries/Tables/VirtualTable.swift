internal import Events
internal import GRDBSQLite

/// A table that SQL can read and that no file of SQLite holds: rows come from segments or rollups.
///
/// SQLite first asks what a table can do with the conditions of a statement (`plan`), then opens cursors with the
/// values of those conditions. Conditions are for skipping only; SQLite checks them all again, so a table may ignore
/// any.
protocol VirtualTable: AnyObject {
    /// `CREATE TABLE x(…)` with the names and types of the columns.
    static var declaration: String { get }

    /// The columns whose conditions help to skip rows.
    static var helpfulColumns: Set<Int32> { get }

    /// The columns that hold times as texts (`SortableTime`). In conditions on them a text is read as a time, and a
    /// number as microseconds.
    static var timeColumns: Set<Int32> { get }

    /// The columns that hold UTC days as texts, `2026-05-01`.
    static var dayColumns: Set<Int32> { get }

    /// The columns that hold the microseconds of times. In conditions on them a text is refused.
    static var microsecondColumns: Set<Int32> { get }

    /// Of the helpful columns, those whose conditions are exact: the table alone judges them.
    static var exactColumns: Set<Int32> { get }

    /// Of these, hidden columns that are the arguments of a table-valued function: equality gives a value.
    static var argumentColumns: Set<Int32> { get }

    /// The columns by which the rows of a pass come sorted, ascending, if they do: a report that asks for the first
    /// hundred need then not see all.
    func order() throws -> [Int32]

    /// What one pass costs at least, in rows. A pass that opens segments costs much, however few rows it gives: a join
    /// should not ask for one row at a time.
    static var leastCost: Double { get }

    /// Rows that satisfy the conditions, or more. `columns` tells which columns the statement looks at.
    func open(_ conditions: [SQLCondition], columns: UInt64) throws -> any VirtualCursor
}

extension VirtualTable {
    static var argumentColumns: Set<Int32> { [] }
    static var microsecondColumns: Set<Int32> { [] }
    static var dayColumns: Set<Int32> { [] }
    static var exactColumns: Set<Int32> { [] }
    func order() -> [Int32] { [] }
}

/// The rows of one pass over a virtual table. A fresh cursor stands before its first row.
protocol VirtualCursor: AnyObject {
    /// Goes to the next row; false when there is none.
    func next() throws -> Bool
    /// A number that this row has in every pass: SQLite tells rows of several passes apart by it.
    var rowID: Int64 { get }
    /// Gives the value of a column of this row to SQLite.
    func give(_ column: Int32, to result: SQLResult) throws
}

/// `column operator value`, as a statement asks for it.
struct SQLCondition {
    enum Operator: Int32 {
        case equal = 2, greater = 4, lessOrEqual = 8, less = 16, greaterOrEqual = 32
    }

    enum Value {
        case integer(Int64), decimal(Double), text(String), other
        /// For `equal`: one of these.
        case anyText([String])
    }

    let column: Int32
    let comparison: Operator
    let value: Value

    /// The same condition on another number.
    func with(_ number: Int64) -> SQLCondition {
        SQLCondition(column: column, comparison: comparison, value: .integer(number))
    }

    /// The whole number that says the same as a fraction: `> 1.5` is `> 1`, `>= 1.5` is `>= 2`; nil if none can hold.
    func rounded(_ number: Double) -> Int64? {
        switch comparison {
        case .equal: Int64(exactly: number)
        case .greater, .lessOrEqual: Int64(exactly: max(-9e18, min(9e18, number.rounded(.down))))
        case .greaterOrEqual, .less: Int64(exactly: max(-9e18, min(9e18, number.rounded(.up))))
        }
    }
}

/// Where a cursor puts a value.
struct SQLResult {
    let context: OpaquePointer?

    func set(_ value: Int64) { sqlite3_result_int64(context, value) }
    func set(_ value: Double) { sqlite3_result_double(context, value) }
    func setNull() { sqlite3_result_null(context) }

    func set(_ text: String) {
        var text = text
        text.withUTF8 { set(UnsafeRawBufferPointer($0)) }
    }

    func set(_ text: [UInt8]) { text.withUnsafeBytes { set($0) } }

    /// A time as text; NULL for what damage left in its place.
    func set(time: Int64, _ writer: inout SortableTime) {
        writer.text(time).map { set($0) } ?? setNull()
    }

    func set(_ text: String?) { if let text { set(text) } else { setNull() } }

    func set(_ text: ArraySlice<UInt8>) { text.withUnsafeBytes { set($0) } }

    private func set(_ text: UnsafeRawBufferPointer) {
        // SQLite copies the text before the call returns.
        let copy = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        if let start = text.bindMemory(to: CChar.self).baseAddress {
            sqlite3_result_text(context, start, Int32(text.count), copy)
        } else {
            sqlite3_result_text(context, "", 0, copy)
        }
    }
}
