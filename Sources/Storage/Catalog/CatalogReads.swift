internal import Events
internal import Foundation
internal import GRDB
internal import Model
package import Rollups

extension Array<UInt8> {
    /// The same bytes, as GRDB takes them for a BLOB.
    var asData: Data { Data(self) }
}

extension Catalog {
    /// All segments in the order in which their lines were committed, or those that may hold events in `[from, to)`.
    package func segments(from: Int64 = .min, to: Int64 = .max) throws(CatalogError) -> [SegmentRecord] {
        try read("list segments") { db in
            try Row.fetchAll(
                db, sql: "SELECT * FROM main.segments WHERE max_ts >= ? AND min_ts < ? ORDER BY rank, segment_id",
                arguments: [from, to]
            ).map(SegmentRecord.init)
        }
    }

    /// From the first event to just after the last one; nil when there are none.
    package func span() throws(CatalogError) -> Range<Int64>? {
        try read("find the time span") { db in
            let sql = "SELECT min(min_ts) AS low, max(max_ts) AS high FROM main.segments"
            guard let row = try Row.fetchOne(db, sql: sql),
                let low = try row.int64IfAny("low", .time), let high = try row.int64IfAny("high", .time)
            else { return nil }
            return low..<max(low, high) + 1
        }
    }

    /// The time of which the log says everything: from the first event, or from the end of the months that were
    /// dropped, to just after the last event; nil when there are no events. Older ones that came later do not count.
    package func coverage() throws(CatalogError) -> Range<Int64>? {
        guard let span = try span() else { return nil }
        let before = try read("find what was dropped") { db in
            try db.number("before", .month, sql: "SELECT max(before) FROM main.prunes")
        }
        let low = max(span.lowerBound, before.map { Timestamp.start(ofMonth: Int32($0)) } ?? .min)
        return low..<max(low, span.upperBound)
    }

    /// Just after the newest event, where runs and reports look back from unless set otherwise; nil without events.
    ///
    /// Events that lay in the future when they were read do not count, or one wrong clock would blind every run; if
    /// there are no others, they do.
    package func newest() throws(CatalogError) -> Int64? {
        try read("find the newest event") { db in
            let sql = "SELECT ifnull((SELECT max(last_event) FROM main.sources), max(max_ts)) FROM main.segments"
            return try db.number("last_event", .time, sql: sql).map { min($0 + 1, Timestamp.end - 1) }
        }
    }

    /// All sources, in the order in which they were first read.
    package func sources() throws(CatalogError) -> [SourceRecord] {
        try read("list sources") { db in
            try Row.fetchAll(db, sql: "SELECT * FROM main.sources ORDER BY source_id").map(SourceRecord.init)
        }
    }

    /// What all batches have committed.
    package func written() throws(CatalogError) -> WrittenTotals {
        try read("add up batches") { db in
            let sums = [
                "lines", "stored", "quarantined", "skipped", "unmapped", "blank", "duplicate", "flagged", "redacted",
                "bytes_in", "bytes_stored", "segments",
            ]
            let list = sums.map { "ifnull(sum(\($0)), 0) AS \($0)" }.joined(separator: ", ")
            let sql = "SELECT \(list) FROM main.batches"
            guard let row = try Row.fetchOne(db, sql: sql) else { return WrittenTotals() }
            return WrittenTotals(
                counts: try LineCounts(row), bytesIn: try row.count("bytes_in"),
                bytesStored: try row.count("bytes_stored"), segments: Int(try row.count("segments")))
        }
    }

    private static let life = "SELECT \(TokenLife.columns) FROM main.tokens WHERE token_no = ?"

    /// What is known about a token.
    package func life(ofToken number: UInt32) throws(CatalogError) -> TokenLife? {
        try read("read tokens") { db in
            try Row.fetchOne(db, sql: Self.life, arguments: [number]).map { try TokenLife($0) }
        }
    }

    /// What is known about some tokens, in the order of the numbers; unknown numbers are left out.
    package func lives(ofTokens numbers: [UInt32]) throws(CatalogError) -> [TokenLife] {
        try read("read tokens") { db in
            if let lives = try Self.neighbors(numbers, db) { return lives }
            let statement = try db.cachedStatement(sql: Self.life)
            return try numbers.compactMap { number in
                try Row.fetchOne(statement, arguments: [number]).map { try TokenLife($0) }
            }
        }
    }

