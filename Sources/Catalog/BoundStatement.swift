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
        let code = sqlite3_step(handle)
        sqlite3_reset(handle)
        guard code == SQLITE_DONE else { throw DatabaseError(resultCode: ResultCode(rawValue: code)) }
    }

    /// Runs a statement that gives one number back.
    func number() throws -> Int64 {
        let code = sqlite3_step(handle)
        let number = code == SQLITE_ROW ? sqlite3_column_int64(handle, 0) : 0
        // Only the next step makes sure that all of it is done.
        let end = code == SQLITE_ROW ? sqlite3_step(handle) : code
        sqlite3_reset(handle)
        guard end == SQLITE_DONE, code == SQLITE_ROW else {
            throw DatabaseError(resultCode: ResultCode(rawValue: end))
        }
        return number
    }

    private var handle: OpaquePointer { statement.sqliteStatement }
}
