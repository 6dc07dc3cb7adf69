internal import Events
internal import Foundation
internal import GRDBSQLite
internal import Synchronization

/// Makes a `VirtualTable` known to SQLite under a name (as an eponymous table: nothing need be created).
///
/// SQLite calls C functions with pointers to structures that begin with its own fields; the Swift objects follow in the
/// same memory, retained while SQLite holds the pointer.
enum VirtualTableModule {
    /// Registers a table. SQLite keeps it until the connection closes.
    static func register(
        _ table: any VirtualTable, as name: String, on connection: OpaquePointer?, _ errors: ErrorNote
    ) {
        let box = Unmanaged.passRetained(TableBox(table, errors))
        sqlite3_create_module_v2(connection, name, module, box.toOpaque()) { pointer in
            guard let pointer else { return }
            Unmanaged<TableBox>.fromOpaque(pointer).release()
        }
    }

    /// The columns of times of each table that SQLite has connected, by its address, as which programs name it.
    private static let timeColumnsOfTables = Mutex<[UInt: TimeColumns]>([:])

    /// The columns of times of a table, by the name that a program gives it: `vtab:55d0c8f2a3b0`.
    static func timeColumns(ofTable name: String) -> TimeColumns {
        let digits = name.dropFirst("vtab:".count)
        let address = UInt(digits.hasPrefix("0x") ? digits.dropFirst(2) : digits, radix: 16)
        return timeColumnsOfTables.withLock { tables in address.flatMap { tables[$0] } ?? TimeColumns() }
    }

    private final class TableBox {
        let table: any VirtualTable
        let errors: ErrorNote
        init(_ table: any VirtualTable, _ errors: ErrorNote) { (self.table, self.errors) = (table, errors) }
    }

    private final class CursorBox {
        let table: any VirtualTable
        var cursor: (any VirtualCursor)?
        var atEnd = true
        init(_ table: any VirtualTable) { self.table = table }
    }

    private struct TableStorage {
        var base = sqlite3_vtab()
        var box: UnsafeMutableRawPointer?
    }

    private struct CursorStorage {
        var base = sqlite3_vtab_cursor()
        var box: UnsafeMutableRawPointer?
    }

    /// Lives as long as the process, as SQLite wants it.
    nonisolated(unsafe) private static let module: UnsafePointer<sqlite3_module> = {
        let module = UnsafeMutablePointer<sqlite3_module>.allocate(capacity: 1)
        module.initialize(to: sqlite3_module())
        module.pointee.iVersion = 1
        // No xCreate: the table exists under the module's own name.
        module.pointee.xConnect = { connection, context, _, _, result, _ in
            guard let context, let result else { return SQLITE_ERROR }
            let table = Unmanaged<TableBox>.fromOpaque(context).takeUnretainedValue().table
            let status = sqlite3_declare_vtab(connection, type(of: table).declaration)
            guard status == SQLITE_OK else { return status }
            let storage = UnsafeMutablePointer<TableStorage>.allocate(capacity: 1)
            storage.initialize(to: TableStorage(box: context))
            timeColumnsOfTables.withLock {
                let table = type(of: table)
                $0[UInt(bitPattern: UnsafeRawPointer(storage))] = TimeColumns(
                    times: table.timeColumns, microseconds: table.microsecondColumns, days: table.dayColumns)
            }
            result.pointee = UnsafeMutableRawPointer(storage).assumingMemoryBound(to: sqlite3_vtab.self)
            return SQLITE_OK
        }
        module.pointee.xDisconnect = { table in
            guard let table else { return SQLITE_OK }
            timeColumnsOfTables.withLock { $0[UInt(bitPattern: UnsafeRawPointer(table))] = nil }
            UnsafeMutableRawPointer(table).assumingMemoryBound(to: TableStorage.self).deallocate()
            return SQLITE_OK
        }
        module.pointee.xBestIndex = { table, info in
            guard let table, let info else { return SQLITE_ERROR }
            return attempt(table) { try plan(VirtualTableModule.table(table), info) }
        }
        module.pointee.xOpen = { table, result in
            guard let table, let result else { return SQLITE_ERROR }
            let storage = UnsafeMutablePointer<CursorStorage>.allocate(capacity: 1)
            let box = Unmanaged.passRetained(CursorBox(VirtualTableModule.table(table)))
            storage.initialize(to: CursorStorage(box: box.toOpaque()))
            result.pointee = UnsafeMutableRawPointer(storage).assumingMemoryBound(to: sqlite3_vtab_cursor.self)
            return SQLITE_OK
        }
        module.pointee.xClose = { cursor in
            guard let cursor else { return SQLITE_OK }
            let storage = UnsafeMutableRawPointer(cursor).assumingMemoryBound(to: CursorStorage.self)
            if let box = storage.pointee.box { Unmanaged<CursorBox>.fromOpaque(box).release() }
            storage.deallocate()
            return SQLITE_OK
        }
        module.pointee.xFilter = { cursor, number, plan, count, values in
            guard let cursor else { return SQLITE_ERROR }
            let box = VirtualTableModule.cursor(cursor)
            let text = plan.map { String(cString: $0) } ?? ""
            return attempt(cursor) {
                let conditions = try SQLArguments.conditions(text, count, values)
                    .flatMap { try TimeConditions.inMicroseconds($0, of: box.table) }
                box.cursor = try conditions.map { try box.table.open($0, columns: columns(text)) }
                box.atEnd = try !(box.cursor?.next() ?? false)
            }
        }
        module.pointee.xNext = { cursor in
            guard let cursor else { return SQLITE_ERROR }
            let box = VirtualTableModule.cursor(cursor)
            return attempt(cursor) {
                box.atEnd = try !(box.cursor?.next() ?? false)
            }
        }
        module.pointee.xEof = { cursor in
            guard let cursor else { return 1 }
            return VirtualTableModule.cursor(cursor).atEnd ? 1 : 0
        }
        module.pointee.xColumn = { cursor, context, column in
            guard let cursor else { return SQLITE_ERROR }
            return attempt(cursor) {
                try VirtualTableModule.cursor(cursor).cursor?.give(column, to: SQLResult(context: context))
            }
        }
        module.pointee.xRowid = { cursor, result in
            guard let cursor, let result else { return SQLITE_ERROR }
            result.pointee = VirtualTableModule.cursor(cursor).cursor?.rowID ?? 0
            return SQLITE_OK
        }
        return UnsafePointer(module)
    }()