    /// The same in one pass over the table, which for many tokens takes a fraction of asking for each; nil if they are
    /// few, or too far apart.
    private static func neighbors(_ numbers: [UInt32], _ db: Database) throws -> [TokenLife]? {
        guard numbers.count > 256, let first = numbers.first, let last = numbers.last,
            zip(numbers, numbers.dropFirst()).allSatisfy({ $0 < $1 }), Int(last - first) / 8 < numbers.count
        else { return nil }
        let rows = try Row.fetchCursor(
            db,
            sql: """
                SELECT \(TokenLife.columns) FROM main.tokens WHERE token_no BETWEEN ? AND ?
                ORDER BY token_no
                """, arguments: [first, last])
        var lives: [TokenLife] = [], place = 0
        // Few lists of scopes are given to many tokens.
        var scopes: [String: [String]] = [:]
        while let row = try rows.next() {
            let number: UInt32 = try row.value("token_no")
            while place < numbers.count, numbers[place] < number { place += 1 }
            if place < numbers.count, numbers[place] == number { lives.append(try TokenLife(row, &scopes)) }
        }
        return lives
    }

    /// What is known about the tokens of these ids; unknown ids are left out.
    package func lives(named ids: Set<[UInt8]>) throws(CatalogError) -> [TokenLife] {
        try read("read tokens") { db in
            let statement = try db.cachedStatement(
                sql: """
                    SELECT \(TokenLife.columns) FROM main.tokens WHERE token_id = CAST(? AS TEXT)
                    """)
            return try ids.compactMap { id in
                try Row.fetchOne(statement, arguments: [Data(id)]).map { try TokenLife($0) }
            }
        }
    }

