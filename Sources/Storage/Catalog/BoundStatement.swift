internal import GRDB
internal import GRDBSQLite

/// A statement that is run very many times: its values go to SQLite as they are, without being boxed.
struct BoundStatement {
    /// SQLite copies what is bound.
    private static let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)

    private let statement: Statement

    init(_ statement: Statement) { self.statement = statement }

    func bind(_ place: Int32, _ value: Int64?) {
        if let value { sqlite3_bind_int64(handle, place, value) } else { sqlite3_bind_null(handle, place) }
    }

    func bind(_ place: Int32, _ text: String?) {
        guard var text else { return _ = sqlite3_bind_null(handle, place) }
        if text.isEmpty { return _ = sqlite3_bind_text(handle, place, "", 0, Self.copies) }
        _ = text.withUTF8 { utf8 in
            utf8.withMemoryRebound(to: CChar.self) { chars in
                sqlite3_bind_text(handle, place, chars.baseAddress, Int32(chars.count), Self.copies)
            }
        }
    }

    func bind(_ place: Int32, bytes: ArraySlice<UInt8>) {
        _ = bytes.withUnsafeBytes { bytes in
            bytes.count == 0
                ? sqlite3_bind_zeroblob(handle, place, 0)
                : sqlite3_bind_blob(handle, place, bytes.baseAddress, Int32(bytes.count), Self.copies)
        }
    }

    /// Runs a statement that gives nothing back.
    func run(_ values: [Int64]) throws {
        for (place, value) in values.enumerated() { bind(Int32(place + 1), value) }
        try step()
    }

    /// Lets go of the copies of what was bound.
    func clear() { sqlite3_clear_bindings(handle) }

    /// Runs an INSERT. Returns the number of the row that is new, nil if one that was there was changed instead.
    ///
    /// RETURNING would say both, but makes and drops a table of its own each time, ten times the work of the insert.
    func insert() throws -> Int64? {
        let connection = sqlite3_db_handle(handle)
        sqlite3_set_last_insert_rowid(connection, 0)
        try step()
        let row = sqlite3_last_insert_rowid(connection)
        return row == 0 ? nil : row
    }

    /// Runs a statement that gives one number back.
    func number() throws -> Int64 {
        let code = sqlite3_step(handle)
        let number = code == SQLITE_ROW ? sqlite3_column_int64(handle, 0) : 0
        sqlite3_reset(handle)
        guard code == SQLITE_ROW else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
        return number
    }

    private func step() throws {
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    private var handle: OpaquePointer { statement.sqliteStatement }
}