    private static func table(_ pointer: UnsafeMutablePointer<sqlite3_vtab>) -> any VirtualTable { box(pointer).table }

    private static func box(_ pointer: UnsafeMutablePointer<sqlite3_vtab>) -> TableBox {
        let storage = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: TableStorage.self)
        return Unmanaged<TableBox>.fromOpaque(storage.pointee.box!).takeUnretainedValue()
    }

    private static func cursor(_ pointer: UnsafeMutablePointer<sqlite3_vtab_cursor>) -> CursorBox {
        let storage = UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: CursorStorage.self)
        return Unmanaged<CursorBox>.fromOpaque(storage.pointee.box!).takeUnretainedValue()
    }

    /// Takes the conditions that help and notes them, with the columns in use, in the plan's text:
    /// `columns;column,operator;…`. The fewer rows a plan promises, the earlier SQLite puts it into a join.
    private static func plan(
        _ table: any VirtualTable, _ info: UnsafeMutablePointer<sqlite3_index_info>
    ) throws -> Int32 {
        let helpful = type(of: table).helpfulColumns
        let arguments = type(of: table).argumentColumns
        var text = "\(info.pointee.colUsed)"
        var taken: Int32 = 0
        var rows = 1e7
        for place in 0..<Int(info.pointee.nConstraint) {
            let constraint = info.pointee.aConstraint[place]
            // An argument that is not known yet: SQLite must put what gives it before this table.
            if constraint.usable == 0, arguments.contains(constraint.iColumn) { return SQLITE_CONSTRAINT }
            let isTime = type(of: table).timeColumns.contains(constraint.iColumn)
            let isArgument = arguments.contains(constraint.iColumn)
            guard constraint.usable != 0, helpful.contains(constraint.iColumn),
                let comparison = SQLCondition.Operator(rawValue: Int32(constraint.op)),
                sqlite3_vtab_collation(info, Int32(place)).map({ String(cString: $0) })
                    == (isTime && !isArgument ? TimeCollation.name : "BINARY")
            else { continue }
            taken += 1
            info.pointee.aConstraintUsage[place].argvIndex = taken
            if type(of: table).exactColumns.contains(constraint.iColumn) {
                info.pointee.aConstraintUsage[place].omit = 1
            }
            // An IN list comes at once, for one pass over the table instead of one for each value.
            let isList =
                comparison == .equal && !isArgument && !isTime
                && !type(of: table).microsecondColumns.contains(constraint.iColumn)
                && sqlite3_vtab_in(info, Int32(place), -1) != 0
            if isList { sqlite3_vtab_in(info, Int32(place), 1) }
            text += ";\(constraint.iColumn),\(comparison.rawValue)\(isList ? ",1" : "")"
            rows /= comparison == .equal ? 1000 : 10
        }
        if info.pointee.nOrderBy > 0, isSorted(info, by: try table.order()) { info.pointee.orderByConsumed = 1 }
        info.pointee.idxStr = sqliteCopy(text)
        info.pointee.needToFreeIdxStr = 1
        info.pointee.estimatedRows = Int64(max(1, rows))
        info.pointee.estimatedCost = max(type(of: table).leastCost, rows)
        return SQLITE_OK
    }

    /// Whether the order that a statement asks for is the one in which rows come.
    private static func isSorted(_ info: UnsafeMutablePointer<sqlite3_index_info>, by order: [Int32]) -> Bool {
        let wanted = UnsafeBufferPointer(start: info.pointee.aOrderBy, count: Int(info.pointee.nOrderBy))
        return wanted.count <= order.count && zip(wanted, order).allSatisfy { $0.desc == 0 && $0.iColumn == $1 }
    }

    private static func columns(_ plan: String) -> UInt64 {
        UInt64(plan.prefix { $0 != ";" }) ?? .max
    }

    /// Runs a step; an error becomes SQLite's, with its sentence.
    private static func attempt(_ cursor: UnsafeMutablePointer<sqlite3_vtab_cursor>, _ step: () throws -> Void) -> Int32
    {
        attempt(cursor.pointee.pVtab) {
            try step()
            return SQLITE_OK
        }
    }

    private static func attempt(_ table: UnsafeMutablePointer<sqlite3_vtab>?, _ step: () throws -> Int32) -> Int32 {
        do { return try step() } catch {
            if let table {
                box(table).errors.note(error)
                sqlite3_free(table.pointee.zErrMsg)
                table.pointee.zErrMsg = sqliteCopy("\(error)")
            }
            return SQLITE_ERROR
        }
    }

    /// A C string in memory that SQLite frees.
    private static func sqliteCopy(_ text: String) -> UnsafeMutablePointer<CChar>? {
        let bytes = text.utf8CString
        guard let memory = sqlite3_malloc64(UInt64(bytes.count))?.bindMemory(to: CChar.self, capacity: bytes.count)
        else {
            return nil
        }
        bytes.withUnsafeBufferPointer { memory.initialize(from: $0.baseAddress!, count: bytes.count) }
        return memory
    }
}