    /// The tokens that came into being for one of these principals.
    package func tokens(ofPrincipals principals: Set<String>) throws(CatalogError) -> [TokenLife] {
        try read("read tokens") { db in
            var lives: [TokenLife] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT \(TokenLife.columns) FROM main.tokens WHERE issued_at NOT NULL
                    """)
            while let row = try rows.next() {
                let principal = try row.textIfAny("principal")
                guard let principal, principals.contains(principal) else { continue }
                lives.append(try TokenLife(row))
            }
            return lives
        }
    }

    /// The ids of all tokens; entry `i` belongs to number `i`. Numbers that were never given are empty.
    package func tokenNames() throws(CatalogError) -> [[UInt8]] {
        try read("read tokens") { db in
            var names: [[UInt8]] = []
            let rows = try Row.fetchCursor(
                db,
                sql: """
                    SELECT token_no, CAST(token_id AS BLOB) AS token_id FROM main.tokens ORDER BY token_no
                    """)
            while let row = try rows.next() {
                let number = Int(try row.int64("token_no", .token))
                while names.count < number { names.append([]) }
                names.append(try row.bytes("token_id"))
            }
            return names
        }
    }

    /// The id of one token, or nil if no token has the number.
    package func name(ofToken number: UInt32) throws(CatalogError) -> [UInt8]? {
        try read("read tokens") { db in
            try Data.fetchOne(
                db.cachedStatement(sql: "SELECT CAST(token_id AS BLOB) FROM main.tokens WHERE token_no = ?"),
                arguments: [number]
            ).map { [UInt8]($0) }
        }
    }

    /// The number of a token, or nil if it was never issued and never used.
    package func number(ofToken tokenID: String) throws(CatalogError) -> UInt32? {
        try read("read tokens") { db in
            try UInt32.fetchOne(
                db, sql: "SELECT token_no FROM main.tokens WHERE token_id = CAST(? AS TEXT)",
                arguments: [Data(tokenID.utf8)])
        }
    }

    /// Bytes of the database, its free pages included.
    package func bytes() throws(CatalogError) -> Int64 {
        try read("ask for the size") { db in
            try Int64.fetchOne(db, sql: "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()")
                ?? 0
        }
    }

    /// The version of the SQLite library that runs.
    package func sqliteVersion() throws(CatalogError) -> String {
        try read("ask for the version") { db in try String.fetchOne(db, sql: "SELECT sqlite_version()") ?? "unknown" }
    }
}

extension SegmentRecord {
    init(_ row: Row) throws {
        self.init(
            id: try row.int64("segment_id", .number), month: try row.int32("month", .month),
            file: try row.value("file"), rows: try row.count("rows"), rowGroups: try row.count("row_groups"),
            bytes: try row.count("bytes"), sha256: try row.value("sha256"), minTS: try row.time("min_ts"),
            maxTS: try row.time("max_ts"), counts: try EventKind.allCases.map { try row.count($0.name) },
            rank: try row.int64("rank", .number))
    }
}

extension SourceRecord {
    init(_ row: Row) throws {
        self.init(
            id: try row.int64("source_id", .number), path: try row.value("path"),
            isCompressed: try row.value("compressed"), device: try row.value("device"), inode: try row.value("inode"))
        headLength = try row.int64("head_length", .hashed)
        headHash = try row.value("head_hash")
        tailLength = try row.int64("tail_length", .hashed)
        tailHash = try row.value("tail_hash")
        start = try row.count("start")
        checkpoint = try row.count("checkpoint")
        hasOpenLine = try row.value("open_line")
        size = try row.count("size")
        counts = try LineCounts(row)
        lastEvent = try row.int64IfAny("last_event", .time)
        log = try row.value("log")
        generation = try row.count("generation")
        readAt = try row.int64IfAny("read_at", .time)
        ended = (try (row.value("ended") as String?)).flatMap { Ending(rawValue: $0) }
        endedAt = try row.int64IfAny("ended_at", .time)
        lost = try row.count("lost")
        startHash = try row.value("start_hash")
        // What `prune` of an older version copied has no such columns.
        if row.hasColumn("mapping") {
            mapping = try row.value("mapping")
            frame = try row.value("frame")
        }
    }
}

extension LineCounts {
    init(_ row: Row) throws {
        self.init()
        lines = try row.count("lines")
        stored = try row.count("stored")
        quarantined = try row.count("quarantined")
        blank = try row.count("blank")
        // What `prune` of an older version copied has no such column.
        if row.hasColumn("duplicate") { duplicate = try row.count("duplicate") }
        if row.hasColumn("skipped") {
            skipped = try row.count("skipped")
            unmapped = try row.count("unmapped")
        }
        flagged = try row.count("flagged")
        redacted = try row.count("redacted")
    }
}

extension TokenLife {
    /// What is read of a token; texts of the log as bytes, since read as texts they would end at a NUL.
    static let columns = """
        token_no, CAST(token_id AS BLOB) AS token_id, CAST(kind AS BLOB) AS kind,
        CAST(principal AS BLOB) AS principal, scopes, issued_at, CAST(issued_by AS BLOB) AS issued_by, expires_at,
        revoked_at, superseded_at, CAST(superseded_by AS BLOB) AS superseded_by, first_use, last_use
        """

    init(_ row: Row) throws {
        var lists: [String: [String]] = [:]
        try self.init(row, &lists)
    }

    /// - Parameter lists: the lists of scopes that were read before, by their text.
    init(_ row: Row, _ lists: inout [String: [String]]) throws {
        self.init(number: UInt32(try row.int64("token_no", .token)), tokenID: try row.text("token_id"))
        kind = try row.textIfAny("kind")
        principal = try row.textIfAny("principal")
        let list: String? = try row.value("scopes")
        scopes = list.flatMap { text in
            if let known = lists[text] { return known }
            let read = try? JSONDecoder().decode([String].self, from: Data(text.utf8))
            if let read, lists.count < 4096 { lists[text] = read }
            return read
        }
        issuedAt = try row.int64IfAny("issued_at", .time)
        issuedBy = try row.textIfAny("issued_by")
        expiresAt = try row.int64IfAny("expires_at", .time)
        revokedAt = try row.int64IfAny("revoked_at", .time)
        supersededAt = try row.int64IfAny("superseded_at", .time)
        supersededBy = try row.textIfAny("superseded_by")
        firstUse = try row.int64IfAny("first_use", .time)
        lastUse = try row.int64IfAny("last_use", .time)
    }
}
